"""Column types and defaults shared by the tables."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, String
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


class Word(TypeDecorator[Enum]):
    """A member of an enumeration by its value: plain text, or a number for an IntEnum, on every database.

    A database's own enumeration types would need a change of schema for every new member.
    """

    impl = String(40)
    cache_ok = True

    def __init__(self, kind: type[Enum]) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Text or number, by the kind's values."""
        numeric = all(isinstance(member.value, int) for member in self.kind)
        return dialect.type_descriptor(Integer() if numeric else String(40))

    def process_bind_param(self, value: Enum | str | int | None, dialect: Dialect) -> Any:  # noqa: ARG002  SQLAlchemy's signature
        """To the database. A value that is no member raises ValueError."""
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> Enum | None:  # noqa: ARG002  SQLAlchemy's signature
        """From the database."""
        return None if value is None else self.kind(value)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A UUIDv7 as text: ids sort by the time they were made."""
    return str(uuid7())


def first_id(at: datetime) -> str:
    """No id of `new_id` made from `at` on is less: what is new is found by the primary key."""
    milliseconds = f"{int(at.timestamp() * 1000):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}"


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


def word(kind: type[Enum], *, default: Enum | None = None, index: bool = False) -> Any:
    """A column of type Word; without a default it must be given."""
    column: Any = Word(kind)
    if default is None:
        return Field(sa_type=column, nullable=False, index=index)
    return Field(default=default, sa_type=column, nullable=False, index=index)


def big(default: int = 0) -> Any:
    """A 64-bit number: revisions are milliseconds since 1970, which 32 bits cannot hold."""
    return Field(default=default, sa_type=BigInteger, nullable=False)


def changed() -> Any:
    """The instant of the row's last change, kept by every update: what the live view asks for."""
    return Field(default_factory=now, sa_type=Instant, nullable=False, index=True, sa_column_kwargs={"onupdate": now})
