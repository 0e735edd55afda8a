"""What cannot wait: stop everything, an emergency, its all-clear."""

from typing import Annotated

from fastapi import APIRouter, Form
from sqlmodel import Session, col, select
from starlette.responses import Response

from server import areas
from server.api import emergencies as api
from server.api.air import air_of
from server.api.views import production_view
from server.console.pages import Page, PageDep, to
from server.errors import StationError
from server.tables import Area, Bulletin, PreparedEmergency, ProductionStatus, Version, VersionStatus

router = APIRouter(include_in_schema=False)
_OFFERED = 30


@router.get("/dung")
def get_stop(page: PageDep) -> Response:
    """Stop all: where, and yes."""
    return page.show("stop.html", places=_places(page))


@router.post("/dung")
def post_stop(page: PageDep, area_id: Annotated[str, Form(max_length=64)] = "") -> Response:
    """Silence an area now; the button on every page silences all that the person answers for."""
    assert page.person is not None
    api.post_stop_all(api.StopRequest(area_id=area_id or page.person.area_id), page.person, page.station)
    return to("/", "dung")


@router.get("/khan-cap")
def get_emergency(page: PageDep) -> Response:
    """Emergencies in force, and the form for another."""
    return _emergency(page, {}, "", 200)


@router.post("/khan-cap")
def post_emergency(
    page: PageDep,
    *,
    message: Annotated[str, Form(max_length=80)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
    authority: Annotated[str, Form(max_length=200)] = "",
    confirm: Annotated[str, Form(max_length=20)] = "",
    test: Annotated[bool, Form()] = False,
) -> Response:
    """Order it. The confirmation is a word that nobody types by accident."""
    assert page.person is not None
    kind, _, chosen = message.partition(":")
    try:
        body = api.EmergencyRequest(
            area_id=area_id,
            authority=authority,
            confirm=confirm.strip().casefold() in {"phát", "phat"},
            version_id=chosen if kind == "version" else "",
            prepared_id=chosen if kind == "prepared" else "",
            test=test,
        )
        api.post_emergency(body, page.person, page.station, air_of(page.station))
    except StationError as error:
        values = {"message": message, "area_id": area_id, "authority": authority, "test": test}
        return _emergency(page, values, str(error), error.status)
    return to("/khan-cap", "khan-cap")


@router.post("/khan-cap/{emergency_id}/het")
def post_all_clear(emergency_id: str, page: PageDep) -> Response:
    """The all-clear."""
    assert page.person is not None
    api.post_all_clear(emergency_id, page.person, page.station, air_of(page.station))
    return to("/khan-cap", "het")


def _emergency(page: Page, values: dict[str, object], error: str, status: int) -> Response:
    assert page.person is not None
    shown = api.get_emergencies(page.person, page.station).items
    with page.station.database.read() as session:
        offered = _messages(session, page)
    given = {"message": "", "area_id": page.person.area_id, "authority": "", "test": False, **values}
    return page.show(
        "emergency.html",
        status=status,
        emergencies=shown,
        offered=offered,
        places=_places(page),
        values=given,
        error=error,
    )


def _messages(session: Session, page: Page) -> list[tuple[str, str]]:
    """What can be ordered: prepared messages first, then approved bulletins with audio, the newest first."""
    assert page.person is not None
    below = areas.below(session, page.person.area_id)
    prepared = session.exec(
        select(PreparedEmergency, Bulletin.title)
        .join(Version, col(PreparedEmergency.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(col(PreparedEmergency.area_id).in_(areas.concerning(session, page.person.area_id)))
    )
    found = [(f"prepared:{row.id}", f"{title} (soạn sẵn)") for row, title in prepared]
    approved = session.exec(
        select(Version, Bulletin.title)
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(Version.status == VersionStatus.APPROVED, col(Bulletin.area_id).in_(below))
        .order_by(col(Version.decided_at).desc())
        .limit(_OFFERED)
    ).all()
    for version, title in approved:
        production = production_view(session, version)
        if production is not None and production.status is ProductionStatus.READY:
            found.append((f"version:{version.id}", title))
    return found


def _places(page: Page) -> list[Area]:
    assert page.person is not None
    with page.station.database.read() as session:
        ids = areas.below(session, page.person.area_id)
        return areas.in_order(area for area in session.exec(select(Area)) if area.id in ids)
