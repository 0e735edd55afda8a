"""Clips that were rendered before, on disk, found by what they are made of.

One file a clip: the sha256 of the rest, then FLAC. A file that does not match its own sha256 counts as absent.
Several processes may share a folder.
"""

import contextlib
import hashlib
import io
import json
import threading
from dataclasses import asdict
from pathlib import Path

import soundfile
import structlog

from voices.engine import Clip, SpeechSettings
from voices.files import sweep, write_atomically
from voices.pcm import from_pcm16, to_pcm16

log = structlog.get_logger(__name__)
_SUFFIX = ".clip"
_DIGEST_BYTES = 32
_FORGOTTEN_S = 86_400.0
"""What a writer left half-made for a day is nobody's: he was killed."""


def clip_key(fingerprint: str, voice: str, settings: SpeechSettings, text: str) -> str:
    """The name under which a clip is kept: hexadecimal sha256 of all that shapes it."""
    parts = json.dumps([fingerprint, voice, asdict(settings), text], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()


class ClipCache:
    """At most `max_bytes` of clips in `folder`; what was not used for longest goes first. Thread-safe."""

    def __init__(self, folder: Path, max_bytes: int = 1_000_000_000) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        for shelf in folder.glob("*/"):
            sweep(shelf, older_than_s=_FORGOTTEN_S)
        self._bytes = sum(size for _, size, _ in self._entries())

    def __contains__(self, key: str) -> bool:
        """Whether there is a file for it, damaged or not."""
        return self._path(key).exists()

    def get(self, key: str) -> Clip | None:
        """The clip, or None when it is not there, cannot be read, or its file is damaged (which removes it)."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:  # a bad sector, somebody else's file: it can be rendered again
            log.warning("A clip of the cache cannot be read", key=key, reason=str(error))
            return None
        digest, flac = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(flac).digest() != digest:
            log.warning("Damaged clip removed from the cache", key=key, bytes=len(content))
            self._forget(path, len(content))
            return None
        with contextlib.suppress(OSError):  # a read-only or vanished file is still a good clip
            path.touch()
        pcm, rate_hz = soundfile.read(io.BytesIO(flac), dtype="int16")
        return Clip(from_pcm16(pcm), rate_hz)

    def put(self, key: str, clip: Clip) -> None:
        """Keep a clip. Raises `StorageError` when the disk is full."""
        flac = io.BytesIO()
        soundfile.write(flac, to_pcm16(clip.samples), clip.rate_hz, format="FLAC", subtype="PCM_16")
        content = hashlib.sha256(flac.getvalue()).digest() + flac.getvalue()
        write_atomically(self._path(key), content)
        with self._lock:
            self._bytes += len(content)
            if self._bytes > self._max_bytes:
                self._evict()

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / (key + _SUFFIX)

    def _entries(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self._folder.glob(f"*/*{_SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):  # another process evicts too
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        return found

    def _forget(self, path: Path, size: int) -> None:
        path.unlink(missing_ok=True)
        with self._lock:
            self._bytes -= size

    def _evict(self) -> None:
        """Down to nine tenths, so that not every clip evicts another."""
        entries = sorted(self._entries())
        self._bytes = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if self._bytes <= self._max_bytes * 0.9:
                break
            try:
                path.unlink(missing_ok=True)
            except OSError as error:  # the clip that was just made is good all the same
                log.warning("An old clip cannot be removed", path=str(path), reason=str(error))
                continue
            self._bytes -= size
