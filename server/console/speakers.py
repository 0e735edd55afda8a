"""The speakers' page: which are there, how they are, and how a new box is let in."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from server import areas
from server.api import speakers as api
from server.console.pages import Page, PageDep, to
from server.errors import InvalidInputError, StationError

router = APIRouter(prefix="/loa", include_in_schema=False)


@router.get("")
def get_speakers(page: PageDep) -> Response:
    """All speakers, the ones that need somebody first."""
    return _list(page, {}, "", 200)


@router.post("")
def post_speaker(
    page: PageDep,
    *,
    id: Annotated[str, Form(max_length=64)] = "",  # noqa: A002  the field's name
    name: Annotated[str, Form(max_length=200)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Add a speaker; its id is made from its name unless given."""
    assert page.person is not None
    try:
        if not name.strip():
            raise InvalidInputError("Cụm loa phải có tên, ví dụ “Loa nhà văn hóa Nà Ít”.")
        body = api.SpeakerRequest(id=id.strip() or areas.slug(name), name=name, area_id=area_id)
        api.post_speaker(body, page.person, page.station)
    except StationError as error:
        return _list(page, {"id": id, "name": name, "area_id": area_id}, str(error), error.status)
    return to("/loa", "loa")


@router.post("/{speaker_id}/ma")
def post_claim(speaker_id: str, page: PageDep) -> Response:
    """A code that lets one box in as this speaker: shown once."""
    assert page.person is not None
    claim = api.post_claim(speaker_id, page.person, page.station, page.request)
    speaker = api.get_speaker(speaker_id, page.person, page.station)
    return page.show("claim.html", speaker=speaker, claim=claim)


def _list(page: Page, values: dict[str, str], error: str, status: int) -> Response:
    assert page.person is not None
    found = api.get_speakers(page.person, page.station, area_id="", after="", limit=1000).items
    with page.station.database.read() as session:
        places = areas.listed(session, areas.below(session, page.person.area_id))
    found.sort(
        key=lambda speaker: (
            speaker.in_repair,
            speaker.online,
            speaker.enrolled_at is None,
            areas.sort_key(speaker.name),
        )
    )
    return page.show("speakers.html", status=status, speakers=found, places=places, values=values, error=error)
