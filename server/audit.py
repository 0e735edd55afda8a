"""The audit log: who did what, append-only, each entry sealed with the hash of the one before.

An entry is written in the same transaction as the act. Changing, removing or inserting an entry breaks every later hash;
the newest hash, written down elsewhere, proves that nothing was cut off at the end.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from server.tables import AuditEntry
from server.tables.columns import now

STATION = "station"
"""The actor where no person acted."""
GENESIS = "0" * 64
"""What the first entry has for a previous hash."""


def record(session: Session, actor: str, act: str, object_id: str = "", **detail: Any) -> AuditEntry:
    """Append an act. Only inside `Database.write()`, whose lock keeps the chain in one line.

    `detail` must be JSON; no password or token belongs in it.
    """
    last = session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(1)).first()
    entry = AuditEntry(
        number=last.number + 1 if last else 1,
        at=now(),
        actor=actor,
        act=act,
        object=object_id,
        detail=detail,
        previous_hash=last.hash if last else GENESIS,
        hash="",
    )
    entry.hash = seal(exported(entry))
    session.add(entry)
    session.flush()
    return entry


_EXPORTED = ("number", "at", "actor", "act", "object", "detail", "previous_hash", "hash")


def exported(entry: AuditEntry) -> dict[str, Any]:
    """An entry as JSON, its own hash last: one line of `loa audit export`."""
    at = entry.at.isoformat(timespec="microseconds")
    return {name: at if name == "at" else getattr(entry, name) for name in _EXPORTED}


def seal(entry: dict[str, Any]) -> str:
    """sha256 over the canonical JSON (sorted keys, no spaces, UTF-8) of everything but `hash` itself."""
    content = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def entries(session: Session, *, after: int = 0) -> Iterator[dict[str, Any]]:
    """The log as exported, oldest first."""
    columns = (  # not whole rows: for ten thousand entries that is half of the time
        col(AuditEntry.number),
        col(AuditEntry.at),
        col(AuditEntry.actor),
        col(AuditEntry.act),
        col(AuditEntry.object),
        col(AuditEntry.detail),
        col(AuditEntry.previous_hash),
        col(AuditEntry.hash),
    )
    log = sql_select(*columns).where(col(AuditEntry.number) > after).order_by(col(AuditEntry.number))
    for number, at, *rest in session.execute(log.execution_options(yield_per=500)):
        yield dict(zip(_EXPORTED, (number, at.isoformat(timespec="microseconds"), *rest), strict=True))


@dataclass(frozen=True)
class Verdict:
    """What verification found."""

    entries: int
    last_hash: str
    broken_at: int | None = None
    """Number of the first entry that does not fit, or where one is missing."""
    problem: str = ""
    """Vietnamese."""

    @property
    def ok(self) -> bool:
        """Whether the whole chain holds."""
        return self.broken_at is None


def verify(log: Iterable[dict[str, Any]]) -> Verdict:
    """Check an exported log from its first entry on. Needs nothing but the lines: anyone can do it with the export alone."""
    count, previous = 0, GENESIS
    for entry in log:
        number = count + 1
        if entry.get("number") != number:
            return Verdict(count, previous, number, f"Thiếu mục số {number}, hoặc thứ tự bị đổi.")
        if entry.get("previous_hash") != previous:
            return Verdict(count, previous, number, f"Mục số {number} không nối với mục trước.")
        if entry.get("hash") != seal(entry):
            return Verdict(count, previous, number, f"Nội dung mục số {number} đã bị sửa.")
        previous = str(entry["hash"])
        count = number
    return Verdict(count, previous)
