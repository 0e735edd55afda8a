"""Old codes after a merger: what a unit of before July 2025 became, and which codes mean our areas."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import Response

from server import areas
from server.api import areas as api
from server.api import units
from server.console.pages import Page, PageDep, to
from server.errors import NotFoundError, StationError
from server.people import rights

router = APIRouter(prefix="/xa/ma-cu", include_in_schema=False)
_SHORTEST = 2
_FOUND = 20


@router.get("")
def get_page(page: PageDep, tim: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The codes of our areas; `tim` looks a code or a name up in the national table."""
    return _show(page, tim, {}, "", 200)


@router.post("")
def post_code(
    page: PageDep,
    *,
    code: Annotated[str, Form(max_length=64)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Decide that an old code means an area of ours."""
    assert page.person is not None
    try:
        api.put_former_code(area_id, code.strip(), api.FormerCodeRequest(name=name), page.person, page.station)
    except StationError as error:
        values = {"code": code, "name": name, "area_id": area_id}
        return _show(page, "", values, str(error), error.status)
    return to("/xa/ma-cu", "luu")


@router.post("/{area_id}/{code}/bo")
def post_forgotten(area_id: str, code: str, page: PageDep) -> Response:
    """Let the national table decide again."""
    assert page.person is not None
    api.delete_former_code(area_id, code, page.person, page.station)
    return to("/xa/ma-cu", "luu")


def _show(page: Page, wanted: str, values: dict[str, str], error: str, status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        places = areas.listed(session, rights.reach(session, page.person))
        known = [(area, areas.former_codes(session, area)) for area in places]
    return page.show(
        "former_codes.html",
        status=status,
        error=error,
        values=values,
        wanted=wanted,
        found=_found(page, " ".join(wanted.split())),
        places=places,
        known=[(area, codes) for area, codes in known if codes],
    )


def _found(page: Page, wanted: str) -> list[units.FormerView] | None:
    """By code or by name; None when nothing was asked."""
    assert page.person is not None
    if len(wanted) < _SHORTEST:
        return None
    if not wanted.isdigit():
        return units.get_former_units(page.person, wanted, _FOUND).items
    try:
        return [units.get_former(wanted, page.person)]
    except NotFoundError:
        return []
