"""The first steps of a station, up to a test sentence out of a real speaker: each role does its own from the same page."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session, col, func, select
from starlette.responses import Response

from protocol.priorities import Priority
from protocol.states import State
from server import areas
from server.api import bulletins as api
from server.api.occurrences import get_occurrences
from server.api.productions import post_production
from server.api.schedules import ScheduleRequest, post_schedule
from server.api.speakers import get_speakers
from server.api.views import OccurrenceView, production_view
from server.console.pages import Page, PageDep, to
from server.tables import Bulletin, ProductionStatus, Schedule, Version
from server.tables.columns import now

router = APIRouter(prefix="/bat-dau", include_in_schema=False)
TITLE = "Câu thử đầu tiên"
_TEXT = "Đây là câu thử của đài truyền thanh {place}. Bà con nghe rõ câu này thì đài đã sẵn sàng."
_SOON = timedelta(seconds=15)
"""A speaker that fetches more slowly begins up to a minute later."""
_MOST = 1000


@router.get("")
def get_steps(page: PageDep) -> Response:
    """What is done, and what is next."""
    return page.show("first_steps.html", **_steps(page))


@router.get("/moi")
def get_fresh(page: PageDep) -> Response:
    """The steps alone, for the page to refresh itself."""
    return page.show("first_steps_live.html", **_steps(page))


@router.post("/cau-thu")
def post_sentence(page: PageDep) -> Response:
    """Write the test sentence and send it for approval: the ordinary way, so that the whole chain is tried."""
    assert page.person is not None
    with page.station.database.read() as session:
        place = areas.find(session, page.person.area_id)
    made = api.post_bulletin(
        page.person, page.station, file=None, text=_TEXT.format(place=place.name), title=TITLE,
        area_id=place.id, priority=Priority.NORMAL, field="general",
    )  # fmt: skip
    api.post_submit(made.version.id, page.person, page.station)
    post_production(made.version.id, page.person, page.station)
    return to("/bat-dau", "gui")


@router.post("/phat")
def post_on_air(page: PageDep) -> Response:
    """Let it sound now, as a drill: it counts in no statistics."""
    assert page.person is not None
    with page.station.database.read() as session:
        found = _sentence(session, page)
        assert found is not None
    wish = ScheduleRequest(version_id=found[1].id, area_id=page.person.area_id, start_at=now() + _SOON, test=True)
    post_schedule(wish, page.person, page.station)
    return to("/bat-dau", "lich")


def wanted(session: Session) -> bool:
    """Whether this station has never put anything on air: then the first page shows the way here."""
    return session.exec(select(func.count(col(Schedule.id)))).one() == 0


def _steps(page: Page) -> dict[str, Any]:
    assert page.person is not None
    speakers = get_speakers(page.person, page.station, area_id="", after="", limit=_MOST).items
    with page.station.database.read() as session:
        found = _sentence(session, page)
        production = production_view(session, found[1]) if found else None
    aired = _aired(page, found[1].id) if found else None
    return {
        "speakers": len(speakers),
        "online": sum(speaker.online for speaker in speakers),
        "bulletin": found[0] if found else None,
        "version": found[1] if found else None,
        "ready": production is not None and production.status is ProductionStatus.READY,
        "aired": aired,
        "heard": aired is not None and any(delivery.state is State.PLAYED for delivery in aired.deliveries),
    }


def _sentence(session: Session, page: Page) -> tuple[Bulletin, Version] | None:
    assert page.person is not None
    row = session.exec(
        select(Bulletin, Version)
        .join(Version, col(Version.bulletin_id) == col(Bulletin.id))
        .where(Bulletin.title == TITLE, col(Bulletin.area_id).in_(areas.below(session, page.person.area_id)))
        .order_by(col(Bulletin.id).desc(), col(Version.number).desc())
    ).first()
    return (row[0], row[1]) if row else None


def _aired(page: Page, version_id: str) -> OccurrenceView | None:
    assert page.person is not None
    found = get_occurrences(page.person, page.station, limit=_MOST).items
    return next((o for o in reversed(found) if o.version_id == version_id), None)
