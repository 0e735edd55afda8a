"""Areas: province → commune → village; no district since 7/2025."""

from enum import StrEnum

from sqlmodel import Field, SQLModel

from server.tables.columns import id_field, word


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
