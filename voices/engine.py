"""The port to a voice: text that is ready to be spoken goes in, sound comes out.

Engines know nothing of files, caches, chimes or loudness; `voices.produce` does.
"""

from dataclasses import dataclass, replace
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
class Care:
    """A word that was not understood and is to be said another way."""

    word: int
    """Which of the text's words, counted from 0 as `voices.scoring.fold` parts them."""
    heard: str
    """What it was taken for; "" when it was not heard at all."""
    way: int
    """1, 2, …: the engine's ways to tell the two apart, the most helpful first."""


@dataclass(frozen=True)
class SpeechSettings:
    """How a voice should speak. Part of the cache key: the same engine, voice, settings and text give the same clip."""

    speed: float = 1.0
    """Relative to the voice's own pace, 0.7…1.4."""
    pitch_st: float = 0.0
    """Semitones above the voice's own median, −4…4."""
    comma_pause_ms: int = 180
    """Silence at a comma, semicolon or colon inside a sentence."""
    care: tuple[Care, ...] = ()
    """Words to say another way, by an engine that can (`voices.engines.takes_care`); others say them as ever."""

    def for_words(self, first: int, count: int) -> "SpeechSettings":
        """The same for a part of the text: `count` words from number `first` on."""
        if not self.care:
            return self
        own = tuple(replace(care, word=care.word - first) for care in self.care if 0 <= care.word - first < count)
        return replace(self, care=own)


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
