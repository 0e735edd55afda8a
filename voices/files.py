"""Writing a file so that nobody ever sees half of it."""

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voices.errors import StorageError


@contextmanager
def room_on_disk() -> Iterator[None]:
    """Turns "the disk is full", "not writable" and "the disk is broken" into a `StorageError`."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageError(
                "Ổ đĩa của máy chủ đã đầy nên không ghi được âm thanh. Hãy báo kỹ thuật viên dọn ổ đĩa."
            ) from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise StorageError(f"Máy chủ không có quyền ghi vào “{error.filename}”. Hãy báo kỹ thuật viên.") from error
        if error.errno == errno.EIO:
            raise StorageError(
                f"Ổ đĩa của máy chủ bị lỗi ở “{error.filename or 'tệp âm thanh'}”. Hãy báo kỹ thuật viên thay ổ hoặc thẻ nhớ."
            ) from error
        if isinstance(error, NotADirectoryError | FileExistsError):
            raise StorageError(f"“{error.filename}” đáng lẽ phải là một thư mục. Hãy báo kỹ thuật viên.") from error
        raise


def write_atomically(target: Path, content: bytes) -> None:
    """Write `content` to `target`: whole and on disk, or not at all. Raises `StorageError`."""
    with room_on_disk():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".tmp-")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            publish(Path(name), target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()


def copy_atomically(source: Path, target: Path) -> None:
    """As `write_atomically`, from a file that may be large."""
    with room_on_disk():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".tmp-")
        os.close(handle)
        try:
            shutil.copyfile(source, name)
            sync(Path(name))
            publish(Path(name), target)
        finally:
            Path(name).unlink(missing_ok=True)


def publish(finished: Path, target: Path) -> None:
    """Give a finished, fsynced file of the same folder its final name, durably."""
    finished.chmod(0o644)
    finished.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sweep(folder: Path, *, older_than_s: float = 0.0) -> None:
    """Remove what a process that was killed left half-made in `folder`: entries named `.tmp-…`, not touched for so long."""
    before = time.time() - older_than_s
    for left in folder.glob(".tmp-*"):
        with contextlib.suppress(OSError):  # gone meanwhile, or not ours: it is only rubbish
            if left.stat().st_mtime <= before:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def sha256_of(path: Path) -> str:
    """Of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
