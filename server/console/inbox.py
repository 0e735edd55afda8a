"""The box: what the province and the centre sent, what was done with it, and alerts of others that come as a file (CAP)."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, UploadFile
from sqlmodel import col, select
from starlette.responses import Response

from reading import ReadingError
from server import areas, words
from server.api import cap as cap_api
from server.api import inbox as api
from server.console.audio import order_when_clear
from server.console.emergency_templates import HAZARD_NAMES
from server.console.languages import N_
from server.console.pages import Page, PageDep, to
from server.errors import StationError
from server.inbox import Answer
from server.people import rights
from server.tables import Bulletin, CapState, InboxStatus, Person
from server.tables.columns import now

router = APIRouter(prefix="/hop-thu", include_in_schema=False)
_SHOWN = 50
_STATUSES = {
    InboxStatus.NEW: N_("Mới"),
    InboxStatus.SEEN: N_("Đã đọc"),
    InboxStatus.TAKEN: N_("Đã đưa vào bản tin"),
    InboxStatus.ANSWERED: N_("Đã trả lời"),
}
_ANSWERS = {
    Answer.AIRED: N_("Đã phát"),
    Answer.PLANNED: N_("Đã lên lịch phát"),
    Answer.LATE: N_("Quá hạn, chưa phát"),
    Answer.DECLINED: N_("Không phát"),
}
_CAP_STATES = {
    CapState.DRAFT: N_("Còn hiệu lực"),
    CapState.UPDATED: N_("Đã có bản mới hơn"),
    CapState.CANCELLED: N_("Nơi gửi đã huỷ"),
}


@router.get("")
def get_inbox(page: PageDep, truoc: Annotated[str, Query(max_length=64)] = "") -> Response:
    """The messages, the newest first, what waits before what is answered; and the imported alerts."""
    return _list(page, truoc, "", 200)


@router.post("/canh-bao")
def post_alert(
    page: PageDep, file: Annotated[UploadFile, File()], area_id: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Take in the file of an alert: it becomes a draft that a person judges."""
    assert page.person is not None
    try:
        made = cap_api.post_alert(page.person, page.station, file, area_id)
    except (StationError, ReadingError) as error:
        return _list(page, "", str(error), getattr(error, "status", 422))
    if made.version_id is None:
        return to("/hop-thu", "canh-bao-huy")
    order_when_clear(page, made.version_id)
    return to(f"/ban-tin/{made.bulletin_id}", "canh-bao")


@router.get("/{message_id}")
def get_message(message_id: str, page: PageDep) -> Response:
    """One message; from now on it has been seen."""
    return _one(page, message_id, "", {}, 200)


@router.post("/{message_id}/lay")
def post_taken(message_id: str, page: PageDep, text: Annotated[str, Form(max_length=200_000)] = "") -> Response:
    """Make a bulletin of it, with other words where the sender lets them be changed."""
    assert page.person is not None
    try:
        made = api.post_take(message_id, api.TakeRequest(text=text.strip() or None), page.person, page.station)
    except (StationError, ReadingError) as error:
        return _one(page, message_id, str(error), {"text": text}, getattr(error, "status", 422))
    return to(f"/ban-tin/{made.bulletin_id}", "lay-tin")


@router.post("/{message_id}/tra-loi")
def post_answer(
    message_id: str,
    page: PageDep,
    *,
    answer: Annotated[Answer, Form()],
    note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Say what became of it."""
    assert page.person is not None
    try:
        api.post_answer(message_id, api.AnswerRequest(answer=answer, note=note), page.person, page.station)
    except StationError as error:
        return _one(page, message_id, str(error), {"answer": answer.value, "note": note}, error.status)
    return to("/hop-thu", "tra-loi-tin")


def _list(page: Page, before: str, error: str, status: int) -> Response:
    assert page.person is not None
    found = api.get_inbox(page.person, page.station, limit=_SHOWN, before=before, open_only=False).items
    alerts = cap_api.get_alerts(page.person, page.station).items
    with page.station.database.read() as session:
        reach = rights.reach(session, page.person)
        drafts = [alert.bulletin_id for alert in alerts if alert.bulletin_id]
        titles = dict(session.exec(select(Bulletin.id, Bulletin.title).where(col(Bulletin.id).in_(drafts))).all())
        places = areas.listed(session, reach)
    return page.show(
        "inbox.html",
        status=status,
        error=error,
        open_messages=sorted((m for m in found if m.status is not InboxStatus.ANSWERED), key=lambda m: m.priority),
        answered=[message for message in found if message.status is InboxStatus.ANSWERED],
        before=before,
        older=found[-1].id if len(found) == _SHOWN else "",
        fed=bool(page.station.feeds),
        alerts=alerts,
        titles=titles,
        places=places,
        names={area.id: area.name for area in places},
        statuses=_STATUSES,
        answers=_ANSWERS,
        cap_states=_CAP_STATES,
        hazards=HAZARD_NAMES,
        soon=now(),
    )


def _one(page: Page, message_id: str, error: str, values: dict[str, str], status: int) -> Response:
    assert page.person is not None
    message = api.get_message(message_id, page.person, page.station)
    with page.station.database.read() as session:
        place = areas.find(session, message.area_id).name
        by = session.get(Person, message.answered_by) if message.answered_by else None
        may_write = rights.may(session, page.person, rights.Action.WRITE, message.area_id, message.priority)
    return page.show(
        "inbox_message.html",
        status=status,
        error=error,
        message=message,
        place=place,
        answered_by=by.name if by else "",
        may_write=may_write,
        values=values,
        statuses=_STATUSES,
        answers={a: name for a, name in _ANSWERS.items() if a is not Answer.DECLINED or not message.must_air},
        answer_names=_ANSWERS,
        fields=words.FIELDS,
    )
