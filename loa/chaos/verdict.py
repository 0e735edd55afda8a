"""What the checker finds."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Fault(StrEnum):
    """Kinds of violation."""

    UNSIGNED = "unsigned"  # heard, and no message that may be believed asked for it
    NOT_AN_EMERGENCY = "not_an_emergency"  # heard as an emergency without the emergency key
    REVOKED = "revoked"  # heard after its key was revoked
    WITHDRAWN = "withdrawn"  # heard after it was cancelled, superseded, stopped or cleared
    OUTSIDE_WINDOW = "outside_window"  # heard before its time, after its end, or begun too late
    OUTSIDE_POLICY = "outside_policy"  # heard in quiet hours, or longer than a session
    WRONG_CONTENT = "wrong_content"  # other bytes than ordered
    CLOCKLESS = "clockless"  # a timed job begun by a clock that nobody vouches for
    TWICE = "twice"  # begun again, or heard more often than ordered
    OVERLAP = "overlap"  # two at once, or broken off by something that does not go first
    BROKEN_OFF = "broken_off"  # stopped in the middle, and nothing in the world asked for it
    AMPLIFIER = "amplifier"  # sound without power, or power without sound
    EMERGENCY_HELD = "emergency_held"  # an emergency waited for something less, or for nothing
    MISSED = "missed"  # not heard, and the world gave no reason
    WRONG_REASON = "wrong_reason"  # ended for a reason that was not there
    BAD_MOVE = "bad_move"  # a state that may not follow the one before
    NOT_ENDED = "not_ended"  # healed, and still no end
    LIE = "lie"  # reported as played and not heard so, or the other way round
    START_UNTOLD = "start_untold"  # the reported start error is not the real one
    UNTOLD = "untold"  # recorded on the device, never committed by the station
    INVENTED = "invented"  # committed by the station, never recorded on the device
    DISAGREE = "disagree"  # device and station show different ends
    CRASHED = "crashed"  # the agent fell over by itself
    FORGERY_UNTOLD = "forgery_untold"  # a forgery was refused and not reported


class Violation(BaseModel):
    """One broken promise."""

    model_config = ConfigDict(frozen=True)

    fault: Fault
    device: str
    t: float
    """True Unix seconds."""
    job_id: str | None = None
    detail: str = ""


class Report(BaseModel):
    """The verdict on one history."""

    model_config = ConfigDict(frozen=True)

    ok: bool
    seed: int
    device_days: float
    """Of trouble: the hours of healing are not counted."""
    jobs: int
    """Orders for one device each, forgeries not counted."""
    played: int
    missed: dict[str, int]
    """Everything that was not played to its end, by how the device ended it: "missed:off", "cut:power", … and "undelivered"."""
    violations: tuple[Violation, ...]


def count_missed(reasons: Iterable[str]) -> dict[str, int]:
    """Reasons by number, in alphabetical order."""
    return dict(sorted(Counter(reasons).items()))
