"""Schedules: putting approved versions on air."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlmodel import col, select

from server import areas
from server.api.context import PersonDep, StationDep
from server.api.views import Items, ScheduleView, schedule_view
from server.scheduling import OPEN_SCHEDULES, Wish, confirm, may_confirm, schedule, unconfirmed, withdraw_schedule
from server.tables import Schedule
from server.tables.columns import now

router = APIRouter(prefix="/schedules", tags=["schedules"])


class ScheduleRequest(BaseModel):
    """What shall sound where and when. `area_id` is an id or a code; `rule` is an RFC 5545 RRULE, empty for once."""

    version_id: str = Field(max_length=64)
    area_id: str = Field(max_length=64, examples=["na-it"])
    start_at: AwareDatetime = Field(examples=["2026-12-01T17:00:00+07:00"])
    rule: str = Field(default="", max_length=500, examples=["FREQ=WEEKLY;BYDAY=MO,WE,FR"])
    max_start_delay_s: float = Field(default=60.0, ge=0, le=3600)
    test: bool = False
    except_days: list[date] = Field(default=[], max_length=400)
    """Local dates on which the rule is left out."""
    skip_holidays: bool = False
    when_approved: bool = False
    """Accept it while the version waits for approval: not approved in time, it does not sound."""
    group_id: str = Field(default="", max_length=64)
    """Only to the speakers of this group, which lies at or below the area."""
    except_areas: list[str] = Field(default=[], max_length=1000)
    """Ids or codes of areas below that are left out."""
    except_speakers: list[str] = Field(default=[], max_length=1000)
    length_ms: int = Field(default=0, ge=0, le=86_400_000)
    """Of a relay: how long it is listened to. Everything else is as long as its audio."""


class UnconfirmedView(BaseModel):
    """Something that waits for a second person; of a programme there is one. Agree to it by its `schedule_id`."""

    schedule_id: str
    run_id: str | None
    """The programme's run, if it is one."""
    title: str
    area_name: str
    asked_by: str
    """Id of the person."""
    asked_by_name: str
    asked_at: AwareDatetime
    rule: str
    length_ms: int
    next_at: AwareDatetime | None
    """When it would sound first from now on; null: not in the coming year."""
    unusual_at: AwareDatetime | None
    why: str
    """Vietnamese: why that hour is unusual."""
    may_confirm: bool
    """Whether the one who asks for this list may agree to it."""


@router.post("", status_code=201)
def post_schedule(body: ScheduleRequest, person: PersonDep, station: StationDep) -> ScheduleView:
    """Put on air. Everything is checked before anything is made. At an unusual hour it waits for a second person."""
    with station.database.write() as session:
        made, occurrences = schedule(session, person, Wish(**body.model_dump()), now(), station.settings.timezone)
        view = schedule_view(session, made, occurrences)
    station.air.kick()
    return view


@router.get("")
def get_schedules(
    person: PersonDep,
    station: StationDep,
    version_id: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
    before: Annotated[str, Query(max_length=64, description="id of the last one of the page before")] = "",
) -> Items[ScheduleView]:
    """Active schedules of the person's area, the newest first; of one version when asked ("where is this used?")."""
    with station.database.read() as session:
        query = select(Schedule).where(
            col(Schedule.area_id).in_(areas.below(session, person.area_id)),
            col(Schedule.status).in_(OPEN_SCHEDULES),
        )
        if version_id:
            query = query.where(Schedule.version_id == version_id)
        if before:
            query = query.where(col(Schedule.id) < before)
        found = session.exec(query.order_by(col(Schedule.id).desc()).limit(limit)).all()
        return Items(items=[schedule_view(session, row, []) for row in found])


@router.get("/unconfirmed")
def get_unconfirmed(person: PersonDep, station: StationDep) -> Items[UnconfirmedView]:
    """What would sound at an unusual hour and waits for a second person, by its time."""
    with station.database.read() as session:
        return Items(
            items=[
                UnconfirmedView(
                    schedule_id=one.schedule.id, run_id=one.schedule.run_id, title=one.title, area_name=one.area_name,
                    asked_by=one.asked_by.id, asked_by_name=one.asked_by.name, asked_at=one.schedule.created_at,
                    rule=one.schedule.rule, length_ms=one.length_ms, next_at=one.next_at, unusual_at=one.unusual_at,
                    why=one.why, may_confirm=may_confirm(session, person, one.schedule),
                )
                for one in unconfirmed(session, person, now(), station.settings.timezone)
            ]
        )  # fmt: skip


@router.post("/{schedule_id}/confirm")
def post_confirm(schedule_id: str, person: PersonDep, station: StationDep) -> ScheduleView:
    """Agree, as a second person, to a schedule at an unusual hour: status "unconfirmed" until then."""
    with station.database.write() as session:
        made, occurrences = confirm(session, person, schedule_id, now(), station.settings.timezone)
        view = schedule_view(session, made, occurrences)
    station.air.kick()
    return view


@router.post("/{schedule_id}/withdraw")
def post_withdraw(schedule_id: str, person: PersonDep, station: StationDep) -> ScheduleView:
    """End a schedule; what is on air is asked to stop."""
    with station.database.write() as session:
        view = schedule_view(session, withdraw_schedule(session, person, schedule_id, now()), [])
    station.air.kick()
    return view
