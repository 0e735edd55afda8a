"""Ordering the audio of a version, and how far it is."""

from fastapi import APIRouter

from server.api.context import PersonDep, StationDep
from server.api.listening import NONE
from server.api.views import ProductionView, production_view
from server.bulletins import store
from server.errors import NotFoundError
from server.people import rights
from server.productions import order, stop

router = APIRouter(prefix="/versions/{version_id}", tags=["productions"])


@router.post("/production", status_code=202)
def post_production(version_id: str, person: PersonDep, station: StationDep) -> ProductionView:
    """Order the audio of the present text; the same order twice is one."""
    with station.database.write() as session:
        version, bulletin = store.find_version(session, person, version_id)
        if not rights.may(session, person, rights.Action.APPROVE, bulletin.area_id, bulletin.priority):
            rights.require(session, person, rights.Action.WRITE, bulletin.area_id, bulletin.priority)
        order(session, person, version_id, station.settings.voice)
        view = production_view(session, version)
    station.workshop.kick()
    assert view is not None
    return view


@router.delete("/production")
def delete_production(version_id: str, person: PersonDep, station: StationDep) -> ProductionView:
    """Stop what is queued or being rendered, at once. What is rendered already is kept for the next order."""
    with station.database.write() as session:
        version, bulletin = store.find_version(session, person, version_id)
        rights.require(session, person, rights.Action.WRITE, bulletin.area_id, bulletin.priority)
        production = stop(session, person, version_id)
        view = production_view(session, version)
    station.workshop.drop(production.id)
    assert view is not None
    return view


@router.get("/production")
def get_production(version_id: str, person: PersonDep, station: StationDep) -> ProductionView:
    """How far it is, and what it is when it is ready."""
    with station.database.read() as session:
        version, _ = store.find_version(session, person, version_id)
        view = production_view(session, version)
    if view is None:
        raise NotFoundError(NONE)
    return view
