"""Commands to one speaker, and their answers."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import col, select

from protocol.messages import Operation
from server import releases, speakers
from server.air import commands
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.errors import NotFoundError
from server.tables import DeviceCommand

router = APIRouter(prefix="/speakers/{speaker_id}/commands", tags=["commands"])


class CommandRequest(BaseModel):
    """What to do. `volume` takes {"percent": 0–100}, `update` {"version": one of those that the station offers}."""

    op: Operation
    args: dict[str, Any] = Field(default={}, max_length=20)


class CommandView(BaseModel):
    """A command and its answer; unanswered past `expires_at` it never arrived."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    speaker_id: str
    op: Operation
    args: dict[str, Any]
    ordered_by: str | None
    ordered_at: AwareDatetime
    expires_at: AwareDatetime
    sent_at: AwareDatetime | None
    answered_at: AwareDatetime | None
    ok: bool | None
    detail: str
    data: dict[str, Any]


@router.post("", status_code=202)
def post_command(speaker_id: str, body: CommandRequest, person: PersonDep, station: StationDep) -> CommandView:
    """Ask a speaker to do something now."""
    args = releases.order(station.settings, body.args) if body.op is Operation.UPDATE else body.args
    with station.database.write() as session:
        command = commands.order(session, person, speaker_id, body.op, args)
    station.air.kick()
    return CommandView.model_validate(command)


@router.get("")
def get_commands(
    speaker_id: str, person: PersonDep, station: StationDep, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Items[CommandView]:
    """The last ones, the newest first."""
    with station.database.read() as session:
        speakers.find(session, person, speaker_id)
        rows = session.exec(
            select(DeviceCommand)
            .where(DeviceCommand.speaker_id == speaker_id)
            .order_by(col(DeviceCommand.ordered_at).desc())
            .limit(limit)
        )
        return Items(items=[CommandView.model_validate(row) for row in rows])


@router.get("/{command_id}")
def get_command(speaker_id: str, command_id: str, person: PersonDep, station: StationDep) -> CommandView:
    """One command and its answer."""
    with station.database.read() as session:
        speakers.find(session, person, speaker_id)
        command = session.get(DeviceCommand, command_id)
        if command is None or command.speaker_id != speaker_id:
            raise NotFoundError("Không có lệnh này.")
        return CommandView.model_validate(command)
