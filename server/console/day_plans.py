"""Ready-made day plans: the slots of a day, filled with what the commune has and put on the schedule in one go."""

from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form
from starlette.responses import Response

from schedules import ScheduleError
from server import areas
from server.api import templates as api
from server.api.programmes import get_programmes
from server.console import slots
from server.console.pages import Page, PageDep, to
from server.errors import InvalidInputError, NotFoundError, StationError
from server.programmes import EntryKind
from server.tables import ScheduleStatus
from server.tables.columns import now

router = APIRouter(prefix="/khung-ngay", include_in_schema=False)
_FIELDS = {"relay": "relay_id", "programme": "programme_id", "version": "version_id"}
"""What fills a slot, as the form names it ("kind:id") → the field of the request."""


@router.get("")
def get_page(page: PageDep) -> Response:
    """The plans to choose from."""
    assert page.person is not None
    return page.show("day_plans.html", plans=api.get_day_plans(page.person).items)


@router.get("/{plan_id}")
def get_one(plan_id: str, page: PageDep) -> Response:
    """One plan with its slots to fill."""
    return _show(page, plan_id, {}, "", 200)


@router.post("/{plan_id}")
def post_filled(
    plan_id: str,
    page: PageDep,
    *,
    slot: Annotated[list[str] | None, Form()] = None,
    content: Annotated[list[str] | None, Form()] = None,
    area_id: Annotated[str, Form(max_length=64)] = "",
    first_day: Annotated[str, Form(max_length=10)] = "",
    skip_holidays: Annotated[bool, Form()] = False,
) -> Response:
    """Put what was filled on the schedule, all of it or nothing. `slot` and `content` are pairs, content empty for a free slot."""
    assert page.person is not None
    filled = {key: chosen for key, chosen in zip(slot or [], content or [], strict=False) if chosen}
    try:
        if not filled:
            raise InvalidInputError("Chưa khung nào có nội dung. Hãy chọn ít nhất một nội dung.")
        body = api.ApplyRequest(
            area_id=area_id,
            first_day=_day(first_day),
            contents={key: _content(chosen) for key, chosen in filled.items()},
            skip_holidays=skip_holidays,
        )
        made = api.post_apply(plan_id, body, page.person, page.station).items
    except (StationError, ScheduleError) as error:
        values = {"filled": filled, "area_id": area_id, "first_day": first_day, "skip_holidays": skip_holidays}
        return _show(page, plan_id, values, str(error), error.status if isinstance(error, StationError) else 422)
    asks = any(schedule.status is ScheduleStatus.UNCONFIRMED for one in made for schedule in one.schedules)
    answer = to("/ke-hoach", "cho-nguoi-hai" if asks else "lich")
    answer.headers["location"] += f"&noi={quote(area_id)}&ngay={body.first_day}"
    return answer


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError("Hãy điền ngày bắt đầu.") from error


def _content(text: str) -> api.ContentRequest:
    kind, _, content_id = text.partition(":")
    if kind not in _FIELDS or len(content_id) > 64:
        raise InvalidInputError("Nội dung chưa đúng. Hãy chọn lại trong danh sách.")
    return api.ContentRequest(**{_FIELDS[kind]: content_id})


def _show(page: Page, plan_id: str, values: dict[str, Any], error: str, status: int) -> Response:
    assert page.person is not None
    plan = next((one for one in api.get_day_plans(page.person).items if one.id == plan_id), None)
    if plan is None:
        raise NotFoundError("Không có khung ngày này. Hãy chọn một khung trong danh sách.")
    with page.station.database.read() as session:
        there = areas.listed(session, areas.below(session, page.person.area_id))
        found = slots.choices(session, page.person)
    tomorrow = now().astimezone(page.zone).date() + timedelta(days=1)
    given = {
        "filled": {}, "area_id": page.person.area_id, "first_day": tomorrow.isoformat(), "skip_holidays": False, **values,
    }  # fmt: skip
    return page.show(
        "day_plan.html", status=status, plan=plan, places=there, values=given, error=error,
        relays=[one for one in found[EntryKind.RELAY] if one.ready],
        programmes=[one for one in get_programmes(page.person, page.station).items if not one.problem],
        bulletins=[one for one in found[EntryKind.BULLETIN] if one.ready],
    )  # fmt: skip
