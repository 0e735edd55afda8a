"""Groups of speakers across villages: made, changed, dissolved."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from server import areas, groups
from server.api import groups as api
from server.api.speakers import SpeakerView, get_speakers
from server.console.pages import Page, PageDep, to
from server.errors import StationError
from server.people import rights

router = APIRouter(prefix="/nhom", include_in_schema=False)
_MOST = 1000
"""Speakers to tick on one page."""
_Members = Annotated[list[str] | None, Form(max_length=groups.MOST)]


@router.get("")
def get_groups(page: PageDep) -> Response:
    """The groups that the person may see, and a form for a new one."""
    return _show(page, "", "", [], "", 200)


@router.post("")
def post_group(page: PageDep, *, name: Annotated[str, Form(max_length=200)] = "", speaker: _Members = None) -> Response:
    """Make a group at the person's place."""
    assert page.person is not None
    try:
        body = api.GroupRequest(name=name, area_id=page.person.area_id, speaker_ids=speaker or [])
        api.post_group(body, page.person, page.station)
    except StationError as error:
        return _show(page, "", name, speaker or [], str(error), error.status)
    return to("/nhom", "luu")


@router.post("/{group_id}")
def post_change(
    group_id: str, page: PageDep, *, name: Annotated[str, Form(max_length=200)] = "", speaker: _Members = None
) -> Response:
    """Another name, other members."""
    assert page.person is not None
    try:
        api.patch_group(group_id, api.GroupChange(name=name, speaker_ids=speaker or []), page.person, page.station)
    except StationError as error:
        return _show(page, group_id, name, speaker or [], str(error), error.status)
    return to("/nhom", "luu")


@router.post("/{group_id}/bo")
def post_dissolved(group_id: str, page: PageDep) -> Response:
    """Dissolve it; refused while something is still to go to it."""
    assert page.person is not None
    try:
        api.delete_group(group_id, page.person, page.station)
    except StationError as error:
        return _show(page, "", "", [], str(error), error.status)
    return to("/nhom", "luu")


def _show(page: Page, at: str, name: str, ticked: list[str], error: str, status: int) -> Response:
    """`at` is the group whose form was refused, "" for the new one; `name` and `ticked` are what was sent."""
    assert page.person is not None
    found = api.get_groups(page.person, page.station).items
    speakers = get_speakers(page.person, page.station, area_id="", after="", limit=_MOST).items
    with page.station.database.read() as session:
        may_change = {
            group.id: rights.may(session, page.person, rights.Action.SPEAKERS, group.area_id) for group in found
        }
        places = areas.listed(session, areas.below(session, page.person.area_id))
    by_place = [(area.name, [speaker for speaker in speakers if speaker.area_id == area.id]) for area in places]
    return page.show(
        "groups.html",
        status=status,
        error=error,
        groups=found,
        may_change=may_change,
        by_place=[(place, sorted(there, key=_by_name)) for place, there in by_place if there],
        names={speaker.id: speaker.name for speaker in speakers},
        at=at,
        typed=name,
        ticked=ticked,
    )


def _by_name(speaker: SpeakerView) -> list[tuple[int, str]]:
    return areas.sort_key(speaker.name)
