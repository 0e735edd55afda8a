"""Emergencies: prepared beforehand, ordered in one act, ended by an all-clear; and silence at one tap."""

from datetime import timedelta

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field
from sqlmodel import Session, col, select

from server import drills
from server.air import commands, emergencies
from server.api.air import AirDep
from server.api.context import PersonDep, StationDep
from server.api.views import (
    BulletinWithScript,
    DeliveryView,
    Items,
    OccurrenceView,
    bulletin_with_script,
    occurrence_views,
)
from server.errors import NotFoundError
from server.people import rights
from server.tables import Area, Emergency, Occurrence, Person, PreparedEmergency

router = APIRouter(tags=["emergencies"])


class EmergencyRequest(BaseModel):
    """One act: what, where, on whose authority, and yes I mean it. Give `version_id` or `prepared_id`."""

    area_id: str = Field(max_length=64)
    authority: str = Field(max_length=200, examples=["Chủ tịch UBND xã Hoàng Văn Khuê"])
    confirm: bool = Field(examples=[True])
    version_id: str = Field(default="", max_length=36)
    prepared_id: str = Field(default="", max_length=36)
    lasts_minutes: int = Field(default=360, ge=1, le=72 * 60)
    test: bool = False
    group_id: str = Field(default="", max_length=64)
    """Only to the speakers of this group, which lies at or below the area."""


class EmergencyView(BaseModel):
    """An emergency and what became of it on every speaker."""

    id: str
    title: str
    area_id: str
    area_name: str
    group_name: str
    """Empty when it went to the whole area."""
    authority: str
    ordered_by: str
    ordered_at: AwareDatetime
    not_after: AwareDatetime
    cleared_by: str | None
    cleared_at: AwareDatetime | None
    test: bool
    deliveries: list[DeliveryView]


class PreparedRequest(BaseModel):
    """An approved version to keep on the devices of an area."""

    hazard: str = Field(max_length=40, examples=["flood"])
    version_id: str = Field(max_length=36)
    area_id: str = Field(max_length=64)


class PreparedView(BaseModel):
    """A prepared message."""

    id: str
    hazard: str
    version_id: str
    area_id: str
    created_by: str
    created_at: AwareDatetime


class StopRequest(BaseModel):
    """Where to be silent."""

    area_id: str = Field(max_length=64)


class StopView(BaseModel):
    """How many boxes were told; each answers for itself."""

    speakers: int


@router.post("/emergencies", status_code=201)
def post_emergency(body: EmergencyRequest, person: PersonDep, station: StationDep, air: AirDep) -> EmergencyView:
    """Raise an emergency: it sounds at once, over everything, again and again until the all-clear."""
    wish = emergencies.Order(
        area_id=body.area_id,
        authority=body.authority,
        confirm=body.confirm,
        version_id=body.version_id,
        prepared_id=body.prepared_id,
        lasts=timedelta(minutes=body.lasts_minutes),
        test=body.test,
        group_id=body.group_id,
    )
    with station.database.write() as session:
        made = emergencies.order(session, person, wish, key=air.keys.emergency, station=station.settings.station)
    station.air.kick()
    with station.database.read() as session:
        return _view(session, made)


@router.get("/emergencies")
def get_emergencies(person: PersonDep, station: StationDep) -> Items[EmergencyView]:
    """The last fifty, the newest first."""
    with station.database.read() as session:
        rows = session.exec(
            select(Emergency)
            .where(col(Emergency.area_id).in_(rights.concerned(session, person)))
            .order_by(col(Emergency.ordered_at).desc())
            .limit(50)
        ).all()
        return Items(items=[_view(session, row) for row in rows])


@router.get("/emergencies/prepared")
def get_prepared(person: PersonDep, station: StationDep) -> Items[PreparedView]:
    """Messages that the devices keep ready."""
    with station.database.read() as session:
        rows = session.exec(
            select(PreparedEmergency)
            .where(
                col(PreparedEmergency.retired_at).is_(None),
                col(PreparedEmergency.area_id).in_(rights.concerned(session, person)),
            )
            .order_by(col(PreparedEmergency.hazard), col(PreparedEmergency.id))
        )
        return Items(items=[PreparedView.model_validate(row.model_dump()) for row in rows])


@router.post("/emergencies/prepared", status_code=201)
def post_prepared(body: PreparedRequest, person: PersonDep, station: StationDep) -> PreparedView:
    """Have a message on the devices before anybody needs it."""
    with station.database.write() as session:
        made = emergencies.prepare(
            session, person, hazard=body.hazard, version_id=body.version_id, area_id=body.area_id
        )
    station.air.kick()
    return PreparedView.model_validate(made.model_dump())


@router.delete("/emergencies/prepared/{prepared_id}")
def delete_prepared(prepared_id: str, person: PersonDep, station: StationDep) -> PreparedView:
    """Take a prepared message off the devices."""
    with station.database.write() as session:
        gone = emergencies.retire(session, person, prepared_id)
    station.air.kick()
    return PreparedView.model_validate(gone.model_dump())


@router.post("/versions/{version_id}/drill", status_code=201)
def post_drill(version_id: str, person: PersonDep, station: StationDep) -> BulletinWithScript:
    """A draft of the same words spoken as a drill; approved and prepared, it is what a drill of this message plays."""
    bulletin, version = drills.draft(station.database, station.settings, person, version_id)
    return bulletin_with_script(bulletin, [version])


@router.get("/emergencies/{emergency_id}")
def get_emergency(emergency_id: str, person: PersonDep, station: StationDep) -> EmergencyView:
    """One emergency."""
    with station.database.read() as session:
        return _view(session, _visible(session, person, emergency_id))


@router.post("/emergencies/{emergency_id}/all-clear")
def post_all_clear(emergency_id: str, person: PersonDep, station: StationDep, air: AirDep) -> EmergencyView:
    """End it."""
    with station.database.write() as session:
        ended = emergencies.all_clear(
            session, person, emergency_id, key=air.keys.emergency, station=station.settings.station
        )
    station.air.kick()
    with station.database.read() as session:
        return _view(session, ended)


@router.post("/stop-all")
def post_stop_all(body: StopRequest, person: PersonDep, station: StationDep) -> StopView:
    """Silence an area at once. An emergency is ended by its all-clear."""
    with station.database.write() as session:
        told = commands.stop_all(session, person, body.area_id)
    station.air.kick()
    return StopView(speakers=len(told))


def _visible(session: Session, person: Person, emergency_id: str) -> Emergency:
    row = session.get(Emergency, emergency_id)
    if row is None or row.area_id not in rights.concerned(session, person):
        raise NotFoundError("Không có tin khẩn cấp này.")
    return row


def _view(session: Session, row: Emergency) -> EmergencyView:
    occurrence, area = session.get(Occurrence, row.id), session.get(Area, row.area_id)
    assert occurrence is not None
    assert area is not None
    shown: OccurrenceView = occurrence_views(session, [occurrence])[0]
    return EmergencyView(
        id=row.id,
        title=shown.title,
        area_id=row.area_id,
        area_name=area.name,
        group_name=shown.group_name,
        authority=row.authority,
        ordered_by=row.ordered_by,
        ordered_at=row.ordered_at,
        not_after=occurrence.not_after,
        cleared_by=row.cleared_by,
        cleared_at=row.cleared_at,
        test=shown.test,
        deliveries=shown.deliveries,
    )
