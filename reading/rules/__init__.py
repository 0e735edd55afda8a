"""The rules of reading, in their order. The first that claims a place decides it."""

from reading.rules.order import RULES, Reading, read_written

__all__ = ["RULES", "Reading", "read_written"]
