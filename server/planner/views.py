"""The plan as it is shown: on the API, by `loa plan` and in the console."""

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from protocol.priorities import Priority
from protocol.states import State

_FROZEN = ConfigDict(frozen=True)


class Effect(StrEnum):
    """What one broadcast does to another, or a rule to it."""

    LATE = "late"  # it waits for another one and begins late
    DUCKED = "ducked"  # it goes on quietly under another one
    INTERRUPTED = "interrupted"  # silenced, and goes on afterwards
    CUT = "cut"  # silenced for good
    MISSED = "missed"  # kept waiting until it was too late
    REJECTED = "rejected"  # hours or length forbid it


class Segment(BaseModel):
    """One stretch of sound out of a speaker."""

    model_config = _FROZEN
    occurrence_id: str
    title: str
    priority: Priority
    start: AwareDatetime
    end: AwareDatetime
    from_ms: int
    """Position in the audio at which it begins: above 0 it goes on after an interruption."""
    ducked: bool
    """Quietly, under another one."""


class Interruption(BaseModel):
    """It is silenced by another one; `resumes_at` null is for good."""

    model_config = _FROZEN
    at: AwareDatetime
    by: str
    by_title: str
    resumes_at: AwareDatetime | None


class Affair(BaseModel):
    """One broadcast on the speakers of a track, from its planned instant to its end."""

    model_config = _FROZEN
    occurrence_id: str
    """The job's id; "" for one so far ahead that it has none yet."""
    schedule_id: str
    title: str
    priority: Priority
    area_name: str
    """The area it is sent to."""
    due_at: AwareDatetime
    starts_at: AwareDatetime | None
    ends_at: AwareDatetime | None
    end: State
    """How it will end on speakers that are well: PLAYED, CUT, MISSED or REJECTED; how it did end where that is known."""
    reason: str
    by: str
    """The occurrence that made it late, ducked, interrupted, cut or missed."""
    by_title: str
    late_s: float
    interruptions: tuple[Interruption, ...]
    test: bool
    known: bool
    """It is over and the speakers have told how."""
    effect: Effect | None
    """Null: it sounds as planned."""
    message: str
    """The effect in a Vietnamese sentence."""


class SpeakerName(BaseModel):
    """A speaker of a track."""

    model_config = _FROZEN
    id: str
    name: str
    area_name: str


class Track(BaseModel):
    """What some speakers do, all alike: the sounds in order, and every broadcast with what becomes of it."""

    model_config = _FROZEN
    speakers: tuple[SpeakerName, ...]
    segments: tuple[Segment, ...]
    affairs: tuple[Affair, ...]


class Conflict(BaseModel):
    """A broadcast that will not sound as planned, and on how many speakers."""

    model_config = _FROZEN
    occurrence_id: str
    title: str
    due_at: AwareDatetime
    effect: Effect
    by: str
    by_title: str
    speakers: int
    message: str


class Waiting(BaseModel):
    """It would sound then, but waits for somebody: for its approval, or for a second person to confirm the hour."""

    model_config = _FROZEN
    schedule_id: str
    title: str
    area_name: str
    due_at: AwareDatetime
    status: str


class Plan(BaseModel):
    """What the speakers of an area will do in [start, end)."""

    model_config = _FROZEN
    area_id: str
    area_name: str
    start: AwareDatetime
    end: AwareDatetime
    speakers: int
    tracks: tuple[Track, ...]
    conflicts: tuple[Conflict, ...]
    waiting: tuple[Waiting, ...]
