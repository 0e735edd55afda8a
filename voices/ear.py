"""The ear: a Vietnamese recogniser listens to what will be, or was, played and says what a villager may not understand.

It hears one sentence at a time, cut out by the programme's own timeline: on long input it loses words. It runs in a
process of its own. Calibrated on human recordings: a bulletin passes at a character error rate of 20 % or less; a
sentence is flagged above 40 %, or when far more or fewer words were heard than said.
"""

import importlib.util
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import structlog
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from voices.child import Child, ChildDiedError, ChildHungError
from voices.engine import Clip
from voices.errors import EngineFailedError, ProductionCancelledError
from voices.ffmpeg import run_ffmpeg
from voices.pcm import from_pcm16, to_pcm16
from voices.production import TRACK, Progress, TimelineEntry
from voices.resampling import resampled
from voices.scoring import compare, distance, fold

log = structlog.get_logger(__name__)
BULLETIN_MOST_CER = 0.20
SENTENCE_MOST_CER = 0.40
_LENGTH_MISMATCH = 0.4
"""More or fewer words than said, as a share of them ..."""
_LENGTH_MISMATCH_WORDS = 3
"""... and at least so many."""
_RATE_HZ = 16_000
_PIECE_S = 14.0
"""The recogniser's reliable length is 15 s with its padding."""
_QUIET_S = 0.12
_PIECE_LIMIT_S = 60.0
_TRIES = 2


class HeardSentence(BaseModel):
    """What the ear made of one entry of the timeline."""

    model_config = ConfigDict(frozen=True)

    index: int
    start_ms: int
    said: str
    heard: str
    cer: float
    wer: float
    missing: tuple[str, ...]
    invented: tuple[str, ...]
    misheard: tuple[tuple[str, str], ...]
    """(said, heard) pairs."""
    length_mismatch: bool
    flagged: bool
    """The officer should listen to this one."""


class EarReport(BaseModel):
    """The ear's opinion of a whole programme. Error rates are over all its Vietnamese sentences together."""

    model_config = ConfigDict(frozen=True)

    sentences: tuple[HeardSentence, ...]
    cer: float
    wer: float
    passed: bool

    @property
    def flagged(self) -> tuple[HeardSentence, ...]:
        """The sentences that the officer should listen to."""
        return tuple(sentence for sentence in self.sentences if sentence.flagged)


class Recogniser(Protocol):
    """Turns sound into words. The real one is `Ear`."""

    def hear(self, samples: NDArray[np.int16]) -> str:
        """The words in a sound of 16 kHz mono of any length. Raises `EngineFailedError`."""


class Ear:
    """A recogniser that stays loaded (240 MB). A context manager; used by one thread at a time."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def prepare(self) -> None:
        """Begin loading, so that the first sound need not wait. Returns at once; errors show when hearing."""
        with self._lock:
            self._child = self._child or _started()

    def close(self) -> None:
        """Give its memory back; it loads again when next needed."""
        if self._child:
            self._child.close()
        self._child = None

    def hear(self, samples: NDArray[np.int16]) -> str:
        """The words in a sound of 16 kHz mono of any length. Raises `EngineFailedError`."""
        return " ".join(filter(None, (self._hear_piece(piece) for piece in _pieces(samples))))

    def _hear_piece(self, samples: NDArray[np.int16]) -> str:
        for attempt in range(1, _TRIES + 1):
            with self._lock:
                self._child = self._child or _started()
                try:
                    return str(self._child.ask(samples.astype("<i2").tobytes(), _PIECE_LIMIT_S))
                except (ChildDiedError, ChildHungError) as error:
                    log.warning("The ear's process failed", attempt=attempt, reason=str(error), samples=len(samples))
                    self.close()
        raise EngineFailedError(
            "Bộ nghe kiểm tra bị hỏng hai lần liên tiếp. Bản tin vẫn dùng được nhưng chưa được nghe kiểm tra."
        )


def _started() -> Child:
    return Child("voices.ear_worker", nice=5)


def ear_is_installed() -> bool:
    """Whether the recogniser's package is on this machine; without it nothing is checked, and that is said."""
    return importlib.util.find_spec("vietasr") is not None


def listen(
    sound: Path | Clip,
    expected: Sequence[TimelineEntry],
    *,
    offset_ms: int = 0,
    ear: Recogniser | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> EarReport:
    """Hear the Vietnamese entries of a timeline in a sound file, and compare.

    `sound` may be our Opus or a recording of a speaker in any format of ffmpeg's; then `offset_ms` is where in it the
    programme begins (negative if the recording began later). `ear` saves loading the recogniser (1.5 s) each time.
    Takes about 0.15 s of one core per second of sound.

    Raises `BadSoundError` for a file that cannot be decoded, `EngineFailedError`, `ProductionCancelledError`.
    """
    samples = _at_16k(sound)
    entries = hearable(expected)
    heard: list[HeardSentence] = []
    with borrowed_ear(ear) as own:
        for position, entry in enumerate(entries):
            if cancelled and cancelled():
                raise ProductionCancelledError("Đã dừng nghe kiểm tra theo yêu cầu.")
            start, end = (max(0, (ms + offset_ms) * _RATE_HZ // 1000) for ms in (entry.start_ms, entry.end_ms))
            heard.append(_judge(entry, own.hear(samples[start:end])))
            if on_progress:
                on_progress(Progress(stage="listen", done=position + 1, total=len(entries)))
    return report_of(heard)


def hearable(timeline: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    """Where Vietnamese is said whose words are known: not in a recording, of which only the title is."""
    return [entry for entry in timeline if entry.language == "vi" and entry.index != TRACK and fold(entry.text)]


def _judge(entry: TimelineEntry, heard: str) -> HeardSentence:
    said, heard = fold(entry.text), fold(heard)
    words, heard_words = said.split(), heard.split()
    comparison = compare(words, heard_words)
    cer = distance(said, heard) / len(said)
    difference = abs(len(words) - len(heard_words))
    mismatch = difference >= _LENGTH_MISMATCH_WORDS and difference > _LENGTH_MISMATCH * len(words)
    return HeardSentence(
        index=entry.index,
        start_ms=entry.start_ms,
        said=entry.text,
        heard=heard,
        cer=cer,
        wer=comparison.errors / len(words),
        missing=comparison.missing,
        invented=comparison.invented,
        misheard=comparison.misheard,
        length_mismatch=mismatch,
        flagged=mismatch or cer > SENTENCE_MOST_CER,
    )


def report_of(heard: Sequence[HeardSentence]) -> EarReport:
    """The verdict over sentences that were heard."""
    chars = [len(fold(sentence.said)) for sentence in heard]
    words = [len(fold(sentence.said).split()) for sentence in heard]
    cer = sum(sentence.cer * size for sentence, size in zip(heard, chars, strict=True)) / max(1, sum(chars))
    wer = sum(sentence.wer * size for sentence, size in zip(heard, words, strict=True)) / max(1, sum(words))
    return EarReport(sentences=tuple(heard), cer=cer, wer=wer, passed=cer <= BULLETIN_MOST_CER)


@contextmanager
def borrowed_ear(ear: Recogniser | None) -> Iterator[Recogniser]:
    """The ear that was given, or one of its own that ends afterwards."""
    if ear is not None:
        yield ear
        return
    with Ear() as own:
        yield own


def _at_16k(sound: Path | Clip) -> NDArray[np.int16]:
    """Clips by the same filter as files: a word on the edge is heard otherwise through another one."""
    if isinstance(sound, Clip):
        return resampled(from_pcm16(to_pcm16(sound.samples)), sound.rate_hz, _RATE_HZ)
    pcm, _ = run_ffmpeg(["-i", sound, "-ac", "1", "-ar", str(_RATE_HZ), "-f", "s16le", "-"])
    return np.frombuffer(pcm, "<i2").astype(np.int16)


def _pieces(samples: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    """Pieces of at most `_PIECE_S`, cut where it is quietest in the last third."""
    most = round(_PIECE_S * _RATE_HZ)
    while len(samples) > most:
        window = round(_QUIET_S * _RATE_HZ)
        first = most * 2 // 3
        power = np.square(samples[first:most].astype(np.float64))
        smooth = np.convolve(power, np.ones(window), "valid")
        cut = first + int(np.argmin(smooth)) + window // 2
        yield samples[:cut]
        samples = samples[cut:]
    if len(samples):
        yield samples
