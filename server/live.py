"""What has changed since: asked of the database, so that every process sees what any process did."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, union
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from server import areas
from server.tables import AuditEntry, Bulletin, Delivery, Fault, FaultNote, Notice, Production, Speaker, Version
from server.tables.columns import first_id, now

_OVERLAP = timedelta(seconds=3)
"""Rows are stamped before they are committed: look back this far, and tell what was told already by its stamp."""
_REMEMBERED = 50_000
"""More marks than this are forgotten: at worst something is told twice."""
_DEEDS = 50
"""Of so many deeds since the last look the kinds are told; of more only of the newest."""

Change = tuple[str, dict[str, Any]]
"""Name of an event ("production", "speaker", "delivery", "deed") and what it says."""


def _moved(after: datetime) -> CompoundSelect[str]:
    """Ids of productions that may have changed, each kind by an index of its own: this is asked several times a second."""
    ids = select(Production.id)
    return union(
        ids.where(col(Production.finished_at).is_(None)),
        ids.where(col(Production.finished_at) > after),
        ids.where(col(Production.heard_at) > after),
    )


@dataclass
class Watch:
    """One viewer's place in the stream of changes, for an area and everything below it, and for what a person is told."""

    area_id: str
    person_id: str = ""
    since: datetime = field(default_factory=now)
    _told: dict[tuple[str, str], object] = field(default_factory=dict)
    _deed: int = 0
    """Number of the last entry of the audit log that was looked at."""

    def changes(self, session: Session) -> list[Change]:
        """What happened since the last call, oldest kind of thing first."""
        at, places = now(), areas.below(session, self.area_id)
        after = self.since - _OVERLAP
        found = [
            *self._productions(session, places, after),
            *self._speakers(session, places, after),
            *self._deliveries(session, places, after),
            *self._deeds(session, after),
        ]
        self.since = at
        if len(self._told) > _REMEMBERED:
            self._told.clear()
        return found

    def _fresh(self, kind: str, key: str, mark: object) -> bool:
        if self._told.get((kind, key)) == mark:
            return False
        self._told[kind, key] = mark
        return True

    def _productions(self, session: Session, places: set[str], after: datetime) -> list[Change]:
        rows = session.exec(
            select(Production, Bulletin.title)
            .join(Version, col(Production.version_id) == col(Version.id))
            .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
            .where(
                col(Bulletin.area_id).in_(places),
                col(Production.id).in_(_moved(after)),
            )
        )
        return [
            (
                "production",
                {
                    "version_id": row.version_id,
                    "title": title,
                    "status": row.status,
                    "done": row.done,
                    "total": row.total,
                    "error": row.error,
                    "ear": row.ear_status,
                },
            )
            for row, title in rows
            if self._fresh("production", row.id, (row.status, row.done, row.total, row.ear_status))
        ]

    def _speakers(self, session: Session, places: set[str], after: datetime) -> list[Change]:
        rows = session.exec(
            select(Speaker.id, Speaker.online, Speaker.last_heard_at, Speaker.updated_at).where(
                col(Speaker.area_id).in_(places), col(Speaker.updated_at) > after
            )
        )
        return [
            ("speaker", {"id": speaker_id, "online": online, "last_heard_at": heard and heard.isoformat()})
            for speaker_id, online, heard, updated in rows
            if self._fresh("speaker", speaker_id, updated)
        ]

    def _deliveries(self, session: Session, places: set[str], after: datetime) -> list[Change]:
        rows = session.exec(
            select(Delivery)
            .join(Speaker, col(Delivery.speaker_id) == col(Speaker.id))
            .where(col(Speaker.area_id).in_(places), col(Delivery.updated_at) > after)
            .order_by(col(Delivery.updated_at))
        )
        return [
            (
                "delivery",
                {
                    "occurrence_id": row.occurrence_id,
                    "speaker_id": row.speaker_id,
                    "attempt": row.attempt,
                    "state": row.state,
                    "reason": row.reason,
                    "changed_at": row.changed_at.isoformat(),
                    "started_at": row.started_at and row.started_at.isoformat(),
                    "start_error_ms": row.start_error_ms,
                    "played_ms": row.played_ms,
                },
            )
            for row in rows
            if self._fresh("delivery", row.id, row.updated_at)
        ]

    def _deeds(self, session: Session, after: datetime) -> list[Change]:
        """What kinds of things somebody has done something about ("version", "feedback", "inbox" …), each once.

        Every deed of a person stands in the audit log; what boxes and the station itself say of faults and to a person does not.
        Nothing but the kind is told: the pages ask for what they may see.
        """
        log = session.exec(
            select(AuditEntry.number, AuditEntry.act, AuditEntry.at)
            .where(col(AuditEntry.number) > self._deed)
            .order_by(col(AuditEntry.number).desc())
            .limit(_DEEDS)
        ).all()
        nouns = {act.partition(".")[0] for _, act, at in log if self._deed or at > after}
        self._deed = max((number for number, *_ in log), default=self._deed)
        first = first_id(after)
        rows = [
            *(("fault", row) for row in session.exec(select(Fault.id).where(col(Fault.id) > first))),
            *(("fault", row) for row in session.exec(select(FaultNote.id).where(col(FaultNote.id) > first))),
            *(("notice", row) for row in session.exec(_to(self.person_id, first))),
        ]
        nouns |= {noun for noun, row in rows if self._fresh(noun, row, True)}
        return [("deed", {"noun": noun}) for noun in sorted(nouns)]


def _to(person_id: str, first: str) -> SelectOfScalar[str]:
    return select(Notice.id).where(col(Notice.id) > first, Notice.person_id == person_id)
