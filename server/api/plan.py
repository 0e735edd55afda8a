"""The plan: what each speaker will do, minute by minute, before anybody hears it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from server import areas
from server.api.context import PersonDep, StationDep
from server.people import rights
from server.planner import Plan, plan
from server.tables.columns import now

router = APIRouter(prefix="/plan", tags=["plan"])


@router.get("")
def get_plan(
    person: PersonDep,
    station: StationDep,
    area_id: Annotated[str, Query(max_length=64)] = "",
    from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    to: AwareDatetime | None = None,
) -> Plan:
    """The plan of an area (default: the person's) in [from, to); by default the next 24 hours."""
    at = now()
    start = from_ or at
    with station.database.read() as session:
        area = areas.find(session, area_id or person.area_id)
        rights.require(session, person, rights.Action.READ, area.id)
        end = to or start + timedelta(days=1)
        return plan(session, area.id, start, end, at=at, zone=station.settings.timezone)
