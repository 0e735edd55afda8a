"""Uploaded documents on disk, each under its sha256: whole and synced, or not there."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from server.errors import InvalidInputError

_CHUNK_BYTES = 1024 * 1024


class TooLargeError(InvalidInputError):
    """More bytes than the station takes."""

    status = 413
    code = "too_large"


@dataclass(frozen=True)
class Upload:
    """A document received: still under a temporary name."""

    path: Path
    sha256: str
    bytes: int


@contextmanager
def received(stream: BinaryIO, folder: Path, *, max_bytes: int) -> Iterator[Upload]:
    """The upload in a temporary file, gone when the block ends. Raises InvalidInputError (empty), TooLargeError."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".tmp-")
    path = Path(name)
    try:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(descriptor, "wb") as file:
            while chunk := stream.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > max_bytes:
                    raise TooLargeError(
                        f"Tệp lớn hơn {max_bytes // 1024 // 1024} MB. Hãy gửi tệp nhỏ hơn hoặc chia nhỏ văn bản."
                    )
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if size == 0:
            raise InvalidInputError("Tệp không có nội dung (0 byte). Hãy kiểm tra rồi gửi lại.")
        yield Upload(path=path, sha256=digest.hexdigest(), bytes=size)
    finally:
        path.unlink(missing_ok=True)


def keep(upload: Upload, folder: Path) -> Path:
    """Give the upload its lasting name."""
    final = folder / upload.sha256
    put(upload.path, final)
    return final


def put(finished: Path, final: Path) -> None:
    """Give a synced file of the same disk its lasting name, durably."""
    finished.replace(final)
    descriptor = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
