"""How long each kind of data is kept, and its removal once a day. The audit log and the playback rows always stay."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import structlog
from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from server import audit
from server.database import Database
from server.errors import InvalidInputError
from server.people import rights
from server.public import sound
from server.scheduling import OPEN_SCHEDULES
from server.settings import Settings
from server.tables import (
    Area,
    Bulletin,
    DeviceCommand,
    DeviceEvent,
    Feedback,
    FeedbackStatus,
    Notice,
    Notification,
    Occurrence,
    Person,
    PreparedEmergency,
    Production,
    ProductionStatus,
    RetentionRule,
    Schedule,
    SignIn,
    StoredDocument,
    Track,
    Version,
    VersionStatus,
)
from server.tables.columns import now

log = structlog.get_logger(__name__)
_UNNAMED = timedelta(days=1)
_CHUNK = 500
"""Rows a transaction: what is due never waits for the broom."""


class Kind(StrEnum):
    """Kinds of data that come to an end."""

    DOCUMENTS = "documents"  # uploaded files; what was read of them stays in the bulletins
    AUDIO = "audio"  # finished sound of what sounds no more, and its copies; it can be made again
    EVENTS = "events"  # what devices reported word by word, and commands to them
    FEEDBACK = "feedback"  # words of residents
    PERSONAL = "personal"  # notices, notifications and sign-ins: who was told what, who was here when


@dataclass(frozen=True)
class Term:
    """How long a kind is kept."""

    kind: Kind
    days: int
    least_days: int
    own: bool = False


_USUAL = {
    Kind.DOCUMENTS: Term(Kind.DOCUMENTS, days=5 * 365, least_days=365),
    Kind.AUDIO: Term(Kind.AUDIO, days=365, least_days=30),
    Kind.EVENTS: Term(Kind.EVENTS, days=2 * 365, least_days=30),
    Kind.FEEDBACK: Term(Kind.FEEDBACK, days=2 * 365, least_days=30),
    Kind.PERSONAL: Term(Kind.PERSONAL, days=180, least_days=14),
}
"""Rather too long than too short: the commune shortens them by its own rules."""
_LONGEST_DAYS = 100 * 365


def terms(session: Session) -> list[Term]:
    """What holds now."""
    own = {row.kind: row.days for row in session.exec(select(RetentionRule))}
    return [
        Term(term.kind, own.get(term.kind.value, term.days), term.least_days, own=term.kind.value in own)
        for term in _USUAL.values()
    ]


def decide(session: Session, person: Person, kind: Kind, days: int) -> Term:
    """Set how long a kind is kept. Raises ForbiddenError, InvalidInputError."""
    top = session.exec(select(Area).where(col(Area.parent_id).is_(None)).order_by(col(Area.id))).first()
    assert top is not None
    rights.require(session, person, rights.Action.POLICY, top.id)
    least = _USUAL[kind].least_days
    if not least <= days <= _LONGEST_DAYS:
        raise InvalidInputError(f"Loại dữ liệu này được giữ ít nhất {least} ngày.")
    row = session.get(RetentionRule, kind.value) or RetentionRule(kind=kind.value, days=days, set_by=person.id)
    row.days, row.set_by, row.set_at = days, person.id, now()
    session.add(row)
    session.flush()
    audit.record(session, person.id, "retention.set", kind.value, days=days)
    return Term(kind, days, least, own=True)


_Way = Callable[[Session, datetime], tuple[int, list[Path]]]
"""Removes up to `_CHUNK` rows older than an instant: how many, and the files that nothing names once this is committed."""


class Broom:
    """Removes what is past its term: rows in small transactions, then the files that nothing names any more."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def sweep(self, at: datetime) -> dict[str, int]:
        """How many of each kind were removed; noted in the audit log. Running it again removes nothing more."""
        with self._database.read() as session:
            ends = {term.kind: at - timedelta(days=term.days) for term in terms(session)}
        ways: dict[Kind, _Way] = {
            Kind.DOCUMENTS: self._documents,
            Kind.AUDIO: self._audio,
            Kind.EVENTS: _events,
            Kind.FEEDBACK: _feedback,
            Kind.PERSONAL: _personal,
        }
        removed = {kind.value: self._all(way, ends[kind]) for kind, way in ways.items()}
        self._forget_unnamed(at - _UNNAMED)
        self._forget_copies()
        if any(removed.values()):
            with self._database.write() as session:
                audit.record(session, audit.STATION, "retention.sweep", "", **removed)
            log.info("removed what was past its term", **removed)
        return removed

    def _all(self, way: _Way, before: datetime) -> int:
        total = 0
        while True:
            with self._database.write() as session:
                count, files = way(session, before)
            for (
                path
            ) in files:  # after the commit: a file left behind by a crash is no harm, a row without its file would be
                path.unlink(missing_ok=True)
            total += count
            if count < _CHUNK:
                return total

    def _forget_unnamed(self, before: datetime) -> None:
        """Sound that no row names: a clearer take replaced it, its order was stopped in the last moment, its commit failed."""
        kinds = (
            (self._settings.audio_dir, "opus", Production.sha256),
            (self._settings.track_dir, "flac", Track.sha256),
        )
        for folder, suffix, column in kinds:
            old = [
                file for file in folder.glob(f"[!.]*.{suffix}") if file.stat().st_mtime < before.timestamp()
            ]  # what is young may be about to get its row
            for start in range(0, len(old), _CHUNK):
                chunk = old[start : start + _CHUNK]
                with self._database.write() as session:  # in the lock, so that nobody names one of them meanwhile
                    named = set(session.exec(select(column).where(col(column).in_({file.stem for file in chunk}))))
                    for file in chunk:
                        if file.stem not in named:
                            file.unlink(missing_ok=True)
                            log.info("removed sound that nothing names", file=file.name)

    def _forget_copies(self) -> None:
        """MP3 copies go with the sound that they were made of, whatever took it away."""
        for folder in (sound.mp3_dir(self._settings), self._settings.mp3_dir):
            for copy in folder.glob("[!.]*.mp3"):  # one that is being made has a dot
                if not (self._settings.audio_dir / f"{copy.stem}.opus").exists():
                    copy.unlink(missing_ok=True)

    def _documents(self, session: Session, before: datetime) -> tuple[int, list[Path]]:
        rows = session.exec(select(StoredDocument).where(StoredDocument.uploaded_at < before).limit(_CHUNK)).all()
        ids = [row.id for row in rows]
        session.execute(update(Bulletin).where(col(Bulletin.document_id).in_(ids)).values(document_id=None))
        session.execute(delete(StoredDocument).where(col(StoredDocument.id).in_(ids)))
        left = set(
            session.exec(select(StoredDocument.sha256).where(col(StoredDocument.sha256).in_({r.sha256 for r in rows})))
        )
        return len(rows), [self._settings.document_dir / row.sha256 for row in rows if row.sha256 not in left]

    def _audio(self, session: Session, before: datetime) -> tuple[int, list[Path]]:
        """Sound of versions that no schedule, prepared message or draft needs, and that has not been due since `before`."""
        needed = select(Schedule.version_id).where(
            col(Schedule.status).in_(OPEN_SCHEDULES),
            (col(Schedule.rule) != "") | (col(Schedule.start_at) >= before),
        )
        kept = select(PreparedEmergency.version_id).where(col(PreparedEmergency.retired_at).is_(None))
        aired = select(Occurrence.version_id).where(col(Occurrence.due_at) >= before)
        rows = session.exec(
            select(Production)
            .join(Version, col(Production.version_id) == col(Version.id))
            .where(
                Production.status == ProductionStatus.READY,
                col(Production.finished_at) < before,
                col(Version.status).not_in((VersionStatus.DRAFT, VersionStatus.SUBMITTED)),
                *(col(Production.version_id).not_in(those) for those in (needed, kept, aired)),
            )
            .limit(_CHUNK)
        ).all()
        gone = {row.sha256 for row in rows if row.sha256}
        for row in rows:
            row.status, row.error = (
                ProductionStatus.CANCELLED,
                "Tiếng đã được dọn vì quá thời hạn lưu. Hãy dựng lại nếu cần.",
            )
            session.add(row)
        session.flush()
        left = set(
            session.exec(
                select(Production.sha256).where(
                    col(Production.sha256).in_(gone), Production.status == ProductionStatus.READY
                )
            )
        ) | set(session.exec(select(Track.sha256).where(col(Track.sha256).in_(gone))))
        return len(rows), [self._settings.audio_dir / f"{sha256}.opus" for sha256 in gone - left]


def _events(session: Session, before: datetime) -> tuple[int, list[Path]]:
    ids = session.exec(select(DeviceEvent.id).where(DeviceEvent.at < before).limit(_CHUNK)).all()
    session.execute(delete(DeviceEvent).where(col(DeviceEvent.id).in_(ids)))
    session.execute(delete(DeviceCommand).where(col(DeviceCommand.ordered_at) < before))
    return len(ids), []


def _feedback(session: Session, before: datetime) -> tuple[int, list[Path]]:
    """What is still without an answer stays."""
    ids = session.exec(
        select(Feedback.id).where(Feedback.created_at < before, Feedback.status != FeedbackStatus.NEW).limit(_CHUNK)
    ).all()
    session.execute(delete(Feedback).where(col(Feedback.id).in_(ids)))
    return len(ids), []


def _personal(session: Session, before: datetime) -> tuple[int, list[Path]]:
    notices = session.exec(select(Notice.id).where(Notice.at < before).limit(_CHUNK)).all()
    session.execute(delete(Notice).where(col(Notice.id).in_(notices)))
    session.execute(delete(Notification).where(col(Notification.created_at) < before))
    session.execute(delete(SignIn).where(col(SignIn.expires_at) < before))
    return len(notices), []
