"""A ready-made day plan put on the schedule of an area: all of what was filled, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from schedules.templates import DayPlan, Slot, SlotKind
from server import programmes
from server.errors import InvalidInputError
from server.programmes import relays
from server.programmes.layout import in_words
from server.scheduling import Wish, schedule
from server.tables import Occurrence, Person, Schedule


@dataclass(frozen=True)
class Content:
    """What fills a slot: one of a relay, a programme or an approved version."""

    relay_id: str = ""
    programme_id: str = ""
    version_id: str = ""


@dataclass(frozen=True)
class Filled:
    """A slot that is on the schedule now."""

    slot: Slot
    schedules: list[Schedule]
    occurrences: list[Occurrence]


def apply(
    session: Session,
    person: Person,
    plan: DayPlan,
    *,
    area_id: str,
    first_day: date,
    contents: Mapping[str, Content],
    skip_holidays: bool,
    at: datetime,
    zone: str,
) -> list[Filled]:
    """Put on the schedule what fills the plan's slots, from `first_day` on; slots without content stay free.

    Raises InvalidInputError (no such slot, wrong kind, too long for it) and what `schedule` and `programmes.air` raise.
    """
    slots = {slot.key: slot for slot in plan.slots}
    if not contents or contents.keys() - slots.keys():
        raise InvalidInputError(f"Hãy chọn nội dung cho các khung: {', '.join(slots)}.")
    filled = []
    for key, slot in slots.items():
        if key in contents:
            start_at = slot.first(first_day, ZoneInfo(zone))
            filled.append(
                _fill(session, person, slot, contents[key], area_id, start_at, skip_holidays=skip_holidays, at=at, zone=zone)
            )  # fmt: skip
    return filled


def _fill(
    session: Session,
    person: Person,
    slot: Slot,
    content: Content,
    area_id: str,
    start_at: datetime,
    *,
    skip_holidays: bool,
    at: datetime,
    zone: str,
) -> Filled:
    if sum(map(bool, (content.relay_id, content.programme_id, content.version_id))) != 1:
        raise InvalidInputError(
            f"Khung {slot.name}: cần đúng một nội dung: nguồn tiếp sóng, chương trình hoặc bản tin."
        )
    if (slot.kind is SlotKind.RELAY) != bool(content.relay_id):
        wanted = "một nguồn tiếp sóng" if slot.kind is SlotKind.RELAY else "bản tin hoặc chương trình của xã"
        raise InvalidInputError(f"Khung {slot.name}: dành cho {wanted}.")
    if content.programme_id:
        wish = programmes.Airing(area_id=area_id, start_at=start_at, rule=slot.rule, skip_holidays=skip_holidays)
        run, made, occurrences = programmes.air(session, person, content.programme_id, wish, at, zone)
        _check_length(slot, run.length_ms)
        return Filled(slot, made, occurrences)
    version_id = content.version_id
    if content.relay_id:
        relay = relays.find(session, person, content.relay_id)
        if relay.version_id is None:
            raise InvalidInputError(f"Nguồn tiếp sóng “{relay.name}” chưa được lãnh đạo duyệt.")
        version_id = relay.version_id
    wanted_one = Wish(
        version_id=version_id,
        area_id=area_id,
        start_at=start_at,
        rule=slot.rule,
        skip_holidays=skip_holidays,
        length_ms=slot.minutes * 60_000,
    )
    one, occurrences = schedule(session, person, wanted_one, at, zone)
    _check_length(slot, one.duration_ms)
    return Filled(slot, [one], occurrences)


def _check_length(slot: Slot, length_ms: int) -> None:
    if length_ms > slot.minutes * 60_000:
        raise InvalidInputError(
            f"Khung {slot.name}: nội dung dài {in_words(length_ms)}, khung chỉ có {slot.minutes} phút. "
            "Hãy rút gọn hoặc chọn khung khác."
        )
