"""Programmes: bulletins and relays in an order, their length known before, on air like a bulletin."""

from datetime import date

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field
from sqlmodel import Session

from server import programmes
from server.api.context import PersonDep, StationDep
from server.api.views import Items, ScheduleView, schedule_view
from server.programmes import Entry
from server.programmes.store import LONGEST_SLOT_S, MOST_ENTRIES, entries_of
from server.tables import Programme
from server.tables.columns import now

router = APIRouter(prefix="/programmes", tags=["programmes"])


class ProgrammeRequest(BaseModel):
    """A new programme for a slot of `slot_s` seconds."""

    title: str = Field(max_length=1000, examples=["Chương trình sáng"])
    area_id: str = Field(max_length=64, examples=["khuoi-nan"])
    slot_s: int = Field(ge=60, le=LONGEST_SLOT_S, examples=[1800])
    pause_s: float = Field(default=1.0, ge=0, le=60)
    """Silence between two items."""
    items: list[Entry] = Field(max_length=MOST_ENTRIES)


class ProgrammeChange(BaseModel):
    """What is to be different; what is left out stays."""

    title: str | None = Field(default=None, max_length=1000)
    slot_s: int | None = Field(default=None, ge=60, le=LONGEST_SLOT_S)
    pause_s: float | None = Field(default=None, ge=0, le=60)
    items: list[Entry] | None = Field(default=None, max_length=MOST_ENTRIES)


class PartView(BaseModel):
    """An item, where it begins and how long it is; null while that is not known."""

    entry: Entry
    title: str
    version_id: str | None
    offset_ms: int | None
    length_ms: int | None
    problem: str


class ProgrammeView(BaseModel):
    """A programme laid out. `problem` is what keeps it off the air, "" when nothing does."""

    id: str
    title: str
    area_id: str
    slot_s: int
    pause_s: float
    author_id: str
    parts: list[PartView]
    length_ms: int | None
    problem: str


class AiringRequest(BaseModel):
    """Where and when; as for a schedule."""

    area_id: str = Field(max_length=64, examples=["khuoi-nan"])
    start_at: AwareDatetime = Field(examples=["2026-12-01T05:30:00+07:00"])
    rule: str = Field(default="", max_length=500, examples=["FREQ=DAILY"])
    except_days: list[date] = Field(default=[], max_length=400)
    skip_holidays: bool = False
    group_id: str = Field(default="", max_length=64)
    except_areas: list[str] = Field(default=[], max_length=1000)
    except_speakers: list[str] = Field(default=[], max_length=1000)
    max_start_delay_s: float = Field(default=60.0, ge=0, le=3600)
    test: bool = False


class RunView(BaseModel):
    """A programme on the schedule: one schedule an item."""

    id: str
    programme_id: str
    start_at: AwareDatetime
    rule: str
    length_ms: int
    schedules: list[ScheduleView]


@router.get("")
def get_programmes(person: PersonDep, station: StationDep) -> Items[ProgrammeView]:
    """The programmes at the person's place and below, the newest first."""
    with station.database.read() as session:
        return Items(items=[_view(session, made) for made in programmes.visible(session, person)])


@router.post("", status_code=201)
def post_programme(body: ProgrammeRequest, person: PersonDep, station: StationDep) -> ProgrammeView:
    """Make a programme; what is too long for its slot is refused."""
    with station.database.write() as session:
        made = programmes.create(
            session, person, title=body.title, area_id=body.area_id, slot_s=body.slot_s, pause_s=body.pause_s, entries=body.items
        )  # fmt: skip
        return _view(session, made)


@router.get("/{programme_id}")
def get_programme(programme_id: str, person: PersonDep, station: StationDep) -> ProgrammeView:
    """One programme, with where each item begins."""
    with station.database.read() as session:
        return _view(session, programmes.find(session, person, programme_id))


@router.patch("/{programme_id}")
def patch_programme(programme_id: str, body: ProgrammeChange, person: PersonDep, station: StationDep) -> ProgrammeView:
    """Change it for the next time; what is on the schedule stays as it was."""
    with station.database.write() as session:
        made = programmes.change(
            session, person, programme_id, title=body.title, slot_s=body.slot_s, pause_s=body.pause_s, entries=body.items
        )  # fmt: skip
        return _view(session, made)


@router.delete("/{programme_id}", status_code=204)
def delete_programme(programme_id: str, person: PersonDep, station: StationDep) -> None:
    """Put it away; what is on the schedule stays until it is withdrawn."""
    with station.database.write() as session:
        programmes.retire(session, person, programme_id)


@router.post("/{programme_id}/air", status_code=201)
def post_air(programme_id: str, body: AiringRequest, person: PersonDep, station: StationDep) -> RunView:
    """Put it on air as it is now: all of it or nothing. At an unusual hour it waits for a second person."""
    with station.database.write() as session:
        run, made, occurrences = programmes.air(
            session, person, programme_id, programmes.Airing(**body.model_dump()), now(), station.settings.timezone
        )
        by_schedule = {schedule.id: [one for one in occurrences if one.schedule_id == schedule.id] for schedule in made}
        view = RunView(
            **run.model_dump(exclude={"created_by", "created_at"}),
            schedules=[schedule_view(session, schedule, by_schedule[schedule.id]) for schedule in made],
        )
    station.air.kick()
    return view


@router.get("/{programme_id}/runs")
def get_runs(programme_id: str, person: PersonDep, station: StationDep) -> Items[RunView]:
    """Where it is on the schedule, the newest first: what is left of each time it was put on air."""
    with station.database.read() as session:
        found = programmes.runs_of(session, person, programme_id, now())
        return Items(
            items=[
                RunView(
                    **run.model_dump(exclude={"created_by", "created_at"}),
                    schedules=[schedule_view(session, schedule, []) for schedule in schedules],
                )
                for run, schedules in found
            ]
        )


@router.post("/runs/{run_id}/withdraw")
def post_withdraw(run_id: str, person: PersonDep, station: StationDep) -> Items[ScheduleView]:
    """Take a programme off the schedule; what is on air is asked to stop."""
    with station.database.write() as session:
        withdrawn = programmes.withdraw_run(session, person, run_id, now())
        view = Items[ScheduleView](items=[schedule_view(session, schedule, []) for schedule in withdrawn])
    station.air.kick()
    return view


def _view(session: Session, made: Programme) -> ProgrammeView:
    laid_out = programmes.lay_out(session, entries_of(made), slot_s=made.slot_s, pause_s=made.pause_s)
    return ProgrammeView(
        id=made.id, title=made.title, area_id=made.area_id, slot_s=made.slot_s, pause_s=made.pause_s, author_id=made.author_id,
        parts=[PartView.model_validate(part, from_attributes=True) for part in laid_out.parts],
        length_ms=laid_out.length_ms, problem=laid_out.problem,
    )  # fmt: skip
