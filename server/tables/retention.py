"""How long each kind of data is kept."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from server.tables.columns import instant


class RetentionRule(SQLModel, table=True):
    """What the station decided otherwise than the defaults of `server.retention`."""

    kind: str = Field(primary_key=True, max_length=40)
    days: int
    set_by: str = Field(foreign_key="person.id")
    set_at: datetime = instant(default_now=True)
