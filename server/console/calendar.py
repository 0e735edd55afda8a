"""The week: what sounds when, moved by dragging, by arrow keys or by a form, and refused with the rule that forbids it."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import Response

from schedules import ScheduleError
from server import areas, policy
from server.api.occurrences import MoveRequest, get_occurrences, post_move
from server.console import confirmation, tally
from server.console.instants import instant
from server.console.pages import WEEKDAYS, Page, PageDep, to
from server.errors import StationError
from server.tables import OccurrenceStatus, ScheduleStatus
from server.tables.columns import now

router = APIRouter(prefix="/lich", include_in_schema=False)
_WEEK = timedelta(days=7)
_MOST = 700


@router.get("")
def get_calendar(
    page: PageDep, tuan: Annotated[str, Query(max_length=10)] = "", noi: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """The week that begins with the Monday before `tuan`, at one area or at all."""
    return _show(page, tuan, noi, "", 200)


@router.post("/{occurrence_id}/doi")
def post_moved(
    occurrence_id: str,
    page: PageDep,
    *,
    day: Annotated[str, Form(max_length=10)] = "",
    hour: Annotated[str, Form(max_length=8)] = "",
    noi: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Move one; what forbids it is said on top of the same week."""
    assert page.person is not None
    try:
        body = MoveRequest(start_at=instant(day, hour, page.zone))
        moved = post_move(occurrence_id, body, page.person, page.station)
    except (StationError, ScheduleError) as error:
        return _show(page, day, noi, str(error), 422)
    answer = to("/lich", "cho-nguoi-hai" if moved.status is ScheduleStatus.UNCONFIRMED else "doi")
    answer.headers["location"] += f"&tuan={day}&noi={noi}"
    return answer


def _show(page: Page, near: str, place: str, error: str, status: int) -> Response:
    assert page.person is not None
    today = now().astimezone(page.zone).date()
    try:
        monday = date.fromisoformat(near) if near else today
    except ValueError:
        monday = today
    monday -= timedelta(days=monday.weekday())
    start = datetime(monday.year, monday.month, monday.day, tzinfo=page.zone)
    found = get_occurrences(
        page.person, page.station, from_=start, to=start + _WEEK, area_id=place, limit=_MOST, deliveries=False
    ).items  # fmt: skip
    with page.station.database.read() as session:
        places = areas.listed(session, areas.below(session, page.person.area_id))
        rules = policy.allowed_over(session, place or page.person.area_id)
        tones = tally.tones(session, [o.id for o in found], areas.below(session, place or page.person.area_id))
    days = [monday + timedelta(days=n) for n in range(7)]
    shown = [o for o in found if o.status is not OccurrenceStatus.WITHDRAWN]
    return page.show(
        "calendar.html",
        status=status,
        error=error,
        days=[(day, [o for o in shown if o.due_at.astimezone(page.zone).date() == day]) for day in days],
        today=today,
        monday=monday,
        before=monday - _WEEK,
        after=monday + _WEEK,
        place=place,
        places=places,
        rules=rules,
        tones=tones,
        asked=confirmation.asked(page),
        weekdays=WEEKDAYS,
        open_statuses=(OccurrenceStatus.PLANNED, OccurrenceStatus.PUBLISHED),
    )
