"""Bulletins of a sound alone: chime, recordings and music for programmes."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel

from protocol.priorities import Priority
from server import room
from server.api.context import PersonDep, StationDep
from server.api.views import BulletinWithScript, Items, VersionView, bulletin_with_script, version_view
from server.bulletins import intake, sounds, store
from server.productions import order
from server.tables import SoundKind

router = APIRouter(prefix="/sounds", tags=["programmes"])


class SoundView(BaseModel):
    """A sound with its newest version; it is approved and put on air like any bulletin."""

    id: str
    """Of the bulletin."""
    title: str
    kind: SoundKind
    area_id: str
    author_id: str
    length_ms: int | None
    """Null until its audio is ready."""
    version: VersionView


@router.get("")
def get_sounds(person: PersonDep, station: StationDep) -> Items[SoundView]:
    """The sounds at the person's place and below, the newest first."""
    with station.database.read() as session:
        found = []
        for bulletin, version in sounds.visible(session, person):
            assert bulletin.sound is not None
            production = store.production_of(session, version)
            found.append(
                SoundView(
                    id=bulletin.id, title=bulletin.title, kind=bulletin.sound, area_id=bulletin.area_id,
                    author_id=bulletin.author_id, length_ms=production.duration_ms if production else None,
                    version=version_view(version),
                )
            )  # fmt: skip
        return Items(items=found)


@router.post("", status_code=201)
def post_sound(
    person: PersonDep,
    station: StationDep,
    *,
    kind: Annotated[SoundKind, Form()],
    file: Annotated[UploadFile | None, File()] = None,
    title: Annotated[str, Form(max_length=1000)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
    field: Annotated[str, Form(max_length=40)] = "general",
) -> BulletinWithScript:
    """Make one, as a draft whose audio is ordered: of a file (wav, mp3, m4a, webm, ogg, flac; half an hour at most), or of the
    station's own chime, which needs none.
    """
    room.require(station.settings)
    request = intake.Request(title=title, area_id=area_id, priority=Priority.NORMAL, field=field)
    given = file if file is not None and file.filename else None
    bulletin, version = sounds.create(
        station.database, station.settings, person, request, kind, given.file if given else None,
        given.filename or "" if given else "",
    )  # fmt: skip
    with station.database.write() as session:
        order(session, person, version.id, station.settings.voice)
    station.workshop.kick()
    return bulletin_with_script(bulletin, [version])
