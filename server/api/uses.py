"""Where is this bulletin used?"""

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel

from server import uses
from server.api.context import PersonDep, StationDep
from server.bulletins import store
from server.tables import ScheduleStatus

router = APIRouter(tags=["bulletins"])


class ScheduleUseView(BaseModel):
    """A schedule that can still sound; `programme` is the title of the one that it is a part of, "" for none."""

    schedule_id: str
    version_number: int
    area_id: str
    area_name: str
    rule: str
    status: ScheduleStatus
    programme: str
    next_at: AwareDatetime | None


class ProgrammeUseView(BaseModel):
    """A programme that holds it."""

    programme_id: str
    title: str


class PreparedUseView(BaseModel):
    """An emergency message that devices keep."""

    prepared_id: str
    hazard: str
    area_name: str


class UsesView(BaseModel):
    """Where a bulletin is used from now on."""

    schedules: list[ScheduleUseView]
    programmes: list[ProgrammeUseView]
    prepared: list[PreparedUseView]


@router.get("/bulletins/{bulletin_id}/uses")
def get_uses(bulletin_id: str, person: PersonDep, station: StationDep) -> UsesView:
    """What will sound of it and when, which programmes hold it, and who keeps it for an emergency."""
    with station.database.read() as session:
        bulletin, _ = store.find_bulletin(session, person, bulletin_id)
        found = uses.uses_of(session, bulletin, station.settings.timezone)
    return UsesView(
        schedules=[
            ScheduleUseView(
                schedule_id=use.schedule.id, version_number=use.version_number, area_id=use.schedule.area_id, area_name=use.area,
                rule=use.schedule.rule, status=use.schedule.status, programme=use.programme, next_at=use.next_at,
            )
            for use in found.schedules
        ],
        programmes=[ProgrammeUseView(programme_id=one.id, title=one.title) for one in found.programmes],
        prepared=[
            PreparedUseView(prepared_id=one.id, hazard=one.hazard, area_name=area) for one, area in found.prepared
        ],
    )  # fmt: skip
