"""Faults of speakers: reported, acknowledged, resolved."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from server import faults
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.errors import NotFoundError

router = APIRouter(tags=["faults"])


class NoteView(BaseModel):
    """What somebody wrote about it."""

    model_config = ConfigDict(from_attributes=True)
    person_id: str
    at: AwareDatetime
    text: str


class FaultView(BaseModel):
    """Something wrong at a speaker. `reported_by` is null when the box said so itself."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    speaker_id: str
    kind: str
    text: str
    photo_sha256: str
    reported_by: str | None
    occurred_at: AwareDatetime
    acknowledged_by: str | None
    acknowledged_at: AwareDatetime | None
    resolved_by: str | None
    resolved_at: AwareDatetime | None
    notes: list[NoteView] = []


class WordRequest(BaseModel):
    """A word about what was done."""

    text: str = Field(default="", max_length=faults.LONGEST_TEXT)


@router.post("/speakers/{speaker_id}/faults", status_code=201)
def post_fault(
    speaker_id: str,
    person: PersonDep,
    station: StationDep,
    *,
    kind: Annotated[str, Form(max_length=20)],
    text: Annotated[str, Form(max_length=5000)] = "",
    photo: Annotated[UploadFile | None, File()] = None,
) -> FaultView:
    """Report one; whoever may see the speaker can."""
    with station.database.read() as session:  # nothing is kept of what is refused
        faults.check(session, person, speaker_id, kind=kind, text=text)
    sha256 = faults.keep_photo(photo.file, station.settings.photo_dir) if photo is not None and photo.size else ""
    with station.database.write() as session:
        made = faults.report(session, person, speaker_id, kind=kind, text=text, photo_sha256=sha256)
        return FaultView.model_validate(made)


@router.get("/faults")
def get_faults(person: PersonDep, station: StationDep, speaker_id: str = "") -> Items[FaultView]:
    """Open ones first, the oldest first; then those resolved lately."""
    with station.database.read() as session:
        found = [fault for fault, _ in faults.visible(session, person, speaker_id=speaker_id)]
        notes = faults.notes_of(session, [fault.id for fault in found])
    views = [FaultView.model_validate(fault) for fault in found]
    return Items(
        items=[
            view.model_copy(update={"notes": [NoteView.model_validate(note) for note in notes.get(view.id, [])]})
            for view in views
        ]
    )


@router.get("/faults/{fault_id}/photo", response_class=FileResponse)
def get_photo(fault_id: str, person: PersonDep, station: StationDep) -> FileResponse:
    """Its photo."""
    with station.database.read() as session:
        fault = faults.find(session, person, fault_id)
    path = station.settings.photo_dir / f"{fault.photo_sha256}.jpg"
    if not fault.photo_sha256 or not path.exists():
        raise NotFoundError("Sự cố này không có ảnh.")
    return FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"})


@router.post("/faults/{fault_id}/acknowledge")
def post_acknowledge(fault_id: str, body: WordRequest, person: PersonDep, station: StationDep) -> FaultView:
    """Take care of it."""
    with station.database.write() as session:
        return FaultView.model_validate(faults.acknowledge(session, person, fault_id, body.text))


@router.post("/faults/{fault_id}/notes")
def post_note(fault_id: str, body: WordRequest, person: PersonDep, station: StationDep) -> FaultView:
    """Say what was done."""
    with station.database.write() as session:
        return FaultView.model_validate(faults.note(session, person, fault_id, body.text))


@router.post("/faults/{fault_id}/resolve")
def post_resolve(fault_id: str, body: WordRequest, person: PersonDep, station: StationDep) -> FaultView:
    """It is mended."""
    with station.database.write() as session:
        return FaultView.model_validate(faults.resolve(session, person, fault_id, body.text))
