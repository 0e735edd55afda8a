"""Alerts in the Common Alerting Protocol that were handed in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import JSON, Field, SQLModel, UniqueConstraint

from server.tables.columns import id_field, instant, word


class CapState(StrEnum):
    """What an imported alert is good for now."""

    DRAFT = "draft"  # waits for a person
    UPDATED = "updated"  # a later message took its place
    CANCELLED = "cancelled"  # its sender took it back


class CapAlert(SQLModel, table=True):
    """One CAP message. Never aired by itself: it becomes a draft that a person judges."""

    __table_args__ = (UniqueConstraint("sender", "identifier", "sent"),)

    id: str = id_field()
    sender: str = Field(max_length=300)
    identifier: str = Field(max_length=300, index=True)
    sent: datetime = instant()
    msg_type: str = Field(max_length=20)
    state: CapState = word(CapState, default=CapState.DRAFT)
    area_id: str = Field(foreign_key="area.id", index=True)
    """Where the draft belongs: the smallest area of ours that holds all it speaks of."""
    facts: dict[str, Any] = Field(sa_type=JSON)
    """`server.cap.message.CapMessage` as JSON: as it came, read."""
    hazard: str = Field(max_length=40)
    priority: int
    """The class that its severity, urgency and certainty suggest."""
    area_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    """Our areas that it names or covers."""
    unknown_areas: list[str] = Field(default_factory=list, sa_type=JSON)
    """Places it names that are none of ours: a person decides."""
    expires_at: datetime | None = instant(nullable=True)
    signed: bool = False
    """Whether it carries a signature. It is not verified: a person is to know who sent the file."""
    test: bool = False
    """Exercise or Test by its own word."""
    bulletin_id: str | None = Field(default=None, foreign_key="bulletin.id", index=True)
    imported_by: str = Field(foreign_key="person.id")
    imported_at: datetime = instant(default_now=True, index=True)
