"""The commune's own page: hours, villages, people."""

from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import ValidationError
from sqlmodel import select
from starlette.responses import Response

from protocol.policy import Window
from server import areas, policy
from server.api.areas import AreaRequest, post_area, put_policy
from server.api.people import PersonChange, PersonRequest, patch_person, post_person
from server.console.pages import Page, PageDep, to
from server.errors import StationError
from server.people import accounts
from server.policy import AreaRules, VillageRules
from server.tables import Area, RoleName

router = APIRouter(prefix="/xa", include_in_schema=False)


@router.get("")
def get_commune(page: PageDep) -> Response:
    """The page."""
    return _show(page, "", {}, 200)


@router.post("/gio-phat")
def post_hours(
    page: PageDep,
    *,
    area_id: Annotated[str, Form(max_length=64)] = "",
    opens: Annotated[str, Form(max_length=8)] = "",
    closes: Annotated[str, Form(max_length=8)] = "",
    session_minutes: Annotated[str, Form(max_length=4)] = "",
    sessions_a_day: Annotated[str, Form(max_length=4)] = "",
    village_sessions: Annotated[str, Form(max_length=4)] = "3",
    village_minutes: Annotated[str, Form(max_length=4)] = "15",
    village_approval: Annotated[bool, Form()] = False,
) -> Response:
    """Set the area's hours and limits; other rules of it stay."""
    assert page.person is not None
    try:
        with page.station.database.read() as session:
            own = policy.own(session, areas.find(session, area_id).id)
        rules = AreaRules.model_validate(
            {
                **own.model_dump(),
                "allowed": (Window.model_validate({"start": opens, "end": closes}),) if opens and closes else (),
                "session_minutes": session_minutes or None,
                "sessions_a_day": sessions_a_day or None,
                "village": VillageRules.model_validate(
                    {
                        **(own.village or VillageRules()).model_dump(),
                        "sessions_a_day": village_sessions or None,
                        "minutes_a_day": village_minutes or None,
                        "approval": village_approval,
                    }
                ),
            }
        )
        put_policy(area_id, rules, page.person, page.station)
    except ValidationError:
        return _show(page, "Có ô điền chưa đúng. Hãy điền giờ (ví dụ 05:00) và các số từ 1 trở lên.", {}, 422)
    except StationError as error:
        return _show(page, str(error), {}, error.status)
    return to("/xa", "luu")


@router.post("/dia-ban")
def post_village(
    page: PageDep, name: Annotated[str, Form(max_length=200)] = "", parent_id: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Add a village."""
    assert page.person is not None
    try:
        post_area(AreaRequest(name=name, parent_id=parent_id), page.person, page.station)
    except StationError as error:
        return _show(page, str(error), {"village": name}, error.status)
    return to("/xa", "luu")


@router.post("/nguoi")
def post_somebody(
    page: PageDep,
    *,
    username: Annotated[str, Form(max_length=64)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[RoleName, Form()] = RoleName.VILLAGE_HEAD,
    password: Annotated[str, Form(max_length=200)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Add a person."""
    assert page.person is not None
    try:
        body = PersonRequest(username=username, name=name, role=role, password=password, area_id=area_id)
        post_person(body, page.person, page.station)
    except StationError as error:
        values = {"username": username, "name": name, "role": role.value, "area_id": area_id}
        return _show(page, str(error), values, error.status)
    return to("/xa", "luu")


@router.post("/nguoi/{person_id}")
def post_change(
    person_id: str,
    page: PageDep,
    *,
    act: Annotated[str, Form(max_length=10)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Shut a person out, let back in, or set another password."""
    assert page.person is not None
    change = PersonChange(password=password) if act == "password" else PersonChange(active=act == "in")
    try:
        patch_person(person_id, change, page.person, page.station)
    except StationError as error:
        return _show(page, str(error), {}, error.status)
    return to("/xa", "luu")


def _show(page: Page, error: str, values: dict[str, str], status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        ids = areas.below(session, page.person.area_id)
        places = areas.in_order(area for area in session.exec(select(Area)) if area.id in ids)
        people = accounts.within(session, page.person.area_id)
        rules = [
            (owner, policy.describe(r.allowed))
            for owner, r in policy.rules_over(session, page.person.area_id)
            if r.allowed
        ]
        own = policy.own(session, page.person.area_id)
        names = {area.id: area.name for area in places}
    return page.show(
        "commune.html", status=status, error=error, values=values, places=places, people=people, rules=rules, own=own,
        village=own.village or VillageRules(), names=names, roles=RoleName,
    )  # fmt: skip
