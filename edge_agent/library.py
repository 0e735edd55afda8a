"""The content-addressed audio store on disk: a file is named by the SHA-256 of its bytes, and is here whole or not at all."""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from edge_agent.identity import sync_folder

CHUNK = 1 << 16
UNTOUCHED_S = 3600.0
"""A part that has not grown for so long is not being fetched."""


class FolderLibrary:
    """Files under `folder`; what is still coming in waits in `parts/`."""

    def __init__(self, folder: Path) -> None:
        self._files = folder / "files"
        self._parts = folder / "parts"
        self._files.mkdir(parents=True, exist_ok=True)
        self._parts.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Where a file of that name is or would be."""
        return self._files / sha256

    def part(self, sha256: str) -> Path:
        """Where its bytes gather before it is whole."""
        return self._parts / sha256

    def has(self, sha256: str) -> bool:
        """Whether it is here."""
        return self.path(sha256).is_file()

    def discard(self, sha256: str) -> None:
        """Forget it, and what was coming in of it."""
        self.path(sha256).unlink(missing_ok=True)
        self.part(sha256).unlink(missing_ok=True)

    def files(self) -> dict[str, int]:
        """Every whole file with its size."""
        return {entry.name: entry.stat().st_size for entry in os.scandir(self._files) if entry.is_file()}

    def free_bytes(self) -> int | None:
        """Room on the file system."""
        try:
            found = os.statvfs(self._files)
        except OSError:
            return None
        return found.f_bavail * found.f_frsize

    def take_in(self, sha256: str) -> bool:
        """Make the gathered part a file of the store if its bytes are right; otherwise delete it and return False.

        On disk when this returns: the bytes first, then the name.
        """
        part = self.part(sha256)
        with part.open("rb+") as file:
            good = digest(file_chunks(part)) == sha256
            os.fsync(file.fileno())
        if not good:
            part.unlink()
            return False
        part.rename(self.path(sha256))
        sync_folder(self._files)
        return True

    def clean(self, keep: frozenset[str]) -> None:
        """Delete parts that nothing wants any more, but for those that somebody may be filling just now."""
        for entry in os.scandir(self._parts):
            if entry.name not in keep and abs(time.time() - entry.stat().st_mtime) > UNTOUCHED_S:
                Path(entry.path).unlink(missing_ok=True)


def file_chunks(path: Path) -> Iterator[bytes]:
    """A file's bytes."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def digest(chunks: Iterator[bytes]) -> str:
    """SHA-256, lower-case hexadecimal."""
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()
