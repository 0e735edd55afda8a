"""Sentences become clips: worker processes for the bulk, one lane of its own for whoever is listening now, a cache for both."""

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

import numpy as np
import structlog

from voices.cache import ClipCache, clip_key
from voices.engine import Clip, SpeechSettings
from voices.engines import patience_s
from voices.errors import (
    EngineFailedError,
    NothingToSayError,
    ProductionCancelledError,
    StorageError,
    VoiceNotInstalledError,
)
from voices.phrases import phrases
from voices.production import Progress, SpokenSentence
from voices.render_process import STUDIO_CLOSED, Limits, RenderProcess
from voices.scoring import fold

log = structlog.get_logger(__name__)
Lane = Literal["bulk", "interactive"]
T = TypeVar("T")
_BULK_NICE = 5
"""Bulk rendering steps back for the web server and for the interactive lane."""
_POLL_S = 0.1


class Studio:
    """Render workers and their cache. A context manager: leaving it ends every worker at once.

    `workers` processes of one thread each render the bulk; the interactive lane is one more process of
    `interactive_threads`, which bulk work never enters. Each starts when first needed and keeps the voice it spoke last.
    `factory` names the function that opens a voice, "module:function".
    """

    def __init__(
        self,
        cache_dir: Path,
        workers: int = 2,
        *,
        interactive_threads: int = 2,
        factory: str = "voices.engines:open_engine",
        limits: Limits | None = None,
        max_cache_bytes: int = 1_000_000_000,
    ) -> None:
        limits = limits or Limits()
        self._cache = ClipCache(cache_dir, max_cache_bytes)
        self._fingerprints: dict[str, str] = {}
        self._lanes: dict[Lane, _LaneOfWorkers] = {
            "bulk": _LaneOfWorkers([RenderProcess(factory, 1, nice=_BULK_NICE, limits=limits) for _ in range(workers)]),
            "interactive": _LaneOfWorkers([RenderProcess(factory, interactive_threads, nice=0, limits=limits)]),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers now; whatever waits for them, or comes later, fails with `EngineFailedError`."""
        for lane in self._lanes.values():
            lane.close()

    def prepare(self, voice: str, lane: Lane = "interactive", workers: int = 1) -> None:
        """Begin loading a voice in so many of the lane's workers, so that the first sentences need not wait.

        Returns at once; errors show when rendering.
        """
        for _ in range(workers):
            self._lanes[lane].submit(lambda process: process.open(voice))

    def render(
        self,
        sentences: Sequence[SpokenSentence],
        *,
        voice: str,
        settings: SpeechSettings,
        lane: Lane = "bulk",
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        on_unspeakable: Callable[[int], None] | None = None,
        overrides: Mapping[int, SpeechSettings] | None = None,
    ) -> Iterator[tuple[int, Clip]]:
        """(index, clip) of each sentence, in order, each as soon as it is ready: play the first while the next is made.

        All clips have the voice's rate. Clips come from the cache where they can; equal sentences are rendered once.
        `overrides` gives single sentences, by index, other settings.
        Closing the iterator, or `cancelled` returning true, withdraws what has not begun: the latter raises
        `ProductionCancelledError`. A sentence without a speakable syllable raises `NothingToSayError`, or, where
        `on_unspeakable` is given, is told there and becomes an empty clip. Raises also `EngineFailedError`,
        `VoiceNotInstalledError`. A full disk only means that clips are not kept.
        """
        if not sentences:
            return
        order = _Order(self._cache, self._lanes[lane], voice, cancelled or (lambda: False))
        asked = [(overrides or {}).get(index, settings) for index in range(len(sentences))]
        try:
            fingerprint = self._fingerprint(voice, order)
            work = [
                [order.place(fingerprint, phrase, own) for phrase, own in _phrases(sentence.text, how)]
                for sentence, how in zip(sentences, asked, strict=True)
            ]
            for index, pieces in enumerate(work):
                try:
                    clip = _joined([order.take(piece) for piece in pieces], asked[index].comma_pause_ms)
                except NothingToSayError:
                    if on_unspeakable is None:
                        raise
                    on_unspeakable(index)
                    clip = Clip(np.zeros(0, np.float32), 24_000)
                if on_progress:
                    on_progress(Progress(stage="render", done=index + 1, total=len(sentences)))
                yield index, clip
        finally:
            order.withdraw()

    def worker_pids(self) -> list[int]:
        """The worker processes that run now, the interactive one last: for measurements and tests."""
        return [pid for lane in self._lanes.values() for pid in lane.pids()]

    def _fingerprint(self, voice: str, order: "_Order") -> str:
        if voice not in self._fingerprints:
            self._fingerprints[voice] = order.wait(order.lane.submit(lambda process: process.open(voice)))
        return self._fingerprints[voice]


class _LaneOfWorkers:
    """Threads that each borrow a worker process, the most recently used first."""

    def __init__(self, processes: Sequence[RenderProcess]) -> None:
        self._processes = tuple(processes)
        self._idle: queue.LifoQueue[RenderProcess] = queue.LifoQueue()
        for process in reversed(processes):
            self._idle.put(process)
        self._threads = ThreadPoolExecutor(len(processes), thread_name_prefix="render")

    def submit(self, job: Callable[[RenderProcess], T]) -> Future[T]:
        def run() -> T:
            process = self._idle.get()
            try:
                return job(process)
            finally:
                self._idle.put(process)

        try:
            return self._threads.submit(run)
        except RuntimeError as error:  # all that it raises: it was shut down
            raise EngineFailedError(STUDIO_CLOSED) from error

    def pids(self) -> list[int]:
        return [process.pid for process in self._processes if process.pid is not None]

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.close()
        self._threads.shutdown(wait=True)
        for process in self._processes:  # one that was being started meanwhile
            process.close()


class _Order:
    """The phrases of one call to `render`: what is cached, what is being made."""

    def __init__(
        self,
        cache: ClipCache,
        lane: _LaneOfWorkers,
        voice: str,
        cancelled: Callable[[], bool],
    ) -> None:
        self.lane = lane
        self._cache = cache
        self._voice = voice
        self._cancelled = cancelled
        self._making: dict[str, Future[Clip]] = {}
        self._asked: dict[str, tuple[str, SpeechSettings]] = {}
        self._lock = threading.Lock()
        self._working: set[RenderProcess] = set()
        self._end: EngineFailedError | VoiceNotInstalledError | None = None
        """Why nothing more is to be begun."""

    def place(self, fingerprint: str, phrase: str, settings: SpeechSettings) -> str:
        """Order a phrase unless it is cached or ordered already; the key to take it by."""
        key = clip_key(fingerprint, self._voice, settings, phrase)
        self._asked[key] = phrase, settings
        if key not in self._making and key not in self._cache:
            self._submit(key)
        return key

    def take(self, key: str) -> Clip:
        """The clip, waiting for it where it must."""
        if key not in self._making:
            if clip := self._cache.get(key):
                return clip
            self._submit(key)  # evicted or damaged since
        return self.wait(self._making[key])

    def wait(self, future: Future[T]) -> T:
        while True:
            if self._cancelled():
                raise ProductionCancelledError("Đã dừng theo yêu cầu; chưa có gì được ghi lại.")
            try:
                return future.result(timeout=_POLL_S)
            except FutureTimeoutError:
                if future.done():
                    raise
            except CancelledError as error:  # not by us: the studio was closed
                raise EngineFailedError(STUDIO_CLOSED) from error

    def withdraw(self) -> None:
        for future in self._making.values():
            future.cancel()
        with self._lock:
            self._end = self._end or EngineFailedError("Đã thôi đọc bản tin này.")
            if self._working and patience_s(self._voice):  # here a phrase takes seconds, elsewhere it may take minutes
                for process in self._working:
                    process.interrupt()

    def _submit(self, key: str) -> None:
        phrase, settings = self._asked[key]

        def make(process: RenderProcess) -> Clip:
            with self._at_work(process):
                clip = process.render(self._voice, phrase, settings)
            try:
                self._cache.put(key, clip)
            except (StorageError, OSError) as error:  # an emergency must not wait for somebody to tidy the disk
                log.warning("Clip not kept", key=key, reason=str(error))
            return clip

        self._making[key] = self.lane.submit(make)

    @contextmanager
    def _at_work(self, process: RenderProcess) -> Iterator[None]:
        """A failure ends the whole order at once: the next voice shall not wait until each phrase has failed."""
        with self._lock:
            if self._end:
                raise self._end
            self._working.add(process)
        try:
            yield
        except (EngineFailedError, VoiceNotInstalledError) as error:
            self._end = self._end or error
            raise
        finally:
            with self._lock:
                self._working.discard(process)


def _phrases(text: str, settings: SpeechSettings) -> Iterator[tuple[str, SpeechSettings]]:
    """The phrases of a sentence, each with the care that is for its own words."""
    first = 0
    for phrase in phrases(text):
        count = len(fold(phrase).split())
        yield phrase, settings.for_words(first, count)
        first += count


def _joined(clips: Sequence[Clip], pause_ms: int) -> Clip:
    if not clips:
        raise NothingToSayError("Câu này không có chữ nào đọc được. Hãy sửa hoặc bỏ câu này.")
    if len(clips) == 1:
        return clips[0]
    gap = np.zeros(round(clips[0].rate_hz * pause_ms / 1000), np.float32)
    parts = [part for clip in clips for part in (clip.samples, gap)]
    return Clip(np.concatenate(parts[:-1]), clips[0].rate_hz)
