"""Programmes (chương trình): bulletins and relays in an order, of a length that is known before, fitted to their slot."""

from server.programmes.airing import Airing, air, runs_of, withdraw_run
from server.programmes.layout import Entry, EntryKind, Layout, Part, lay_out
from server.programmes.store import change, create, find, retire, visible

__all__ = [
    "Airing", "Entry", "EntryKind", "Layout", "Part", "air", "change", "create", "find", "lay_out", "retire", "runs_of",
    "visible", "withdraw_run",
]  # fmt: skip
