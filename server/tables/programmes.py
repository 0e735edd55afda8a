"""Programmes (chương trình), what they are made of beside bulletins, and the times they were put on air."""

from datetime import datetime
from typing import Any

from sqlmodel import JSON, Field, SQLModel

from server.tables.columns import id_field, instant


class Programme(SQLModel, table=True):
    """An ordered list of items for a slot of known length."""

    id: str = id_field()
    title: str = Field(max_length=300)
    area_id: str = Field(foreign_key="area.id", index=True)
    slot_s: int
    """How long it may be."""
    pause_s: float = 1.0
    """Silence between two items."""
    items: list[dict[str, Any]] = Field(sa_type=JSON)
    """`server.programmes.Entry` as JSON, in order."""
    author_id: str = Field(foreign_key="person.id")
    created_at: datetime = instant(default_now=True)
    changed_at: datetime = instant(default_now=True)
    retired_at: datetime | None = instant(nullable=True)


class ProgrammeRun(SQLModel, table=True):
    """A programme as it was when it was put on air: each of its items became a schedule."""

    id: str = id_field()
    programme_id: str = Field(foreign_key="programme.id", index=True)
    start_at: datetime = instant()
    rule: str = ""
    length_ms: int
    created_by: str = Field(foreign_key="person.id")
    created_at: datetime = instant(default_now=True)


class Relay(SQLModel, table=True):
    """A radio that may be relayed (tiếp sóng). Approved by a leader it becomes a version that can be scheduled."""

    id: str = id_field()
    name: str = Field(max_length=200)
    area_id: str = Field(foreign_key="area.id", index=True)
    urls: list[str] = Field(sa_type=JSON)
    """HTTP or HLS, tried in order."""
    created_by: str = Field(foreign_key="person.id")
    created_at: datetime = instant(default_now=True)
    version_id: str | None = Field(default=None, foreign_key="version.id", index=True)
    """What schedules name, once it is approved."""
    retired_at: datetime | None = instant(nullable=True)
