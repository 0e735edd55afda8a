"""Listening again: bulletins that speakers sounded, as they were approved."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from protocol.priorities import Priority
from protocol.states import State
from server.bulletins import store
from server.errors import NotFoundError
from server.public.rules import rules_of, shown_areas
from server.tables import (
    Area,
    Bulletin,
    Delivery,
    Occurrence,
    Production,
    ProductionStatus,
    Schedule,
    SoundKind,
    Version,
    VersionStatus,
    Withheld,
)


@dataclass(frozen=True)
class Aired:
    """An approved version that at least one speaker sounded to its end."""

    version: Version
    bulletin: Bulletin
    area_name: str
    at: datetime
    """When it was aired last."""


def aired(session: Session, now: datetime, *, limit: int = 50) -> list[Aired]:
    """What may be listened to again, the last aired first, each version once. Empty where the commune does not want it.

    Only what is approved now (what was withdrawn is gone), was aired in earnest, is not withheld, and by places that are shown;
    a relay is another station's word.
    """
    return _aired(session, now, "", limit)


def find_aired(session: Session, now: datetime, version_id: str) -> Aired:
    """One of these. Raises NotFoundError for everything else, whether it exists or not."""
    found = _aired(session, now, version_id, 1)
    if not found:
        raise NotFoundError("Bản tin này không có trên trang nghe lại, hoặc đã hết hạn.")
    return found[0]


def audio_of(session: Session, found: Aired) -> Production:
    """Its sound. Raises NotFoundError while there is none."""
    production = store.production_of(session, found.version)
    if production is None or production.status is not ProductionStatus.READY:
        raise NotFoundError("Bản tin này không còn tiếng trên đài.")
    return production


def _aired(session: Session, now: datetime, version_id: str, limit: int) -> list[Aired]:
    rules = rules_of(session)
    if not rules.archive:
        return []
    shown = shown_areas(session, rules)
    turn = func.row_number().over(
        partition_by=col(Occurrence.version_id), order_by=(col(Occurrence.due_at).desc(), col(Occurrence.id))
    )
    query = (
        select(Occurrence.version_id, Occurrence.due_at, Area.name, turn.label("turn"))
        .join(Schedule, col(Occurrence.schedule_id) == col(Schedule.id))
        .join(Area, col(Schedule.area_id) == col(Area.id))
        .join(Version, col(Occurrence.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(
            col(Occurrence.due_at) > now - timedelta(days=rules.archive_days),
            col(Occurrence.due_at) <= now,
            select(Delivery.id)
            .where(col(Delivery.occurrence_id) == col(Occurrence.id), Delivery.state == State.PLAYED)
            .exists(),
            col(Schedule.test).is_(False),
            col(Schedule.area_id).in_(shown),
            col(Bulletin.area_id).in_(shown),
            col(Bulletin.id).not_in(select(Withheld.bulletin_id)),
            Version.status == VersionStatus.APPROVED,
            col(Bulletin.sound).is_(None) | (col(Bulletin.sound) == SoundKind.RECORDING),  # neither chimes nor music
            Bulletin.priority != Priority.RELAY,
        )
    )
    if version_id:
        query = query.where(Version.id == version_id)
    plays = query.subquery()
    newest = select(plays.c.version_id, plays.c.due_at, plays.c.name).where(plays.c.turn == 1)
    last: dict[str, tuple[datetime, str]] = {
        known_id: (at, place)
        for known_id, at, place in session.exec(newest.order_by(plays.c.due_at.desc()).limit(limit))
    }
    rows = session.exec(
        select(Version, Bulletin)
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(col(Version.id).in_(last))
        .options(*([] if version_id else [defer(Version.script)]))  # type: ignore[arg-type]  # a mapped column at run time
    )
    found = [
        Aired(version=version, bulletin=bulletin, at=last[version.id][0], area_name=last[version.id][1])
        for version, bulletin in rows
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)
