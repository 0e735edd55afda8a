"""The folder of a demo: one run at a time, and what the run before left there is gone. Nothing else in it is touched."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OURS = ("logs", "station", "speakers", "passwords.json", "report.json")


class FolderError(Exception):
    """The folder cannot be used; the message says why."""


@contextmanager
def fresh(folder: Path, document: Path | None) -> Iterator[None]:
    """Hold `folder`, cleared of an earlier run, while this lasts. Raises FolderError."""
    leftovers = [folder / name for name in _OURS]
    if document is not None and any(document.resolve().is_relative_to(old) for old in leftovers):
        raise FolderError(f"{document} nằm trong phần sẽ bị xóa của {folder}. Hãy chép tệp đó ra nơi khác.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise FolderError(f"Không ghi được vào thư mục {folder} ({error.strerror}).") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _clear(leftovers)
        except BlockingIOError as error:
            message = f"Một lần chạy khác đang dùng {folder}. Hãy đợi nó xong, hoặc chọn --folder khác."
            raise FolderError(message) from error
        except OSError as error:
            raise FolderError(f"Không xóa được phần của lần chạy trước ở {folder} ({error.strerror}).") from error
        yield


def _clear(leftovers: list[Path]) -> None:
    for old in leftovers:
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
