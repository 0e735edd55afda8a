"""What every screen of the station shows above everything else: that it is on air, an emergency in force, a drill."""

import json
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session, col, select
from starlette.responses import Response

from protocol.states import SOUNDING
from server.console.pages import Page, PageDep
from server.people import rights
from server.tables import Bulletin, Delivery, Emergency, Occurrence, Schedule, Version
from server.tables.columns import now

router = APIRouter(include_in_schema=False)
_NAMED = 3
_LONGEST = timedelta(days=1)
"""Nothing sounds longer: what says so was heard of last by a box that is gone."""


@router.get("/tinh-hinh")
def get_status(page: PageDep) -> Response:
    """The strip on top of every page, which asks for it again whenever something moves; with the navigation's numbers."""
    answer = page.show("status.html", **status(page))
    answer.headers["HX-Trigger"] = json.dumps({"loa:counts": page.counts})
    return answer


def status(page: Page) -> dict[str, Any]:
    """Titles: `sounding` now, the `emergency` in force, the `drill` that is on; empty when there is none."""
    assert page.person is not None
    with page.station.database.read() as session:
        there = rights.concerned(session, page.person)
        sounding, in_force = _sounding(session, there), _in_force(session, there)
    drills = [title for title, test in (*in_force, *sounding) if test]
    return {
        "sounding": [title for title, _ in sounding][:_NAMED],
        "emergency": next((title for title, test in in_force if not test), ""),
        "drill": next(iter(drills), ""),
    }


def _sounding(session: Session, there: set[str]) -> list[tuple[str, bool]]:
    rows = session.exec(
        select(Bulletin.title, Schedule.test)
        .join(Version, col(Version.bulletin_id) == col(Bulletin.id))
        .join(Schedule, col(Schedule.version_id) == col(Version.id))
        .join(Occurrence, col(Occurrence.schedule_id) == col(Schedule.id))
        .join(Delivery, col(Delivery.occurrence_id) == col(Occurrence.id))
        .where(
            col(Delivery.state).in_(SOUNDING),
            col(Occurrence.due_at) > now() - _LONGEST,
            col(Schedule.area_id).in_(there),
        )
        .distinct()
    )
    return list(rows)


def _in_force(session: Session, there: set[str]) -> list[tuple[str, bool]]:
    rows = session.exec(
        select(Bulletin.title, Schedule.test)
        .join(Version, col(Version.bulletin_id) == col(Bulletin.id))
        .join(Schedule, col(Schedule.version_id) == col(Version.id))
        .join(Occurrence, col(Occurrence.schedule_id) == col(Schedule.id))
        .join(Emergency, col(Emergency.id) == col(Occurrence.id))
        .where(
            col(Emergency.cleared_at).is_(None),
            col(Occurrence.not_after) > now(),
            col(Emergency.area_id).in_(there),
        )
    )
    return list(rows)
