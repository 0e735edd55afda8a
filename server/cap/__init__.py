"""Alerts of others in the Common Alerting Protocol (CAP 1.2, OASIS): read, placed on our map, drafted; a person airs them."""

from server.cap.drafts import import_alert, in_force
from server.cap.message import CapError, CapMessage
from server.cap.parse import parse

__all__ = ["CapError", "CapMessage", "import_alert", "in_force", "parse"]
