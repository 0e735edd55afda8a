"""Who sounds over whom: the one written table, imported by station (to show what will happen) and device (to do it)."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Priority(IntEnum):
    """Classes of a broadcast; a lower number goes first. 1–3 are the classes of TT 39/2020; a relay fills the time between."""

    EMERGENCY = 1
    URGENT = 2
    NORMAL = 3
    RELAY = 4


class Entry(StrEnum):
    """What the arriving job does to the one that plays."""

    CUT = "cut"  # it stops at once
    DUCK = "duck"  # it goes on quietly underneath
    WAIT = "wait"  # the arriving one waits for its end


class Afterwards(StrEnum):
    """What becomes of the interrupted job when the arriving one has ended, if its `not_after` still allows."""

    RESUME = "resume"  # goes on where it was (a relay: joins the live stream again)
    RESTART = "restart"  # from its beginning: only for what repeats anyway
    SKIP = "skip"  # it has ended: CUT


@dataclass(frozen=True)
class Rule:
    """One cell of the table."""

    entry: Entry
    afterwards: Afterwards


_E, _U, _N, _R = Priority.EMERGENCY, Priority.URGENT, Priority.NORMAL, Priority.RELAY
_CUT_RESUME = Rule(Entry.CUT, Afterwards.RESUME)
_DUCK_RESUME = Rule(Entry.DUCK, Afterwards.RESUME)
_WAIT = Rule(Entry.WAIT, Afterwards.RESUME)

TABLE: dict[tuple[Priority, Priority], Rule] = {
    # (playing, arriving)
    # An emergency in the middle of its text tells nobody anything when cut: a second one takes its turn at the next repetition.
    (_E, _E): _WAIT,
    (_E, _U): _WAIT,
    (_E, _N): _WAIT,
    (_E, _R): _WAIT,
    # "Ưu tiên" is put first in the programme; it does not break into an item (TT 39/2020), and between two of them the officer
    # has decided the order. Only an emergency breaks in.
    (_U, _E): _CUT_RESUME,
    (_U, _U): _WAIT,
    (_U, _N): _WAIT,
    (_U, _R): _WAIT,
    (_N, _E): _CUT_RESUME,
    (_N, _U): _WAIT,
    (_N, _N): _WAIT,
    (_N, _R): _WAIT,
    # The relay lies under everything; the commune's own voice sounds over it and the stream need not be opened again.
    (_R, _E): _CUT_RESUME,
    (_R, _U): _DUCK_RESUME,
    (_R, _N): _DUCK_RESUME,
    (_R, _R): Rule(
        Entry.CUT, Afterwards.SKIP
    ),  # the later slot takes over: two relays are one listener turning the dial
}


def rule(playing: Priority, arriving: Priority) -> Rule:
    """What happens when `arriving` is due while `playing` sounds."""
    return TABLE[playing, arriving]


DUCK_DB = -24.0
"""How much quieter a ducked job plays, in dB."""
