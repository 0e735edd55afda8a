"""Days that are not as the calendar says: mourning, a holiday of the commune, a public holiday that is a working day here."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from server.api import calendar as api
from server.console.languages import N_
from server.console.pages import WEEKDAYS, Page, PageDep, to
from server.errors import InvalidInputError, StationError
from server.tables import DayKind
from server.tables.columns import now

router = APIRouter(prefix="/xa/ngay", include_in_schema=False)
_AHEAD = timedelta(days=366)
_KINDS = {
    DayKind.MOURNING: N_("Ngày tang: mọi lượt phát lặp lại được thu hồi"),
    DayKind.HOLIDAY: N_("Ngày nghỉ: lịch “bỏ ngày lễ” không phát"),
    DayKind.ORDINARY: N_("Ngày thường: phát như mọi ngày"),
}


@router.get("")
def get_days(page: PageDep) -> Response:
    """The special days of a year ahead, and a form."""
    return _show(page, {}, "", 200)


@router.post("")
def post_day(
    page: PageDep,
    *,
    day: Annotated[str, Form(max_length=10)] = "",
    kind: Annotated[DayKind, Form()] = DayKind.MOURNING,
    name: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Decide what a day is, for the person's place and below."""
    assert page.person is not None
    try:
        body = api.DayRequest(kind=kind, name=name)
        api.put_day(page.person.area_id, _day(day), body, page.person, page.station)
    except StationError as error:
        return _show(page, {"day": day, "kind": kind.value, "name": name}, str(error), error.status)
    return to("/xa/ngay", "luu")


@router.post("/{day}/bo")
def post_forgotten(day: str, page: PageDep) -> Response:
    """Let the calendar decide again."""
    assert page.person is not None
    api.delete_day(page.person.area_id, _day(day), page.person, page.station)
    return to("/xa/ngay", "luu")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError("Hãy chọn một ngày.") from error


def _show(page: Page, values: dict[str, str], error: str, status: int) -> Response:
    assert page.person is not None
    today = now().astimezone(page.zone).date()
    found = api.get_days(page.person.area_id, page.person, page.station, from_=today, to=today + _AHEAD).items
    return page.show(
        "days.html",
        status=status,
        error=error,
        values=values,
        days=[day for day in found if day.holiday or day.kind],
        kinds=_KINDS,
        weekdays=WEEKDAYS,
        today=today,
    )
