"""Where known sounds begin and stop in a recording. Numbers in, numbers out: nothing of the agent is known here."""

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float64]

_SURE = 0.5
"""Normalised correlation above which it is that sound; two noises of equal power on top of each other still give 0.7 each."""
_BLOCK = 96
"""2 ms at 48 kHz: how finely an end is looked for."""
_STILL_HERE = 0.35


def find(recording: Sound, piece: Sound) -> int | None:
    """The frame of the recording at which the piece begins; None if it is not in there."""
    if len(recording) < len(piece):
        return None
    size = len(recording) + len(piece)
    spectrum = np.fft.rfft(recording, size) * np.conj(np.fft.rfft(piece, size))
    places = len(recording) - len(piece) + 1
    correlation = np.fft.irfft(spectrum, size)[:places]
    total = np.concatenate([[0.0], np.cumsum(recording**2)])
    power = total[len(piece) :] - total[: -len(piece)]
    score = correlation / np.sqrt(np.maximum(power[:places], 1e-9) * max(float(np.sum(piece**2)), 1e-9))
    best = int(np.argmax(score))
    return best if score[best] > _SURE else None


def stops(recording: Sound, sound: Sound, begins: int) -> int:
    """The frame after the last block in which the sound, which runs since `begins` (may be negative), is still there."""
    first, last = max(0, begins), min(len(recording), begins + len(sound))
    blocks = (last - first) // _BLOCK
    heard = recording[first : first + blocks * _BLOCK].reshape(-1, _BLOCK)
    meant = sound[first - begins : first - begins + blocks * _BLOCK].reshape(-1, _BLOCK)
    scale = np.sqrt(np.maximum(np.sum(heard**2, axis=1) * np.sum(meant**2, axis=1), 1e-12))
    there = np.flatnonzero(np.sum(heard * meant, axis=1) / scale > _STILL_HERE)
    # a single block may be alike by chance; two in a row, of noise, are not
    pairs = there[1:][np.diff(there) == 1]
    return first + (int(pairs[-1]) + 1) * _BLOCK if pairs.size else first
