"""Radios that may be relayed."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.programmes import relays
from server.tables.columns import now

router = APIRouter(prefix="/relays", tags=["programmes"])


class RelayRequest(BaseModel):
    """A new source; a leader approves it before it can be scheduled."""

    name: str = Field(max_length=1000, examples=["VOV1"])
    area_id: str = Field(max_length=64, examples=["khuoi-nan"])
    urls: list[str] = Field(max_length=relays.MOST_URLS, examples=[["https://dai.example/vov1.m3u8"]])
    """HTTP or HLS, tried in order."""


class RelayView(BaseModel):
    """A source; `version_id` is what a schedule names, null until it is approved."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    area_id: str
    urls: list[str]
    created_by: str
    version_id: str | None


@router.get("")
def get_relays(person: PersonDep, station: StationDep) -> Items[RelayView]:
    """The sources at the person's place and below."""
    with station.database.read() as session:
        return Items(items=[RelayView.model_validate(relay) for relay in relays.visible(session, person)])


@router.post("", status_code=201)
def post_relay(body: RelayRequest, person: PersonDep, station: StationDep) -> RelayView:
    """Make a source."""
    with station.database.write() as session:
        made = relays.create(session, person, name=body.name, area_id=body.area_id, urls=body.urls)
        return RelayView.model_validate(made)


@router.post("/{relay_id}/approve")
def post_approve(relay_id: str, person: PersonDep, station: StationDep) -> RelayView:
    """Let it be relayed: by somebody who may approve and is not its author."""
    with station.database.write() as session:
        return RelayView.model_validate(relays.approve(session, person, relay_id))


@router.delete("/{relay_id}", status_code=204)
def delete_relay(relay_id: str, person: PersonDep, station: StationDep) -> None:
    """Relay it no more; its schedules are withdrawn."""
    with station.database.write() as session:
        relays.retire(session, person, relay_id, now())
    station.air.kick()
