"""Where a bulletin is used: what will sound of it, which programmes hold it, and who keeps it for an emergency."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from server.scheduling import OPEN_SCHEDULES
from server.scheduling.due import due, left_out
from server.tables import Area, Bulletin, PreparedEmergency, Programme, ProgrammeRun, Schedule, Version
from server.tables.columns import now

_AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class ScheduleUse:
    """A schedule that can still sound."""

    schedule: Schedule
    area: str
    version_number: int
    programme: str
    """Title of the programme that it is a part of, "" for none."""
    next_at: datetime | None
    """None: not in the coming year."""


@dataclass(frozen=True)
class Uses:
    """Everything that names one of the bulletin's versions, or the bulletin itself."""

    schedules: list[ScheduleUse]
    programmes: list[Programme]
    prepared: list[tuple[PreparedEmergency, str]]
    """Emergency messages kept on devices, with the name of their area."""


def uses_of(session: Session, bulletin: Bulletin, zone: str) -> Uses:
    """Where the bulletin is used from now on."""
    versions = dict(session.exec(select(Version.id, Version.number).where(Version.bulletin_id == bulletin.id)).all())
    rows = session.exec(
        select(Schedule, Area.name)
        .join(Area, col(Schedule.area_id) == col(Area.id))
        .where(col(Schedule.version_id).in_(versions), col(Schedule.status).in_(OPEN_SCHEDULES))
        .order_by(col(Schedule.start_at))
    ).all()
    titles = dict(
        session.exec(
            select(ProgrammeRun.id, Programme.title)
            .join(Programme, col(ProgrammeRun.programme_id) == col(Programme.id))
            .where(col(ProgrammeRun.id).in_({schedule.run_id for schedule, _ in rows if schedule.run_id}))
        ).all()
    )
    schedules = [
        ScheduleUse(
            schedule=schedule,
            area=area,
            version_number=versions[schedule.version_id],
            programme=titles.get(schedule.run_id or "", ""),
            next_at=_next(session, schedule, zone),
        )
        for schedule, area in rows
    ]
    live = [use for use in schedules if use.schedule.rule or use.next_at is not None]
    programmes = [
        programme
        for programme in session.exec(select(Programme).where(col(Programme.retired_at).is_(None)))
        if any(item["kind"] != "relay" and item["id"] == bulletin.id for item in programme.items)
    ]
    prepared = session.exec(
        select(PreparedEmergency, Area.name)
        .join(Area, col(PreparedEmergency.area_id) == col(Area.id))
        .where(col(PreparedEmergency.version_id).in_(versions), col(PreparedEmergency.retired_at).is_(None))
    ).all()
    return Uses(schedules=live, programmes=programmes, prepared=[(one, area) for one, area in prepared])


def _next(session: Session, schedule: Schedule, zone: str) -> datetime | None:
    at = now()
    without = left_out(session, schedule, at, at + _AHEAD, zone)
    return next(due(schedule, after=at, before=at + _AHEAD, zone=zone, without=without), None)
