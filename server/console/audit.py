"""The audit log on a page: who did what, whether the chain holds, and all of it to take away."""

import json
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session, col, select
from starlette.responses import Response

from server import areas, audit
from server.api import audit as api
from server.console.acts import ACT_NAMES
from server.console.languages import N_
from server.console.pages import Page, PageDep
from server.people import rights
from server.tables import Area, AuditEntry, Bulletin, Person, Speaker, SpeakerGroup, Version

router = APIRouter(prefix="/xa/nhat-ky", include_in_schema=False)
_SHOWN = 50


@router.get("")
def get_log(page: PageDep, truoc: Annotated[int, Query(ge=0, le=2**53)] = 0) -> Response:
    """Fifty entries, the newest first; `truoc` is the number of the last one of the page before."""
    return _show(page, truoc)


@router.get("/kiem-tra")
def get_check(page: PageDep) -> Response:
    """The page at once; it asks for the verdict by itself, which takes the longer the longer the log is."""
    return _show(page, 0, checking=True)


@router.get("/kiem-tra/ket-qua")
def get_verdict(page: PageDep) -> Response:
    """Verify the whole chain now: the part of the page, or without scripts the page with it."""
    assert page.person is not None
    verdict = api.get_verdict(page.person, page.station)
    if "hx-request" in page.request.headers:
        return page.show("audit_verdict.html", verdict=verdict)
    return _show(page, 0, verdict)


def _show(page: Page, before: int, verdict: api.VerdictView | None = None, *, checking: bool = False) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        rights.require(session, page.person, rights.Action.AUDIT, areas.top(session).id)
        query = select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(_SHOWN)
        entries = session.exec(query.where(col(AuditEntry.number) < before) if before else query).all()
        names = _names(session, {entry.object for entry in entries} | {_actor(entry) for entry in entries})
    return page.show(
        "audit.html",
        entries=[(entry, _actor(entry)) for entry in entries],
        details={entry.number: json.dumps(entry.detail, ensure_ascii=False) for entry in entries if entry.detail},
        names={audit.STATION: page.say(N_("đài tự làm")), **names},
        acts=ACT_NAMES,
        first=not before and verdict is None,
        checking=checking,
        verdict=verdict,
    )


def _actor(entry: AuditEntry) -> str:
    """The id of who acted: a person, the station, or a box at its enrolment ("speaker:ID")."""
    return entry.actor.removeprefix("speaker:")


def _names(session: Session, ids: set[str]) -> dict[str, str]:
    """What the things that an entry names are called, as far as they have a name."""
    found: dict[str, str] = {}
    for table in (Area, Person, Speaker, SpeakerGroup):
        found |= dict(session.exec(select(table.id, table.name).where(col(table.id).in_(ids))).all())
    found |= dict(session.exec(select(Bulletin.id, Bulletin.title).where(col(Bulletin.id).in_(ids))).all())
    versions = select(Version.id, Bulletin.title).join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
    return found | dict(session.exec(versions.where(col(Version.id).in_(ids))).all())
