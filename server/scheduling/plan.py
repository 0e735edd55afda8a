"""Putting a version on air: all is checked, then schedule, occurrences and deliveries are made in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from protocol.priorities import Priority
from schedules.recurrence import check_rule, instants
from server import areas, audit, calendar, policy
from server.bulletins import store
from server.errors import ConflictError, InvalidInputError
from server.people import rights
from server.scheduling.load import loads
from server.scheduling.materialise import AHEAD, materialise_one, speakers_in
from server.tables import (
    Area,
    Bulletin,
    Occurrence,
    Person,
    Production,
    ProductionStatus,
    RoleName,
    Schedule,
    ScheduleStatus,
    Version,
    VersionStatus,
)

_LONGEST_DELAY_S = 3600.0
_FARTHEST = timedelta(days=366 * 2)
_CHECKED = timedelta(days=366)


@dataclass(frozen=True)
class Wish:
    """What somebody wants on air. `area_id` is an id or a code."""

    version_id: str
    area_id: str
    start_at: datetime
    rule: str = ""
    max_start_delay_s: float = 60.0
    test: bool = False
    except_days: Sequence[date] = ()
    skip_holidays: bool = False
    when_approved: bool = False
    """It may wait for its approval; not approved in time, it does not sound."""


def schedule(
    session: Session, person: Person, wish: Wish, at: datetime, zone: str
) -> tuple[Schedule, list[Occurrence]]:
    """Make the schedule and what of it falls in the next eight days. `at` is now.

    Raises NotFoundError (area, version), InvalidInputError (past, no time that the rule gives), ConflictError (not approved,
    no audio, no speaker there), ForbiddenError, PolicyBreachError, BadRuleError.
    """
    version, bulletin = store.find_version(session, person, wish.version_id)
    area = areas.find(session, wish.area_id)
    rights.require(session, person, rights.Action.SCHEDULE, area.id, bulletin.priority)
    _check_version(version, bulletin, wish)
    _check_time(wish, at)
    if not speakers_in(session, area.id):
        raise ConflictError(f"{area.name} chưa có cụm loa nào sẵn sàng. Hãy thêm cụm loa, hoặc chọn địa bàn khác.")
    production = store.production_of(session, version)
    made = Schedule(
        version_id=version.id,
        area_id=area.id,
        start_at=wish.start_at,
        rule=check_rule(wish.rule),
        except_days=sorted(day.isoformat() for day in wish.except_days),
        skip_holidays=wish.skip_holidays,
        max_start_delay_s=wish.max_start_delay_s,
        duration_ms=production.duration_ms or 0 if production else 0,
        test=wish.test,
        created_by=person.id,
        status=ScheduleStatus.WAITING,
    )
    _check_instants(session, made, person, area, zone)
    session.add(made)
    session.flush()
    audit.record(
        session,
        person.id,
        "schedule.create",
        made.id,
        version=version.id,
        area=area.id,
        start_at=made.start_at.isoformat(),
        rule=made.rule,
        audio_sha256=production.sha256 if production else None,
        test=wish.test,
    )
    if version.status is not VersionStatus.APPROVED:
        return made, []
    return made, _begin(session, made, production, at, zone)


def begin_waiting(session: Session, version: Version, at: datetime, zone: str) -> list[Schedule]:
    """The version was approved: its waiting schedules begin. Those that a rule forbids now that the length is known lapse.

    Returns the ones that lapsed.
    """
    production = store.production_of(session, version)
    lapsed = []
    for made in waiting(session, version.id):
        made.duration_ms = production.duration_ms or 0 if production else 0
        author, area = session.get(Person, made.created_by), session.get(Area, made.area_id)
        assert author is not None
        assert area is not None
        try:
            _check_instants(session, made, author, area, zone)
        except policy.PolicyBreachError as breach:
            lapse(session, made, str(breach))
            lapsed.append(made)
            continue
        _begin(session, made, production, at, zone)
    return lapsed


def waiting(session: Session, version_id: str) -> list[Schedule]:
    """Schedules that wait for this version's approval."""
    return list(
        session.exec(
            select(Schedule).where(Schedule.version_id == version_id, Schedule.status == ScheduleStatus.WAITING)
        )
    )


def lapse(session: Session, made: Schedule, reason: str) -> None:
    """A waiting schedule will not sound any more."""
    made.status = ScheduleStatus.LAPSED
    session.add(made)
    audit.record(session, audit.STATION, "schedule.lapse", made.id, reason=reason)


def _begin(
    session: Session, made: Schedule, production: Production | None, at: datetime, zone: str
) -> list[Occurrence]:
    if production is None or production.status is not ProductionStatus.READY or production.duration_ms is None:
        raise ConflictError("Bản tin chưa có tiếng hoàn chỉnh. Hãy dựng tiếng trước.")
    made.status, made.duration_ms = ScheduleStatus.ACTIVE, production.duration_ms
    session.add(made)
    return materialise_one(session, made, at, zone)


def _check_version(version: Version, bulletin: Bulletin, wish: Wish) -> None:
    if bulletin.priority is Priority.EMERGENCY:
        raise ConflictError("Tin khẩn cấp không đặt lịch được. Hãy phát ở trang Khẩn cấp.")
    if version.status is VersionStatus.APPROVED or (version.status is VersionStatus.SUBMITTED and wish.when_approved):
        return
    raise ConflictError("Bản tin chưa được duyệt nên chưa phát được. Hãy gửi duyệt trước.")


def _check_time(wish: Wish, at: datetime) -> None:
    if wish.start_at <= at:
        raise InvalidInputError("Giờ phát đã qua. Hãy chọn một giờ sau bây giờ.")
    if wish.start_at > at + _FARTHEST:
        raise InvalidInputError("Chỉ đặt lịch trước được tối đa hai năm.")
    if not 0 <= wish.max_start_delay_s <= _LONGEST_DELAY_S:
        raise InvalidInputError(f"Độ trễ cho phép từ 0 đến {_LONGEST_DELAY_S:.0f} giây.")


def _check_instants(session: Session, made: Schedule, person: Person, area: Area, zone: str) -> None:
    """Every instant of the coming year against hours and length, those of the next days against what is planned already."""
    length = timedelta(milliseconds=made.duration_ms)
    start, local = made.start_at, made.start_at.astimezone(ZoneInfo(zone)).date()
    without = calendar.left_out(
        session, area.id, local, local + _FARTHEST, skip_holidays=made.skip_holidays, but=made.except_days
    )
    found = instants(
        made.rule, start, after=start, before=start + _FARTHEST, zone=zone, without=without if made.rule else ()
    )
    first = next(found, None)
    if first is None:
        raise InvalidInputError("Quy tắc lặp này không ra ngày nào trong hai năm tới. Hãy kiểm tra lại.")
    hours = policy.hours_over(session, area.id)
    village = policy.village_hours(session, area.id) if person.role is RoleName.VILLAGE_HEAD else None
    new: dict[date, int] = {}
    for instant in (first, *found):
        if instant >= first + _CHECKED:
            break
        hours.check(instant, length, zone)
        if village is not None:
            village.check(instant, length, zone, made.rule)
        if instant < first + AHEAD and not made.test:
            day = instant.astimezone(ZoneInfo(zone)).date()
            new[day] = new.get(day, 0) + 1
    for day, times in new.items():
        for place, load in loads(session, area.id, day, zone).items():
            hours.check_day(place, _with(load, times - 1, length), length)
        if village is not None:
            for place, load in loads(session, area.id, day, zone, village_heads=True).items():
                village.check_day(place, _with(load, times - 1, length), length)


def _with(load: policy.Load, times: int, length: timedelta) -> policy.Load:
    """The load with `times` more broadcasts of this length."""
    return policy.Load(sessions=load.sessions + times, length=load.length + times * length)
