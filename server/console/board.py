"""The wall board: what sounds, what comes, which speakers need somebody; to be read across a room, with nothing to press."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from protocol.states import SOUNDING
from server import areas
from server.api.occurrences import get_occurrences
from server.api.speakers import get_speakers
from server.console.pages import Page, PageDep
from server.console.today import is_over
from server.tables import OccurrenceStatus
from server.tables.columns import now

router = APIRouter(prefix="/bang", include_in_schema=False)
_NEXT = 5
_NAMED = 12
_MOST = 1000


@router.get("")
def get_board(page: PageDep) -> Response:
    """The whole screen."""
    return page.show("board.html", **_facts(page))


@router.get("/moi")
def get_fresh(page: PageDep) -> Response:
    """What of it changes."""
    return page.show("board_live.html", **_facts(page))


def _facts(page: Page) -> dict[str, Any]:
    assert page.person is not None
    at = now()
    found = get_occurrences(page.person, page.station, from_=at - timedelta(hours=6), to=at + timedelta(days=1)).items
    sounding = [o for o in found if any(d.state in SOUNDING for d in o.deliveries)]
    waiting = [o for o in found if o.status in {OccurrenceStatus.PLANNED, OccurrenceStatus.PUBLISHED}]
    coming = [o for o in waiting if o not in sounding and not is_over(o) and o.due_at > at - timedelta(minutes=2)]
    speakers = get_speakers(page.person, page.station, area_id="", after="", limit=_MOST).items
    lost = [s for s in speakers if s.enrolled_at is not None and not s.online and not s.in_repair]
    return {
        "sounding": sounding,
        "coming": coming[:_NEXT],
        "lost": sorted(lost, key=lambda s: areas.sort_key(s.name))[:_NAMED],
        "lost_count": len(lost),
        "online": sum(s.online for s in speakers),
        "all_count": len(speakers),
    }
