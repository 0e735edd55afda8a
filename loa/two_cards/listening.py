"""The judge's questions put to a tape: instants in, instants out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loa.two_cards.judge import Sound, find, stops
from loa.two_cards.tape import CHANNELS, RATE_HZ, Tape

_PIECE_S = 0.25
"""So much of a sound is looked for: its beginning, or what ran before it was cut."""


@dataclass(frozen=True)
class Change:
    """One horn that lets out another sound than before. Monotonic seconds."""

    old_stops_s: float
    new_begins_s: float


def onset(tape: Tape, side: int, sound: NDArray[np.float32], about_s: float, within_s: float = 1.0) -> float | None:
    """When the sound's first sample came out of that horn, near `about_s`; None if it did not."""
    first = tape.frame_at(about_s - within_s)
    heard = _column(tape, side, first, tape.frame_at(about_s + within_s + _PIECE_S))
    place = find(heard, _beginning(sound))
    return None if place is None else tape.instant_of(max(0, first) + place)


def change(
    tape: Tape, side: int, old: NDArray[np.float32], new: NDArray[np.float32], at_s: float, within_s: float
) -> Change | None:
    """How the horn went over from `old`, which sounded at `at_s`, to `new`; None if either was not heard there."""
    before, first = tape.frame_at(at_s - _PIECE_S), tape.frame_at(at_s)
    running = _column(tape, side, before, first)
    place = find(old.astype(np.float64), running)
    heard = _column(tape, side, before, tape.frame_at(at_s + within_s + _PIECE_S))
    begins = find(heard, _beginning(new))
    if place is None or begins is None:
        return None
    ends = stops(heard, old.astype(np.float64), -place)
    return Change(tape.instant_of(before + ends), tape.instant_of(before + begins))


def _beginning(sound: NDArray[np.float32]) -> Sound:
    return sound[: int(_PIECE_S * RATE_HZ)].astype(np.float64)


def _column(tape: Tape, side: int, first: int, last: int) -> Sound:
    assert side < CHANNELS
    return tape.between(first, last)[:, side]
