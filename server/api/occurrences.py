"""Occurrences: what sounds when, and what became of it on each speaker."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

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
    newest_first: bool = False,
    before: Annotated[str, Query(max_length=64, description="newest first, those before this occurrence")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    deliveries: Annotated[bool, Query(description="what became of it on each speaker of the place")] = True,
) -> Items[OccurrenceView]:
    """Occurrences in [from, to), soonest first: by default of the last and the next 24 hours, at the person's place and below.

    `newest_first` with `before` (the id of the last one that is known) gives long times page by page.
    """
    start, end = from_ or now() - timedelta(days=1), to or now() + timedelta(days=1)
    if not timedelta(0) <= end - start <= _LONGEST_SPAN:
        raise InvalidInputError("Khoảng thời gian không hợp lệ: “đến” phải sau “từ”, và không dài quá 400 ngày.")
    with station.database.read() as session:
        place = areas.find(session, area_id or person.area_id)
        rights.require(session, person, rights.Action.READ, place.id)
        query = (
            select(Occurrence)
            .join(Schedule, col(Occurrence.schedule_id) == col(Schedule.id))
            .where(
                col(Schedule.area_id).in_(areas.concerning(session, place.id)),
                col(Occurrence.due_at) >= start,
                col(Occurrence.due_at) < end,
            )
            .limit(limit)
        )
        if newest_first:
            query = _before(session, query, before).order_by(col(Occurrence.due_at).desc(), col(Occurrence.id).desc())
        else:
            query = query.order_by(col(Occurrence.due_at), col(Occurrence.id))
        found = list(session.exec(query))
        here = areas.below(session, place.id) if deliveries else set()
        return Items(items=occurrence_views(session, found, here))


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


def _before(session: Session, query: SelectOfScalar[Occurrence], occurrence_id: str) -> SelectOfScalar[Occurrence]:
    known = session.get(Occurrence, occurrence_id) if occurrence_id else None
    if known is None:
        return query
    at = col(Occurrence.due_at)
    return query.where((at < known.due_at) | ((at == known.due_at) & (col(Occurrence.id) < known.id)))


def _view(session: Session, person: Person, occurrence_id: str) -> OccurrenceView:
    occurrence = session.get(Occurrence, occurrence_id)
    schedule = session.get(Schedule, occurrence.schedule_id) if occurrence else None
    if occurrence is None or schedule is None or schedule.area_id not in rights.concerned(session, person):
        raise NotFoundError("Không có lượt phát này.")
    return occurrence_views(session, [occurrence])[0]
