"""Schedules become occurrences with a delivery per speaker, eight days ahead. Running it twice changes nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select

from server import deliveries
from server.scheduling.due import due, left_out, speakers_of
from server.tables import Occurrence, Schedule, ScheduleStatus, Version, VersionStatus

AHEAD = timedelta(days=8)
"""How far ahead devices hold their jobs."""
_LONGEST_GAP = timedelta(days=92)
RESUME_SLACK = timedelta(minutes=10)
"""A broadcast that an emergency interrupted may go on this much after its planned end."""


def materialise(session: Session, at: datetime, zone: str) -> int:
    """Make what is missing between `at` and eight days later, for every active schedule; how many occurrences were made."""
    return sum(len(materialise_one(session, schedule, at, zone)) for schedule in _active(session, at))


def lacking(session: Session, at: datetime, zone: str) -> bool:
    """Whether `materialise` has something to make: asked without taking the write lock."""
    return any(_missing(session, schedule, at, zone) for schedule in _active(session, at))


def materialise_one(session: Session, schedule: Schedule, at: datetime, zone: str) -> list[Occurrence]:
    """The occurrences of one schedule that were missing, with their deliveries.

    After an outage longer than eight days those whose time has passed are made too: they end as EXPIRED and are not forgotten.
    """
    missing = _missing(session, schedule, at, zone)
    if not missing:
        return []
    speakers = speakers_of(session, schedule)
    made = []
    for instant in missing:
        occurrence = Occurrence(
            schedule_id=schedule.id,
            version_id=schedule.version_id,
            due_at=instant,
            not_after=instant
            + timedelta(seconds=schedule.max_start_delay_s, milliseconds=schedule.duration_ms)
            + RESUME_SLACK,
        )
        session.add(occurrence)
        session.flush()
        deliveries.queue(session, occurrence.id, (speaker.id for speaker in speakers))
        made.append(occurrence)
    session.flush()
    return made


def _active(session: Session, at: datetime) -> Sequence[Schedule]:
    """Schedules of approved versions that may still have something to make."""
    return session.exec(
        select(Schedule)
        .join(Version, col(Schedule.version_id) == col(Version.id))
        .where(
            Schedule.status == ScheduleStatus.ACTIVE,
            Version.status == VersionStatus.APPROVED,
            col(Schedule.start_at) < at + AHEAD,
            or_(Schedule.rule != "", col(Schedule.start_at) >= at),  # what was due once, in the past, is made or over
        )
    ).all()


def _missing(session: Session, schedule: Schedule, at: datetime, zone: str) -> list[datetime]:
    last = session.exec(select(func.max(Occurrence.due_at)).where(Occurrence.schedule_id == schedule.id)).one()
    first = max(min(at, last or _since(session, schedule)), schedule.start_at, at - _LONGEST_GAP)
    without = left_out(session, schedule, first, first + AHEAD + _LONGEST_GAP, zone)
    planned = list(due(schedule, after=first, before=at + AHEAD, zone=zone, without=without))
    if not planned:
        return []
    known = set(
        session.exec(
            select(Occurrence.due_at).where(Occurrence.schedule_id == schedule.id, col(Occurrence.due_at) >= planned[0])
        ).all()
    )
    return [instant for instant in planned if instant not in known]


def _since(session: Session, schedule: Schedule) -> datetime:
    """From when on it was to sound: made, approved and, where needed, confirmed."""
    version = session.get(Version, schedule.version_id)
    yes = (schedule.created_at, schedule.confirmed_at, version.decided_at if version else None)
    return max(at for at in yes if at is not None)
