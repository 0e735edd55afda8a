"""Putting an approved version on air: all is checked, then schedule, occurrences and deliveries are made in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from schedules.recurrence import check_rule, instants
from server import areas, audit, policy
from server.bulletins import store
from server.errors import ConflictError, InvalidInputError
from server.people import rights
from server.scheduling.materialise import materialise_one, speakers_in
from server.tables import Occurrence, Person, Production, ProductionStatus, Schedule, VersionStatus

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
    if version.status is not VersionStatus.APPROVED:
        raise ConflictError("Bản tin chưa được duyệt nên chưa phát được. Hãy gửi duyệt trước.")
    production = store.production_of(session, version)
    if production is None or production.status is not ProductionStatus.READY or production.duration_ms is None:
        raise ConflictError("Bản tin chưa có tiếng hoàn chỉnh. Hãy dựng tiếng trước.")
    if wish.start_at <= at:
        raise InvalidInputError("Giờ phát đã qua. Hãy chọn một giờ sau bây giờ.")
    if wish.start_at > at + _FARTHEST:
        raise InvalidInputError("Chỉ đặt lịch trước được tối đa hai năm.")
    if not 0 <= wish.max_start_delay_s <= _LONGEST_DELAY_S:
        raise InvalidInputError(f"Độ trễ cho phép từ 0 đến {_LONGEST_DELAY_S:.0f} giây.")
    if not speakers_in(session, area.id):
        raise ConflictError(f"{area.name} chưa có cụm loa nào sẵn sàng. Hãy thêm cụm loa, hoặc chọn địa bàn khác.")
    rule = check_rule(wish.rule)
    _check_instants(session, wish, rule, area.id, production, zone)
    made = Schedule(
        version_id=version.id,
        area_id=area.id,
        start_at=wish.start_at,
        rule=rule,
        max_start_delay_s=wish.max_start_delay_s,
        duration_ms=production.duration_ms,
        test=wish.test,
        created_by=person.id,
    )
    session.add(made)
    session.flush()
    occurrences = materialise_one(session, made, at, zone)
    audit.record(
        session,
        person.id,
        "schedule.create",
        made.id,
        version=version.id,
        area=area.id,
        start_at=made.start_at.isoformat(),
        rule=rule,
        audio_sha256=production.sha256,
        test=wish.test,
    )
    return made, occurrences


def _check_instants(session: Session, wish: Wish, rule: str, area_id: str, production: Production, zone: str) -> None:
    """Every instant of the coming year against the policy."""
    assert production.duration_ms is not None
    length = timedelta(milliseconds=production.duration_ms)
    first = next(instants(rule, wish.start_at, after=wish.start_at, before=wish.start_at + _FARTHEST, zone=zone), None)
    if first is None:
        raise InvalidInputError("Quy tắc lặp này không ra ngày nào trong hai năm tới. Hãy kiểm tra lại.")
    allowed = policy.hours_over(session, area_id)
    for instant in instants(rule, wish.start_at, after=first, before=first + _CHECKED, zone=zone):
        allowed.check(instant, length, zone)
