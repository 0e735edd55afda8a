"""What cannot wait: stop everything, an emergency, its all-clear."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from sqlmodel import Session, col, select
from starlette.responses import Response

from protocol.priorities import Priority
from server import areas, drills, words
from server.api import emergencies as api
from server.api.air import air_of
from server.bulletins import store
from server.console import places
from server.console.emergency_templates import HAZARD_NAMES, TEMPLATES
from server.console.pages import Page, PageDep, to
from server.errors import InvalidInputError, NotFoundError, StationError
from server.people import rights
from server.tables import Area, Bulletin, Person, PreparedEmergency, ProductionStatus, Version, VersionStatus
from server.tables.columns import now

router = APIRouter(include_in_schema=False)
_OFFERED, _OTHERS = 30, 6
_PAST = 5


@router.get("/dung")
def get_stop(page: PageDep) -> Response:
    """Stop all: where, and yes."""
    return page.show("stop.html", places=_places(page))


@router.post("/dung")
def post_stop(page: PageDep, area_id: Annotated[str, Form(max_length=64)] = "") -> Response:
    """Silence an area now; the button on every page silences all that the person answers for."""
    assert page.person is not None
    api.post_stop_all(api.StopRequest(area_id=area_id or page.person.area_id), page.person, page.station)
    return to("/", "dung")


@router.get("/khan-cap")
def get_emergency(page: PageDep) -> Response:
    """Emergencies in force, and what can be ordered."""
    return _emergency(page)


@router.get("/khan-cap/phat")
def get_order(page: PageDep, tin: Annotated[str, Query(max_length=80)] = "", tap: bool = False) -> Response:
    """One message and the confirmation; `tap` says that it is a drill."""
    assert page.person is not None
    office = f"{page.person.name}, {page.say(words.ROLE_NAMES[page.person.role])}"
    return _order(page, {"message": tin, "test": tap, "authority": office}, "", 200)


@router.post("/khan-cap")
def post_emergency(
    page: PageDep,
    *,
    message: Annotated[str, Form(max_length=80)] = "",
    area_id: Annotated[str, Form(max_length=64)] = "",
    authority: Annotated[str, Form(max_length=200)] = "",
    confirm: Annotated[str, Form(max_length=20)] = "",
    test: Annotated[bool, Form()] = False,
) -> Response:
    """Order it. The confirmation is a word that nobody types by accident; the button that must be held writes it."""
    assert page.person is not None
    kind, _, chosen = message.partition(":")
    confirmed = confirm.strip().casefold() in {"phát", "phat"}
    try:
        if not confirmed:
            raise InvalidInputError("Phát khẩn cấp phải được xác nhận: nhấn giữ nút hai giây, hoặc gõ chữ PHÁT.")
        with page.station.database.read() as session:
            place, group_id = places.chosen(session, page.person, area_id)
        body = api.EmergencyRequest(
            area_id=place,
            group_id=group_id,
            authority=authority,
            confirm=confirmed,
            version_id=chosen if kind == "version" else "",
            prepared_id=chosen if kind == "prepared" else "",
            test=test,
        )
        api.post_emergency(body, page.person, page.station, air_of(page.station))
    except StationError as error:
        values = {"message": message, "area_id": area_id, "authority": authority, "test": test}
        return _order(page, values, str(error), error.status)
    return to("/khan-cap", "khan-cap")


@router.post("/khan-cap/giu-san")
def post_prepared(
    page: PageDep, version_id: Annotated[str, Form(max_length=36)], hazard: Annotated[str, Form(max_length=40)]
) -> Response:
    """Keep an approved message on the speakers, so that it sounds also when they hear nothing but the order."""
    assert page.person is not None
    body = api.PreparedRequest(hazard=hazard, version_id=version_id, area_id=page.person.area_id)
    api.post_prepared(body, page.person, page.station)
    return to("/khan-cap", "giu-san")


@router.post("/khan-cap/dien-tap")
def post_drill(page: PageDep, version_id: Annotated[str, Form(max_length=36)]) -> Response:
    """A draft of the same words spoken as a drill: no drill sounds like the real thing."""
    assert page.person is not None
    made = api.post_drill(version_id, page.person, page.station)
    return to(f"/ban-tin/{made.id}", "ban-moi")


@router.post("/khan-cap/{prepared_id}/thoi-giu")
def post_retired(prepared_id: str, page: PageDep) -> Response:
    """Take a prepared message off the speakers."""
    assert page.person is not None
    api.delete_prepared(prepared_id, page.person, page.station)
    return to("/khan-cap", "luu")


@router.post("/khan-cap/{emergency_id}/het")
def post_all_clear(emergency_id: str, page: PageDep) -> Response:
    """The all-clear."""
    assert page.person is not None
    api.post_all_clear(emergency_id, page.person, page.station, air_of(page.station))
    return to("/khan-cap", "het")


def _emergency(page: Page) -> Response:
    assert page.person is not None
    shown = api.get_emergencies(page.person, page.station).items
    with page.station.database.read() as session:
        offered = _messages(session, page)
    prepared = {message.version_id for message in offered if message.prepared}
    return page.show(
        "emergency.html",
        emergencies=[e for e in shown if e.cleared_at is None and e.not_after > now()],
        past=[e for e in shown if e.cleared_at is not None or e.not_after <= now()][:_PAST],
        prepared=[m for m in offered if m.prepared],
        others=[m for m in offered if not m.prepared and m.version_id not in prepared],
        templates=TEMPLATES,
        hazards=HAZARD_NAMES,
    )


def _order(page: Page, values: dict[str, Any], error: str, status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        if rights.Action.EMERGENCY not in rights.shown(session, page.person):
            rights.require(session, page.person, rights.Action.EMERGENCY, page.person.area_id, Priority.EMERGENCY)
        offered = {message.value: message for message in _messages(session, page)}
        chosen = offered.get(str(values.get("message", "")))
        if chosen is None:
            raise NotFoundError("Không có tin khẩn cấp này. Hãy chọn lại ở trang Khẩn cấp.")
        version = session.get(Version, chosen.version_id)
        there = places.choices(session, page.person)
        said = [sentence.spoken for sentence in store.script_of(version).sentences if sentence.aloud] if version else []
    given = {
        "area_id": page.person.area_id,
        "authority": "",
        **values,
        "test": chosen.drill or bool(values.get("test")),
    }
    return page.show("order.html", status=status, chosen=chosen, said=said, places=there, values=given, error=error)


@dataclass(frozen=True)
class Message:
    """Something that can be ordered at once."""

    value: str
    """What the form sends: "prepared:ID" or "version:ID"."""
    title: str
    version_id: str
    hazard: str = ""
    prepared: bool = False
    drill: bool = False
    """It calls itself a drill: good for nothing else."""


def _messages(session: Session, page: Page) -> list[Message]:
    """Prepared messages first, then approved bulletins with audio: emergencies before others, the newest first."""
    assert page.person is not None
    prepared = session.exec(
        select(PreparedEmergency, Bulletin.title, Version)
        .join(Version, col(PreparedEmergency.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(
            col(PreparedEmergency.retired_at).is_(None),
            col(PreparedEmergency.area_id).in_(rights.concerned(session, page.person)),
        )
    )
    found = [
        Message(f"prepared:{row.id}", title, version.id, row.hazard, prepared=True, drill=drills.spoken(version.script))
        for row, title, version in prepared
    ]
    approved = session.exec(
        select(Version, Bulletin.title)
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(
            col(Version.id).in_(_offered(session, page.person))
        )  # by itself: to sort thousands with their scripts is slow
        .order_by(col(Bulletin.priority), col(Version.decided_at).desc())
    ).all()
    productions = store.productions_of(session, [version for version, _ in approved])
    for version, title in approved:
        production = productions.get(version.id)
        if production is not None and production.status is ProductionStatus.READY:
            found.append(Message(f"version:{version.id}", title, version.id, drill=drills.spoken(version.script)))
    return found


def _offered(session: Session, person: Person) -> list[str]:
    """Ids: what was written for emergencies, and a few of the newest others."""
    approved = (
        select(Version.id)
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(Version.status == VersionStatus.APPROVED, col(Bulletin.area_id).in_(rights.reach(session, person)))
        .order_by(col(Version.decided_at).desc())
    )
    urgent = approved.where(Bulletin.priority == Priority.EMERGENCY).limit(_OFFERED)
    others = approved.where(Bulletin.priority != Priority.EMERGENCY).limit(_OTHERS)
    return [*session.exec(urgent), *session.exec(others)]


def _places(page: Page) -> list[Area]:
    assert page.person is not None
    with page.station.database.read() as session:
        return areas.listed(session, rights.reach(session, page.person))
