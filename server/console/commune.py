"""The commune's own page: hours, villages, people."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from server import areas, policy
from server.api.areas import AreaRequest, post_area
from server.api.people import PersonRequest, post_person
from server.console.pages import Page, PageDep, to
from server.errors import StationError
from server.people import accounts
from server.tables import RoleName

router = APIRouter(prefix="/xa", include_in_schema=False)


@router.get("")
def get_commune(page: PageDep) -> Response:
    """The page."""
    return _show(page, "", {}, 200)


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


def _show(page: Page, error: str, values: dict[str, str], status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        places = areas.listed(session, areas.below(session, page.person.area_id))
        people = accounts.within(session, page.person.area_id)
        rules = policy.allowed_over(session, page.person.area_id)
        names = {area.id: area.name for area in places}
    return page.show(
        "commune.html", status=status, error=error, values=values, places=places, people=people, rules=rules,
        names=names, roles=RoleName,
    )  # fmt: skip
