"""People and their roles."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from server import areas
from server.api.context import PersonDep, StationDep
from server.api.views import Items, PersonView, person_view
from server.people import accounts, rights
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
