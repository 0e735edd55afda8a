"""Looking at recordings without any code of ours: the judge of what was heard shares nothing with what it judges."""

import json
import wave
from pathlib import Path

import numpy as np

_PIECES = 8
_AGREE_S = 0.3
_GAP_S = 0.001
_QUIETEST = 1 / 32767
"""What is less than one step of sixteen bits is written as nothing."""


def recorded(path: Path) -> tuple[np.ndarray, int, float]:
    """(samples in −1…1, rate, Unix time of the first sample) of a 16-bit WAV with its sidecar; of several channels the first."""
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 2
        data = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, file.getnchannels())[:, 0]
        rate = file.getframerate()
    return data / 32768, rate, float(json.loads(path.with_suffix(".json").read_text())["output_epoch"])


def begins(sound: np.ndarray, pattern: np.ndarray, rate: int, *, alike: float) -> list[int]:
    """Frames of `sound` at which `pattern` begins, whatever a busy machine did to it.

    A block that could not be written in time leaves nothing behind and comes later, with all that follows: so stretches of nothing
    are taken out of both. A sound server may lose some as well: so each eighth of the pattern is looked for on its own, by a
    normalised correlation above `alike`, and a third of them must agree on the beginning within 0.3 s.
    """
    places, whole = _sounding(sound, rate), np.where(np.abs(pattern) < _QUIETEST, 0.0, pattern)
    kept, looked_for = sound[places], whole[_sounding(whole, rate)]
    length = len(looked_for) // _PIECES
    told = sorted(
        int(places[max(0, place - number * length)])
        for number in range(_PIECES)
        for place in _places(kept, looked_for[number * length :][:length], alike)
    )
    groups: list[list[int]] = []
    for frame in told:
        if groups and frame - groups[-1][0] <= _AGREE_S * rate:
            groups[-1].append(frame)
        else:
            groups.append([frame])
    found: list[int] = []
    for group in sorted((group for group in groups if len(group) >= _PIECES / 3), key=len, reverse=True):
        if all(abs(group[0] - known) > len(looked_for) for known in found):  # a sound that is like itself a note later
            found.append(group[0])
    return sorted(found)


def without_gaps(sound: np.ndarray, rate: int) -> np.ndarray:
    """What sounded, one after the other: stretches of nothing are taken out."""
    return sound[_sounding(sound, rate)]


def _sounding(sound: np.ndarray, rate: int) -> np.ndarray:
    """Frames that are not in a millisecond or more of nothing."""
    edges = np.flatnonzero(np.diff(np.concatenate([[1], sound != 0, [1]])))
    begin, end = edges[::2], edges[1::2]  # of each stretch of nothing
    long = end - begin >= _GAP_S * rate
    change = np.zeros(len(sound) + 1, np.int32)
    change[begin[long]] += 1
    change[end[long]] -= 1
    return np.flatnonzero(np.cumsum(change[:-1]) == 0)


def _places(sound: np.ndarray, piece: np.ndarray, alike: float) -> list[int]:
    """Frames at which the piece is."""
    if not 0 < len(piece) <= len(sound):
        return []
    size = 1 << (len(sound) + len(piece)).bit_length()
    correlation = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(piece, size)), size)[: len(sound)]
    energy = np.concatenate([[0.0], np.cumsum(sound**2)])
    window = np.minimum(np.arange(len(sound)) + len(piece), len(sound))
    score = correlation / (np.sqrt((energy[window] - energy[: len(sound)]) * np.sum(piece**2)) + 1e-6)
    found = []
    while score[peak := int(np.argmax(score))] > alike:
        found.append(peak)
        score[max(0, peak - len(piece)) : peak + len(piece)] = 0
    return found
