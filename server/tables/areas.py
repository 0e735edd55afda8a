"""Areas: province → commune → village; no district since 7/2025."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import JSON, Field, SQLModel

from server.tables.columns import id_field, instant, word


class AreaLevel(StrEnum):
    """Levels of the tree."""

    PROVINCE = "province"
    COMMUNE = "commune"
    VILLAGE = "village"


class Area(SQLModel, table=True):
    """A node of the tree (địa bàn)."""

    id: str = id_field()
    code: str = Field(unique=True, max_length=64)
    """Administrative code, or a slug for villages."""
    name: str = Field(max_length=200)
    level: AreaLevel = word(AreaLevel)
    parent_id: str | None = Field(default=None, foreign_key="area.id", index=True)


class FormerCode(SQLModel, table=True):
    """A code that an area is known by since a merger: decided by hand, before what the national table says."""

    code: str = Field(primary_key=True, max_length=64)
    area_id: str = Field(foreign_key="area.id", index=True)
    name: str = Field(default="", max_length=200)
    """What the old unit was called."""
    set_by: str = Field(foreign_key="person.id")
    set_at: datetime = instant(default_now=True)


class AreaPolicy(SQLModel, table=True):
    """What an area's authority decided about broadcasts there: holds for everything below it, and only ever narrows."""

    area_id: str = Field(primary_key=True, foreign_key="area.id")
    policy: dict[str, Any] = Field(sa_type=JSON)
    """`server.policy.AreaRules` as JSON."""
    set_by: str = Field(foreign_key="person.id")
    set_at: datetime = instant(default_now=True)
