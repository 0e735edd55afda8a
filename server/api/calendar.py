"""Special days: what the calendar does not know, or knows otherwise. And what it does know."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from schedules.holidays import public_holidays
from schedules.lunar import FIRST, LAST, lunar_day
from server import areas, calendar
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.errors import InvalidInputError
from server.people import rights
from server.scheduling import withdraw_day
from server.tables import DayKind
from server.tables.columns import now

router = APIRouter(prefix="/areas/{area_id}/days", tags=["calendar"])
_MOST_DAYS = 400


class DayRequest(BaseModel):
    """What a day is."""

    kind: DayKind
    name: str = Field(max_length=200, examples=["Quốc tang"])


class DayView(BaseModel):
    """A day: its lunar date, its holiday, and what was decided for it."""

    day: date
    lunar_day: int
    lunar_month: int
    leap_month: bool
    holiday: str
    kind: DayKind | None
    name: str


@router.get("")
def get_days(
    area_id: str,
    person: PersonDep,
    station: StationDep,
    from_: Annotated[date, Query(alias="from")],
    to: date,
) -> Items[DayView]:
    """The days from `from` to `to`, both included: lunar dates, public holidays, own decisions."""
    if not FIRST <= from_ <= to < LAST or (to - from_).days >= _MOST_DAYS:
        raise InvalidInputError(f"Hãy chọn từ 1 đến {_MOST_DAYS} ngày, trong các năm {FIRST.year}–{LAST.year - 1}.")
    with station.database.read() as session:
        area = areas.find(session, area_id)
        rights.require(session, person, rights.Action.READ, area.id)
        decided = calendar.special_days(session, area.id, from_, to)
    views = []
    for ordinal in range(from_.toordinal(), to.toordinal() + 1):
        day = date.fromordinal(ordinal)
        lunar, row = lunar_day(day), decided.get(day)
        views.append(
            DayView(
                day=day,
                lunar_day=lunar.day,
                lunar_month=lunar.month,
                leap_month=lunar.leap,
                holiday=public_holidays(day.year).get(day, ""),
                kind=row.kind if row else None,
                name=row.name if row else "",
            )
        )
    return Items(items=views)


@router.put("/{day}", status_code=204)
def put_day(area_id: str, day: date, body: DayRequest, person: PersonDep, station: StationDep) -> None:
    """Decide what a day is: what repeats is withdrawn from a day of mourning, what leaves out holidays from a holiday."""
    with station.database.write() as session:
        area = areas.find(session, area_id)
        rights.require(session, person, rights.Action.POLICY, area.id)
        calendar.decide(session, person, area, day, body.kind, body.name)
        in_force = calendar.special_days(session, area.id, day, day)[day].kind  # a level above may have said otherwise
        if in_force is not DayKind.ORDINARY:
            holiday = in_force is DayKind.HOLIDAY
            withdraw_day(session, area.id, day, now(), station.settings.timezone, holiday=holiday)
    station.air.kick()


@router.delete("/{day}", status_code=204)
def delete_day(area_id: str, day: date, person: PersonDep, station: StationDep) -> None:
    """Let the calendar decide again."""
    with station.database.write() as session:
        area = areas.find(session, area_id)
        rights.require(session, person, rights.Action.POLICY, area.id)
        calendar.forget(session, person, area, day)
