"""Today at a glance, and what was before."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query
from pydantic import AwareDatetime
from sqlmodel import Session, col, select
from starlette.responses import Response

from protocol.states import ENDS, SOUNDING
from server import areas, notices
from server.api.again import AgainRequest, post_again
from server.api.occurrences import get_occurrence, get_occurrences, post_withdraw
from server.api.views import OccurrenceView
from server.bulletins import store
from server.console import confirmation, first_steps
from server.console.pages import Page, PageDep, local_path, to
from server.tables import Bulletin, Person, Version, VersionStatus
from server.tables.columns import now

router = APIRouter(include_in_schema=False)
_OPEN = (VersionStatus.DRAFT, VersionStatus.SUBMITTED, VersionStatus.REFUSED)
_SHOWN = 20
_LOGGED = 40
"""Broadcasts on a page of the log."""
_TOLD = 3
"""Notices at once: more would push today off the screen."""


@router.get("/")
def get_today(page: PageDep) -> Response:
    """What sounds now, what will, what did, and what needs me."""
    return page.show("today.html", **_today(page))


@router.get("/hom-nay")
def get_live_part(page: PageDep) -> Response:
    """The part of today that changes, for the page to refresh itself."""
    return page.show("today_live.html", **_today(page))


@router.get("/luot-phat/{occurrence_id}")
def get_one(occurrence_id: str, page: PageDep) -> Response:
    """One broadcast, speaker by speaker."""
    assert page.person is not None
    return page.show("occurrence.html", o=get_occurrence(occurrence_id, page.person, page.station))


@router.post("/luot-phat/{occurrence_id}/thu-hoi")
def post_withdrawal(occurrence_id: str, page: PageDep, ve: Annotated[str, Form(max_length=500)] = "/") -> Response:
    """Take an occurrence back."""
    assert page.person is not None
    post_withdraw(occurrence_id, page.person, page.station)
    return to(local_path(ve), "thu")


@router.post("/luot-phat/{occurrence_id}/gui-lai")
def post_again_there(occurrence_id: str, page: PageDep, ve: Annotated[str, Form(max_length=500)] = "/") -> Response:
    """Send an occurrence again to the speakers where it did not sound."""
    assert page.person is not None
    post_again(occurrence_id, AgainRequest(), page.person, page.station)
    return to(local_path(ve), "lai")


@router.post("/da-biet/{notice_id}")
def post_known(notice_id: str, page: PageDep) -> Response:
    """Put a notice away."""
    assert page.person is not None
    with page.station.database.write() as session:
        notices.put_away(session, page.person, notice_id)
    return to("/")


@router.post("/da-biet")
def post_all_known(page: PageDep, den: Annotated[AwareDatetime, Form()]) -> Response:
    """Put away everything that was on the page, whose newest notice is of `den`."""
    assert page.person is not None
    with page.station.database.write() as session:
        notices.put_away_until(session, page.person, den)
    return to("/")


@router.get("/lich-su")
def get_history(
    page: PageDep,
    tu: Annotated[str, Query(max_length=10)] = "",
    den: Annotated[str, Query(max_length=10)] = "",
    truoc: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The playback report (nhật ký phát) of some days, the newest first; `truoc` is the last one of the page before."""
    assert page.person is not None
    today = now().astimezone(page.zone).date()
    first, last = _day(tu, today - timedelta(days=6)), _day(den, today)
    start = datetime(first.year, first.month, first.day, tzinfo=page.zone)
    end = datetime(last.year, last.month, last.day, tzinfo=page.zone) + timedelta(days=1)
    found = (
        get_occurrences(
            page.person, page.station, from_=start, to=end, newest_first=True, before=truoc, limit=_LOGGED
        ).items
        if start < end
        else []
    )
    return page.show(
        "history.html",
        occurrences=found,
        older=found[-1].id if len(found) == _LOGGED else "",
        before=truoc,
        today=today,
        first=first,
        last=last,
        start_text=quote(start.isoformat()),
        end_text=quote(end.isoformat()),
    )


def is_over(occurrence: OccurrenceView) -> bool:
    """Whether every speaker's end is known."""
    return all(delivery.state in ENDS for delivery in occurrence.deliveries)


def _today(page: Page) -> dict[str, Any]:
    assert page.person is not None
    start, end = page.day()
    found = get_occurrences(page.person, page.station, from_=start, to=end + timedelta(days=1), limit=300).items
    at = now()
    sounding, coming, over = list[OccurrenceView](), list[OccurrenceView](), list[OccurrenceView]()
    for o in found:
        if any(d.state in SOUNDING for d in o.deliveries):
            sounding.append(o)
        elif not is_over(o) and o.not_after > at:
            coming.append(o)
        elif o.due_at <= at:
            over.append(o)
    with page.station.database.read() as session:
        todo = _to_do(session, page.person)
        told = notices.unread(session, page.person)
        new = first_steps.wanted(session)
    return {
        "sounding": sounding, "coming": coming, "over": over[::-1], "todo": todo, "notices": told, "new": new,
        "told_at_once": _TOLD, "asked": confirmation.asked(page),
    }  # fmt: skip


def _to_do(session: Session, person: Person) -> list[dict[str, object]]:
    """Bulletins that are on their way, the newest first, and how many doubtful places each still has."""
    rows = session.exec(
        select(Bulletin, Version)
        .join(Version, col(Version.bulletin_id) == col(Bulletin.id))
        .where(col(Version.status).in_(_OPEN), col(Bulletin.area_id).in_(areas.below(session, person.area_id)))
        .order_by(col(Version.id).desc())  # ids sort by time
        .limit(_SHOWN)
    )
    newest: dict[str, dict[str, object]] = {}
    for bulletin, version in rows:
        draft = version.status is VersionStatus.DRAFT
        doubts = store.doubts_in(version) if draft else 0
        newest.setdefault(bulletin.id, {"bulletin": bulletin, "version": version, "doubts": doubts})
    return list(newest.values())


def _day(text: str, default: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return default
