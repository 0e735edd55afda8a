"""What the gateway needs to know: who speaks for the station, its keys, emergencies and commands."""

from datetime import datetime
from typing import Any

from sqlmodel import JSON, Field, SQLModel

from protocol.keys import Role
from protocol.messages import Operation
from server.tables.columns import big, id_field, instant, word


class Lease(SQLModel, table=True):
    """Who may act under a name: of several station processes one is the gateway to the broker, the others stand by."""

    name: str = Field(primary_key=True, max_length=40)
    holder: str = Field(max_length=100)
    until: datetime = instant()
    term: int = big()
    """Rises with every change of holder."""


class StationKey(SQLModel, table=True):
    """A public key of this station. The private half is a file in the key folder, never a row."""

    kid: str = Field(primary_key=True, max_length=64)
    role: Role = word(Role)
    public: dict[str, Any] = Field(sa_type=JSON)
    """`protocol.keys.PublicKey` as JSON."""
    created_at: datetime = instant(default_now=True)
    retired_at: datetime | None = instant(nullable=True)
    """Signs nothing new; what it signed is still believed."""
    revoked_at: datetime | None = instant(nullable=True)
    """No longer believed at all."""
    reason: str = ""


class Emergency(SQLModel, table=True):
    """An emergency (khẩn cấp) that was ordered: an occurrence of its own, sent as a signed alert until its all-clear."""

    id: str = Field(primary_key=True, foreign_key="occurrence.id", max_length=36)
    area_id: str = Field(foreign_key="area.id", index=True)
    authority: str = Field(max_length=200)
    """Who ordered it, by name and office: kept for the report and sent to every device."""
    ordered_by: str = Field(foreign_key="person.id")
    ordered_at: datetime = instant(default_now=True)
    alert_rev: int = big()
    alert_token: str
    cleared_by: str | None = Field(default=None, foreign_key="person.id")
    cleared_at: datetime | None = instant(nullable=True)
    clear_rev: int = big()
    clear_token: str = ""


class PreparedEmergency(SQLModel, table=True):
    """An approved emergency message that the devices of an area keep on their disks before anybody needs it."""

    id: str = id_field()
    hazard: str = Field(max_length=40)
    """flood, storm, fire, dam_release, epidemic, search, …"""
    version_id: str = Field(foreign_key="version.id")
    area_id: str = Field(foreign_key="area.id", index=True)
    created_by: str = Field(foreign_key="person.id")
    created_at: datetime = instant(default_now=True)
    retired_at: datetime | None = instant(nullable=True)


class DeviceCommand(SQLModel, table=True):
    """One act asked of one speaker now, and its answer. Unanswered past `expires_at`: it never arrived."""

    id: str = id_field()
    speaker_id: str = Field(foreign_key="speaker.id", index=True)
    op: Operation = word(Operation)
    args: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    ordered_by: str | None = Field(default=None, foreign_key="person.id")
    ordered_at: datetime = instant(default_now=True, index=True)
    expires_at: datetime = instant()
    sent_at: datetime | None = instant(nullable=True)
    answered_at: datetime | None = instant(nullable=True)
    ok: bool | None = None
    detail: str = ""
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
