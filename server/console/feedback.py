"""Answering residents: the officer's and the leader's list of feedback."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from sqlmodel import col, select
from starlette.responses import Response

from server import feedback
from server.api import tickets as api
from server.console.pages import Page, PageDep, to
from server.errors import StationError
from server.tables import Area, Bulletin, Feedback, FeedbackStatus, Version

router = APIRouter(prefix="/gop-y", include_in_schema=False)
_SHOWN = 50
Number = Annotated[int, Query(alias="trang", ge=1, le=10_000)]
"""Which page of the list."""


@router.get("")
def get_list(page: PageDep, number: Number = 1) -> Response:
    """What residents wrote, unanswered first."""
    return _list(page, number, "", "", "", 200)


@router.post("/{feedback_id}/tra-loi")
def post_answer(
    feedback_id: str,
    page: PageDep,
    *,
    number: Number = 1,
    answer: Annotated[str, Form(max_length=5000)] = "",
    publish: Annotated[bool, Form()] = False,
) -> Response:
    """Answer; what was typed stays when it cannot be taken."""
    assert page.person is not None
    try:
        body = api.AnswerRequest.model_construct(answer=answer, publish=publish)
        api.post_answer(feedback_id, body, page.person, page.station)
    except StationError as error:
        return _list(page, number, feedback_id, answer, str(error), error.status)
    return to("/gop-y", "tra-loi")


@router.post("/{feedback_id}/bo")
def post_drop(feedback_id: str, page: PageDep) -> Response:
    """Put it away."""
    assert page.person is not None
    api.post_drop(feedback_id, page.person, page.station)
    return to("/gop-y", "bo-gop-y")


def _list(page: Page, number: int, at: str, typed: str, error: str, status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        rows = feedback.inbox(session, page.person, limit=_SHOWN, offset=(number - 1) * _SHOWN)
        places = {area.id: area.name for area in session.exec(select(Area))}
        titles = select(Version.id, Bulletin.title).join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        named = {row.version_id for row in rows if row.version_id}
        about = dict(session.exec(titles.where(col(Version.id).in_(named))).all())
    return page.show(
        "feedback.html", status=status, rows=rows, places=places, about=about, at=at, typed=typed, error=error,
        number=number, more=len(rows) == _SHOWN,
        kinds=feedback.KIND_NAMES, statuses=feedback.STATUS_NAMES, on_air=_on_air, new=FeedbackStatus.NEW,
    )  # fmt: skip


def _on_air(row: Feedback, kind: str) -> str:
    """Where a bulletin begins with this answer."""
    text = f"Ủy ban nhân dân xã trả lời góp ý của bà con về việc: {kind.lower()}.\n{row.answer}"
    return f"/ban-tin/moi?{urlencode({'tieu_de': 'Trả lời góp ý của bà con', 'noi_dung': text})}"
