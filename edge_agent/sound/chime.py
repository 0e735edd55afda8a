"""The box's own chime, for a job that asks for one: three bell notes, CHIME_MS long."""

import numpy as np

from edge_agent.sound.decoding import RATE_HZ, Samples
from protocol.jobs import CHIME_MS

_NOTES_HZ = (523.25, 659.25, 783.99)
_APART_S = 0.45


def chime() -> Samples:
    """C, E, G, each ringing on under the next; at −10 dB of full scale, soft at the end."""
    length = CHIME_MS * RATE_HZ // 1000
    mix = np.zeros(length)
    for number, pitch_hz in enumerate(_NOTES_HZ):
        begin = int(number * _APART_S * RATE_HZ)
        at = np.arange(length - begin) / RATE_HZ
        bell = np.sin(2 * np.pi * pitch_hz * at) + 0.3 * np.sin(2 * np.pi * 2.76 * pitch_hz * at) * np.exp(-6 * at)
        mix[begin:] += bell * np.exp(-2.2 * at) * np.minimum(1.0, at / 0.005)
    mix *= np.minimum(1.0, (length - np.arange(length)) / (0.2 * RATE_HZ))
    return np.asarray(mix / np.max(np.abs(mix)) * 0.32, np.float32)
