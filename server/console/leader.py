"""The leader's queue, made for one thumb: listen, approve, or send back with a word."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from sqlmodel import Session, col, select
from starlette.responses import Response

from reading import Sentence
from server.api import bulletins as api
from server.api.views import ProductionView, production_view
from server.bulletins import store, tracks
from server.bulletins.languages import language_name
from server.console.languages import N_
from server.console.pages import Page, PageDep, to
from server.errors import StationError
from server.people import rights
from server.tables import Area, Bulletin, Person, Schedule, ScheduleStatus, Version, VersionStatus

router = APIRouter(prefix="/ban-tin/cho-duyet", include_in_schema=False)
_WORDS = (
    N_("Sai số liệu, ngày giờ"),
    N_("Đọc chưa đúng tên riêng"),
    N_("Câu chữ chưa phù hợp"),
    N_("Chưa nên phát lúc này"),
)
"""What is sent back most often for, by one touch."""
_ASKED = (ScheduleStatus.WAITING, ScheduleStatus.UNCONFIRMED)


@router.get("")
def get_queue(page: PageDep) -> Response:
    """What waits for this person, the urgent first."""
    return _queue(page, {}, 200)


@router.get("/{version_id}")
def get_one(version_id: str, page: PageDep) -> Response:
    """One of them by itself: asked for again while its audio is made."""
    waiting = _waiting(page, version_id)
    return page.show("leader_one.html", one=waiting[0] if waiting else None, words_back=_WORDS, errors={})


@router.post("/{version_id}/duyet")
def post_approve(
    version_id: str,
    page: PageDep,
    *,
    note: Annotated[str, Form(max_length=2000)] = "",
    audio: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Approve what was listened to, and on to the next."""
    assert page.person is not None
    try:
        api.post_approve(version_id, page.person, page.station, api.NoteRequest(note=note, audio_sha256=audio))
    except StationError as error:
        return _queue(page, {version_id: str(error)}, error.status)
    return to("/ban-tin/cho-duyet", "duyet")


@router.post("/{version_id}/tra-lai")
def post_refuse(
    version_id: str,
    page: PageDep,
    *,
    word: Annotated[list[str] | None, Form()] = None,
    note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Send it back with the words that were touched and the one that was typed."""
    assert page.person is not None
    said = ". ".join(filter(None, (*(known for known in _WORDS if known in (word or [])), note.strip())))
    try:
        api.post_refuse(version_id, api.NoteRequest(note=said), page.person, page.station)
    except StationError as error:
        return _queue(page, {version_id: str(error)}, error.status)
    return to("/ban-tin/cho-duyet", "tra")


def _queue(page: Page, errors: dict[str, str], status: int) -> Response:
    return page.show("leader.html", status=status, queue=_waiting(page), words_back=_WORDS, errors=errors)


def _waiting(page: Page, version_id: str = "") -> list[dict[str, Any]]:
    assert page.person is not None
    with page.station.database.read() as session:
        query = (
            select(Bulletin, Version, Person)
            .join(Version, col(Version.bulletin_id) == col(Bulletin.id))
            .join(Person, col(Bulletin.author_id) == col(Person.id))
            .where(
                Version.status == VersionStatus.SUBMITTED,
                col(Bulletin.area_id).in_(rights.reach(session, page.person)),
            )
            .order_by(col(Bulletin.priority), col(Version.submitted_at))
        )
        if version_id:
            query = query.where(Version.id == version_id)
        return [
            {
                "bulletin": bulletin,
                "version": version,
                "author": author,
                "production": (production := production_view(session, version)),
                "sentences": _sentences(version, production),
                "planned": _planned(session, version),
                "tracks": [language_name(track.language) for track in tracks.tracks_of(session, version.id)],
                "own": page.person.id in {bulletin.author_id, version.author_id},
            }
            for bulletin, version, author in session.exec(query)
        ]


def _sentences(version: Version, production: ProductionView | None) -> list[tuple[Sentence, int | None, bool]]:
    """(sentence, when it begins to sound, whether the ear found it unclear)."""
    starts = {entry["sentence_id"]: entry["start_ms"] for entry in reversed(production.timeline)} if production else {}
    unclear = {heard.sentence_id for heard in production.ear.sentences if heard.flagged} if production else set()
    return [(s, starts.get(s.id), s.id in unclear) for s in store.script_of(version).aloud]


def _planned(session: Session, version: Version) -> list[tuple[Schedule, str]]:
    """Where and when it will sound once it is approved."""
    rows = session.exec(
        select(Schedule, Area.name)
        .join(Area, col(Schedule.area_id) == col(Area.id))
        .where(Schedule.version_id == version.id, col(Schedule.status).in_(_ASKED))
        .order_by(col(Schedule.start_at))
    )
    return [(schedule, place) for schedule, place in rows]
