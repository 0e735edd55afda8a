"""What became of each occurrence on each speaker, and the devices' own words about it."""

from datetime import datetime
from typing import Any

from sqlmodel import JSON, Field, Index, SQLModel, UniqueConstraint

from protocol.states import State
from server.tables.columns import big, changed, id_field, instant, word


class Delivery(SQLModel, table=True):
    """One occurrence on one speaker: the row of the playback report (nhật ký phát)."""

    __table_args__ = (
        UniqueConstraint("occurrence_id", "speaker_id", "attempt"),
        Index("ix_delivery_speaker_id_changed_at", "speaker_id", "changed_at", "state"),
    )

    id: str = id_field()
    occurrence_id: str = Field(foreign_key="occurrence.id", index=True)
    speaker_id: str = Field(foreign_key="speaker.id")
    attempt: int = 1
    """Rises when it is sent again after an end."""
    start_at: datetime | None = instant(nullable=True, index=True)
    not_after: datetime | None = instant(nullable=True)
    """Of an attempt that was sent again; None is the occurrence's own time."""
    state: State = word(State, default=State.QUEUED, index=True)
    reason: str = ""
    published_at: datetime | None = instant(nullable=True)
    cancel_requested_at: datetime | None = instant(nullable=True)
    cancel_published_at: datetime | None = instant(nullable=True)
    """When the request to end it went out to the device, which answers with how it truly ended."""
    changed_at: datetime = instant(default_now=True)
    """When the device entered `state`, by its own clock; for the station's states by ours."""
    started_at: datetime | None = instant(nullable=True)
    start_error_ms: float | None = None
    played_ms: int | None = None
    by: str = ""
    """What cut or superseded it: a job id."""
    evidence: str = ""
    output: str = ""
    updated_at: datetime = changed()


class DeviceEvent(SQLModel, table=True):
    """An event as the device said it. UNIQUE(device, epoch, seq) makes duplicates harmless."""

    __table_args__ = (UniqueConstraint("speaker_id", "epoch", "seq"),)

    id: str = id_field()
    speaker_id: str = Field(foreign_key="speaker.id", index=True)
    epoch: str = Field(max_length=64)
    seq: int = big()
    at: datetime = instant(index=True)
    received_at: datetime = instant(default_now=True)
    clock: str = ""
    type: str = Field(max_length=40)
    data: dict[str, Any] = Field(sa_type=JSON)
