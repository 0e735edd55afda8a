"""The station's own sounds, made here from sines: three rising bell notes to open, three falling to close."""

import numpy as np
from numpy.typing import NDArray

from voices.engine import Clip

_PARTIALS = ((1.0, 1.0, 1.0), (2.0, 0.45, 1.6), (3.01, 0.22, 2.4), (4.2, 0.08, 4.0))
"""A struck bar: (frequency ratio, level, how much faster it dies away) of each partial."""
_DECAY_S = 0.55
_NOTE_S = 1.6
_STEP_S = 0.42
_NOTES_HZ = (523.25, 659.26, 783.99)
"""C5 E5 G5: above the horn's 250 Hz, with partials below its 7 kHz."""
_PEAK = 0.5


def opening_chime(rate_hz: int = 24_000) -> Clip:
    """Three rising notes, 2.4 s."""
    return _ring(_NOTES_HZ, rate_hz)


def closing_chime(rate_hz: int = 24_000) -> Clip:
    """The same notes falling."""
    return _ring(tuple(reversed(_NOTES_HZ)), rate_hz)


def _ring(notes_hz: tuple[float, ...], rate_hz: int) -> Clip:
    out = np.zeros(round((_STEP_S * (len(notes_hz) - 1) + _NOTE_S) * rate_hz))
    for position, hz in enumerate(notes_hz):
        note = _note(hz, rate_hz)
        start = round(position * _STEP_S * rate_hz)
        out[start : start + len(note)] += note
    return Clip((out * (_PEAK / np.abs(out).max())).astype(np.float32), rate_hz)


def _note(hz: float, rate_hz: int) -> NDArray[np.float64]:
    t = np.arange(round(_NOTE_S * rate_hz)) / rate_hz
    sound = sum(
        level * np.exp(-t * speed / _DECAY_S) * np.sin(2 * np.pi * hz * ratio * t) for ratio, level, speed in _PARTIALS
    )
    attack = np.minimum(t / 0.004, 1.0)
    release = np.minimum((t[-1] - t) / 0.1, 1.0)
    return np.asarray(sound * attack * release, np.float64)
