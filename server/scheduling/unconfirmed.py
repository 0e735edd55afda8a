"""What would sound at an unusual hour and waits for a second person: who asked, when it would sound, and why that is unusual."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from server import policy
from server.people import rights
from server.scheduling.due import due, left_out
from server.tables import Area, Bulletin, Person, Programme, ProgrammeRun, Schedule, ScheduleStatus, Version

_AHEAD = timedelta(days=366)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Unconfirmed:
    """One question to the second person; a programme is one, whatever the number of its parts."""

    schedule: Schedule
    """Of a programme the first part: agreeing to it is agreeing to all."""
    title: str
    """Of the bulletin, or of the whole programme."""
    area_name: str
    asked_by: Person
    length_ms: int
    next_at: datetime | None
    """None: not in the coming year, or over."""
    unusual_at: datetime | None
    """The first instant that is unusual."""
    why: str
    """Vietnamese."""


def unconfirmed(session: Session, person: Person, at: datetime, zone: str) -> list[Unconfirmed]:
    """What waits at the places that the person may read, by its time. `at` is now."""
    rows = session.exec(
        select(Schedule, Bulletin.title, Area, Person)
        .join(Version, col(Schedule.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .join(Area, col(Schedule.area_id) == col(Area.id))
        .join(Person, col(Schedule.created_by) == col(Person.id))
        .where(
            Schedule.status == ScheduleStatus.UNCONFIRMED,
            col(Schedule.area_id).in_(rights.reach(session, person)),
        )
        .order_by(col(Schedule.start_at), col(Schedule.offset_ms), col(Schedule.id))
    ).all()
    found: dict[str, Unconfirmed] = {}
    for schedule, title, area, asker in rows:
        key = schedule.run_id or schedule.id
        if key not in found:
            found[key] = _question(session, schedule, title, area, asker, at, zone)
    return sorted(found.values(), key=lambda one: (one.next_at is None, one.next_at or one.schedule.start_at))


def may_confirm(session: Session, person: Person, schedule: Schedule) -> bool:
    """Whether the person may be the second one: not the one who asked, and somebody who may approve or put on air there."""
    if person.id == schedule.created_by:
        return False
    version = session.get_one(Version, schedule.version_id)
    priority = session.get_one(Bulletin, version.bulletin_id).priority
    return any(
        rights.may(session, person, action, schedule.area_id, priority)
        for action in (rights.Action.APPROVE, rights.Action.SCHEDULE)
    )


def _question(
    session: Session, schedule: Schedule, title: str, area: Area, asker: Person, at: datetime, zone: str
) -> Unconfirmed:
    run = session.get(ProgrammeRun, schedule.run_id) if schedule.run_id else None
    programme = session.get(Programme, run.programme_id) if run else None
    length_ms = run.length_ms if run else schedule.duration_ms
    begin = max(at, schedule.start_at)
    end = begin + _AHEAD
    hours = policy.hours_over(session, area.id)
    length = timedelta(milliseconds=length_ms)
    without = left_out(session, schedule, begin, end, zone)
    coming = due(schedule, after=begin, before=end, zone=zone, without=without)
    first = next(coming, None)
    odd = None
    if first is not None:
        odd = next((one for one in chain((first,), coming) if hours.unusual(one, length, zone)), None)
    return Unconfirmed(
        schedule=schedule,
        title=programme.title if programme else title,
        area_name=area.name,
        asked_by=asker,
        length_ms=length_ms,
        next_at=first,
        unusual_at=odd,
        why="" if odd is None else _why(odd, length, hours, zone),
    )


def _why(start: datetime, length: timedelta, hours: policy.Hours, zone: str) -> str:
    begin, over = (instant.astimezone(ZoneInfo(zone)) for instant in (start, start + length))
    usual = "; ".join(f"{policy.describe(windows)} ({owner})" for owner, windows in hours.usual())
    span = f"lúc {begin:%H:%M}" if over - begin < _MINUTE else f"từ {begin:%H:%M} đến {over:%H:%M}"
    return f"Phát {span} ngày {begin.day}/{begin.month}, ngoài giờ phát quen thuộc: {usual}."
