"""People and their roles."""

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from protocol.priorities import Priority
from server import areas
from server.api.context import PersonDep, StationDep
from server.api.views import Items, PersonView, person_view
from server.people import accounts, grants, rights
from server.tables import RoleName

router = APIRouter(prefix="/people", tags=["people"])


class PersonRequest(BaseModel):
    """A new person; `area_id` is the place of the role: an id or a code."""

    username: str = Field(max_length=64, examples=["truongthon"])
    name: str = Field(max_length=200, examples=["Lý Văn Páo"])
    role: RoleName
    password: str = Field(max_length=200)
    area_id: str = Field(max_length=64)


@router.get("")
def get_people(person: PersonDep, station: StationDep) -> Items[PersonView]:
    """Everybody at the person's place and below."""
    with station.database.read() as session:
        return Items(items=[person_view(other) for other in accounts.within(session, person.area_id)])


@router.post("", status_code=201)
def post_person(body: PersonRequest, person: PersonDep, station: StationDep) -> PersonView:
    """Make a person: leaders and the province may."""
    with station.database.write() as session:
        area = areas.find(session, body.area_id)
        rights.require(session, person, rights.Action.PEOPLE, area.id)
        made = accounts.create(
            session,
            person.id,
            username=body.username,
            name=body.name,
            role=body.role,
            password=body.password,
            area_id=area.id,
        )
    return person_view(made)


class PersonChange(BaseModel):
    """What is to be different; what is left out stays."""

    name: str | None = Field(default=None, max_length=200)
    password: str | None = Field(default=None, max_length=200)
    active: bool | None = None


class GrantRequest(BaseModel):
    """A right to give: what, where, for which classes of message, until when (null: for good)."""

    action: rights.Action
    area_id: str = Field(max_length=64)
    priorities: list[Priority] = Field(default=list(Priority), max_length=4)
    until: AwareDatetime | None = None


class GrantView(BaseModel):
    """A right beyond the role."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    person_id: str
    action: rights.Action
    priorities: list[Priority]
    area_id: str
    until: AwareDatetime | None
    given_by: str
    given_at: AwareDatetime
    ended_at: AwareDatetime | None


@router.patch("/{person_id}")
def patch_person(person_id: str, body: PersonChange, person: PersonDep, station: StationDep) -> PersonView:
    """Change a person: oneself the name and password, others by who may manage people."""
    with station.database.write() as session:
        other = accounts.find(session, person_id)
        if other.id != person.id or body.active is not None:
            rights.require(session, person, rights.Action.PEOPLE, other.area_id)
        changed = accounts.change(session, person.id, person_id, **body.model_dump())
    return person_view(changed)


@router.get("/{person_id}/rights")
def get_rights(person_id: str, person: PersonDep, station: StationDep) -> Items[GrantView]:
    """Rights in force beyond the role."""
    with station.database.read() as session:
        other = accounts.find(session, person_id)
        if other.id != person.id:
            rights.require(session, person, rights.Action.PEOPLE, other.area_id)
        return Items(items=[GrantView.model_validate(grant) for grant in grants.of(session, person_id)])


@router.post("/{person_id}/rights", status_code=201)
def post_right(person_id: str, body: GrantRequest, person: PersonDep, station: StationDep) -> GrantView:
    """Give a right: a deputy for an absent leader, one more village."""
    with station.database.write() as session:
        given = grants.give(session, person, person_id=person_id, **body.model_dump())
    return GrantView.model_validate(given)


@router.delete("/{person_id}/rights/{grant_id}")
def delete_right(person_id: str, grant_id: str, person: PersonDep, station: StationDep) -> GrantView:
    """Take a right back."""
    with station.database.write() as session:
        return GrantView.model_validate(grants.take_back(session, person, person_id, grant_id))
