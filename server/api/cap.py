"""Importing alerts of others (CAP 1.2) as drafts."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import col, select

from protocol.priorities import Priority
from server import cap
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.cap.parse import MAX_BYTES
from server.errors import NotFoundError
from server.people import rights
from server.tables import CapAlert, CapState, Version

router = APIRouter(prefix="/cap", tags=["cap"])


class CapView(BaseModel):
    """An imported alert and the draft it became. Approved, the draft is ordered by `POST /emergencies`; nothing airs by itself."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    sender: str = Field(examples=["canhbao@kttv.example"])
    identifier: str = Field(examples=["VN-LU-2026-0712"])
    sent: AwareDatetime
    msg_type: str = Field(examples=["Alert"])
    state: CapState
    area_id: str
    hazard: str = Field(examples=["flood"])
    priority: Priority
    """Proposed by severity, urgency and certainty."""
    area_ids: list[str]
    """Our areas that it names or covers; empty: a person has to say where."""
    unknown_areas: list[str] = Field(examples=[["Huyện khác"]])
    expires_at: AwareDatetime | None
    signed: bool
    """It carries a signature, which is not verified here: make sure who sent the file."""
    test: bool
    bulletin_id: str | None
    version_id: str | None = None
    imported_by: str
    imported_at: AwareDatetime
    facts: dict[str, Any]


@router.post("", status_code=201)
def post_alert(
    person: PersonDep, station: StationDep, file: Annotated[UploadFile, File()], area_id: Annotated[str, Form(max_length=64)] = ""
) -> CapView:  # fmt: skip
    """Import an alert: it becomes a draft with its class, places and expiry. Update and Cancel end what they refer to."""
    message = cap.parse(file.file.read(MAX_BYTES + 1))
    made = cap.import_alert(station.database, station.settings, person, message, area_id)
    return _view(station, made)


@router.get("")
def get_alerts(person: PersonDep, station: StationDep) -> Items[CapView]:
    """The last fifty, the newest first."""
    with station.database.read() as session:
        rows = session.exec(
            select(CapAlert)
            .where(col(CapAlert.area_id).in_(rights.reach(session, person)))
            .order_by(col(CapAlert.imported_at).desc())
            .limit(50)
        ).all()
    return Items(items=[_view(station, row) for row in rows])


@router.get("/{alert_id}")
def get_alert(alert_id: str, person: PersonDep, station: StationDep) -> CapView:
    """One imported alert, with all it said."""
    with station.database.read() as session:
        row = session.get(CapAlert, alert_id)
        if row is None or row.area_id not in rights.reach(session, person):
            raise NotFoundError("Không có cảnh báo này.")
    return _view(station, row)


def _view(station: StationDep, row: CapAlert) -> CapView:
    with station.database.read() as session:
        version_id = (
            session.exec(
                select(Version.id).where(Version.bulletin_id == row.bulletin_id).order_by(col(Version.number).desc())
            ).first()
            if row.bulletin_id
            else None
        )
    return CapView.model_validate({**row.model_dump(), "version_id": version_id})
