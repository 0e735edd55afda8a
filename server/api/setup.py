"""The first setup of a station, while nobody exists."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from server import policy
from server.api.context import StationDep
from server.api.views import AreaView, PersonView, area_view, person_view
from server.people import setup
from server.policy import AreaRules
from server.tables import RoleName

router = APIRouter(tags=["setup"])


class AreaToMake(BaseModel):
    """An area; without a code one is made from its name."""

    name: str = Field(max_length=200, examples=["Xã Khuổi Nằn"])
    code: str = Field(default="", max_length=64, examples=["khuoi-nan"])


class PersonToMake(BaseModel):
    """A person; `area_code` is a village's code, or empty for the commune."""

    username: str = Field(max_length=64, examples=["canbo"])
    name: str = Field(max_length=200, examples=["Nông Thị Hoa"])
    role: RoleName
    password: str = Field(max_length=200)
    area_code: str = Field(default="", max_length=64)


class SetupRequest(BaseModel):
    """`setup_code` is in the file `setup-code` of the station's data folder."""

    setup_code: str = Field(max_length=64)
    commune: AreaToMake
    villages: list[AreaToMake] = Field(default=[], max_length=200)
    people: list[PersonToMake] = Field(max_length=200)
    policy: AreaRules | None = None
    """The commune's own rules of broadcasting; None keeps the station's default of 05:00 to 22:00."""


class SetupAnswer(BaseModel):
    """What was made."""

    commune: AreaView
    villages: list[AreaView]
    people: list[PersonView]


@router.post("/setup", status_code=201)
def post_setup(body: SetupRequest, station: StationDep) -> SetupAnswer:
    """Make the commune, its villages and its first people: all or nothing."""
    data_dir = station.settings.data_dir
    with station.database.write() as session:
        commune, villages, people = setup.set_up(
            session,
            data_dir,
            setup_code=body.setup_code,
            commune=setup.NewArea(**body.commune.model_dump()),
            villages=[setup.NewArea(**village.model_dump()) for village in body.villages],
            people=[setup.NewPerson(**person.model_dump()) for person in body.people],
        )
        if body.policy is not None:
            leader = next(person for person in people if person.role is RoleName.LEADER)
            policy.decide(session, leader, commune, body.policy)
    setup.withdraw_code(data_dir)
    return SetupAnswer(
        commune=area_view(commune),
        villages=[area_view(village) for village in villages],
        people=[person_view(person) for person in people],
    )
