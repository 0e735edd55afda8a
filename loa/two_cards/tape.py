"""What both horns let out, with the instant of every sample on the machine's monotonic clock."""

import subprocess
import threading
import time
from bisect import bisect_left
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000
CHANNELS = 2
_FRAME_BYTES = 2 * CHANNELS
_LATENCY_MS = 4
"""Asked of the sound server; a null sink renders at most this far ahead, so that instants are this much in doubt."""
_NEAR_S = 3.0
_PATIENCE_S = 10.0


class Tape:
    """A context manager that records until it is left.

    A piece of the recording cannot be read before its last frame was rendered: the earliest piece of some seconds around a frame
    says when that frame was. The null sink has the machine's own clock, so there is no drift to correct.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._data = bytearray()
        self._frames: list[int] = []
        self._instants: list[float] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Record; a null sink's monitor begins up to 2 s after it is opened, which is waited for. Raises TimeoutError."""
        self._recorder = subprocess.Popen(
            [
                "parec", "-d", "both.monitor", f"--latency-msec={_LATENCY_MS}", f"--rate={RATE_HZ}",
                f"--channels={CHANNELS}", "--format=s16le",
            ],
            env=dict(self._environment),
            stdout=subprocess.PIPE,
            bufsize=0,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._read, name="tape", daemon=True)
        self._thread.start()
        end = time.monotonic() + _PATIENCE_S
        while not self._frames:
            if time.monotonic() > end:
                self.__exit__(None, None, None)
                raise TimeoutError("không ghi được từ PulseAudio")
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the recorder."""
        self._recorder.terminate()
        self._recorder.wait()
        self._thread.join()
        assert self._recorder.stdout is not None
        self._recorder.stdout.close()

    def frame_at(self, mono_s: float) -> int:
        """The frame that came out at that instant, or that will."""
        with self._lock:
            near = min(bisect_left(self._instants, mono_s), len(self._instants) - 1)
            return round((mono_s - self._zero_s(self._instants[near])) * RATE_HZ)

    def instant_of(self, frame: int) -> float:
        """Monotonic seconds at which that frame came out."""
        with self._lock:
            near = min(bisect_left(self._frames, frame), len(self._frames) - 1)
            return self._zero_s(self._instants[near]) + frame / RATE_HZ

    def between(self, first: int, last: int) -> NDArray[np.float64]:
        """Frames `first` to `last`, one column a horn; fewer if they have not come out yet."""
        with self._lock:
            piece = bytes(self._data[max(0, first) * _FRAME_BYTES : max(0, last) * _FRAME_BYTES])
        return np.frombuffer(piece, np.int16).reshape(-1, CHANNELS) / 32768

    def _zero_s(self, mono_s: float) -> float:
        """When frame 0 came out, by the pieces that were read around this instant."""
        low = bisect_left(self._instants, mono_s - _NEAR_S)
        high = max(bisect_left(self._instants, mono_s + _NEAR_S), low + 1)
        pieces = zip(self._instants[low:high], self._frames[low:high], strict=True)
        return min(instant - frames / RATE_HZ for instant, frames in pieces)

    def _read(self) -> None:
        assert self._recorder.stdout is not None
        while data := self._recorder.stdout.read(65_536):
            instant = time.monotonic()
            with self._lock:
                self._data += data
                self._frames.append(len(self._data) // _FRAME_BYTES)
                self._instants.append(instant)
