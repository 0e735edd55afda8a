"""Groups of speakers across villages."""

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from server import groups
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.errors import ConflictError
from server.scheduling import OPEN_SCHEDULES
from server.tables import Schedule, SpeakerGroup

router = APIRouter(prefix="/groups", tags=["groups"])


class GroupRequest(BaseModel):
    """A new group: its speakers lie at or below `area_id` (an id or a code)."""

    name: str = Field(max_length=200, examples=["Dọc sông"])
    area_id: str = Field(max_length=64, examples=["khuoi-nan"])
    speaker_ids: list[str] = Field(max_length=groups.MOST, examples=[["loa-cho", "loa-dau-cau"]])


class GroupChange(BaseModel):
    """What is to be different; members are given all of them."""

    name: str | None = Field(default=None, max_length=200)
    speaker_ids: list[str] | None = Field(default=None, max_length=groups.MOST)


class GroupView(BaseModel):
    """A group with its speakers."""

    id: str
    name: str
    area_id: str
    speaker_ids: list[str]


@router.get("")
def get_groups(person: PersonDep, station: StationDep) -> Items[GroupView]:
    """The groups at the person's place and below."""
    with station.database.read() as session:
        return Items(items=_views(session, groups.visible(session, person)))


@router.post("", status_code=201)
def post_group(body: GroupRequest, person: PersonDep, station: StationDep) -> GroupView:
    """Make a group."""
    with station.database.write() as session:
        made = groups.create(session, person, name=body.name, area_id=body.area_id, speaker_ids=body.speaker_ids)
        return _views(session, [made])[0]


@router.get("/{group_id}")
def get_group(group_id: str, person: PersonDep, station: StationDep) -> GroupView:
    """One group."""
    with station.database.read() as session:
        return _views(session, [groups.find(session, person, group_id)])[0]


@router.patch("/{group_id}")
def patch_group(group_id: str, body: GroupChange, person: PersonDep, station: StationDep) -> GroupView:
    """Another name or other members; occurrences that are made already keep their speakers."""
    with station.database.write() as session:
        changed = groups.change(session, person, group_id, name=body.name, speaker_ids=body.speaker_ids)
        return _views(session, [changed])[0]


@router.delete("/{group_id}", status_code=204)
def delete_group(group_id: str, person: PersonDep, station: StationDep) -> None:
    """Dissolve a group that no schedule goes to any more."""
    with station.database.write() as session:
        group = groups.find(session, person, group_id)
        used = select(Schedule.id).where(Schedule.group_id == group.id, col(Schedule.status).in_(OPEN_SCHEDULES))
        if session.exec(used.limit(1)).first() is not None:
            raise ConflictError(f"Còn lịch phát tới nhóm “{group.name}”. Hãy thu hồi các lịch đó trước.")
        groups.dissolve(session, person, group_id)


def _views(session: Session, found: list[SpeakerGroup]) -> list[GroupView]:
    members = groups.members(session, [group.id for group in found])
    return [
        GroupView(id=group.id, name=group.name, area_id=group.area_id, speaker_ids=members[group.id]) for group in found
    ]
