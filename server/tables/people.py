"""People who may sign in, and where their role belongs."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import JSON, Field, SQLModel, UniqueConstraint

from server.tables.columns import id_field, instant, word


class RoleName(StrEnum):
    """What a person may do, at a place in the tree of areas."""

    OFFICER = "officer"
    LEADER = "leader"
    VILLAGE_HEAD = "village_head"
    TECHNICIAN = "technician"
    PROVINCE = "province"


class Person(SQLModel, table=True):
    """Somebody with a name and a role."""

    id: str = id_field()
    username: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=200)
    role: RoleName = word(RoleName)
    area_id: str = Field(foreign_key="area.id")
    password_hash: str
    active: bool = True
    created_at: datetime = instant(default_now=True)


class SignIn(SQLModel, table=True):
    """A session of a browser or a program: the sha256 of its random token, never the token."""

    token_sha256: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(foreign_key="person.id", index=True)
    created_at: datetime = instant(default_now=True)
    expires_at: datetime = instant()


class Grant(SQLModel, table=True):
    """A right beyond a person's role: a deputy's while the approver is away, or one more area."""

    id: str = id_field()
    person_id: str = Field(foreign_key="person.id", index=True)
    action: str = Field(max_length=20)
    """A `server.people.rights.Action`."""
    priorities: list[int] = Field(sa_type=JSON)
    """Classes of message it holds for."""
    area_id: str = Field(foreign_key="area.id")
    until: datetime | None = instant(nullable=True)
    given_by: str = Field(foreign_key="person.id")
    given_at: datetime = instant(default_now=True)
    ended_at: datetime | None = instant(nullable=True)


class Notice(SQLModel, table=True):
    """Something that a person must know; told once."""

    __table_args__ = (UniqueConstraint("person_id", "kind", "object"),)

    id: str = id_field()
    person_id: str = Field(foreign_key="person.id", index=True)
    kind: str = Field(max_length=40)
    object: str = Field(max_length=100)
    text: str
    path: str = Field(default="", max_length=200)
    """The page where something can be done about it."""
    at: datetime = instant(default_now=True)
    read_at: datetime | None = instant(nullable=True)
