"""Radios that may be relayed."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from protocol.priorities import Priority
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.people import rights
from server.programmes import relays, trial
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


class TrialRequest(BaseModel):
    """Addresses to try."""

    urls: list[str] = Field(min_length=1, max_length=relays.MOST_URLS, examples=[["https://dai.example/vov1.m3u8"]])


class TrialView(BaseModel):
    """What came from an address."""

    model_config = ConfigDict(from_attributes=True)

    url: str
    sounds: bool
    message: str
    """Vietnamese: what was heard, or what is wrong and what to do."""


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


@router.post("/try")
def post_trial(body: TrialRequest, person: PersonDep, station: StationDep) -> Items[TrialView]:
    """Listen to the addresses for some seconds from the station, before they are asked for."""
    with station.database.read() as session:
        rights.require(session, person, rights.Action.SCHEDULE, person.area_id, Priority.RELAY)
    return Items(items=[TrialView.model_validate(trial.try_address(url)) for url in body.urls])


@router.get("/{relay_id}")
def get_relay(relay_id: str, person: PersonDep, station: StationDep) -> RelayView:
    """One source."""
    with station.database.read() as session:
        return RelayView.model_validate(relays.find(session, person, relay_id))


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
