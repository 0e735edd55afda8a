"""Radios that are relayed: made and tried, approved by a leader, put on air for so many minutes."""

from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import Field
from sqlmodel import select
from starlette.responses import Response

from protocol.priorities import Priority
from schedules import ScheduleError
from server import areas, policy
from server.api import relays as api
from server.api.schedules import ScheduleRequest, get_schedules, post_schedule, post_withdraw
from server.console import airing, places, repetition
from server.console.pages import Page, PageDep, to
from server.errors import ConflictError, InvalidInputError, NotFoundError, StationError
from server.people import rights
from server.programmes.relays import MOST_URLS
from server.tables import Area, Person, ScheduleStatus

router = APIRouter(prefix="/tiep-song", include_in_schema=False)
_MINUTES = 30
"""Usual length of a relay."""


class _Form(airing.AiringForm):
    minutes: int = Field(_MINUTES, ge=0, le=100_000)


@router.get("")
def get_page(page: PageDep) -> Response:
    """All sources, and the form for a new one."""
    return _list(page, {}, "", 200)


@router.post("")
def post_new(
    page: PageDep,
    *,
    name: Annotated[str, Form(max_length=1000)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
    urls: Annotated[str, Form(max_length=20_000)] = "",
    act: Annotated[str, Form(max_length=10)] = "luu",
) -> Response:
    """Try the addresses (thu), or make the source: then its leaders are told."""
    assert page.person is not None
    values = {"name": name, "area_id": area_id, "urls": urls}
    addresses = [line for line in map(str.strip, urls.splitlines()) if line]
    try:
        if not 1 <= len(addresses) <= MOST_URLS:
            raise InvalidInputError(f"Hãy ghi từ 1 đến {MOST_URLS} địa chỉ, mỗi dòng một địa chỉ.")
        if act == "thu":
            tried = api.post_trial(api.TrialRequest(urls=addresses), page.person, page.station).items
            return _list(page, values, "", 200, tried=tried)
        made = api.post_relay(api.RelayRequest(name=name, area_id=area_id, urls=addresses), page.person, page.station)
    except StationError as error:
        return _list(page, values, str(error), error.status)
    return to(f"/tiep-song/{made.id}", "tiep-song")


@router.get("/{relay_id}")
def get_one(relay_id: str, page: PageDep) -> Response:
    """One source: what it is, whether it sounds, and putting it on air."""
    return _show(page, relay_id, {}, "", 200)


@router.post("/lich/{schedule_id}/thu-hoi")
def post_withdrawn(schedule_id: str, page: PageDep) -> Response:
    """Take one of its schedules back, also on air."""
    assert page.person is not None
    withdrawn = post_withdraw(schedule_id, page.person, page.station)
    relay = next(
        (one for one in api.get_relays(page.person, page.station).items if one.version_id == withdrawn.version_id), None
    )
    return to(f"/tiep-song/{relay.id}" if relay else "/tiep-song", "thu")


@router.post("/{relay_id}/phat")
def post_air(
    relay_id: str,
    page: PageDep,
    form: Annotated[_Form, Form()],
) -> Response:
    """Put it on air, or say why not, with the form as it was."""
    assert page.person is not None
    try:
        with page.station.database.read() as session:
            place, group_id = places.chosen(session, page.person, form.area_id)
        relay = api.get_relay(relay_id, page.person, page.station)
        if relay.version_id is None:
            raise ConflictError(f"Nguồn tiếp sóng “{relay.name}” chưa được lãnh đạo duyệt.")
        body = ScheduleRequest(
            version_id=relay.version_id,
            area_id=place,
            group_id=group_id,
            start_at=form.start_at(page.zone),
            rule=form.rule(),
            skip_holidays=form.skip_holidays,
            length_ms=min(form.minutes * 60_000, 86_400_000),
        )
        made = post_schedule(body, page.person, page.station)
    except (StationError, ScheduleError) as error:
        return _show(page, relay_id, form.model_dump(), str(error), 422)
    return to(f"/tiep-song/{relay_id}", "cho-nguoi-hai" if made.status is ScheduleStatus.UNCONFIRMED else "lich")


@router.post("/{relay_id}/{act}")
def post_act(relay_id: str, act: str, page: PageDep) -> Response:
    """Approve it (duyet), try its addresses again (thu), relay it no more (bo)."""
    assert page.person is not None
    try:
        if act == "thu":
            urls = api.get_relay(relay_id, page.person, page.station).urls
            tried = api.post_trial(api.TrialRequest(urls=urls), page.person, page.station).items
            return _show(page, relay_id, {}, "", 200, tried=tried)
        if act == "duyet":
            api.post_approve(relay_id, page.person, page.station)
            return to(f"/tiep-song/{relay_id}", "duyet-nguon")
        if act != "bo":
            raise NotFoundError("Không làm được việc này ở địa chỉ này.")
        api.delete_relay(relay_id, page.person, page.station)
    except StationError as error:
        return _show(page, relay_id, {}, str(error), error.status)
    return to("/tiep-song", "bo-nguon")


def _list(
    page: Page, values: dict[str, str], error: str, status: int, *, tried: list[api.TrialView] | None = None
) -> Response:
    assert page.person is not None
    found = api.get_relays(page.person, page.station).items
    with page.station.database.read() as session:
        there = areas.listed(session, areas.below(session, page.person.area_id))
        names = dict(session.exec(select(Area.id, Area.name)).all())
        may_make = rights.may(session, page.person, rights.Action.WRITE, page.person.area_id, Priority.RELAY)
    given = {"name": "", "area_id": page.person.area_id, "urls": "", **values}
    return page.show(
        "relays.html", status=status, relays=found, places=there, names=names, may_make=may_make, values=given,
        error=error, tried=tried or [], most=MOST_URLS,
    )  # fmt: skip


def _show(
    page: Page,
    relay_id: str,
    values: dict[str, object],
    error: str,
    status: int,
    *,
    tried: list[api.TrialView] | None = None,
) -> Response:
    assert page.person is not None
    relay = api.get_relay(relay_id, page.person, page.station)
    planned = []
    if relay.version_id:
        planned = get_schedules(page.person, page.station, version_id=relay.version_id, limit=50, before="").items
    with page.station.database.read() as session:
        there = places.choices(session, page.person)
        names = dict(session.exec(select(Area.id, Area.name)).all())
        author = session.get_one(Person, relay.created_by).name
        hours = policy.allowed_over(session, relay.area_id)
        may = {
            action.value: rights.may(session, page.person, action, relay.area_id, Priority.RELAY)
            for action in (rights.Action.APPROVE, rights.Action.SCHEDULE, rights.Action.WRITE)
        }
    given = {**airing.fresh(relay.area_id, page.zone), "minutes": _MINUTES, **values}
    return page.show(
        "relay.html", status=status, relay=relay, author=author, planned=planned, places=there, names=names, rights=may,
        own=relay.created_by == page.person.id, hours=hours, weekdays=repetition.DAYS, values=given, error=error,
        tried=tried or [],
    )  # fmt: skip
