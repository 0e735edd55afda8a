"""Programmes: put in order, measured against their slot, put on air as a whole."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile
from sqlmodel import select
from starlette.responses import Response

from schedules import ScheduleError
from server import areas, policy
from server.api import programmes as api
from server.api.bulletins import post_submit
from server.api.sounds import get_sounds, post_sound
from server.console import airing, places, repetition, slots
from server.console.pages import Page, PageDep, to
from server.errors import ConflictError, InvalidInputError, NotFoundError, StationError
from server.people import rights
from server.programmes import Entry, EntryKind
from server.programmes.store import MOST_ENTRIES
from server.tables import Area, ScheduleStatus, SoundKind
from voices import VoiceError

router = APIRouter(prefix="/chuong-trinh", include_in_schema=False)
_SLOT_MINUTES = 30
_LONGEST_MINUTES = 240


@router.get("")
def get_page(page: PageDep) -> Response:
    """All programmes, the form for a new one, and the sounds that they are made of."""
    return _list(page, {}, "", 200)


@router.post("")
def post_new(
    page: PageDep,
    *,
    title: Annotated[str, Form(max_length=1000)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
    minutes: Annotated[int, Form()] = _SLOT_MINUTES,
) -> Response:
    """A new programme, empty at first."""
    assert page.person is not None
    try:
        body = api.ProgrammeRequest(title=title, area_id=area_id, slot_s=_slot_s(minutes), items=[])
        made = api.post_programme(body, page.person, page.station)
    except StationError as error:
        return _list(page, {"title": title, "area_id": area_id, "minutes": minutes}, str(error), error.status)
    return to(f"/chuong-trinh/{made.id}")


@router.post("/am-thanh")
def post_new_sound(
    page: PageDep,
    *,
    kind: Annotated[str, Form(max_length=20)] = "",
    file: Annotated[UploadFile | None, File()] = None,
    title: Annotated[str, Form(max_length=300)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """A sound for programmes: its audio is made, and it waits for the leader at once, since there is nothing to edit."""
    assert page.person is not None
    try:
        if kind not in set(SoundKind):
            raise InvalidInputError("Hãy chọn đó là nhạc hiệu, bản ghi âm hay nhạc.")
        made = post_sound(page.person, page.station, kind=SoundKind(kind), file=file, title=title, area_id=area_id)
        post_submit(made.version.id, page.person, page.station)
    except (StationError, VoiceError) as error:
        status = error.status if isinstance(error, StationError) else 422
        return _list(page, {"kind": kind, "sound_title": title}, str(error), status, about="sound")
    return to(f"/ban-tin/{made.id}", "gui")


@router.get("/{programme_id}")
def get_one(programme_id: str, page: PageDep) -> Response:
    """One programme: its items in order, its length against the slot, and where it is on the schedule."""
    return _show(page, programme_id, {}, "", 200)


@router.post("/{programme_id}")
def post_changed(
    programme_id: str,
    page: PageDep,
    *,
    title: Annotated[str, Form(max_length=1000)] = "",
    minutes: Annotated[int, Form()] = _SLOT_MINUTES,
    pause_s: Annotated[float, Form()] = 1.0,
) -> Response:
    """Another name, slot or pause."""
    assert page.person is not None
    try:
        if not 0 <= pause_s <= 60:
            raise InvalidInputError("Khoảng lặng giữa hai mục phải từ 0 đến 60 giây.")
        body = api.ProgrammeChange(title=title, slot_s=_slot_s(minutes), pause_s=pause_s)
        api.patch_programme(programme_id, body, page.person, page.station)
    except StationError as error:
        return _show(page, programme_id, {}, str(error), error.status)
    return to(f"/chuong-trinh/{programme_id}", "luu")


@router.post("/{programme_id}/them")
def post_item(
    programme_id: str,
    page: PageDep,
    *,
    item: Annotated[str, Form(max_length=100)] = "",
    minutes: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """One more item at the end; what does not fit any more is refused with the figures."""
    assert page.person is not None
    try:
        entry = _entry(item, minutes)
        items = [part.entry for part in api.get_programme(programme_id, page.person, page.station).parts]
        _order(page, programme_id, [*items, entry])
    except StationError as error:
        return _show(page, programme_id, {"item": item, "minutes": minutes}, str(error), error.status)
    return to(f"/chuong-trinh/{programme_id}#muc")


@router.post("/{programme_id}/muc/{place}/{act}")
def post_moved(
    programme_id: str, place: int, act: str, page: PageDep, *, item: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Item number `place` (from 0) one earlier (len), one later (xuong), or out (bo). `item` is its id, as the person saw it."""
    assert page.person is not None
    try:
        items = [part.entry for part in api.get_programme(programme_id, page.person, page.station).parts]
        if not 0 <= place < len(items) or items[place].id != item:
            raise ConflictError("Chương trình vừa được sửa ở nơi khác. Hãy xem lại thứ tự rồi làm lại.")
        there = place
        if act == "bo":
            del items[place]
        elif act in {"len", "xuong"}:
            there = max(0, place - 1) if act == "len" else min(len(items) - 1, place + 1)
            items.insert(there, items.pop(place))
        else:
            raise NotFoundError("Không làm được việc này ở địa chỉ này.")
        _order(page, programme_id, items)
    except StationError as error:
        return _show(page, programme_id, {}, str(error), error.status)
    return to(f"/chuong-trinh/{programme_id}#{_focus(act, there, len(items))}")


@router.post("/{programme_id}/phat")
def post_air(
    programme_id: str,
    page: PageDep,
    form: Annotated[airing.AiringForm, Form()],
) -> Response:
    """Put it on air, all of it or nothing, or say why not, with the form as it was."""
    assert page.person is not None
    try:
        with page.station.database.read() as session:
            place, group_id = places.chosen(session, page.person, form.area_id)
        body = api.AiringRequest(
            area_id=place,
            group_id=group_id,
            start_at=form.start_at(page.zone),
            rule=form.rule(),
            skip_holidays=form.skip_holidays,
            test=form.test,
        )
        made = api.post_air(programme_id, body, page.person, page.station)
    except (StationError, ScheduleError) as error:
        return _show(page, programme_id, form.model_dump(), str(error), 422)
    unconfirmed = any(schedule.status is ScheduleStatus.UNCONFIRMED for schedule in made.schedules)
    return to(f"/chuong-trinh/{programme_id}", "cho-nguoi-hai" if unconfirmed else "lich")


@router.post("/{programme_id}/luot/{run_id}/thu-hoi")
def post_withdrawn(programme_id: str, run_id: str, page: PageDep) -> Response:
    """Take it off the schedule, also while it is on air."""
    assert page.person is not None
    try:
        api.post_withdraw(run_id, page.person, page.station)
    except StationError as error:
        return _show(page, programme_id, {}, str(error), error.status)
    return to(f"/chuong-trinh/{programme_id}", "thu")


@router.post("/{programme_id}/bo")
def post_retired(programme_id: str, page: PageDep) -> Response:
    """Put it away; what is on the schedule stays."""
    assert page.person is not None
    api.delete_programme(programme_id, page.person, page.station)
    return to("/chuong-trinh", "bo-chuong-trinh")


def _order(page: Page, programme_id: str, items: list[Entry]) -> None:
    assert page.person is not None
    if len(items) > MOST_ENTRIES:
        raise InvalidInputError(f"Một chương trình có nhiều nhất {MOST_ENTRIES} mục.")
    api.patch_programme(programme_id, api.ProgrammeChange(items=items), page.person, page.station)


def _focus(act: str, there: int, count: int) -> str:
    """The button that keeps the focus, so that it can be pressed again; at an end the other one of the item."""
    if act == "bo":
        return "muc"
    if there == 0 or there == count - 1:
        act = "xuong" if there == 0 else "len"
    return f"{act}-{there}"


def _slot_s(minutes: int) -> int:
    if not 1 <= minutes <= _LONGEST_MINUTES:
        raise InvalidInputError(f"Khung giờ của chương trình phải từ 1 đến {_LONGEST_MINUTES} phút.")
    return minutes * 60


def _entry(item: str, minutes: str) -> Entry:
    """An item as the form names it: "kind:id"; the minutes of a relay, empty for one that fills what is left."""
    kind, _, item_id = item.partition(":")
    if kind not in set(EntryKind) or not item_id or len(item_id) > 64:
        raise InvalidInputError("Hãy chọn một mục trong danh sách để thêm.")
    seconds = None
    if kind == EntryKind.RELAY and minutes.strip():
        if not minutes.strip().isdecimal() or not 1 <= int(minutes) <= _LONGEST_MINUTES:
            raise InvalidInputError(f"Số phút tiếp sóng phải từ 1 đến {_LONGEST_MINUTES}, hoặc để trống.")
        seconds = int(minutes) * 60
    return Entry(kind=EntryKind(kind), id=item_id, seconds=seconds)


def _list(page: Page, values: dict[str, Any], error: str, status: int, *, about: str = "programme") -> Response:
    assert page.person is not None
    found = api.get_programmes(page.person, page.station).items
    known = get_sounds(page.person, page.station).items
    with page.station.database.read() as session:
        there = areas.listed(session, areas.below(session, page.person.area_id))
        names = dict(session.exec(select(Area.id, Area.name)).all())
    given = {
        "title": "", "area_id": page.person.area_id, "minutes": _SLOT_MINUTES, "kind": "", "sound_title": "", **values,
    }  # fmt: skip
    return page.show(
        "programmes.html", status=status, programmes=[(one, slots.bar(one)) for one in found], sounds=known, kinds=slots.KINDS,
        places=there, names=names, values=given, error=error, about=about, width=slots.WIDTH,
    )  # fmt: skip


def _show(page: Page, programme_id: str, values: dict[str, Any], error: str, status: int) -> Response:
    assert page.person is not None
    made = api.get_programme(programme_id, page.person, page.station)
    runs = api.get_runs(programme_id, page.person, page.station).items
    with page.station.database.read() as session:
        there = places.choices(session, page.person)
        names = dict(session.exec(select(Area.id, Area.name)).all())
        may_change = rights.may(session, page.person, rights.Action.SCHEDULE, made.area_id)
        hours = policy.allowed_over(session, made.area_id)
        choices = slots.choices(session, page.person)
    given = {**airing.fresh(made.area_id, page.zone), "item": "", "minutes": "", **values}
    return page.show(
        "programme.html", status=status, made=made, bar=slots.bar(made), width=slots.WIDTH, runs=runs, names=names,
        places=there, may_change=may_change, hours=hours, choices=choices, kinds=slots.KINDS, weekdays=repetition.DAYS,
        values=given, error=error,
    )  # fmt: skip
