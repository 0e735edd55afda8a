"""One person: name, password, how they are reached, and what they may beyond their role. Everybody has this page of their own."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form
from sqlmodel import select
from starlette.responses import Response

from protocol.priorities import Priority
from server import areas
from server.api import notifications as reach
from server.api import people as api
from server.console.languages import N_
from server.console.notifications import KIND_NAMES
from server.console.pages import Page, PageDep, to
from server.errors import InvalidInputError, StationError
from server.people import accounts, rights
from server.people.rights import Action
from server.tables import Area, Person

router = APIRouter(prefix="/xa/nguoi/{person_id}", include_in_schema=False)
_TOLD = 10
_ACTIONS = {
    Action.APPROVE: N_("Duyệt bản tin"),
    Action.EMERGENCY: N_("Phát tin khẩn cấp"),
    Action.SCHEDULE: N_("Lên lịch phát"),
    Action.WRITE: N_("Soạn bản tin"),
    Action.STOP: N_("Dừng loa"),
    Action.SPEAKERS: N_("Quản lý cụm loa"),
    Action.DICTIONARY: N_("Sửa từ điển"),
    Action.AREAS: N_("Quản lý địa bàn"),
    Action.PEOPLE: N_("Quản lý người dùng"),
    Action.POLICY: N_("Đặt quy định phát"),
    Action.AUDIT: N_("Xem nhật ký thao tác"),
    Action.READ: N_("Xem"),
}
"""What can be given, a deputy's right first."""
_WAYS = {
    "ntfy": ("ntfys://", N_("Ứng dụng ntfy trên điện thoại: tên kênh")),
    "telegram": ("tgram://", N_("Telegram: mã của bot, dấu gạch chéo, số của phòng")),
    "full": ("", N_("Địa chỉ đầy đủ theo Apprise, ví dụ mailto://…")),
}


@router.get("")
def get_person(person_id: str, page: PageDep) -> Response:
    """The page: of oneself, or of somebody whom one manages."""
    return _show(page, person_id, "", {}, 200)


@router.post("")
def post_change(
    person_id: str,
    page: PageDep,
    *,
    act: Annotated[str, Form(max_length=10)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Another name or password; shut out, let back in."""
    assert page.person is not None
    change = {
        "name": api.PersonChange(name=name),
        "password": api.PersonChange(password=password),
        "out": api.PersonChange(active=False),
        "in": api.PersonChange(active=True),
    }.get(act)
    try:
        if change is None:
            raise InvalidInputError("Không làm được việc này. Hãy tải lại trang.")
        api.patch_person(person_id, change, page.person, page.station)
    except StationError as error:
        return _show(page, person_id, str(error), {"name": name}, error.status)
    if act == "password" and person_id == page.person.id:
        return to("/dang-nhap", "mat-khau")  # every session has ended, this one too
    return to(f"/xa/nguoi/{person_id}", "luu")


@router.post("/quyen")
def post_grant(
    person_id: str,
    page: PageDep,
    *,
    action: Annotated[Action, Form()],
    area_id: Annotated[str, Form(max_length=64)] = "",
    priority: Annotated[list[Priority] | None, Form(max_length=len(Priority))] = None,
    until: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Give a right, to the end of a day or for good."""
    assert page.person is not None
    try:
        body = api.GrantRequest(
            action=action, area_id=area_id, priorities=priority or [], until=_end_of_day(until, page.zone)
        )
        api.post_right(person_id, body, page.person, page.station)
    except StationError as error:
        values = {"action": action.value, "area_id": area_id, "until": until}
        return _show(page, person_id, str(error), values, error.status)
    return to(f"/xa/nguoi/{person_id}", "luu")


@router.post("/quyen/{grant_id}/bo")
def post_grant_ended(person_id: str, grant_id: str, page: PageDep) -> Response:
    """Take a right back."""
    assert page.person is not None
    api.delete_right(person_id, grant_id, page.person, page.station)
    return to(f"/xa/nguoi/{person_id}", "luu")


@router.post("/lien-he")
def post_contact(
    person_id: str,
    page: PageDep,
    *,
    way: Annotated[str, Form(max_length=10)] = "full",
    address: Annotated[str, Form(max_length=990)] = "",
) -> Response:
    """Add a way to reach the person."""
    assert page.person is not None
    scheme, _ = _WAYS.get(way, _WAYS["full"])
    try:
        body = reach.ContactRequest(url=scheme + address.strip())
        reach.post_contact(person_id, body, page.person, page.station)
    except StationError as error:
        return _show(page, person_id, str(error), {"way": way, "address": address}, error.status)
    return to(f"/xa/nguoi/{person_id}", "luu")


@router.post("/lien-he/{contact_id}/{act}")
def post_contact_act(person_id: str, contact_id: str, act: str, page: PageDep) -> Response:
    """Remove it (bo), or send a test message there (thu)."""
    assert page.person is not None
    if act != "thu":
        reach.delete_contact(person_id, contact_id, page.person, page.station)
        return to(f"/xa/nguoi/{person_id}", "luu")
    try:
        taken = reach.post_test(contact_id, page.person, page.station).taken
    except StationError as error:
        return _show(page, person_id, str(error), {}, error.status)
    if not taken:
        text = N_("Không gửi được tin thử. Hãy xem lại địa chỉ và đường mạng ra ngoài của đài.")
        return _show(page, person_id, text, {}, 422)
    return to(f"/xa/nguoi/{person_id}", "thu-tin")


def _end_of_day(day: str, zone: ZoneInfo) -> datetime | None:
    """The end of a local day as forms send it; None for an empty field."""
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), tzinfo=zone)
    except (ValueError, OverflowError) as error:
        raise InvalidInputError("Ngày hết hạn chưa đúng.") from error


def _show(page: Page, person_id: str, error: str, values: dict[str, str], status: int) -> Response:
    assert page.person is not None
    grants = api.get_rights(person_id, page.person, page.station).items  # refused to strangers
    contacts = reach.get_contacts(person_id, page.person, page.station).items
    own = person_id == page.person.id
    told = reach.get_notifications(page.person, page.station, limit=_TOLD).items if own else []
    with page.station.database.read() as session:
        other = accounts.find(session, person_id)
        manages = rights.may(session, page.person, Action.PEOPLE, other.area_id)
        places = areas.listed(session, areas.below(session, page.person.area_id))
        names = dict(session.exec(select(Area.id, Area.name)).all())
        givers = dict(session.exec(select(Person.id, Person.name)).all())
        may_give = rights.shown(session, page.person)
    return page.show(
        "person.html",
        status=status,
        error=error,
        values=values,
        other=other,
        own=own,
        manages=manages,
        grants=grants,
        contacts=contacts,
        told=told,
        kinds=KIND_NAMES,
        places=places,
        names=names,
        givers=givers,
        actions=_ACTIONS,
        given={action: name for action, name in _ACTIONS.items() if action in may_give},
        ways=_WAYS,
        priorities=list(Priority),
        last_day=lambda until: (until.astimezone(page.zone) - timedelta(seconds=1)).strftime("%d/%m/%Y"),
    )
