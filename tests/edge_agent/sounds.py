"""Real sound files, and a way to look at what came out."""

import hashlib
import io
from pathlib import Path

import numpy as np
import soundfile

from tests.heard import begins as pattern_begins
from tests.heard import recorded

RATE = 48_000


def opus(seconds: float = 1.0, *, seed: int = 1, level: float = 0.3) -> bytes:
    """Noise bursts as Opus: a sound that is like no other and correlates with itself only."""
    noise = np.random.default_rng(seed).standard_normal(int(seconds * RATE)) * level
    out = io.BytesIO()
    soundfile.write(out, np.clip(noise, -1, 1), RATE, format="OGG", subtype="OPUS")
    return out.getvalue()


def decoded(data: bytes) -> np.ndarray:
    return soundfile.read(io.BytesIO(data), dtype="float32")[0]


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def heard(path: Path) -> tuple[np.ndarray, float]:
    """Samples of a WAV and the Unix time of the first."""
    samples, rate, epoch = recorded(path)
    assert rate == RATE
    return samples, epoch


def begins(samples: np.ndarray, pattern: np.ndarray) -> list[int]:
    """Frames at which the pattern begins, by its first half second: noise is like no other noise, even under another sound."""
    return pattern_begins(samples, pattern[: RATE // 2], RATE, alike=0.5)
