"""Column types and defaults shared by the tables."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field
from uuid6 import uuid7


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. A naive datetime is refused; SQLite keeps no zone, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A UUIDv7 as text: ids sort by the time they were made."""
    return str(uuid7())


def id_field() -> Any:
    """Primary key made by `new_id`."""
    return Field(default_factory=new_id, primary_key=True, max_length=36)


def instant(*, default_now: bool = False, nullable: bool = False, index: bool = False) -> Any:
    """A column of type Instant."""
    if default_now:
        return Field(default_factory=now, sa_type=Instant, nullable=nullable, index=index)
    if nullable:
        return Field(default=None, sa_type=Instant, nullable=True, index=index)
    return Field(sa_type=Instant, nullable=False, index=index)
