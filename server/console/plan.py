"""What each speaker will do minute by minute, before anybody hears it: the day that woke a commune at 03:15 was seen by nobody."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from server import areas
from server.api.plan import get_plan
from server.console import lanes
from server.console.languages import N_
from server.console.pages import Page, PageDep
from server.errors import InvalidInputError
from server.people import rights
from server.planner import Effect
from server.tables.columns import now

router = APIRouter(prefix="/ke-hoach", include_in_schema=False)
_DAY = timedelta(days=1)
_YEARS = range(2000, 2200)
_NO_DAY = "Ngày chưa đúng. Hãy chọn lại ngày muốn xem."
EFFECTS = {
    Effect.LATE: N_("Phát muộn"),
    Effect.DUCKED: N_("Nhỏ tiếng"),
    Effect.INTERRUPTED: N_("Bị ngắt rồi phát tiếp"),
    Effect.CUT: N_("Bị ngắt, không phát tiếp"),
    Effect.MISSED: N_("Không phát được"),
    Effect.REJECTED: N_("Loa từ chối"),
}
_GRAVE = frozenset({Effect.CUT, Effect.MISSED, Effect.REJECTED})


@router.get("")
def get_page(
    page: PageDep, noi: Annotated[str, Query(max_length=64)] = "", ngay: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """The next 24 hours at the person's place, or a day of the calendar at another one."""
    assert page.person is not None
    start, day = _span(page, ngay)
    made = get_plan(page.person, page.station, area_id=noi, from_=start, to=start + _DAY)
    found = lanes.stretches(made, page.zone)
    with page.station.database.read() as session:
        places = areas.listed(session, rights.reach(session, page.person))
    shown = day or start.astimezone(page.zone).date()
    return page.show(
        "plan.html",
        plan=made,
        stretches=found,
        marks=lanes.overview(made, found),
        hours=lanes.ticks(made.start, made.end, page.zone),
        width=lanes.WIDTH,
        broadcasts=len({(one.schedule_id, one.due_at) for track in made.tracks for one in track.affairs}),
        places=places,
        day=day,
        before=shown - _DAY,
        after=shown + _DAY,
        effects=EFFECTS,
        grave=_GRAVE,
    )


def _span(page: Page, text: str) -> tuple[datetime, date | None]:
    """When the plan begins, and the day that was asked for; None for the next 24 hours. Raises InvalidInputError."""
    if not text:
        return now().replace(second=0, microsecond=0), None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(_NO_DAY) from error
    if day.year not in _YEARS:
        raise InvalidInputError(_NO_DAY)
    return datetime(day.year, day.month, day.day, tzinfo=page.zone), day
