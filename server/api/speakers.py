"""Speakers: made, claimed by a box, moved, put in repair, listened to."""

from datetime import time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from protocol.enrolment import Invitation
from server import areas, invitations, speakers
from server.api.air import AirDep
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.tables import Area, DeviceEvent, Speaker

router = APIRouter(prefix="/speakers", tags=["speakers"])


class SpeakerRequest(BaseModel):
    """A new speaker; `id` is its name on the wire."""

    id: str = Field(max_length=64, examples=["loa-na-it-1"])
    name: str = Field(max_length=200, examples=["Loa đầu thôn Nà Ít"])
    area_id: str = Field(max_length=64)


class SpeakerChange(BaseModel):
    """What is to be different; what is left out stays."""

    name: str | None = Field(default=None, max_length=200)
    area_id: str | None = Field(default=None, max_length=64)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    in_repair: bool | None = None
    volume_percent: int | None = Field(default=None, ge=0, le=100)
    self_test: bool | None = None
    """Whether it tests its horn once a day by itself."""
    self_test_at: time | None = None
    """The local hour of that test."""


class ExpelRequest(BaseModel):
    """Why the box is no longer believed."""

    reason: str = Field(min_length=3, max_length=300, examples=["Thiết bị bị mất"])


class ClaimRequest(BaseModel):
    """How long the code is good: minutes for a technician at the box, days for a card that is prepared in the office."""

    lasts_minutes: int = Field(default=30, ge=5, le=7 * 24 * 60)


class ClaimView(BaseModel):
    """A code to give to the box, once, before it expires: typed, as a QR code, or as a file on its card."""

    code: str
    expires_at: AwareDatetime
    station_url: str
    """The address that the box will dial."""
    file_name: str
    file_text: str
    """The file for the boot partition of the box's card; the QR code says the same."""
    qr_svg: str


class SpeakerView(BaseModel):
    """A speaker and what it last said of itself. What it has not said is null, never a guess."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    area_id: str
    area_name: str
    latitude: float | None
    longitude: float | None
    in_repair: bool
    volume_percent: int
    self_test_at: time | None
    """Local time of its daily acoustic self-test; null is by order only."""
    enrolled_at: AwareDatetime | None
    hardware: str
    serial: str
    agent_version: str
    online: bool
    presence_at: AwareDatetime | None
    last_heard_at: AwareDatetime | None
    up_to_date: bool | None
    """Whether it holds the newest manifest; null until it has reported."""
    reported: dict[str, Any]
    health: dict[str, Any]


class EventView(BaseModel):
    """Something that happened at a speaker, in its own words."""

    model_config = ConfigDict(from_attributes=True)

    epoch: str
    seq: int
    at: AwareDatetime
    received_at: AwareDatetime
    clock: str
    type: str
    data: dict[str, Any]


@router.post("", status_code=201)
def post_speaker(body: SpeakerRequest, person: PersonDep, station: StationDep) -> SpeakerView:
    """Make a speaker; a claim code then turns a box into it."""
    with station.database.write() as session:
        made = speakers.create(session, person, speaker_id=body.id, name=body.name, area_id=body.area_id)
        return _view(session, made)


@router.get("")
def get_speakers(
    person: PersonDep,
    station: StationDep,
    area_id: Annotated[str, Query(max_length=64)] = "",
    after: Annotated[str, Query(max_length=64, description="id of the last one of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Items[SpeakerView]:
    """Speakers by id, at the person's place and below, or at `area_id` and below."""
    with station.database.read() as session:
        ids = areas.below(session, person.area_id)
        if area_id:
            ids &= areas.below(session, areas.find(session, area_id).id)
        rows = session.exec(
            select(Speaker, Area.name)
            .join(Area, col(Speaker.area_id) == col(Area.id))
            .where(col(Speaker.area_id).in_(ids), col(Speaker.id) > after)
            .order_by(col(Speaker.id))
            .limit(limit)
            .options(defer(Speaker.desired_token), defer(Speaker.config_token))  # type: ignore[arg-type]  # mapped columns at run time
        )
        return Items(items=[speaker_view(speaker, name) for speaker, name in rows])


@router.get("/{speaker_id}")
def get_speaker(speaker_id: str, person: PersonDep, station: StationDep) -> SpeakerView:
    """One speaker."""
    with station.database.read() as session:
        return _view(session, speakers.find(session, person, speaker_id))


@router.patch("/{speaker_id}")
def patch_speaker(speaker_id: str, body: SpeakerChange, person: PersonDep, station: StationDep) -> SpeakerView:
    """Rename, move, set the volume, put in repair."""
    with station.database.write() as session:
        changed = speakers.change(session, person, speaker_id, speakers.Change(**body.model_dump()))
        view = _view(session, changed)
    station.air.kick()
    return view


@router.post("/{speaker_id}/claim", status_code=201)
def post_claim(
    speaker_id: str, person: PersonDep, station: StationDep, request: Request, body: ClaimRequest | None = None
) -> ClaimView:
    """A single-use code for a box, with the station's address for it to dial; an earlier unused one is void."""
    lasts = timedelta(minutes=(body or ClaimRequest()).lasts_minutes)
    with station.database.write() as session:
        code, expires_at = speakers.offer_claim(session, person, speaker_id, lasts=lasts)
    invitation = Invitation(station_url=station.settings.public_url or str(request.base_url).rstrip("/"), code=code)
    return ClaimView(
        code=code,
        expires_at=expires_at,
        station_url=invitation.station_url,
        file_name=invitations.FILE,
        file_text=invitation.text(),
        qr_svg=invitations.qr_svg(invitation),
    )


@router.post("/{speaker_id}/expel")
def post_expel(speaker_id: str, body: ExpelRequest, person: PersonDep, station: StationDep, air: AirDep) -> SpeakerView:
    """Believe its box no longer: lost, stolen or taken down."""
    with station.database.write() as session:
        view = _view(session, speakers.expel(session, person, speaker_id, body.reason))
    air.admit()
    return view


@router.get("/{speaker_id}/events")
def get_events(
    speaker_id: str, person: PersonDep, station: StationDep, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> Items[EventView]:
    """What the speaker reported, the newest first."""
    with station.database.read() as session:
        speakers.find(session, person, speaker_id)
        rows = session.exec(
            select(DeviceEvent)
            .where(DeviceEvent.speaker_id == speaker_id)
            .order_by(col(DeviceEvent.at).desc(), col(DeviceEvent.seq).desc())
            .limit(limit)
        )
        return Items(items=[EventView.model_validate(row) for row in rows])


def speaker_view(speaker: Speaker, area_name: str) -> SpeakerView:
    """A speaker as shown."""
    held = speaker.reported.get("desired_rev")
    return SpeakerView.model_validate(
        {
            **speaker.model_dump(exclude={"desired_token", "config_token", "public_key", "broker_password_hash"}),
            "area_name": area_name,
            "up_to_date": None if held is None else held >= speaker.desired_rev,
        }
    )


def _view(session: Session, speaker: Speaker) -> SpeakerView:
    area = session.get(Area, speaker.area_id)
    assert area is not None
    return speaker_view(speaker, area.name)
