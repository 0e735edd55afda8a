"""How much is planned already: for each village under an area, its broadcasts of one local day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from protocol.priorities import Priority
from server import areas
from server.policy import Load
from server.scheduling.due import places_of
from server.tables import Area, Bulletin, Occurrence, OccurrenceStatus, Person, RoleName, Schedule, Version

_COUNTED = (OccurrenceStatus.PLANNED, OccurrenceStatus.PUBLISHED)


def loads(session: Session, area_id: str, day: date, zone: str, *, village_heads: bool = False) -> dict[str, Load]:
    """Name of each place at the bottom under the area → what is planned for it; drills and emergencies do not count.

    Of places with the same name, the most. `village_heads`: only what village heads made.
    """
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    query = (
        select(Schedule, Occurrence.due_at)
        .join(Occurrence, col(Occurrence.schedule_id) == col(Schedule.id))
        .join(Version, col(Schedule.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .join(Person, col(Schedule.created_by) == col(Person.id))
        .where(
            col(Occurrence.due_at) >= start,
            col(Occurrence.due_at) < start + timedelta(days=1),
            col(Occurrence.status).in_(_COUNTED),
            col(Schedule.area_id).in_(areas.concerning(session, area_id)),
            col(Schedule.test).is_(False),
            col(Bulletin.priority) != Priority.EMERGENCY,
        )
    )
    if village_heads:
        query = query.where(col(Person.role) == RoleName.VILLAGE_HEAD)
    planned = session.exec(query).all()
    narrow = places_of(session, [schedule for schedule, _ in planned])
    found: dict[str, Load] = {}
    for place in _bottom(session, area_id):
        path = {area.id for area in areas.chain(session, place.id)}
        here = [
            (schedule, due_at)
            for schedule, due_at in planned
            if schedule.area_id in path and place.id in narrow.get(schedule.id, {place.id})
        ]
        namesake = found.get(place.name, Load())
        found[place.name] = Load(
            sessions=max(namesake.sessions, len({_session_of(schedule, due_at) for schedule, due_at in here})),
            length=max(namesake.length, timedelta(milliseconds=sum(schedule.duration_ms for schedule, _ in here))),
        )
    return found


def _session_of(schedule: Schedule, due_at: datetime) -> tuple[str, datetime]:
    """The parts of a programme are one session."""
    return schedule.run_id or schedule.id, due_at - timedelta(milliseconds=schedule.offset_ms)


def _bottom(session: Session, area_id: str) -> list[Area]:
    """The areas under this one that have none under them."""
    below = list(session.exec(select(Area).where(col(Area.id).in_(areas.below(session, area_id)))))
    parents = {area.parent_id for area in below}
    return [area for area in below if area.id not in parents]
