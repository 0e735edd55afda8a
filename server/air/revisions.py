"""Revisions that rise for good, by name."""

from datetime import datetime

from sqlmodel import Session

from protocol.ids import next_revision
from server.tables import Revision


def rise(session: Session, name: str, now: datetime, *, by: int = 1) -> int:
    """The first of `by` fresh revisions under `name`. Only inside `Database.write()`."""
    row = session.get(Revision, name) or Revision(name=name)
    first = next_revision(now, row.rev)
    row.rev = first + by - 1
    session.add(row)
    return first
