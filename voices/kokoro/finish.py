"""What is done to the model's samples before anyone hears them."""

import numpy as np
from numpy.typing import NDArray

from voices.kokoro.model import RATE_HZ
from voices.kokoro.rules import Creak, Murmur

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


_HOP = RATE_HZ // 200
_BEFORE = RATE_HZ // 40
"""The model may close the mouth this much sooner than it was told, …"""
_AFTER = RATE_HZ // 20
"""… and open it this much later."""
_OPEN_DB = -10.0
"""Against the rime: where the closure has burst."""
_HARMONICS = ((1, 1.0), (2, 0.5), (3, 0.2), (4, 0.08))
"""Of the voice behind a closed mouth: hardly anything above 600 Hz."""
_SWELL_DB = 6.0
_RISE, _FALL = RATE_HZ * 15 // 1000, RATE_HZ * 4 // 1000


def murmuring(samples: Floats, onset: int, rime: int, end: int, f0_hz: float, murmur: Murmur) -> None:
    """Let the voice be heard through a closure, in place: what is quieter there than `murmur` wants is filled up to it.

    The syllable's onset, rime and end are given as samples; where in between the mouth opens is found in the sound.
    """
    levels = _levels(samples[rime:end])
    first = max(0, onset - _BEFORE)
    closure = _levels(samples[first : rime + _AFTER])
    whole = (rime - first) // _HOP
    if len(levels) < 3 or len(closure) <= whole or not whole:
        return
    loudness = float(np.median(levels[: len(levels) * 2 // 3]))
    quietest = int(np.argmin(closure[:whole]))
    opened = np.flatnonzero(closure[quietest:] > loudness * 10 ** (_OPEN_DB / 20))
    burst = first + (quietest + int(opened[0]) if len(opened) else whole) * _HOP
    start = max(0, burst - murmur.length_ms * RATE_HZ // 1000)
    count = burst - start
    if count < _RISE + _FALL:
        return
    phase = 2 * np.pi * f0_hz * np.arange(count) / RATE_HZ
    voice = sum(share * np.sin(number * phase) for number, share in _HARMONICS)
    voice /= np.sqrt(np.mean(np.square(voice)))
    there = np.interp(np.arange(count), (np.arange(count // _HOP) + 0.5) * _HOP, _levels(samples[start:burst]))
    wanted = loudness * 10 ** ((np.linspace(-_SWELL_DB, 0, count) - murmur.below_db) / 20)
    place = np.arange(count)
    edges = np.minimum(1, np.minimum((place + 1) / _RISE, (count - place) / _FALL))
    samples[start:burst] += (voice * edges * np.sqrt(np.maximum(0, wanted**2 - there**2))).astype(np.float32)


def _levels(samples: Floats) -> NDArray[np.float64]:
    """Root mean square of every 5 ms."""
    whole = len(samples) // _HOP * _HOP
    levels: NDArray[np.float64] = np.sqrt(
        np.mean(np.square(samples[:whole], dtype=np.float64).reshape(-1, _HOP), axis=1)
    )
    return levels


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
