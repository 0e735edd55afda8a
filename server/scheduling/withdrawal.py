"""Taking back what is planned, also while it is on air: the devices are asked, and answer how it ended."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from server import areas, audit, deliveries
from server.bulletins import approval, store
from server.errors import ConflictError, NotFoundError
from server.people import rights
from server.tables import Occurrence, OccurrenceStatus, Person, Schedule, ScheduleStatus, Version

OPEN_SCHEDULES = (ScheduleStatus.ACTIVE, ScheduleStatus.WAITING, ScheduleStatus.UNCONFIRMED)
"""Those that can still sound."""
_OPEN = (OccurrenceStatus.PLANNED, OccurrenceStatus.PUBLISHED)


def withdraw_occurrence(session: Session, person: Person, occurrence_id: str, at: datetime) -> Occurrence:
    """Take one occurrence back. Raises NotFoundError, ForbiddenError, ConflictError (withdrawn or over already)."""
    occurrence = session.get(Occurrence, occurrence_id)
    schedule = session.get(Schedule, occurrence.schedule_id) if occurrence else None
    if occurrence is None or schedule is None:
        raise NotFoundError("Không có lượt phát này.")
    _require(session, person, schedule)
    if occurrence.status not in _OPEN or not _end(session, occurrence, at):
        raise ConflictError("Lượt phát này đã kết thúc hoặc đã được thu hồi.")
    audit.record(session, person.id, "occurrence.withdraw", occurrence.id, due_at=occurrence.due_at.isoformat())
    return occurrence


def withdraw_schedule(session: Session, person: Person, schedule_id: str, at: datetime) -> Schedule:
    """End a schedule and everything of it that is not over. Raises NotFoundError, ForbiddenError, ConflictError."""
    schedule = session.get(Schedule, schedule_id)
    if schedule is None:
        raise NotFoundError("Không có lịch phát này.")
    _require(session, person, schedule)
    if schedule.status not in OPEN_SCHEDULES:
        raise ConflictError("Lịch phát này đã kết thúc hoặc đã được thu hồi.")
    _end_schedule(session, schedule, at)
    audit.record(session, person.id, "schedule.withdraw", schedule.id)
    return schedule


def withdraw_version(session: Session, person: Person, version_id: str, at: datetime) -> Version:
    """Take back a version, and with it all its schedules. Raises as `approval.withdraw`."""
    version = approval.withdraw(session, person, version_id)
    for schedule in session.exec(
        select(Schedule).where(Schedule.version_id == version.id, col(Schedule.status).in_(OPEN_SCHEDULES))
    ).all():
        _end_schedule(session, schedule, at)
    return version


def _require(session: Session, person: Person, schedule: Schedule) -> None:
    _, bulletin = store.find_version(session, person, schedule.version_id)
    if not rights.may(session, person, rights.Action.APPROVE, schedule.area_id, bulletin.priority):
        rights.require(session, person, rights.Action.SCHEDULE, schedule.area_id, bulletin.priority)


def _end_schedule(session: Session, schedule: Schedule, at: datetime) -> None:
    schedule.status = ScheduleStatus.WITHDRAWN
    session.add(schedule)
    for occurrence in session.exec(
        select(Occurrence).where(
            Occurrence.schedule_id == schedule.id, col(Occurrence.status).in_(_OPEN), col(Occurrence.not_after) > at
        )
    ).all():
        _end(session, occurrence, at)


def _end(session: Session, occurrence: Occurrence, at: datetime) -> bool:
    """Whether any speaker was still concerned."""
    if not deliveries.withdraw(session, occurrence.id, at):
        return False
    occurrence.status = OccurrenceStatus.WITHDRAWN
    session.add(occurrence)
    return True


def withdraw_day(session: Session, area_id: str, day: date, at: datetime, zone: str, *, holiday: bool = False) -> int:
    """Withdraw what schedules with a rule have on a local day of mourning in an area; how many occurrences.

    `holiday`: it is one, which silences only those that leave holidays out.
    """
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    found = session.exec(
        select(Occurrence)
        .join(Schedule, col(Occurrence.schedule_id) == col(Schedule.id))
        .where(
            col(Occurrence.status).in_(_OPEN),
            col(Occurrence.due_at) >= max(start, at),
            col(Occurrence.due_at) < start + timedelta(days=1),
            col(Schedule.rule) != "",
            or_(not holiday, col(Schedule.skip_holidays).is_(True)),
            col(Schedule.area_id).in_(areas.below(session, area_id)),
        )
    ).all()
    return sum(_end(session, occurrence, at) for occurrence in found)
