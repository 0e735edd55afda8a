"""Schedules and the occurrences they make. Whether something fires is decided here, not by a timer."""

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import JSON, Field, SQLModel, UniqueConstraint

from server.tables.columns import id_field, instant, word


class ScheduleStatus(StrEnum):
    """A schedule makes occurrences while it is active; it waits for its version's approval, or lapses when that comes too late.

    One that would sound at an unusual hour is unconfirmed until a second person has agreed.
    """

    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    ACTIVE = "active"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Schedule(SQLModel, table=True):
    """When an approved version sounds, and where."""

    id: str = id_field()
    version_id: str = Field(foreign_key="version.id", index=True)
    area_id: str = Field(foreign_key="area.id", index=True)
    group_id: str | None = Field(default=None, foreign_key="speakergroup.id", index=True)
    """Only to the speakers of this group; they lie in the area or below it."""
    except_areas: list[str] = Field(default_factory=list, sa_type=JSON)
    """Ids of areas below that are left out."""
    except_speakers: list[str] = Field(default_factory=list, sa_type=JSON)
    run_id: str | None = Field(default=None, foreign_key="programmerun.id", index=True)
    """The programme that it is a part of."""
    start_at: datetime = instant(index=True)
    """First (or only) instant."""
    offset_ms: int = 0
    """How long after each instant of the rule it sounds: its place in a programme."""
    rule: str = ""
    """RFC 5545 RRULE in the station's time zone; empty is once."""
    except_days: list[str] = Field(default_factory=list, sa_type=JSON)
    """Local dates (ISO) on which the rule is left out."""
    skip_holidays: bool = False
    """Left out on public holidays too; on days of mourning every schedule with a rule is."""
    max_start_delay_s: float = 60.0
    duration_ms: int = 0
    """Length of the audio, with its repetitions."""
    status: ScheduleStatus = word(ScheduleStatus, default=ScheduleStatus.ACTIVE, index=True)
    test: bool = False
    created_by: str = Field(foreign_key="person.id")
    created_at: datetime = instant(default_now=True)
    confirmed_by: str | None = Field(default=None, foreign_key="person.id")
    """The second person who agreed to an unusual hour."""
    confirmed_at: datetime | None = instant(nullable=True)


class OccurrenceStatus(StrEnum):
    """An occurrence is planned until it is handed to the devices."""

    PLANNED = "planned"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Occurrence(SQLModel, table=True):
    """One instant of a schedule (lượt phát). Its id is the job id on every device."""

    __table_args__ = (UniqueConstraint("schedule_id", "due_at"),)

    id: str = id_field()
    schedule_id: str = Field(foreign_key="schedule.id", index=True)
    version_id: str = Field(foreign_key="version.id")
    """What was approved when it was made: a later version does not change it."""
    due_at: datetime = instant(index=True)
    not_after: datetime = instant()
    status: OccurrenceStatus = word(OccurrenceStatus, default=OccurrenceStatus.PLANNED)
    created_at: datetime = instant(default_now=True)


class DayKind(StrEnum):
    """What is special about a day."""

    HOLIDAY = "holiday"
    MOURNING = "mourning"
    ORDINARY = "ordinary"  # a public holiday that is a working day here


class SpecialDay(SQLModel, table=True):
    """A day that the calendar does not know, or knows otherwise: decided by an authority for its area and everything below."""

    __table_args__ = (UniqueConstraint("area_id", "day"),)

    id: str = id_field()
    area_id: str = Field(foreign_key="area.id", index=True)
    day: date = Field(index=True)
    kind: DayKind = word(DayKind)
    name: str = Field(max_length=200)
    set_by: str = Field(foreign_key="person.id")
    set_at: datetime = instant(default_now=True)
