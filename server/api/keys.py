"""The station's keys: who signs, what is believed; changing them in order. They are of the whole station, and so is the right."""

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import col, select

from protocol.keys import Role
from server import areas, audit
from server.api.air import AirDep
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.people import rights
from server.tables import StationKey

router = APIRouter(prefix="/keys", tags=["keys"])


class KeyView(BaseModel):
    """A public key of the station."""

    model_config = ConfigDict(from_attributes=True)

    kid: str
    role: Role
    created_at: AwareDatetime
    retired_at: AwareDatetime | None
    revoked_at: AwareDatetime | None
    reason: str


class AdoptRequest(BaseModel):
    """`force`: although some device has not said that it believes the new key; it then waits for a visit."""

    force: bool = False


class RevokeRequest(BaseModel):
    """Why."""

    reason: str = Field(min_length=3, max_length=300)


@router.get("")
def get_keys(person: PersonDep, station: StationDep) -> Items[KeyView]:
    """Every key that there was."""
    with station.database.read() as session:
        rights.require(session, person, rights.Action.PEOPLE, areas.top(session).id)
        rows = session.exec(select(StationKey).order_by(col(StationKey.created_at), StationKey.kid))
        return Items(items=[KeyView.model_validate(row) for row in rows])


@router.post("/{role}/prepare", status_code=201)
def post_prepare(role: Role, person: PersonDep, station: StationDep, air: AirDep) -> KeyView:
    """Make the successor of a key; devices learn to believe it."""
    with station.database.write() as session:
        rights.require(session, person, rights.Action.PEOPLE, areas.top(session).id)
        row = air.keys.prepare(session, role)
        audit.record(session, person.id, "key.prepare", row.kid, role=role.value)
        view = KeyView.model_validate(row)
    station.air.kick()
    return view


@router.post("/{role}/adopt")
def post_adopt(role: Role, body: AdoptRequest, person: PersonDep, station: StationDep, air: AirDep) -> KeyView:
    """Sign with the successor from now on; everything in force is signed anew."""
    with station.database.write() as session:
        rights.require(session, person, rights.Action.PEOPLE, areas.top(session).id)
        audit.record(session, person.id, "key.adopt", role.value, force=body.force)
        view = KeyView.model_validate(air.keys.adopt(session, role, force=body.force))
    station.air.kick()
    return view


@router.post("/{kid}/revoke")
def post_revoke(kid: str, body: RevokeRequest, person: PersonDep, station: StationDep, air: AirDep) -> KeyView:
    """Believe a key no longer: what it signed is dropped by every device that hears of it."""
    with station.database.write() as session:
        rights.require(session, person, rights.Action.PEOPLE, areas.top(session).id)
        row = air.keys.revoke(session, kid, body.reason)
        audit.record(session, person.id, "key.revoke", row.kid, reason=body.reason)
        view = KeyView.model_validate(row)
    station.air.kick()
    return view
