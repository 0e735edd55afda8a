"""Ready-made day plans and messages."""

from datetime import date, time

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from schedules.templates import DayPlan, SlotKind, day_plans
from server import areas, templates
from server.api.context import PersonDep, StationDep
from server.api.views import BulletinWithScript, Items, ScheduleView, bulletin_with_script, schedule_view
from server.bulletins import intake
from server.errors import NotFoundError
from server.people import rights
from server.tables.columns import now
from server.templates import BlankKind

router = APIRouter(prefix="/templates", tags=["templates"])
_VIEW = ConfigDict(from_attributes=True)


class SlotView(BaseModel):
    """A slot: Monday is 0; with `lunar` it is on those days of the lunar month."""

    model_config = _VIEW
    key: str
    name: str
    kind: SlotKind
    at: time
    minutes: int
    weekdays: list[int]
    lunar: list[int]
    rule: str


class DayPlanView(BaseModel):
    """A day plan."""

    model_config = _VIEW
    id: str
    name: str
    about: str
    slots: list[SlotView]


class ContentRequest(BaseModel):
    """What fills a slot: exactly one of them."""

    relay_id: str = Field(default="", max_length=64)
    programme_id: str = Field(default="", max_length=64)
    version_id: str = Field(default="", max_length=64)


class ApplyRequest(BaseModel):
    """Fill a plan for an area from a day on; `contents` by the keys of the slots, those left out stay free."""

    area_id: str = Field(max_length=64, examples=["khuoi-nan"])
    first_day: date
    contents: dict[str, ContentRequest] = Field(max_length=50)
    skip_holidays: bool = False


class FilledView(BaseModel):
    """A slot that is on the schedule now."""

    slot: SlotView
    schedules: list[ScheduleView]


class BlankView(BaseModel):
    """A place to fill: a date as 2026-12-25, a time as 19:30."""

    model_config = _VIEW
    name: str
    label: str
    kind: BlankKind


class MessageView(BaseModel):
    """A ready-made message."""

    model_config = _VIEW
    id: str
    title: str
    field: str
    text: str
    blanks: list[BlankView]


class FillRequest(BaseModel):
    """What goes into the blanks, by name; `area_id` is an id or a code, empty the person's own place."""

    values: dict[str, str] = Field(max_length=50, examples=[{"gio": "19:30", "ngay": "2026-12-25"}])
    area_id: str = Field(default="", max_length=64)


class FilledMessage(BaseModel):
    """The message in words."""

    title: str
    text: str


@router.get("/days")
def get_day_plans(_: PersonDep) -> Items[DayPlanView]:
    """The ready-made day plans."""
    return Items(items=[DayPlanView.model_validate(plan) for plan in day_plans().values()])


@router.post("/days/{plan_id}/apply", status_code=201)
def post_apply(plan_id: str, body: ApplyRequest, person: PersonDep, station: StationDep) -> Items[FilledView]:
    """Put a filled plan on the schedule: everything that was filled, or nothing."""
    plan = _day_plan(plan_id)
    contents = {key: templates.Content(**content.model_dump()) for key, content in body.contents.items()}
    with station.database.write() as session:
        filled = templates.apply(
            session, person, plan, area_id=body.area_id, first_day=body.first_day, contents=contents,
            skip_holidays=body.skip_holidays, at=now(), zone=station.settings.timezone,
        )  # fmt: skip
        views = [
            FilledView(
                slot=SlotView.model_validate(one.slot),
                schedules=[
                    schedule_view(session, made, [o for o in one.occurrences if o.schedule_id == made.id])
                    for made in one.schedules
                ],
            )
            for one in filled
        ]
    station.air.kick()
    return Items(items=views)


@router.get("/messages")
def get_messages(_: PersonDep) -> Items[MessageView]:
    """The ready-made messages with their blanks."""
    return Items(items=[MessageView.model_validate(message) for message in templates.messages().values()])


@router.post("/messages/{message_id}/fill")
def post_fill(message_id: str, body: FillRequest, person: PersonDep, station: StationDep) -> FilledMessage:
    """The message in words, to look at."""
    return _filled(message_id, body, person, station)


@router.post("/messages/{message_id}/bulletin", status_code=201)
def post_bulletin(message_id: str, body: FillRequest, person: PersonDep, station: StationDep) -> BulletinWithScript:
    """A bulletin of the filled message: a draft like any other."""
    filled = _filled(message_id, body, person, station)
    request = intake.Request(title=filled.title, area_id=body.area_id, field=templates.find(message_id).field)
    bulletin, version = intake.from_text(station.database, station.settings, person, request, filled.text)
    return bulletin_with_script(bulletin, [version])


def _filled(message_id: str, body: FillRequest, person: PersonDep, station: StationDep) -> FilledMessage:
    message = templates.find(message_id)
    with station.database.read() as session:
        place = areas.find(session, body.area_id or person.area_id)
        rights.require(session, person, rights.Action.READ, place.id)
    return FilledMessage(title=message.title, text=templates.fill(message, body.values, place.name))


def _day_plan(plan_id: str) -> DayPlan:
    found = day_plans().get(plan_id)
    if found is None:
        raise NotFoundError("Không có khung ngày này. Hãy chọn một khung trong danh sách.")
    return found
