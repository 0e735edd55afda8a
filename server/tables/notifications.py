"""Telling people outside the console: rules by role, ways to reach a person, and what was sent."""

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint

from server.tables.columns import id_field, instant, word
from server.tables.people import RoleName


class NotificationRule(SQLModel, table=True):
    """For the people of a role at an area: which events, how soon again, when not, and who is told when nobody reacts."""

    __table_args__ = (UniqueConstraint("area_id", "role", "kind"),)

    id: str = id_field()
    area_id: str = Field(foreign_key="area.id", index=True)
    role: RoleName = word(RoleName)
    kind: str = Field(max_length=40)
    """A `server.notifications.Kind`."""
    enabled: bool = True
    after_minutes: int = 0
    """Only when it has lasted so long."""
    again_minutes: int = 0
    """Told again after so long while it lasts; 0 is once."""
    most_a_day: int = 20
    quiet_from: str = Field(default="", max_length=5)
    """Local time "21:30"; empty: no quiet hours. What comes in them waits for their end, unless it is urgent."""
    quiet_to: str = Field(default="", max_length=5)
    set_by: str = Field(foreign_key="person.id")
    set_at: datetime = instant(default_now=True)


class Contact(SQLModel, table=True):
    """A way to reach a person: an Apprise URL. It may hold a password, so it is never shown in full again."""

    id: str = id_field()
    person_id: str = Field(foreign_key="person.id", index=True)
    url: str = Field(max_length=1000)
    shown: str = Field(max_length=200)
    """Without what is secret."""
    created_at: datetime = instant(default_now=True)
    removed_at: datetime | None = instant(nullable=True)


class Notification(SQLModel, table=True):
    """Something told to one person. UNIQUE(person, kind, object, round): never twice by mistake."""

    __table_args__ = (UniqueConstraint("person_id", "kind", "object", "round"),)

    id: str = id_field()
    person_id: str = Field(foreign_key="person.id", index=True)
    kind: str = Field(max_length=40)
    object: str = Field(max_length=100)
    round: int = 0
    """0 at first, 1 the first time again …"""
    title: str = Field(max_length=200)
    text: str
    created_at: datetime = instant(default_now=True, index=True)
    due_at: datetime = instant(index=True)
    """Not before this: after quiet hours, or after a failure."""
    sent_at: datetime | None = instant(nullable=True)
    given_up_at: datetime | None = instant(nullable=True)
    tries: int = 0
    error: str = ""
