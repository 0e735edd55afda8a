"""Occurrences: what sounds when, and what became of it on each speaker."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlmodel import Session, col, select

from server import areas
from server.api.context import PersonDep, StationDep
from server.api.views import Items, OccurrenceView, ScheduleView, occurrence_views, schedule_view
from server.errors import InvalidInputError, NotFoundError
from server.people import rights
from server.scheduling import move_occurrence, withdraw_occurrence
from server.tables import Occurrence, Person, Schedule
from server.tables.columns import now

router = APIRouter(prefix="/occurrences", tags=["occurrences"])
_LONGEST_SPAN = timedelta(days=400)


@router.get("")
def get_occurrences(
    person: PersonDep,
    station: StationDep,
    from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    to: AwareDatetime | None = None,
    area_id: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Items[OccurrenceView]:
    """Occurrences in [from, to), soonest first: by default of the last and the next 24 hours, at the person's place and below."""
    start, end = from_ or now() - timedelta(days=1), to or now() + timedelta(days=1)
    if not timedelta(0) <= end - start <= _LONGEST_SPAN:
        raise InvalidInputError("Khoảng thời gian không hợp lệ: “đến” phải sau “từ”, và không dài quá 400 ngày.")
    with station.database.read() as session:
        place = areas.find(session, area_id or person.area_id)
        rights.require(session, person, rights.Action.READ, place.id)
        found = session.exec(
            select(Occurrence)
            .join(Schedule, col(Occurrence.schedule_id) == col(Schedule.id))
            .where(
                col(Schedule.area_id).in_(areas.concerning(session, place.id)),
                col(Occurrence.due_at) >= start,
                col(Occurrence.due_at) < end,
            )
            .order_by(col(Occurrence.due_at), col(Occurrence.id))
            .limit(limit)
        )
        return Items(items=occurrence_views(session, list(found)))


@router.get("/{occurrence_id}")
def get_occurrence(occurrence_id: str, person: PersonDep, station: StationDep) -> OccurrenceView:
    """One occurrence with the state of every speaker."""
    with station.database.read() as session:
        return _view(session, person, occurrence_id)


@router.post("/{occurrence_id}/withdraw")
def post_withdraw(occurrence_id: str, person: PersonDep, station: StationDep) -> OccurrenceView:
    """Take it back, also while it is on air: the devices answer how it ended."""
    with station.database.write() as session:
        withdraw_occurrence(session, person, occurrence_id, now())
        view = _view(session, person, occurrence_id)
    station.air.kick()
    return view


class MoveRequest(BaseModel):
    """The new time."""

    start_at: AwareDatetime = Field(examples=["2026-12-01T17:00:00+07:00"])


@router.post("/{occurrence_id}/move")
def post_move(occurrence_id: str, body: MoveRequest, person: PersonDep, station: StationDep) -> ScheduleView:
    """Put it at another time. Forbidden by a rule, nothing changes; at an unusual hour it waits for a second person."""
    with station.database.write() as session:
        made, occurrences = move_occurrence(
            session, person, occurrence_id, body.start_at, now(), station.settings.timezone
        )
        view = schedule_view(session, made, occurrences)
    station.air.kick()
    return view


def _view(session: Session, person: Person, occurrence_id: str) -> OccurrenceView:
    occurrence = session.get(Occurrence, occurrence_id)
    schedule = session.get(Schedule, occurrence.schedule_id) if occurrence else None
    if occurrence is None or schedule is None or schedule.area_id not in rights.concerned(session, person):
        raise NotFoundError("Không có lượt phát này.")
    return occurrence_views(session, [occurrence])[0]
