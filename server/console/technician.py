"""The technician's pages: the board and map, one speaker with its chain, the list of faults."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select
from starlette.responses import Response

from protocol.messages import Operation
from server import areas, care, chain, chain_words, faults, health, policy, releases, speakers, technician
from server.api import commands as commands_api
from server.api import faults as faults_api
from server.console import boxlog, maps
from server.console.languages import N_
from server.console.pages import Page, PageDep, to
from server.console.plots import number, plot
from server.errors import InvalidInputError, StationError
from server.people import rights
from server.tables import SELF_TEST_AT, Area, Person, Speaker
from server.tables.columns import now

router = APIRouter(include_in_schema=False)
BUTTONS = (Operation.TEST_TONE, Operation.SELF_TEST, Operation.LOGS, Operation.RESTART, Operation.STOP_ALL)
"""What takes nothing but a press."""
_SPANS = {"ngay": timedelta(days=1), "tuan": timedelta(days=7), "thang": timedelta(days=30)}
_TOLD_LATELY = timedelta(days=7)
_ANSWERS = 6
_LONG_WORK = {Operation.UPDATE: timedelta(hours=1), Operation.SELF_TEST: timedelta(minutes=1)}
"""How long after its arrival a command may go without an answer and not be given up."""


@router.get("/ky-thuat")
def get_board(page: PageDep) -> Response:
    """All speakers, the worst first, and where they are."""
    return page.show("technician.html", **_board(page))


@router.get("/ky-thuat/bang")
def get_live_board(page: PageDep) -> Response:
    """The part that changes."""
    return page.show("technician_board.html", **_board(page))


@router.get("/ky-thuat/{speaker_id}")
def get_speaker(speaker_id: str, page: PageDep, trong: str = "ngay") -> Response:
    """One speaker: its chain, what to do, what it measured."""
    return show(page, speaker_id, trong, "", 200)


@router.get("/su-co")
def get_faults(page: PageDep) -> Response:
    """Faults: open ones first."""
    return _faults(page, "", "", 200)


@router.post("/su-co/{fault_id}/{act}")
def post_fault(fault_id: str, act: str, page: PageDep, text: Annotated[str, Form(max_length=5000)] = "") -> Response:
    """Take it ("nhan"), note what was done ("ghi"), finish it ("xong")."""
    assert page.person is not None
    acts = {"nhan": faults_api.post_acknowledge, "ghi": faults_api.post_note, "xong": faults_api.post_resolve}
    try:
        if act not in acts:
            raise InvalidInputError("Không có việc này.")
        acts[act](fault_id, faults_api.WordRequest.model_construct(text=text), page.person, page.station)
    except StationError as error:
        return _faults(page, fault_id, str(error), error.status)
    return to("/su-co", "luu")


def _board(page: Page) -> dict[str, Any]:
    assert page.person is not None
    at = now()
    with page.station.database.read() as session:
        found = session.exec(
            select(Speaker, Area.name)
            .join(Area, col(Speaker.area_id) == col(Area.id))
            .where(col(Speaker.area_id).in_(rights.reach(session, page.person)))
            .options(defer(Speaker.desired_token), defer(Speaker.config_token))  # type: ignore[arg-type]  # mapped columns at run time
        ).all()
        rows = technician.board(session, [speaker for speaker, _ in found], at)
    places = [
        maps.Place(s.id, s.latitude, s.longitude)
        for s, _ in found
        if s.latitude is not None and s.longitude is not None
    ]
    return {
        "rows": rows,
        "places": {speaker.id: name for speaker, name in found},
        "map": maps.draw(places),
        "bad": sum(row.chain.broken is not None and not row.speaker.in_repair for row in rows),
        "names": chain_words.HOP_NAMES,
        "why": chain_words.WHY,
        "advice": chain_words.WHAT_TO_DO,
    }


def show(page: Page, speaker_id: str, span: str, error: str, status: int) -> Response:
    """The page of one speaker; `error` is what came of a deed on it."""
    assert page.person is not None
    at, length = now(), _SPANS.get(span, _SPANS["ngay"])
    with page.station.database.read() as session:
        speaker = speakers.find(session, page.person, speaker_id)
        (row,) = technician.board(session, [speaker], at)
        measured = health.samples(session, speaker_id, at - length)
        own = [fault for fault, _ in faults.visible(session, page.person, speaker_id=speaker_id, limit=20)]
        known = areas.listed(session, rights.reach(session, page.person))
        told = technician.told(session, speaker_id, at - _TOLD_LATELY)
        hours = policy.effective(session, speaker.area_id, page.station.settings.timezone)
    plots = [
        plot(page.say(title), unit, [(s.at, _value(s, name)) for s in measured], at - length, at, gap_s=_gap_s(length))
        for name, title, unit in _MEASURED
    ]
    return page.show(
        "technician_speaker.html", status=status, row=row,
        s=speaker, plots=plots, span=span, faults=own, areas=known,
        kind_name=faults.name_of, names=chain_words.HOP_NAMES, why=chain_words.WHY, advice=chain_words.WHAT_TO_DO,
        buttons=BUTTONS, error=error, releases=releases.offered(page.station.settings), told=told, refusal=care.refusal,
        silent_test=speaker.self_test_at is not None and not technician.may_sound(hours, speaker.self_test_at, at),
        allowed=policy.describe(hours.allowed), usual_test=SELF_TEST_AT, **answers(page, speaker_id),
    )  # fmt: skip


_MEASURED = (
    ("temperature_c", N_("Nhiệt độ"), "°C"),
    ("signal_dbm", N_("Sóng di động"), "dBm"),
    ("clock_offset_ms", N_("Lệch đồng hồ"), "ms"),
    ("disk_free_mb", N_("Ổ nhớ còn trống"), "MB"),
)


def _value(sample: health.Sample, name: str) -> float | None:
    value = getattr(sample, name)
    return None if value is None else float(value)


def _gap_s(length: timedelta) -> float:
    """Longer without a sample, and the line is broken."""
    return max(3 * health.STEP.total_seconds(), length.total_seconds() / 100)


def answers(page: Page, speaker_id: str) -> dict[str, Any]:
    """What was asked of it lately, and what it answered."""
    assert page.person is not None
    found = commands_api.get_commands(speaker_id, page.person, page.station, limit=_ANSWERS).items
    told = {c.id: care.answer(c.op, ok=c.ok, detail=c.detail) for c in found if c.ok is not None}
    logs = {c.id: boxlog.lines(c.data) for c in found if c.op is Operation.LOGS and c.ok}
    lost = {c.id for c in found if c.ok is None and now() > c.expires_at + _LONG_WORK.get(c.op, timedelta())}
    return {
        "commands": found, "answers": told, "logs": logs, "unanswered": lost, "speaker_id": speaker_id, "number": number,
    }  # fmt: skip


def _faults(page: Page, at: str, error: str, status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        rows = faults.visible(session, page.person)
        notes = faults.notes_of(session, [fault.id for fault, _ in rows])
        people = _names(session)
    return page.show(
        "technician_faults.html", status=status, rows=rows, notes=notes, people=people, kind_name=faults.name_of,
        why=chain.FAULT_WHY, advice=chain_words.WHAT_TO_DO, at=at, ids=[fault.id for fault, _ in rows], error=error,
    )  # fmt: skip


def _names(session: Session) -> dict[str | None, str]:
    return {person.id: person.name for person in session.exec(select(Person))}
