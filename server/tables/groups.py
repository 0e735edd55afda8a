"""Speakers gathered across villages: "dọc sông", "chợ"."""

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint

from server.tables.columns import id_field, instant


class SpeakerGroup(SQLModel, table=True):
    """A named set of speakers at or below an area."""

    __table_args__ = (UniqueConstraint("area_id", "name"),)

    id: str = id_field()
    name: str = Field(max_length=100)
    area_id: str = Field(foreign_key="area.id", index=True)
    created_by: str = Field(foreign_key="person.id")
    created_at: datetime = instant(default_now=True)
    dissolved_at: datetime | None = instant(nullable=True)
    """It is kept for the schedules that went to it."""


class SpeakerGroupMember(SQLModel, table=True):
    """A speaker in a group."""

    group_id: str = Field(primary_key=True, foreign_key="speakergroup.id")
    speaker_id: str = Field(primary_key=True, foreign_key="speaker.id", index=True)
