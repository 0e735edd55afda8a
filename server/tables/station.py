"""Counters of the station itself."""

from sqlmodel import Field, SQLModel

from server.tables.columns import big


class Revision(SQLModel, table=True):
    """The highest revision signed so far under a name ("alert", "state", …)."""

    name: str = Field(primary_key=True, max_length=80)
    rev: int = big()
