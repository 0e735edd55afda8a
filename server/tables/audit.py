"""Who did what: append-only, each entry sealed with the hash of the one before."""

from datetime import datetime
from typing import Any

from sqlmodel import JSON, Field, SQLModel

from server.tables.columns import instant


class AuditEntry(SQLModel, table=True):
    """One act. `hash` is the sha256 over the canonical JSON of all other columns, `previous_hash` among them."""

    number: int = Field(primary_key=True)
    at: datetime = instant(default_now=True)
    actor: str = Field(max_length=64)
    """Person id, "station" or "speaker:{id}"."""
    act: str = Field(max_length=60)
    object: str = Field(default="", max_length=100, index=True)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
