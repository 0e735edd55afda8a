"""A live stream as a sound for the mixer: ffmpeg decodes it in a process of its own; while it is dead the fallback sounds."""

import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable

import numpy as np
import structlog

from edge_agent.sound.decoding import RATE_HZ, Samples, Sound

log = structlog.get_logger(__name__)

BUFFER_FRAMES = RATE_HZ * 2
DEAD_FRAMES = RATE_HZ * 2
"""Silence of this length, and the fallback takes over."""
PAUSE_S = 3.0
CHUNK_BYTES = 9_600


class PipedStream:
    """Endless: reads give silence or the fallback when the stream gives nothing."""

    frames = 2**62

    def __init__(
        self, urls: tuple[str, ...], fallback: Sound | None, *, later: Callable[[], Sound | None] = lambda: None
    ) -> None:
        """`later`: the fallback that was not here at first, if it is now."""
        self._urls = urls
        self._fallback = fallback
        self._later = later
        self.heard_frames = 0
        """How many frames of stream or fallback, not of silence, were read since `seek`."""
        self._lock = threading.Condition()
        self._chunks: deque[Samples] = deque()
        self._held = 0
        self._starved = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        threading.Thread(target=self._run, name="stream", daemon=True).start()

    def seek(self, _frame: int) -> None:
        """A live stream is joined where it is: what waited is old."""
        with self._lock:
            self._chunks.clear()
            self._held = 0
            self.heard_frames = 0
            self._lock.notify()

    def read(self, frames: int) -> Samples:
        """The next samples, always as many as asked for."""
        found = self._take(frames)
        if len(found):
            self._starved = 0
        else:
            if self._fallback is None and self._starved // DEAD_FRAMES < (self._starved + frames) // DEAD_FRAMES:
                self._fallback = self._later()
            self._starved += frames
            if self._fallback is not None and self._starved > DEAD_FRAMES:
                found = self._fallback.read(frames)
                if len(found) < frames:
                    self._fallback.seek(0)
        self.heard_frames += len(found)
        return found if len(found) == frames else np.concatenate([found, np.zeros(frames - len(found), np.float32)])

    def close(self) -> None:
        """End the decoder."""
        self._closed = True
        with self._lock:
            self._lock.notify()
        if self._process is not None:
            self._process.kill()

    def _take(self, frames: int) -> Samples:
        parts: list[Samples] = []
        with self._lock:
            while frames and self._chunks:
                chunk = self._chunks.popleft()
                if len(chunk) > frames:
                    self._chunks.appendleft(chunk[frames:])
                    chunk = chunk[:frames]
                parts.append(chunk)
                frames -= len(chunk)
                self._held -= len(chunk)
            self._lock.notify()
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def _run(self) -> None:
        turn = 0
        while not self._closed:
            self._decode(self._urls[turn % len(self._urls)])
            turn += 1
            if not self._closed:
                log.warning("stream ended, trying again", url=self._urls[turn % len(self._urls)])
                time.sleep(PAUSE_S)

    def _decode(self, url: str) -> None:
        command = ["ffmpeg", "-v", "error", "-nostdin", "-rw_timeout", "10000000", "-i", url, "-vn"]
        try:
            self._process = subprocess.Popen(
                [*command, "-ac", "1", "-ar", str(RATE_HZ), "-f", "s16le", "-"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
            )
        except OSError as error:
            log.warning("no decoder for streams", error=str(error))
            return
        assert self._process.stdout is not None
        with self._process:
            while not self._closed and (data := self._process.stdout.read(CHUNK_BYTES)):
                self._put((np.frombuffer(data[: len(data) // 2 * 2], np.int16) / np.float32(32768)).astype(np.float32))

    def _put(self, chunk: Samples) -> None:
        """Wait while the buffer is full: a file given as a stream is read no faster than it sounds."""
        with self._lock:
            while self._held >= BUFFER_FRAMES and not self._closed:
                self._lock.wait(1.0)
            self._chunks.append(chunk)
            self._held += len(chunk)
