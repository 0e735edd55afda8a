"""The port to a voice: text that is ready to be spoken goes in, sound comes out.

Engines know nothing of files, caches, chimes or loudness; `voices.produce` does.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Clip:
    """Mono sound: float32 samples in −1…1 at `rate_hz`."""

    samples: NDArray[np.float32]
    rate_hz: int

    @property
    def duration_ms(self) -> int:
        """Length, rounded to the nearest millisecond."""
        return round(len(self.samples) * 1000 / self.rate_hz)


@dataclass(frozen=True)
class SpeechSettings:
    """How a voice should speak. Part of the cache key: the same engine, voice, settings and text give the same clip."""

    speed: float = 1.0
    """Relative to the voice's own pace, 0.7…1.4."""
    pitch_st: float = 0.0
    """Semitones above the voice's own median, −4…4."""
    comma_pause_ms: int = 180
    """Silence at a comma, semicolon or colon inside a sentence."""


class Engine(Protocol):
    """One loaded voice. Not thread-safe; costly to make, so a worker keeps one.

    Implementations: Kokoro-vi, Piper, a speech API over HTTP, eSpeak (tests only).
    """

    @property
    def fingerprint(self) -> str:
        """Changes whenever the sound of a given text and settings may change: part of the cache key."""

    def render(self, text: str, settings: SpeechSettings) -> Clip:
        """Speak one sentence of already spoken-form Vietnamese ("mười bảy giờ", no digits).

        Raises `voices.errors.NothingToSayError` for text without a single speakable syllable and `EngineFailedError`
        when the engine cannot.
        """
