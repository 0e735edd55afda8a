"""What a technician does to one speaker from afar: commands, repair, its place, the hour of its self-test, the end of its box."""

from datetime import time
from typing import Annotated, Any

from fastapi import APIRouter, Form
from sqlmodel import select
from starlette.responses import Response

from protocol.messages import Operation
from server.api import commands as commands_api
from server.api import speakers as speakers_api
from server.api.air import air_of
from server.console import technician
from server.console.languages import N_
from server.console.pages import Page, PageDep, to
from server.errors import InvalidInputError, StationError
from server.people import rights
from server.tables import Speaker

router = APIRouter(prefix="/ky-thuat/{speaker_id}", include_in_schema=False)
_WITH_A_FORM = (Operation.VOLUME, Operation.UPDATE)
_WIPE = frozenset({"xoá", "xóa", "xoa"})
_SHORTEST_REASON = 3


@router.get("/lenh")
def get_answers(speaker_id: str, page: PageDep) -> Response:
    """What was asked of it and what it answered."""
    return page.show("technician_answers.html", **technician.answers(page, speaker_id))


@router.post("/lenh")
def post_command(
    speaker_id: str,
    page: PageDep,
    *,
    op: Annotated[str, Form(max_length=20)] = "",
    percent: Annotated[str, Form(max_length=4)] = "",
    version: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Ask it to do something now."""
    if op not in {*technician.BUTTONS, *_WITH_A_FORM}:
        return technician.show(page, speaker_id, "ngay", N_("Không có việc này."), 422)
    args: dict[str, Any] = {}
    if op == Operation.VOLUME:
        args = {"percent": int(percent) if percent.isdecimal() else percent}
    elif op == Operation.UPDATE:
        args = {"version": version}
    return _command(page, speaker_id, Operation(op), args)


@router.post("/xoa-sach")
def post_wipe(speaker_id: str, page: PageDep, confirm: Annotated[str, Form(max_length=20)] = "") -> Response:
    """Let the box wipe itself. The confirmation is a word that nobody types by accident; the held button writes it."""
    if confirm.strip().casefold() not in _WIPE:
        return technician.show(page, speaker_id, "ngay", N_("Hãy gõ chữ XOÁ để xác nhận."), 422)
    return _command(page, speaker_id, Operation.DECOMMISSION, {})


@router.post("/thoi-tin")
def post_expel(speaker_id: str, page: PageDep, reason: Annotated[str, Form(max_length=300)] = "") -> Response:
    """Believe its box no longer, without its doing: lost, stolen, broken."""
    assert page.person is not None
    try:
        if len(reason.strip()) < _SHORTEST_REASON:
            raise InvalidInputError("Hãy ghi vì sao thôi tin hộp này, ví dụ “mất trộm”.")
        body = speakers_api.ExpelRequest(reason=reason.strip())
        speakers_api.post_expel(speaker_id, body, page.person, page.station, air_of(page.station))
    except StationError as error:
        return technician.show(page, speaker_id, "ngay", str(error), error.status)
    return to(f"/ky-thuat/{speaker_id}", "thoi-tin")


@router.post("/sua-chua")
def post_repair(speaker_id: str, page: PageDep, *, in_repair: Annotated[bool, Form()] = False) -> Response:
    """Take it out for repair, or back."""
    return _change(page, [speaker_id], speakers_api.SpeakerChange(in_repair=in_repair))


@router.post("/tu-kiem-tra")
def post_self_test(
    speaker_id: str,
    page: PageDep,
    *,
    hour: Annotated[str, Form(max_length=8)] = "",
    never: Annotated[bool, Form()] = False,
    everywhere: Annotated[bool, Form()] = False,
) -> Response:
    """When it tests its horn by itself; `everywhere` sets the same for all speakers that the person looks after."""
    assert page.person is not None
    try:
        at = None if never else time.fromisoformat(hour)
    except ValueError:
        return technician.show(page, speaker_id, "ngay", N_("Hãy chọn giờ tự kiểm tra, ví dụ 21:15."), 422)
    ids = [speaker_id]
    if everywhere:
        with page.station.database.read() as session:
            known = session.exec(select(Speaker.id, Speaker.area_id)).all()
            ids = [each for each, area_id in known if rights.may(session, page.person, rights.Action.SPEAKERS, area_id)]
    return _change(page, ids, speakers_api.SpeakerChange(self_test=not never, self_test_at=at), shown=speaker_id)


@router.post("/noi-dat")
def post_place(
    speaker_id: str,
    page: PageDep,
    *,
    name: Annotated[str, Form(max_length=200)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
    latitude: Annotated[str, Form(max_length=20)] = "",
    longitude: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Rename, move, say where it hangs."""
    try:
        body = speakers_api.SpeakerChange(
            name=name,
            area_id=area_id or None,
            latitude=_degrees(latitude, 90),
            longitude=_degrees(longitude, 180),
        )
    except StationError as error:
        return technician.show(page, speaker_id, "ngay", str(error), error.status)
    return _change(page, [speaker_id], body)


def _command(page: Page, speaker_id: str, op: Operation, args: dict[str, Any]) -> Response:
    assert page.person is not None
    try:
        body = commands_api.CommandRequest(op=op, args=args)
        commands_api.post_command(speaker_id, body, page.person, page.station)
    except StationError as error:
        return technician.show(page, speaker_id, "ngay", str(error), error.status)
    return to(f"/ky-thuat/{speaker_id}", "lenh")


def _change(page: Page, ids: list[str], wish: speakers_api.SpeakerChange, *, shown: str = "") -> Response:
    assert page.person is not None
    here = shown or ids[0]
    try:
        for speaker_id in ids:
            speakers_api.patch_speaker(speaker_id, wish, page.person, page.station)
    except StationError as error:
        return technician.show(page, here, "ngay", str(error), error.status)
    return to(f"/ky-thuat/{here}", "luu")


def _degrees(text: str, most: float) -> float | None:
    """A coordinate as people type it, with a point or a comma; None where nothing was typed."""
    if not text.strip():
        return None
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError as error:
        raise InvalidInputError("Toạ độ phải là số, ví dụ 22,3456.") from error
    if not abs(value) <= most:
        raise InvalidInputError(f"Toạ độ phải từ -{most:g} đến {most:g}, ví dụ vĩ độ 22,3456, kinh độ 105,8765.")
    return value
