"""Putting a version on air: all is checked, then schedule, occurrences and deliveries are made in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from protocol.priorities import Priority
from schedules.recurrence import check_rule
from server import areas, audit, groups, notices, policy
from server.bulletins import store
from server.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from server.people import rights
from server.scheduling.due import due, left_out, speakers_of
from server.scheduling.load import loads
from server.scheduling.materialise import AHEAD, materialise_one
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

_ASKED = "confirmation_asked"
_LONGEST_DELAY_S = 3600.0
_FARTHEST = timedelta(days=366 * 2)
_CHECKED = timedelta(days=366)
_LONGEST_RELAY_MS = 4 * 3_600_000


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
    group_id: str = ""
    """Only to the speakers of this group."""
    except_areas: Sequence[str] = ()
    """Ids or codes of areas below that are left out."""
    except_speakers: Sequence[str] = ()
    length_ms: int = 0
    """Of a relay: how long it is listened to. Everything else is as long as its audio."""


def schedule(
    session: Session, person: Person, wish: Wish, at: datetime, zone: str
) -> tuple[Schedule, list[Occurrence]]:
    """Make the schedule and what of it falls in the next eight days. `at` is now.

    What would sound at an unusual hour is UNCONFIRMED and makes nothing until a second person agrees (`confirm`). Raises
    NotFoundError (area, version, group), InvalidInputError (past, no time that the rule gives), ConflictError (not approved, no
    audio, no speaker there), ForbiddenError, PolicyBreachError, BadRuleError.
    """
    version, bulletin = store.find_version(session, person, wish.version_id)
    area = areas.find(session, wish.area_id)
    rights.require(session, person, rights.Action.SCHEDULE, area.id, bulletin.priority)
    check_version(version, bulletin, may_wait=wish.when_approved)
    check_time(wish.start_at, wish.max_start_delay_s, at)
    production = store.production_of(session, version)
    made = row(session, person, wish, area)
    made.duration_ms = _length_ms(bulletin, production, wish.length_ms)
    unusual = check_instants(session, made, person, area, zone)
    return made, put_on(session, person, made, at, zone, unusual=unusual)


def row(session: Session, person: Person, wish: Wish, area: Area) -> Schedule:
    """The schedule that somebody wants, not stored yet. Raises NotFoundError, InvalidInputError, ConflictError (no speaker)."""
    group = groups.within(session, person, wish.group_id, area)
    without = [areas.find(session, area_id) for area_id in wish.except_areas]
    if stranger := next((one for one in without if not areas.contains(session, area.id, one.id)), None):
        raise InvalidInputError(f"{stranger.name} không thuộc {area.name} nên không cần loại trừ.")
    made = Schedule(
        version_id=wish.version_id,
        area_id=area.id,
        group_id=group.id if group else None,
        except_areas=sorted(one.id for one in without),
        except_speakers=sorted(set(wish.except_speakers)),
        start_at=wish.start_at,
        rule=check_rule(wish.rule),
        except_days=sorted(day.isoformat() for day in wish.except_days),
        skip_holidays=wish.skip_holidays,
        max_start_delay_s=wish.max_start_delay_s,
        test=wish.test,
        created_by=person.id,
        status=ScheduleStatus.WAITING,
    )
    if not speakers_of(session, made):
        where = f"Nhóm “{group.name}”" if group else area.name
        raise ConflictError(f"{where} chưa có cụm loa nào sẵn sàng. Hãy thêm cụm loa, hoặc chọn địa bàn khác.")
    return made


def put_on(
    session: Session, person: Person, made: Schedule, at: datetime, zone: str, *, unusual: bool, ask: bool = True
) -> list[Occurrence]:
    """Store a schedule that has been checked, and make its occurrences unless somebody must say yes first.

    `unusual`: a second person must, who is told so when `ask` (of a programme once).
    """
    version = session.get(Version, made.version_id)
    assert version is not None
    production = store.production_of(session, version)
    if unusual:
        made.status = ScheduleStatus.UNCONFIRMED
    session.add(made)
    session.flush()
    audit.record(
        session,
        person.id,
        "schedule.create",
        made.id,
        version=version.id,
        area=made.area_id,
        group=made.group_id,
        start_at=made.start_at.isoformat(),
        rule=made.rule,
        audio_sha256=production.sha256 if production else None,
        test=made.test,
        unusual=unusual,
    )
    if unusual and ask:
        _ask_for_a_second(session, person, made, zone)
    if unusual or version.status is not VersionStatus.APPROVED:
        return []
    return _begin(session, made, production, at, zone)


def confirm(
    session: Session, person: Person, schedule_id: str, at: datetime, zone: str
) -> tuple[Schedule, list[Occurrence]]:
    """A second person agrees to an unusual hour; of a programme to the whole of it.

    Raises NotFoundError, ForbiddenError (no right there, or the one who asked), ConflictError (nothing to agree to, too late).
    """
    made = session.get(Schedule, schedule_id)
    if made is None:
        raise NotFoundError("Không có lịch phát này.")
    _, bulletin = store.find_version(session, person, made.version_id)
    if not rights.may(session, person, rights.Action.APPROVE, made.area_id, bulletin.priority):
        rights.require(session, person, rights.Action.SCHEDULE, made.area_id, bulletin.priority)
    if made.status is not ScheduleStatus.UNCONFIRMED:
        raise ConflictError("Lịch phát này không chờ ai đồng ý. Hãy tải lại trang.")
    if person.id == made.created_by:
        raise ForbiddenError("Giờ phát bất thường phải do người thứ hai đồng ý, không phải người đặt lịch.")
    if not made.rule and made.start_at <= at:
        raise ConflictError("Giờ phát đã qua. Hãy đặt lịch mới.")
    occurrences = []
    for part in _together(session, made):
        part.status, part.confirmed_by, part.confirmed_at = ScheduleStatus.WAITING, person.id, at
        session.add(part)
        notices.settle(session, _ASKED, part.id)
        audit.record(
            session, person.id, "schedule.confirm", part.id, start_at=part.start_at.isoformat(), rule=part.rule
        )
        version, _ = store.find_version(session, person, part.version_id)
        if version.status is VersionStatus.APPROVED:
            occurrences += _begin(session, part, store.production_of(session, version), at, zone)
    return made, [one for one in occurrences if one.schedule_id == made.id]


def _together(session: Session, made: Schedule) -> list[Schedule]:
    """The parts of the same programme that wait as well."""
    if made.run_id is None:
        return [made]
    same = select(Schedule).where(Schedule.run_id == made.run_id, Schedule.status == ScheduleStatus.UNCONFIRMED)
    return list(session.exec(same))


def _ask_for_a_second(session: Session, person: Person, made: Schedule, zone: str) -> None:
    version = session.get(Version, made.version_id)
    bulletin = session.get(Bulletin, version.bulletin_id) if version else None
    assert bulletin is not None
    area = areas.find(session, made.area_id)
    local = made.start_at.astimezone(ZoneInfo(zone))
    text = (
        f"{person.name} đặt “{bulletin.title}” phát ở {area.name} lúc {local:%H:%M} ngày {local:%d/%m}: giờ bất thường. "
        "Cần người thứ hai đồng ý thì mới phát."
    )
    for other in notices.approvers(session, area):
        if other.id != person.id:
            notices.tell(session, other, _ASKED, made.id, text, "/cho-dong-y")


def begin_waiting(session: Session, version: Version, at: datetime, zone: str) -> list[Schedule]:
    """The version was approved: its waiting schedules begin. Those lapse that a rule forbids now that the length is known, or
    that no day is left for.

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
            check_instants(session, made, author, area, zone)
        except (policy.PolicyBreachError, InvalidInputError) as refusal:
            lapse(session, made, str(refusal))
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
    if made.run_id is None and not _is_relay(session, made):
        made.duration_ms = _ready_ms(production)
    made.status = ScheduleStatus.ACTIVE
    session.add(made)
    return materialise_one(session, made, at, zone)


def _is_relay(session: Session, made: Schedule) -> bool:
    version = session.get(Version, made.version_id)
    bulletin = session.get(Bulletin, version.bulletin_id) if version else None
    return bulletin is not None and bulletin.priority is Priority.RELAY


def _ready_ms(production: Production | None) -> int:
    if production is None or production.status is not ProductionStatus.READY or production.duration_ms is None:
        raise ConflictError("Bản tin chưa có tiếng hoàn chỉnh. Hãy dựng tiếng trước.")
    return production.duration_ms


def _length_ms(bulletin: Bulletin, production: Production | None, length_ms: int) -> int:
    if bulletin.priority is not Priority.RELAY:
        return production.duration_ms or 0 if production else 0
    if not 60_000 <= length_ms <= _LONGEST_RELAY_MS:
        raise InvalidInputError("Tiếp sóng phải có thời lượng từ 1 phút đến 4 giờ.")
    return length_ms


def check_version(version: Version, bulletin: Bulletin, *, may_wait: bool) -> None:
    """Whether it may be put on air by a schedule. Raises ConflictError."""
    if bulletin.priority is Priority.EMERGENCY:
        raise ConflictError("Tin khẩn cấp không đặt lịch được. Hãy phát ở trang Khẩn cấp.")
    if version.status is VersionStatus.APPROVED or (version.status is VersionStatus.SUBMITTED and may_wait):
        return
    raise ConflictError(f"“{bulletin.title}” chưa được duyệt nên chưa phát được. Hãy gửi duyệt trước.")


def check_time(start_at: datetime, max_start_delay_s: float, at: datetime) -> None:
    """Whether an instant can still be asked for. Raises InvalidInputError."""
    if start_at <= at:
        raise InvalidInputError("Giờ phát đã qua. Hãy chọn một giờ sau bây giờ.")
    if start_at > at + _FARTHEST:
        raise InvalidInputError("Chỉ đặt lịch trước được tối đa hai năm.")
    if not 0 <= max_start_delay_s <= _LONGEST_DELAY_S:
        raise InvalidInputError(f"Độ trễ cho phép từ 0 đến {_LONGEST_DELAY_S:.0f} giây.")


def check_instants(session: Session, made: Schedule, person: Person, area: Area, zone: str) -> bool:
    """Every instant of the coming year against hours and length, those of the next days against what is planned already.

    Whether any of them is at an unusual hour. Raises InvalidInputError (the rule gives no day), PolicyBreachError.
    """
    length = timedelta(milliseconds=made.duration_ms)
    start = made.start_at
    without = left_out(session, made, start, start + _FARTHEST, zone)
    found = due(made, after=start, before=start + _FARTHEST, zone=zone, without=without)
    first = next(found, None)
    if first is None:
        raise InvalidInputError("Quy tắc lặp này không ra ngày nào trong hai năm tới. Hãy kiểm tra lại.")
    hours = policy.hours_over(session, area.id)
    village = policy.village_hours(session, area.id) if person.role is RoleName.VILLAGE_HEAD else None
    new: dict[date, int] = {}
    unusual = False
    for instant in (first, *found):
        if instant >= first + _CHECKED:
            break
        hours.check(instant, length, zone)
        unusual = unusual or hours.unusual(instant, length, zone)
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
    return unusual


def _with(load: policy.Load, times: int, length: timedelta) -> policy.Load:
    """The load with `times` more broadcasts of this length."""
    return policy.Load(sessions=load.sessions + times, length=load.length + times * length)
