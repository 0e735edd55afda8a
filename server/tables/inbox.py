"""What the province sends down, and what the commune did with it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import JSON, Field, SQLModel, UniqueConstraint

from protocol.priorities import Priority
from server.tables.columns import id_field, instant, word


class InboxStatus(StrEnum):
    """Where a message from above stands. Answered is the end."""

    NEW = "new"
    SEEN = "seen"
    TAKEN = "taken"  # a bulletin was made of it
    ANSWERED = "answered"


class InboxMessage(SQLModel, table=True):
    """A message of the province or centre. UNIQUE(source, remote_id): a feed may say it twice."""

    __table_args__ = (UniqueConstraint("source", "remote_id"),)

    id: str = id_field()
    source: str = Field(max_length=40)
    """Name of the feed."""
    remote_id: str = Field(max_length=200)
    """The sender's own id (BanTinID)."""
    area_id: str = Field(foreign_key="area.id", index=True)
    """Whom it was sent to."""
    priority: Priority = word(Priority)
    field: str = Field(default="general", max_length=40)
    title: str = Field(max_length=300)
    summary: str = ""
    text: str = ""
    author: str = Field(default="", max_length=200)
    sender: str = Field(default="", max_length=200)
    produced_at: datetime | None = instant(nullable=True)
    received_at: datetime = instant(default_now=True, index=True)
    must_air: bool = False
    """The sender leaves no choice; otherwise the officer may leave it out, with a reason."""
    may_edit: bool = False
    """Whether the words may be changed."""
    deadline: datetime | None = instant(nullable=True)
    """To be aired by then."""
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """What else the sender said, in its own names."""
    status: InboxStatus = word(InboxStatus, default=InboxStatus.NEW, index=True)
    seen_by: str | None = Field(default=None, foreign_key="person.id")
    seen_at: datetime | None = instant(nullable=True)
    bulletin_id: str | None = Field(default=None, foreign_key="bulletin.id", index=True)
    taken_at: datetime | None = instant(nullable=True)
    answer: str = ""
    """"aired", "declined", "late" …: `server.inbox.Answer`."""
    answer_note: str = ""
    answered_by: str | None = Field(default=None, foreign_key="person.id")
    answered_at: datetime | None = instant(nullable=True)
    answer_sent_at: datetime | None = instant(nullable=True)
    """When the feed had taken the answer."""
