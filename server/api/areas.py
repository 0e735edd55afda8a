"""Areas and their rules of broadcasting."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from protocol.policy import Policy
from server import areas, policy
from server.api.context import PersonDep, StationDep
from server.api.views import AreaView, Items, area_view
from server.people import rights
from server.policy import AreaRules
from server.tables import AreaLevel

router = APIRouter(prefix="/areas", tags=["areas"])


class AreaRequest(BaseModel):
    """A new area below `parent_id` (an id or a code)."""

    name: str = Field(max_length=200, examples=["Thôn Nà Ít"])
    code: str = Field(default="", max_length=64, examples=["na-it"])
    parent_id: str = Field(max_length=64)
    level: AreaLevel | None = None


class FormerCodeRequest(BaseModel):
    """What the old unit was called."""

    name: str = Field(default="", max_length=200, examples=["Xã Khuổi Nằn cũ"])


class FormerCodeView(BaseModel):
    """A code that means this area since a merger; `decided` here, or from the national table."""

    code: str
    name: str
    decided: bool


class PolicyView(BaseModel):
    """An area's own rules, and what holds there together with everything above it."""

    own: AreaRules
    effective: Policy


@router.get("")
def get_areas(person: PersonDep, station: StationDep) -> Items[AreaView]:
    """The areas that the person's role covers, parents before children."""
    with station.database.read() as session:
        found = areas.listed(session, areas.below(session, person.area_id))
        return Items(items=[area_view(area) for area in found])


@router.post("", status_code=201)
def post_area(body: AreaRequest, person: PersonDep, station: StationDep) -> AreaView:
    """Make an area."""
    with station.database.write() as session:
        parent = areas.find(session, body.parent_id)
        rights.require(session, person, rights.Action.AREAS, parent.id)
        made = areas.create(session, person.id, name=body.name, code=body.code, level=body.level, parent_id=parent.id)
    return area_view(made)


@router.get("/{area_id}/former-codes")
def get_former_codes(area_id: str, person: PersonDep, station: StationDep) -> Items[FormerCodeView]:
    """The old codes that mean this area."""
    with station.database.read() as session:
        area = areas.find(session, area_id)
        rights.require(session, person, rights.Action.READ, area.id)
        found = areas.former_codes(session, area)
    return Items(items=[FormerCodeView(code=code, name=name, decided=decided) for code, name, decided in found])


@router.put("/{area_id}/former-codes/{code}", status_code=204)
def put_former_code(area_id: str, code: str, body: FormerCodeRequest, person: PersonDep, station: StationDep) -> None:
    """Decide that an old code means this area, whatever the national table says."""
    with station.database.write() as session:
        area = areas.find(session, area_id)
        rights.require(session, person, rights.Action.AREAS, area.id)
        areas.set_former_code(session, person.id, area, code, body.name)


@router.delete("/{area_id}/former-codes/{code}", status_code=204)
def delete_former_code(area_id: str, code: str, person: PersonDep, station: StationDep) -> None:
    """Let the national table decide again."""
    with station.database.write() as session:
        area = areas.find(session, area_id)
        rights.require(session, person, rights.Action.AREAS, area.id)
        areas.forget_former_code(session, person.id, area, code)


@router.get("/{area_id}/policy")
def get_policy(area_id: str, person: PersonDep, station: StationDep) -> PolicyView:
    """Who may sound there when."""
    with station.database.read() as session:
        area = areas.find(session, area_id)
        rights.require(session, person, rights.Action.READ, area.id)
        return PolicyView(
            own=policy.own(session, area.id), effective=policy.effective(session, area.id, station.settings.timezone)
        )


@router.put("/{area_id}/policy")
def put_policy(area_id: str, body: AreaRules, person: PersonDep, station: StationDep) -> PolicyView:
    """Set the area's own rules. They narrow what the levels above allow, never widen it."""
    with station.database.write() as session:
        area = areas.find(session, area_id)
        rights.require(session, person, rights.Action.POLICY, area.id)
        policy.decide(session, person, area, body)
        view = PolicyView(own=body, effective=policy.effective(session, area.id, station.settings.timezone))
    station.air.kick()
    return view
