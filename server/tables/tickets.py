"""What people tell the station: residents about what they heard, village heads and boxes about speakers that do not work."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from server.tables.columns import id_field, instant, word


class FeedbackKind(StrEnum):
    """What a resident's word is about."""

    TOO_LOUD = "too_loud"
    TOO_QUIET = "too_quiet"
    TOO_EARLY = "too_early"
    NOT_HEARD = "not_heard"
    NOT_CLEAR = "not_clear"
    OTHER = "other"


class FeedbackStatus(StrEnum):
    """Where it stands."""

    NEW = "new"
    ANSWERED = "answered"
    DROPPED = "dropped"  # insults, advertisements: no answer


class Feedback(SQLModel, table=True):
    """A resident's word (góp ý). No name, no address, no telephone is asked for or kept."""

    id: str = id_field()
    code: str = Field(unique=True, max_length=16)
    """What the resident finds the answer by: not to be guessed."""
    kind: FeedbackKind = word(FeedbackKind)
    text: str = Field(default="", max_length=1000)
    area_id: str = Field(foreign_key="area.id", index=True)
    """Where it was heard, or not."""
    version_id: str | None = Field(default=None, foreign_key="version.id")
    """What was heard, when it was said on that page."""
    created_at: datetime = instant(default_now=True, index=True)
    status: FeedbackStatus = word(FeedbackStatus, default=FeedbackStatus.NEW, index=True)
    answer: str = Field(default="", max_length=2000)
    answered_by: str | None = Field(default=None, foreign_key="person.id")
    answered_at: datetime | None = instant(nullable=True)
    published: bool = False
    """Whether word and answer stand on the residents' page; without it only the code's holder sees the answer."""


class Fault(SQLModel, table=True):
    """Something wrong at a speaker (sự cố): occurred → acknowledged → resolved."""

    id: str = id_field()
    speaker_id: str = Field(foreign_key="speaker.id", index=True)
    kind: str = Field(max_length=50)
    """A code of `server.faults.KINDS`, or one that a box used."""
    text: str = Field(default="", max_length=1000)
    photo_sha256: str = Field(default="", max_length=64)
    """Name of the photo in the photo folder."""
    reported_by: str | None = Field(default=None, foreign_key="person.id")
    """None: the box itself."""
    occurred_at: datetime = instant(index=True)
    acknowledged_by: str | None = Field(default=None, foreign_key="person.id")
    acknowledged_at: datetime | None = instant(nullable=True)
    resolved_by: str | None = Field(default=None, foreign_key="person.id")
    resolved_at: datetime | None = instant(nullable=True, index=True)


class FaultNote(SQLModel, table=True):
    """What somebody did about a fault."""

    id: str = id_field()
    fault_id: str = Field(foreign_key="fault.id", index=True)
    person_id: str = Field(foreign_key="person.id")
    at: datetime = instant(default_now=True)
    text: str = Field(max_length=1000)
