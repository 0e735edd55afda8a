"""A file becomes samples: the bytes that are hashed are the bytes that are decoded."""

import hashlib
import io
import struct
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from edge_agent.errors import PermanentError

RATE_HZ = 48_000
WAV_HEADER_BYTES = 44
Samples = NDArray[np.float32]


class BadHashError(PermanentError):
    """The file's bytes are not what its name says."""


class UndecodableError(PermanentError):
    """The bytes are right, and no sound can be made of them."""


class Sound:
    """One opened file, mono at RATE_HZ, after `lead` if there is one; only what is read is decoded."""

    def __init__(self, data: bytes, lead: Samples | None = None) -> None:
        self._lead = np.zeros(0, np.float32) if lead is None else lead
        try:
            self._file = soundfile.SoundFile(io.BytesIO(data))
            self.frames = self._file.frames
            self._whole: Samples | None = None
            if self._file.samplerate != RATE_HZ:
                self._whole = _resample(self._mono(self._file.frames), self._file.samplerate)
                self.frames = len(self._whole)
            self._at = 0
            self._first = self._rest(RATE_HZ // 2)
            self.frames += len(self._lead)
            self.seek(0)
        except (soundfile.LibsndfileError, RuntimeError, ValueError) as error:
            raise UndecodableError(f"Tệp âm thanh không giải mã được: {error}") from error
        if not len(self._first):
            raise UndecodableError("Tệp âm thanh không có tiếng nào.")

    @classmethod
    def open(cls, path: Path, sha256: str, *, lead: Samples | None = None) -> "Sound":
        """Read the file, check its hash and decode its beginning.

        Raises FileNotFoundError, BadHashError, UndecodableError.
        """
        data = path.read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise BadHashError(f"Tệp {path.name[:12]}… hỏng: mã băm là {found[:12]}…")
        return cls(data, lead)

    def seek(self, frame: int) -> None:
        """The next read begins there."""
        self._at = min(max(frame, 0), self.frames)
        if self._whole is None:
            self._file.seek(max(0, self._at - len(self._lead)))

    def read(self, frames: int) -> Samples:
        """The next samples; fewer at the end, none after it."""
        led = self._lead[self._at : self._at + frames]
        self._at += len(led)
        if len(led) == frames:
            return led
        found = self._rest(frames - len(led))
        self._at += len(found)
        return np.concatenate([led, found]) if len(led) else found

    def _rest(self, frames: int) -> Samples:
        """The file's own samples."""
        at = max(0, self._at - len(self._lead))
        return self._mono(frames) if self._whole is None else self._whole[at : at + frames]

    def _mono(self, frames: int) -> Samples:
        block: Samples = self._file.read(frames, dtype="float32", always_2d=True)
        return np.asarray(block.mean(axis=1) if block.shape[1] > 1 else block[:, 0], np.float32)


def wav_header(frames: int) -> bytes:
    """Of a WAV with so many frames of 16-bit mono at RATE_HZ."""
    size = frames * 2
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE_HZ, RATE_HZ * 2, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + form + struct.pack("<4sI", b"data", size)


def _resample(samples: Samples, rate_hz: int) -> Samples:
    """To RATE_HZ by straight lines: our own bulletins come at RATE_HZ, so this serves only foreign recordings."""
    count = round(len(samples) * RATE_HZ / rate_hz)
    at = np.arange(count) * (rate_hz / RATE_HZ)
    return np.asarray(np.interp(at, np.arange(len(samples)), samples), np.float32)
