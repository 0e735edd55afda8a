"""What is done to the model's samples before anyone hears them."""

import numpy as np
from numpy.typing import NDArray

from voices.kokoro.model import RATE_HZ
from voices.kokoro.rules import Creak

Floats = NDArray[np.float32]
_WINDOW = RATE_HZ // 100
_QUIET_DB = -42.0
_MOST = 0.89
_LEAD_MS, _TAIL_MS, _FADE_MS = 30, 50, 10


_DEEP_HZ = 180.0
"""Below this the voice is let fall by 12 dB an octave: no horn carries it."""
_DULL_HZ, _BRIGHT_HZ, _AIR_HZ, _NOTHING_HZ = 700.0, 2_800.0, 6_500.0, 11_000.0
_STRONG_SHARE = 0.4
"""Of a beat of creak: the pulses that are let through."""
_SMOOTH = np.hanning(97) / np.hanning(97).sum()
"""4 ms, so that a beat does not click."""


def projected(samples: Floats, bright_db: float = 8.0) -> Floats:
    """As a person speaks up against noise: as loud, but with less of the fundamental and more of what tells consonants and
    vowels apart: what lies above the first formants is raised by `bright_db`. In a noisy yard fewer words are lost so;
    where it is quiet it makes no difference.
    """
    hz = np.maximum(np.fft.rfftfreq(len(samples), 1 / RATE_HZ), 1.0)
    rise = np.interp(np.log2(hz), np.log2([_DULL_HZ, _BRIGHT_HZ, _AIR_HZ, _NOTHING_HZ]), [0, 1, 1, 0])
    gain = 10 ** (bright_db * rise / 20) / np.sqrt(1 + (_DEEP_HZ / hz) ** 4)
    louder = np.fft.irfft(np.fft.rfft(samples.astype(np.float64)) * gain, len(samples))
    before, after = (float(np.mean(np.square(sound, dtype=np.float64))) for sound in (samples, louder))
    evened: Floats = (louder * (before / max(after, 1e-12)) ** 0.5).astype(np.float32)
    return evened


def creaking(samples: Floats, start: int, end: int, creak: Creak) -> None:
    """Let the voice break between two samples, in place: nặng ends so in the north, and without it is taken for huyền."""
    count = min(end, len(samples)) - start
    if count <= len(_SMOOTH):
        return
    place = np.arange(count) / count
    beat = np.arange(count) * creak.beat_hz / RATE_HZ % 1
    weak = (place >= creak.start) & ((beat - creak.start * count * creak.beat_hz / RATE_HZ) % 1 > _STRONG_SHARE)
    gain_db = np.convolve(np.where(weak, -creak.depth_db, 0.0), _SMOOTH, "same")
    gain_db += np.interp(place, [creak.start, 1], [0, creak.end_db])
    samples[start : start + count] *= (10 ** (gain_db / 20)).astype(np.float32)


def trimmed(samples: Floats) -> Floats:
    """Without the model's silence before and after; short fades, so that nothing clicks. Never empty."""
    count = max(1, len(samples) // _WINDOW)
    windows = samples[: count * _WINDOW].reshape(count, -1)
    level = np.sqrt(np.mean(windows**2, axis=1))
    loud = np.flatnonzero(level > max(float(level.max()) * 10 ** (_QUIET_DB / 20), 1e-6))
    if not len(loud):
        return samples
    start = max(0, loud[0] * _WINDOW - _LEAD_MS * RATE_HZ // 1000)
    end = min(len(samples), (loud[-1] + 1) * _WINDOW + _TAIL_MS * RATE_HZ // 1000)
    kept = samples[start:end].copy()
    fade = min(_FADE_MS * RATE_HZ // 1000, len(kept) // 2)
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    kept[:fade] *= ramp
    kept[len(kept) - fade :] *= ramp[::-1]
    return kept


def within_range(samples: Floats) -> Floats:
    """Turned down as a whole where a peak would not fit into −1…1 with 1 dB to spare."""
    peak = float(np.abs(samples).max(initial=0.0))
    return samples if peak <= _MOST else (samples * (_MOST / peak)).astype(np.float32)


def silence(duration_ms: int) -> Floats:
    """Nothing, for so long."""
    return np.zeros(duration_ms * RATE_HZ // 1000, np.float32)
