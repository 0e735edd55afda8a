"""Who may sound when, as data: travels in `config`, the only home of policy on the wire. The rules over it are in `schedules`."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_FROZEN = ConfigDict(frozen=True)


def _local(clock: time) -> time:
    if clock.tzinfo is not None:
        raise ValueError("a local time names no zone: the policy does")
    return clock


Clock = Annotated[time, AfterValidator(_local)]
"""A time of day where the speaker hangs."""


class Window(BaseModel):
    """A span of local time on some weekdays; `end` before `start` goes over midnight."""

    model_config = _FROZEN

    start: Clock
    end: Clock
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """Monday is 0; the day on which the window starts."""


class VolumeCeiling(BaseModel):
    """From `start` to `end` local time no louder than this."""

    model_config = _FROZEN

    window: Window
    percent: int = Field(ge=0, le=100)


class Policy(BaseModel):
    """What a device holds every job against, except an emergency signed as one."""

    model_config = _FROZEN

    timezone: str = "Asia/Ho_Chi_Minh"
    allowed: tuple[Window, ...] = (Window(start=time(5, 0), end=time(22, 0)),)
    """Nothing sounds outside these windows. Conservative default; each province and commune sets its own."""
    session_minutes: int = Field(default=60, ge=1, le=10_080)
    """One job, with its repetitions, sounds no longer than this."""
    ceilings: tuple[VolumeCeiling, ...] = ()
    owner: str = ""
    """Whose rule this is, named when something is refused."""
