"""Telling people outside the console of what did not sound and of lost speakers: whom, when and how often by role."""

from server.notifications.kinds import Kind
from server.notifications.outbox import ApprisePost, Outbox, Post
from server.notifications.planning import plan
from server.notifications.rules import Rule, add_contact, contacts_of, decide, remove_contact, rules_at

__all__ = [
    "ApprisePost", "Kind", "Outbox", "Post", "Rule", "add_contact", "contacts_of", "decide", "plan", "remove_contact",
    "rules_at",
]  # fmt: skip
