"""Recordings that a bulletin carries beside its synthetic speech: other languages of the commune, music."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from server.tables.columns import id_field, instant


class Track(SQLModel, table=True):
    """A recording in one version of a bulletin; the sound itself lies in the track folder under its sha256."""

    id: str = id_field()
    version_id: str = Field(foreign_key="version.id", index=True)
    language: str = Field(max_length=35)
    """BCP 47: "tyz" Tày, "nut" Nùng …; "zxx" is music under the whole programme."""
    title: str = Field(max_length=200)
    sha256: str = Field(max_length=64, index=True)
    duration_ms: int
    loudness_lufs: float
    position: int
    """Among the tracks of the version, from 0."""
    before_speech: bool = False
    """Whether it sounds before the synthetic Vietnamese."""
    uploaded_by: str = Field(foreign_key="person.id")
    uploaded_at: datetime = instant(default_now=True)
