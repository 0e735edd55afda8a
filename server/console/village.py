"""The village head's page: say something to the village, within the limits that are shown first; did it sound; what is broken."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from reading import ReadingError
from schedules import ScheduleError
from server import areas, faults, policy, templates
from server.api import bulletins as bulletins_api
from server.api import faults as faults_api
from server.api import templates as templates_api
from server.api.occurrences import get_occurrences
from server.api.productions import post_production
from server.api.views import production_view
from server.bulletins import approval, store, tracks
from server.bulletins.recording import received
from server.console.instants import instant
from server.console.pages import Page, PageDep, to
from server.errors import InvalidInputError, StationError
from server.policy import PolicyBreachError, VillageRules
from server.productions import order
from server.scheduling import OPEN_SCHEDULES, Wish, schedule
from server.scheduling.load import loads
from server.tables import Person, RoleName, Schedule, ScheduleStatus, Speaker, Version, VersionStatus
from server.tables.columns import now
from voices import VoiceError

router = APIRouter(prefix="/thon", include_in_schema=False)
_HOURS = (time(5, 30), time(11, 0), time(17, 0), time(19, 0))
_CHOICES = 3
_SOON = timedelta(seconds=45)
"""Time for the speakers to fetch the sound when it shall sound "now"."""
_READY = timedelta(minutes=5)
_BACK, _AHEAD = timedelta(days=2), timedelta(days=7)
_SHOWN = 8


@router.get("")
def get_village(page: PageDep) -> Response:
    """Everything on one page."""
    return _village(page, {}, "", 200)


@router.post("/tin")
def post_message(
    page: PageDep,
    *,
    text: Annotated[str, Form(max_length=20_000)] = "",
    title: Annotated[str, Form(max_length=300)] = "",
    sound: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Typed or spoken words become a bulletin; its sound is made at once, to be heard before it is sent."""
    assert page.person is not None
    try:
        if sound is not None and sound.size:
            version_id = _spoken(page, sound, text, title)
        else:
            version_id = bulletins_api.post_bulletin(page.person, page.station, text=text, title=title).version.id
        post_production(version_id, page.person, page.station)
    except (StationError, ReadingError, VoiceError) as error:
        return _village(page, {"text": text, "title": title}, str(error), getattr(error, "status", 422))
    return to(f"/thon/tin/{version_id}")


@router.get("/mau/{message_id}")
def get_template(message_id: str, page: PageDep) -> Response:
    """A ready-made message and its blanks."""
    return page.show("village_template.html", message=templates.find(message_id), values={}, error="")


@router.post("/mau/{message_id}")
async def post_template(message_id: str, page: PageDep, request: Request) -> Response:
    """Fill it and make its sound."""
    form = await request.form(max_files=0, max_fields=60)
    values = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_fill, page, message_id, values)


@router.get("/tin/{version_id}")
def get_message(version_id: str, page: PageDep) -> Response:
    """Hear it, choose when."""
    return _message(page, version_id, {}, "", 200)


@router.post("/tin/{version_id}")
def post_when(
    version_id: str,
    page: PageDep,
    *,
    when: Annotated[str, Form(max_length=40)] = "",
    day: Annotated[str, Form(max_length=10)] = "",
    hour: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Send it with its time: approved by who may, it sounds then. Both happen or neither."""
    assert page.person is not None
    station = page.station
    try:
        start_at = _start(page, when, day, hour)
        with station.database.write() as session:
            version, bulletin = store.find_version(session, page.person, version_id)
            if version.status is VersionStatus.DRAFT:
                approval.submit(session, page.person, version_id)
                order(session, page.person, version_id, station.settings.voice)
            wish = Wish(version_id=version_id, area_id=bulletin.area_id, start_at=start_at, when_approved=True)
            made, _ = schedule(session, page.person, wish, now(), station.settings.timezone)
    except (StationError, ScheduleError) as error:
        return _message(page, version_id, {"day": day, "hour": hour}, str(error), getattr(error, "status", 422))
    station.air.kick()
    return to("/thon", "cho-nguoi-hai" if made.status is ScheduleStatus.UNCONFIRMED else "thon-gui")


@router.get("/bao-hong")
def get_fault(page: PageDep, loa: str = "") -> Response:
    """The form to report a broken speaker."""
    return _fault(page, {"speaker_id": loa}, "", 200)


@router.post("/bao-hong")
def post_fault(
    page: PageDep,
    *,
    speaker_id: Annotated[str, Form(max_length=64)] = "",
    kind: Annotated[str, Form(max_length=20)] = "",
    text: Annotated[str, Form(max_length=5000)] = "",
    photo: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Report it."""
    assert page.person is not None
    try:
        faults_api.post_fault(speaker_id, page.person, page.station, kind=kind, text=text, photo=photo)
    except StationError as error:
        return _fault(page, {"speaker_id": speaker_id, "kind": kind, "text": text}, str(error), error.status)
    return to("/thon", "bao-hong")


def _fill(page: Page, message_id: str, values: dict[str, str]) -> Response:
    assert page.person is not None
    message = templates.find(message_id)
    try:
        made = templates_api.post_bulletin(
            message_id, templates_api.FillRequest(values=values), page.person, page.station
        )  # fmt: skip
        post_production(made.version.id, page.person, page.station)
    except StationError as error:
        return page.show(
            "village_template.html", status=error.status, message=message, values=values, error=str(error)
        )  # fmt: skip
    return to(f"/thon/tin/{made.version.id}")


def _spoken(page: Page, sound: UploadFile, text: str, title: str) -> str:
    """The id of a version with the recording in it: of a sound that cannot be used nothing is left behind."""
    assert page.person is not None
    person, station = page.person, page.station
    with received(station.settings, sound.file, sound.filename or "ghi-am.webm", language="vi") as recording:
        words = text if text.strip() else f"{person.name} thông báo tới bà con."
        made = bulletins_api.post_bulletin(person, station, text=words, title=title)
        with station.database.write() as session:
            tracks.keep(session, station.settings, person, made.version.id, recording, title=person.name)
    return made.version.id


def _village(page: Page, values: dict[str, str], error: str, status: int) -> Response:
    assert page.person is not None
    at = now()
    found = get_occurrences(page.person, page.station, from_=at - _BACK, to=at + _AHEAD, limit=200).items
    with page.station.database.read() as session:
        boxes = _speakers(session, page.person)
        here = {box.id for box in boxes}
        broken = faults.open_since(session, [box.id for box in boxes])
        limits = _limits(session, page)
        unfinished = _unfinished(session, page.person)
        place = areas.find(session, page.person.area_id).name
    mine = [o.model_copy(update={"deliveries": [d for d in o.deliveries if d.speaker_id in here]}) for o in found]
    heard = [o for o in mine if o.deliveries]
    return page.show(
        "village.html", status=status, place=place, boxes=boxes, broken=broken, limits=limits, unfinished=unfinished,
        past=[o for o in heard if o.due_at <= at][::-1][:_SHOWN], coming=[o for o in heard if o.due_at > at][:_SHOWN],
        values=values, error=error, templates=templates.messages().values(),
    )  # fmt: skip


def _message(page: Page, version_id: str, values: dict[str, str], error: str, status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        version, bulletin = store.find_version(session, page.person, version_id)
        production = production_view(session, version)
        script = store.script_of(version)
        limits = _limits(session, page)
        recorded = bool(tracks.tracks_of(session, version_id))
        offered = _offered(session, page, timedelta(milliseconds=(production.duration_ms if production else 0) or 0))
        planned = session.exec(
            select(Schedule).where(
                Schedule.version_id == version_id,
                col(Schedule.status).in_(OPEN_SCHEDULES),
            )
        ).all()
    starts = {entry["sentence_id"]: entry["start_ms"] for entry in reversed(production.timeline)} if production else {}
    soon = (now() + timedelta(minutes=10)).astimezone(page.zone)
    return page.show(
        "village_message.html", status=status, version=version, bulletin=bulletin, production=production,
        script=script, starts=starts, limits=limits, offered=offered, planned=planned, recorded=recorded, error=error,
        values={"day": f"{soon:%Y-%m-%d}", "hour": f"{soon:%H:%M}", **values},
    )  # fmt: skip


def _fault(page: Page, values: dict[str, str], error: str, status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        boxes = _speakers(session, page.person)
    return page.show(
        "village_fault.html", status=status, boxes=boxes, kinds=faults.KINDS, values=values, error=error
    )  # fmt: skip


def _speakers(session: Session, person: Person) -> list[Speaker]:
    found = session.exec(select(Speaker).where(col(Speaker.area_id).in_(areas.below(session, person.area_id)))).all()
    return sorted(found, key=lambda box: areas.sort_key(box.name))


def _limits(session: Session, page: Page) -> dict[str, Any]:
    """What is left of today for village heads here. None: without limit."""
    assert page.person is not None
    place, zone = areas.find(session, page.person.area_id), page.station.settings.timezone
    rules: VillageRules = policy.village_hours(session, place.id).rules
    planned = loads(session, place.id, now().astimezone(page.zone).date(), zone, village_heads=True).get(place.name)
    sessions, minutes = (planned.sessions, -(-planned.length // timedelta(minutes=1))) if planned else (0, 0)
    allowed = policy.effective(session, place.id, zone).allowed
    return {
        "sessions": None if rules.sessions_a_day is None else max(0, rules.sessions_a_day - sessions),
        "minutes": None if rules.minutes_a_day is None else max(0, rules.minutes_a_day - minutes),
        "hours": policy.describe(rules.allowed or allowed),
        "approval": rules.approval,
        "applies": page.person.role is RoleName.VILLAGE_HEAD,
    }


def _offered(session: Session, page: Page, length: timedelta) -> list[datetime]:
    """The next usual hours that the rules allow."""
    assert page.person is not None
    zone, place = page.station.settings.timezone, page.person.area_id
    hours, own = policy.hours_over(session, place), policy.village_hours(session, place)
    local, found = now().astimezone(page.zone), list[datetime]()
    for day in range(3):
        for hour in _HOURS:
            at = datetime.combine(local.date() + timedelta(days=day), hour, tzinfo=page.zone)
            if at < local + _READY or len(found) == _CHOICES:
                continue
            try:
                hours.check(at, length, zone)
                if page.person.role is RoleName.VILLAGE_HEAD:
                    own.check(at, length, zone, "")
            except PolicyBreachError:
                continue
            found.append(at)
    return found


def _start(page: Page, when: str, day: str, hour: str) -> datetime:
    if when == "now":
        return now() + _SOON
    if when == "at":
        return instant(day, hour, page.zone)
    try:
        at = datetime.fromisoformat(when)
    except ValueError as error:
        raise InvalidInputError("Hãy chọn lúc phát.") from error
    if at.tzinfo is None:
        raise InvalidInputError("Hãy chọn lúc phát.")
    return at


def _unfinished(session: Session, person: Person) -> list[tuple[Version, str]]:
    """The person's messages that did not come through yet: drafts, what waits, what was sent back."""
    open_now = (VersionStatus.DRAFT, VersionStatus.SUBMITTED, VersionStatus.REFUSED)
    rows = store.visible(session, person, limit=30)
    return [
        (version, bulletin.title)
        for bulletin, version in rows
        if bulletin.author_id == person.id and version.status in open_now
    ]
