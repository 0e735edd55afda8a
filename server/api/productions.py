"""The audio of a version."""

from fastapi import APIRouter
from fastapi.responses import FileResponse

from server.api.context import PersonDep, StationDep
from server.api.views import ProductionView, production_view
from server.bulletins import store
from server.errors import NotFoundError
from server.people import rights
from server.productions import order
from server.tables import ProductionStatus

router = APIRouter(prefix="/versions/{version_id}", tags=["productions"])
_NONE = "Bản tin này chưa được dựng tiếng. Hãy bấm dựng tiếng trước."


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


@router.get("/production")
def get_production(version_id: str, person: PersonDep, station: StationDep) -> ProductionView:
    """How far it is, and what it is when it is ready."""
    with station.database.read() as session:
        version, _ = store.find_version(session, person, version_id)
        view = production_view(session, version)
    if view is None:
        raise NotFoundError(_NONE)
    return view


@router.get("/audio", response_class=FileResponse)
def get_audio(version_id: str, person: PersonDep, station: StationDep) -> FileResponse:
    """The audio of the present text: Opus in Ogg; `Range` is honoured."""
    with station.database.read() as session:
        version, _ = store.find_version(session, person, version_id)
        production = store.production_of(session, version)
    if production is None or production.status is not ProductionStatus.READY:
        raise NotFoundError(_NONE)
    path = station.settings.audio_dir / f"{production.sha256}.opus"
    if not path.exists():
        raise NotFoundError("Tệp âm thanh không còn trên đài. Hãy dựng tiếng lại.")
    return FileResponse(path, media_type="audio/ogg; codecs=opus", headers={"ETag": f'"{production.sha256}"'})
