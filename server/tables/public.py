"""What an authority lets the public see without signing in."""

from datetime import datetime
from typing import Any

from sqlmodel import JSON, Field, SQLModel

from server.tables.columns import instant


class PublicSetting(SQLModel, table=True):
    """What a commune decided; without a row the defaults of `server.public.Rules` hold."""

    area_id: str = Field(primary_key=True, foreign_key="area.id")
    rules: dict[str, Any] = Field(sa_type=JSON)
    """`server.public.Rules` as JSON."""
    set_by: str = Field(foreign_key="person.id")
    set_at: datetime = instant(default_now=True)


class Withheld(SQLModel, table=True):
    """A bulletin that stays off the residents' pages although it was aired."""

    bulletin_id: str = Field(primary_key=True, foreign_key="bulletin.id")
    withheld_by: str = Field(foreign_key="person.id")
    at: datetime = instant(default_now=True)
