"""Residents' pages, without signing in: the schedule, listening again, feedback and its answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from server import feedback, public
from server.api import public as api
from server.api.context import StationDep, VisitorDep
from server.console.languages import N_
from server.console.pages import WEEKDAYS, Page
from server.errors import StationError
from server.people import accounts
from server.tables import FeedbackKind
from server.tables.columns import now

router = APIRouter(prefix="/nguoi-dan", include_in_schema=False)
_LATEST = 3
_PLACES = (
    ("/nguoi-dan", N_("Lịch phát"), "calendar"),
    ("/nguoi-dan/nghe-lai", N_("Nghe lại"), "speaker"),
    ("/nguoi-dan/gop-y", N_("Góp ý"), "feedback"),
)


def visitor_page(request: Request, station: StationDep, visitor: VisitorDep) -> Page:
    """A page for anybody."""
    return Page(request, station, visitor)


VisitorPageDep = Annotated[Page, Depends(visitor_page)]


@router.get("")
def get_home(page: VisitorPageDep, noi: Annotated[str, Query(max_length=64)] = "") -> Response:
    """What sounds today and in the next days (at the place `noi`), who answers for it, what was aired last."""
    at = now()
    with page.station.database.read() as session:
        if accounts.nobody_exists(session):
            return page.show("resident_closed.html")
        start, _ = page.day()
        broadcasts = public.coming(session, start, start + timedelta(days=8), area_id=noi)
        latest = api.aired_views(session, public.aired(session, at, limit=_LATEST))
        office, rules = public.office_of(session), public.rules_of(session)
    return _show(
        page, "resident.html", days=_days(page, broadcasts), at=at, latest=latest, office=office, rules=rules,
        place=noi,
    )  # fmt: skip


@router.get("/nghe-lai")
def get_archive(page: VisitorPageDep) -> Response:
    """What may be listened to again."""
    with page.station.database.read() as session:
        found = api.aired_views(session, public.aired(session, now()))
        rules = public.rules_of(session)
    return _show(page, "resident_archive.html", found=found, rules=rules)


@router.get("/nghe-lai/{version_id}")
def get_listen(version_id: str, page: VisitorPageDep) -> Response:
    """One bulletin: its sound, its words, its other languages."""
    found = api.get_transcript(version_id, page.station)
    return _show(page, "resident_listen.html", found=found, feedback_kinds=feedback.KIND_NAMES)


@router.get("/gop-y")
def get_feedback(
    page: VisitorPageDep,
    ban: Annotated[str, Query(max_length=64)] = "",
    viec: Annotated[str, Query(max_length=20)] = "",
    ma: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The form; by its code (`ma`) the answer; what was answered for all to read."""
    if ma:
        return _answer(page, ma)
    return _form(page, {"kind": viec, "version_id": ban}, "", 200)


@router.post("/gop-y")
def post_feedback(
    request: Request,
    page: VisitorPageDep,
    *,
    kind: Annotated[str, Form(max_length=20)] = "",
    text: Annotated[str, Form(max_length=5000)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
    version_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Take it and show the code, or say why not, with what was typed."""
    values = {"kind": kind, "text": text, "area_id": area_id, "version_id": version_id}
    if kind not in set(FeedbackKind):
        return _form(page, values, N_("Xin chọn một việc."), 422)
    try:
        page.station.feedback_pace.take(request.client.host if request.client else "")
        with page.station.database.write() as session:
            taken = feedback.give(
                session, kind=FeedbackKind(kind), text=text, area_id=area_id, version_id=version_id
            )  # fmt: skip
    except StationError as error:
        return _form(page, values, str(error), error.status)
    return _show(page, "resident_thanks.html", code=f"{taken.code[:5]}-{taken.code[5:]}")


def _form(page: Page, values: dict[str, str], error: str, status: int) -> Response:
    with page.station.database.read() as session:
        office, rules = public.office_of(session), public.rules_of(session)
        answered = feedback.published(session, limit=20)
        title = ""
        if values.get("version_id"):
            title = public.find_aired(session, now(), values["version_id"]).bulletin.title
    return _show(
        page, "resident_feedback.html", status=status, values=values, error=error, office=office, rules=rules,
        answered=answered, kinds=feedback.KIND_NAMES, title=title, longest=feedback.LONGEST_TEXT,
    )  # fmt: skip


def _answer(page: Page, code: str) -> Response:
    try:
        with page.station.database.read() as session:
            row = feedback.by_code(session, code)
    except StationError as error:
        return _form(page, {"code": code}, str(error), error.status)
    return _show(page, "resident_answer.html", row=row, kinds=feedback.KIND_NAMES, statuses=feedback.STATUS_NAMES)


def _show(page: Page, template: str, *, status: int = 200, **values: Any) -> Response:
    path = page.request.url.path
    here = max((p for p, _, _ in _PLACES if path == p or path.startswith(f"{p}/")), key=len, default="")
    return page.show(template, status=status, places=_PLACES, place_here=here, **values)


def _days(page: Page, broadcasts: Sequence[public.Coming]) -> list[tuple[str, list[public.Coming]]]:
    """(name of the day, its broadcasts), the days that have any."""
    today = now().astimezone(page.zone).date()

    def day_of(at: datetime) -> str:
        local = at.astimezone(page.zone).date()
        if local == today:
            return page.say(N_("Hôm nay"))
        weekday = page.say(WEEKDAYS[local.weekday()])
        return f"{weekday[:1].upper()}{weekday[1:]} {local.day}/{local.month}"

    return [(name, list(found)) for name, found in groupby(broadcasts, key=lambda each: day_of(each.at))]
