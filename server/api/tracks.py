"""Recordings that a version carries: other languages of the commune, music."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel, Field

from server import room
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.bulletins import store, tracks
from server.bulletins.languages import LANGUAGES, language_name
from server.errors import NotFoundError
from server.station import Station
from server.tables import Version

router = APIRouter(tags=["tracks"])


class LanguageView(BaseModel):
    """A language to choose from."""

    tag: str
    name: str


class TrackView(BaseModel):
    """One recording."""

    id: str
    language: str
    language_name: str
    title: str
    duration_ms: int
    loudness_lufs: float
    sha256: str
    uploaded_at: AwareDatetime


class TracksView(BaseModel):
    """The recordings of a version. `order` has their ids as they sound, "speech" where the synthetic Vietnamese stands."""

    edit_count: int
    order: list[str]
    items: list[TrackView]


class OrderRequest(BaseModel):
    """How they shall sound: every id once, and "speech"."""

    order: list[str] = Field(max_length=tracks.MOST_TRACKS + 1)
    edit_count: int | None = Field(default=None, ge=0)


class TrackRequest(BaseModel):
    """What is otherwise about a recording."""

    language: str | None = Field(default=None, max_length=35)
    title: str | None = Field(default=None, max_length=200)
    edit_count: int | None = Field(default=None, ge=0)


@router.get("/languages")
def get_languages(_: PersonDep) -> Items[LanguageView]:
    """Languages spoken in the communes; any other BCP 47 tag is taken too."""
    return Items(items=[LanguageView(tag=tag, name=name) for tag, name in LANGUAGES.items()])


@router.get("/versions/{version_id}/tracks")
def get_tracks(version_id: str, person: PersonDep, station: StationDep) -> TracksView:
    """What it carries."""
    with station.database.read() as session:
        version, _ = store.find_version(session, person, version_id)
    return _view(station, version)


@router.post("/versions/{version_id}/tracks", status_code=201)
def post_track(
    version_id: str,
    person: PersonDep,
    station: StationDep,
    *,
    file: Annotated[UploadFile, File()],
    language: Annotated[str, Form(max_length=35)],
    title: Annotated[str, Form(max_length=1000)] = "",
    edit_count: Annotated[int | None, Form(ge=0)] = None,
) -> TracksView:
    """Take a recording (wav, mp3, m4a, webm/opus, ogg, flac; half an hour at most) into a draft, after what is there."""
    room.require(station.settings)
    version = tracks.add(
        station.database, station.settings, person, version_id, file.file, file.filename or "",
        language=language, title=title, seen=edit_count,
    )  # fmt: skip
    return _view(station, version)


@router.put("/versions/{version_id}/tracks/order")
def put_order(version_id: str, body: OrderRequest, person: PersonDep, station: StationDep) -> TracksView:
    """Let them sound in this order."""
    with station.database.write() as session:
        version = tracks.reorder(session, person, version_id, body.order, seen=body.edit_count)
    return _view(station, version)


@router.patch("/versions/{version_id}/tracks/{track_id}")
def patch_track(
    version_id: str, track_id: str, body: TrackRequest, person: PersonDep, station: StationDep
) -> TracksView:
    """Correct its language or title."""
    with station.database.write() as session:
        version = tracks.change(
            session, person, version_id, track_id, language=body.language, title=body.title, seen=body.edit_count
        )
    return _view(station, version)


@router.delete("/versions/{version_id}/tracks/{track_id}")
def delete_track(
    version_id: str,
    track_id: str,
    person: PersonDep,
    station: StationDep,
    edit_count: Annotated[int | None, Query(ge=0)] = None,
) -> TracksView:
    """Take it out."""
    version = tracks.remove(station.database, station.settings, person, version_id, track_id, seen=edit_count)
    return _view(station, version)


@router.get("/versions/{version_id}/tracks/{track_id}/audio", response_class=FileResponse)
def get_sound(version_id: str, track_id: str, person: PersonDep, station: StationDep) -> FileResponse:
    """The cleaned recording by itself: FLAC."""
    with station.database.read() as session:
        track = tracks.find(session, person, version_id, track_id)
    path = tracks.sound_of(station.settings, track)
    if not path.exists():
        raise NotFoundError("Tệp ghi âm không còn trên đài. Hãy bỏ bản ghi này rồi tải lên lại.")
    return FileResponse(path, media_type="audio/flac", headers={"ETag": f'"{track.sha256}"'})


def _view(station: Station, version: Version) -> TracksView:
    with station.database.read() as session:
        known = tracks.tracks_of(session, version.id)
    items = [TrackView(**track.model_dump(), language_name=language_name(track.language)) for track in known]
    return TracksView(edit_count=version.edit_count, order=tracks.order_of(known), items=items)
