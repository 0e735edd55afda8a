"""The officer's and the leader's pages: a bulletin from its document to its approval."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, UploadFile
from sqlmodel import Session, col, func, select
from starlette.responses import Response

from protocol.priorities import Priority
from reading import FlagCode, ReadingError, Sentence, SentenceKind
from server import areas, dictionary
from server.api import bulletins as api
from server.api.productions import post_production
from server.api.views import production_view, version_view
from server.bulletins import editing, rereading, search, store
from server.console import manner, recordings
from server.console.audio import order_when_clear
from server.console.emergency_templates import TEMPLATES
from server.console.pages import Page, PageDep, to
from server.errors import NotFoundError, StationError
from server.people import rights
from server.scheduling import OPEN_SCHEDULES
from server.tables import (
    Area,
    Occurrence,
    OccurrenceStatus,
    Person,
    Schedule,
    StoredDocument,
    Version,
    VersionStatus,
)

router = APIRouter(prefix="/ban-tin", include_in_schema=False)
_SHOWN = 50
_FOR_THE_DICTIONARY = frozenset({FlagCode.AMBIGUOUS, FlagCode.UNKNOWN_ABBREVIATION, FlagCode.FOREIGN_WORD})
"""Doubts about a word, which a row can end; numbers and signs are the rules' affair."""


@router.get("")
def get_bulletins(
    page: PageDep, truoc: Annotated[str, Query(max_length=64)] = "", tim: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The archive, the newest first, or what has the words of `tim`; each with where it was last used."""
    assert page.person is not None
    with page.station.database.read() as session:
        rows = (
            search.find(session, page.person, tim, limit=_SHOWN)
            if tim.strip()
            else store.visible(session, page.person, limit=_SHOWN, before_id=truoc)
        )
        people = {p.id: p.name for p in session.exec(select(Person))}
        used = _used(session, [bulletin.id for bulletin, _ in rows])
    return page.show("bulletins.html", rows=rows, people=people, used=used, query=tim, before=truoc, most=_SHOWN)


@router.get("/moi")
def get_new(
    page: PageDep,
    mau: Annotated[str, Query(max_length=40)] = "",
    tieu_de: Annotated[str, Query(max_length=300)] = "",
    noi_dung: Annotated[str, Query(max_length=5000)] = "",
) -> Response:
    """The form for a new bulletin; `mau` begins from an emergency's template, the others with a title and a text."""
    assert page.person is not None
    page.station.workshop.preview.prepare(page.station.settings.voice)
    if (template := TEMPLATES.get(mau)) is None:
        return _new(page, {"title": tieu_de, "text": noi_dung}, "", 200)
    with page.station.database.read() as session:
        place = areas.find(session, page.person.area_id).name
    values = {"text": template.text.format(place=place), "title": template.name, "priority": Priority.EMERGENCY.value}
    return _new(page, values, "", 200)


@router.post("/moi")
def post_new(
    page: PageDep,
    *,
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form()] = "",
    title: Annotated[str, Form(max_length=1000)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
    priority: Annotated[int, Form(ge=1, le=4)] = 3,
    field: Annotated[str, Form(max_length=40)] = "general",
) -> Response:
    """A document becomes a bulletin; what was typed stays when it cannot."""
    assert page.person is not None
    try:
        made = api.post_bulletin(
            page.person,
            page.station,
            file=file,
            text=text,
            title=title,
            area_id=area_id,
            priority=Priority(priority),
            field=field,
        )
    except (StationError, ReadingError) as error:
        values = {"text": text, "title": title, "area_id": area_id, "priority": priority, "field": field}
        return _new(page, values, str(error), 422)
    order_when_clear(page, made.version.id)
    return to(f"/ban-tin/{made.id}")


@router.get("/{bulletin_id}")
def get_bulletin(bulletin_id: str, page: PageDep, ban: int = 0) -> Response:
    """A bulletin: written and spoken side by side, and what can be done now. `ban` is the number of a version."""
    assert page.person is not None
    person = page.person
    with page.station.database.read() as session:
        bulletin, versions = store.find_bulletin(session, person, bulletin_id)
        version = next((v for v in versions if v.number == ban), versions[0])
        production = production_view(session, version)
        people = {p.id: p.name for p in session.exec(select(Person))}
        may = {
            action.value: rights.may(session, person, action, bulletin.area_id, bulletin.priority)
            for action in rights.Action
        }
        home = dictionary.home(session, bulletin.area_id)
        may_teach = rights.may(session, person, rights.Action.DICTIONARY, home.id)
        document = session.get(StoredDocument, bulletin.document_id) if bulletin.document_id else None
        used = session.exec(
            select(Schedule, Area)
            .join(Area, col(Schedule.area_id) == col(Area.id))
            .where(
                Schedule.version_id == version.id,
                col(Schedule.status).in_(OPEN_SCHEDULES),
            )
        ).all()
    script = store.script_of(version)
    unread = [s for s in script.sentences if s.kind is SentenceKind.UNREAD and not s.aloud]
    return page.show(
        "bulletin.html",
        bulletin=bulletin,
        version=version,
        versions=[version_view(v) for v in versions],
        script=script,
        main=[s for s in script.sentences if s not in unread],
        unread=unread,
        home=home,
        teachable=_FOR_THE_DICTIONARY if may_teach else frozenset(),
        doubts=sum(len(s.flags) for s in script.doubtful),
        pieces=pieces,
        production=production,
        sounds={e["sentence_id"]: (e["start_ms"], e["end_ms"]) for e in reversed(production.timeline)}
        if production
        else {},
        people=people,
        rights=may,
        document=document,
        used=used,
        editable=version.status is VersionStatus.DRAFT and may["write"],
        **manner.shown(page, version),
        **recordings.shown(page, version.id),
    )


@router.post("/{bulletin_id}/ban/{version_id}/cau/{sentence_id}")
def post_sentence(
    bulletin_id: str,
    version_id: str,
    sentence_id: str,
    page: PageDep,
    *,
    spoken: Annotated[str, Form(max_length=5000)] = "",
    seen: Annotated[int, Form(ge=0)],
    act: Annotated[str, Form(max_length=20)] = "say",
    flag: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """Change a sentence: say it otherwise, resolve a doubtful place (here or for good), leave it out, take it in."""
    assert page.person is not None
    database = page.station.database
    if act in {"skip", "read"}:
        editing.read_aloud(database, page.person, version_id, sentence_id, aloud=act == "read", seen=seen)
    elif act == "teach":
        dialect = page.station.settings.dialect
        rereading.teach(database, dialect, page.person, version_id, sentence_id, flag, spoken, seen=seen)
    elif act == "choose":
        editing.decide(database, page.person, version_id, sentence_id, flag, spoken, seen=seen)
    else:
        editing.speak_otherwise(database, page.person, version_id, sentence_id, spoken, seen=seen)
    if act == "choose":
        order_when_clear(page, version_id)
    return to(f"/ban-tin/{bulletin_id}#cau-{sentence_id}")


@router.post("/{bulletin_id}/ban/{version_id}/doc-lai")
def post_read_again(bulletin_id: str, version_id: str, page: PageDep) -> Response:
    """Read the document again with the dictionary as it is now."""
    assert page.person is not None
    api.post_read_again(version_id, page.person, page.station)
    return to(f"/ban-tin/{bulletin_id}", "doc-lai")


@router.post("/{bulletin_id}/ban/{version_id}/{act}")
def post_act(
    bulletin_id: str,
    version_id: str,
    act: str,
    page: PageDep,
    *,
    note: Annotated[str, Form(max_length=2000)] = "",
    audio: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Order the audio, send for approval, approve (the `audio` that was on the page), send back, withdraw, begin a new draft."""
    assert page.person is not None
    person, station = page.person, page.station
    if act == "dung-tieng":
        post_production(version_id, person, station)
        return to(f"/ban-tin/{bulletin_id}", "tieng")
    if act == "gui-duyet":
        api.post_submit(version_id, person, station)
        post_production(version_id, person, station)
        return to(f"/ban-tin/{bulletin_id}", "gui")
    if act == "duyet":
        api.post_approve(version_id, person, station, api.NoteRequest(note=note, audio_sha256=audio))
        return to(f"/ban-tin/{bulletin_id}", "duyet")
    if act == "tra-lai":
        api.post_refuse(version_id, api.NoteRequest(note=note), person, station)
        return to(f"/ban-tin/{bulletin_id}", "tra")
    if act == "thu-hoi":
        api.post_withdraw(version_id, person, station)
        return to(f"/ban-tin/{bulletin_id}", "thu")
    if act != "ban-moi":
        raise NotFoundError("Không làm được việc này ở địa chỉ này.")
    api.post_revise(version_id, person, station)
    return to(f"/ban-tin/{bulletin_id}", "ban-moi")


def pieces(sentence: Sentence) -> list[tuple[str, int | None]]:
    """The written text cut at its doubtful places: (text, number of the flag or None)."""
    cut: list[tuple[str, int | None]] = []
    end = 0
    for number, flag in sorted(enumerate(sentence.flags), key=lambda pair: pair[1].start):
        if flag.start < end:
            continue
        if flag.start > end:
            cut.append((sentence.written[end : flag.start], None))
        cut.append((sentence.written[flag.start : flag.end], number))
        end = flag.end
    if end < len(sentence.written):
        cut.append((sentence.written[end:], None))
    return cut


def _used(session: Session, ids: list[str]) -> dict[str, tuple[int, datetime]]:
    """Bulletin → how many occurrences it had, and when the last one was due."""
    rows = session.exec(
        select(Version.bulletin_id, func.count(col(Occurrence.id)), func.max(Occurrence.due_at))
        .join(Occurrence, col(Occurrence.version_id) == col(Version.id))
        .where(col(Version.bulletin_id).in_(ids), Occurrence.status == OccurrenceStatus.PUBLISHED)
        .group_by(col(Version.bulletin_id))
    )
    return {bulletin_id: (count, last) for bulletin_id, count, last in rows}


def _new(page: Page, values: dict[str, object], error: str, status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        places = areas.listed(session, areas.below(session, page.person.area_id))
        priorities = [
            p
            for p in Priority
            if rights.may(session, page.person, rights.Action.WRITE, page.person.area_id, p) and p is not Priority.RELAY
        ]
    return page.show("new.html", status=status, values=values, error=error, places=places, priorities=priorities)
