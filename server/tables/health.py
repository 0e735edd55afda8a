"""What boxes measured, thinned out for plots."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from server.tables.columns import Instant


class HealthSample(SQLModel, table=True):
    """One heartbeat of a speaker in each stretch of `server.health.STEP`; None is "not measured"."""

    speaker_id: str = Field(primary_key=True, foreign_key="speaker.id", max_length=64)
    at: datetime = Field(sa_type=Instant, primary_key=True)
    """Beginning of the stretch."""
    temperature_c: float | None = None
    signal_dbm: int | None = None
    clock_offset_ms: float | None = None
    disk_free_mb: int | None = None
