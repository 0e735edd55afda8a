"""People who may sign in, and where their role belongs."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

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
