"""Bulletins: upload, edit, send, decide."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, UploadFile
from pydantic import BaseModel, Field

from protocol.priorities import Priority
from server import room
from server.api.context import PersonDep, StationDep
from server.api.views import (
    BulletinView,
    BulletinWithScript,
    Items,
    VersionView,
    VersionWithScript,
    bulletin_view,
    bulletin_with_script,
    version_view,
    version_with_script,
)
from server.bulletins import approval, editing, intake, rereading, store
from server.errors import InvalidInputError
from server.productions import order
from server.scheduling import begin_waiting, withdraw_version
from server.tables.columns import now

router = APIRouter(tags=["bulletins"])


class SpokenRequest(BaseModel):
    """What shall be said. `edit_count` is the state that the person saw; with it a stale edit is refused."""

    spoken: str | None = Field(default=None, max_length=5000, examples=["Ủy ban nhân dân xã thông báo"])
    aloud: bool | None = None
    """False: do not read this sentence; true: read it after all."""
    edit_count: int | None = Field(default=None, ge=0)


class ChoiceRequest(BaseModel):
    """How a doubtful place is said."""

    spoken: str = Field(max_length=5000, examples=["Ủy ban nhân dân"])
    edit_count: int | None = Field(default=None, ge=0)


class NoteRequest(BaseModel):
    """A word with the decision."""

    note: str = Field(default="", max_length=2000, examples=["Đồng ý phát"])
    audio_sha256: str = Field(default="", max_length=64)
    """The audio that was listened to; with it an approval of another one is refused."""


@router.post("/bulletins", status_code=201)
def post_bulletin(
    person: PersonDep,
    station: StationDep,
    *,
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form()] = "",
    title: Annotated[str, Form(max_length=1000)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
    priority: Annotated[Priority, Form()] = Priority.NORMAL,
    field: Annotated[str, Form(max_length=40)] = "general",
) -> BulletinWithScript:
    """A document (or pasted text) becomes a bulletin with its script. A bad file makes nothing."""
    request = intake.Request(title=title, area_id=area_id, priority=priority, field=field)
    if file is not None and file.filename:
        room.require(station.settings)
        bulletin, version = intake.from_file(
            station.database, station.settings, person, request, file.file, file.filename
        )
    elif text:
        bulletin, version = intake.from_text(station.database, station.settings, person, request, text)
    else:
        raise InvalidInputError("Chưa có nội dung. Hãy chọn tệp hoặc dán văn bản.")
    return bulletin_with_script(bulletin, [version])


@router.get("/bulletins")
def get_bulletins(
    person: PersonDep,
    station: StationDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str, Query(max_length=64)] = "",
) -> Items[BulletinView]:
    """The newest bulletins; `before` is the id of the last one of the page before."""
    with station.database.read() as session:
        found = store.visible(session, person, limit=limit, before_id=before)
        return Items(items=[bulletin_view(bulletin, version) for bulletin, version in found])


@router.get("/bulletins/{bulletin_id}")
def get_bulletin(bulletin_id: str, person: PersonDep, station: StationDep) -> BulletinWithScript:
    """A bulletin with its versions and the newest script."""
    with station.database.read() as session:
        return bulletin_with_script(*store.find_bulletin(session, person, bulletin_id))


@router.get("/versions/{version_id}")
def get_version(version_id: str, person: PersonDep, station: StationDep) -> VersionWithScript:
    """A version with its script."""
    with station.database.read() as session:
        return version_with_script(store.find_version(session, person, version_id)[0])


@router.patch("/versions/{version_id}/sentences/{sentence_id}")
def patch_sentence(
    version_id: str, sentence_id: str, body: SpokenRequest, person: PersonDep, station: StationDep
) -> VersionWithScript:
    """Say a sentence otherwise, or leave it out, or take it in. Only in a draft."""
    if (body.spoken is None) == (body.aloud is None):
        raise InvalidInputError("Hãy gửi hoặc lời đọc mới (spoken), hoặc có đọc câu này không (aloud).")
    if body.spoken is not None:
        version = editing.speak_otherwise(
            station.database, person, version_id, sentence_id, body.spoken, seen=body.edit_count
        )
    else:
        version = editing.read_aloud(
            station.database, person, version_id, sentence_id, aloud=bool(body.aloud), seen=body.edit_count
        )
    return version_with_script(version)


@router.post("/versions/{version_id}/sentences/{sentence_id}/flags/{flag}")
def post_choice(
    version_id: str, sentence_id: str, flag: int, body: ChoiceRequest, person: PersonDep, station: StationDep
) -> VersionWithScript:
    """Resolve doubtful place number `flag` (from 0) of a sentence."""
    version = editing.decide(station.database, person, version_id, sentence_id, flag, body.spoken, seen=body.edit_count)
    return version_with_script(version)


@router.post("/versions/{version_id}/read-again")
def post_read_again(version_id: str, person: PersonDep, station: StationDep) -> VersionWithScript:
    """Read a draft's document again with the dictionary as it is now. Every edit stays."""
    return version_with_script(rereading.read_again(station.database, station.settings.dialect, person, version_id))


@router.post("/versions/{version_id}/submit")
def post_submit(version_id: str, person: PersonDep, station: StationDep) -> VersionView:
    """Send for approval; its audio is ordered if it was not."""
    with station.database.write() as session:
        version = approval.submit(session, person, version_id)
        order(session, person, version_id, station.settings.voice)
    station.workshop.kick()
    return version_view(version)


@router.post("/versions/{version_id}/approve")
def post_approve(
    version_id: str, person: PersonDep, station: StationDep, body: NoteRequest | None = None
) -> VersionView:
    """Approve: by a leader who is not the author. Text and audio are frozen; what waited to be scheduled begins."""
    with station.database.write() as session:
        said = body or NoteRequest()
        version = approval.approve(session, person, version_id, said.note, heard_sha256=said.audio_sha256)
        begin_waiting(session, version, now(), station.settings.timezone)
    station.air.kick()
    return version_view(version)


@router.post("/versions/{version_id}/refuse")
def post_refuse(version_id: str, body: NoteRequest, person: PersonDep, station: StationDep) -> VersionView:
    """Send back, with a word why."""
    with station.database.write() as session:
        return version_view(approval.refuse(session, person, version_id, body.note))


@router.post("/versions/{version_id}/withdraw")
def post_withdraw(version_id: str, person: PersonDep, station: StationDep) -> VersionView:
    """Take back, with all its schedules; what is on air is asked to stop."""
    with station.database.write() as session:
        version = withdraw_version(session, person, version_id, now())
    station.air.kick()
    return version_view(version)


@router.post("/versions/{version_id}/revise", status_code=201)
def post_revise(version_id: str, person: PersonDep, station: StationDep) -> VersionWithScript:
    """A new draft from a version that can no longer be edited."""
    with station.database.write() as session:
        return version_with_script(approval.revise(session, person, version_id))
