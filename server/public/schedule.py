"""When the speakers will sound: approved broadcasts of the next days."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from protocol.priorities import Priority
from server import areas
from server.public.rules import rules_of, shown_areas
from server.tables import (
    Area,
    Bulletin,
    Occurrence,
    OccurrenceStatus,
    Schedule,
    ScheduleStatus,
    Version,
    VersionStatus,
    Withheld,
)

_MOST = 300


@dataclass(frozen=True)
class Coming:
    """One broadcast."""

    id: str
    at: datetime
    duration_ms: int
    area_name: str
    title: str
    """"" where only the time may be known: of single villages, and of what is withheld."""


def coming(session: Session, start: datetime, end: datetime, *, area_id: str = "") -> list[Coming]:
    """Broadcasts in [start, end), soonest first; with an area those that sound there. Drills and emergencies are none."""
    rules = rules_of(session)
    if not rules.schedule:
        return []
    shown = shown_areas(session, rules)
    hidden = set(session.exec(select(Withheld.bulletin_id)))
    query = (
        select(Occurrence, Schedule, Area, Bulletin)
        .join(Schedule, col(Occurrence.schedule_id) == col(Schedule.id))
        .join(Area, col(Schedule.area_id) == col(Area.id))
        .join(Version, col(Occurrence.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(
            col(Occurrence.due_at) >= start,
            col(Occurrence.due_at) < end,
            col(Occurrence.status).in_((OccurrenceStatus.PLANNED, OccurrenceStatus.PUBLISHED)),
            Schedule.status == ScheduleStatus.ACTIVE,
            col(Schedule.test).is_(False),
            Version.status == VersionStatus.APPROVED,
            Bulletin.priority != Priority.EMERGENCY,
        )
        .order_by(col(Occurrence.due_at), col(Occurrence.id))
        .limit(_MOST)
    )
    if area_id:
        query = query.where(col(Schedule.area_id).in_(areas.concerning(session, areas.find(session, area_id).id)))
    return [
        Coming(
            id=occurrence.id,
            at=occurrence.due_at,
            duration_ms=schedule.duration_ms,
            area_name=area.name,
            title=bulletin.title if {area.id, bulletin.area_id} <= shown and bulletin.id not in hidden else "",
        )
        for occurrence, schedule, area, bulletin in session.exec(query)
    ]
