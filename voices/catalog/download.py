"""Fetching a file that may be large over a line that may break: resumed, measured, and believed only by its sha256."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import structlog

from voices.catalog.entry import VoiceFile
from voices.errors import VoiceError
from voices.files import publish, room_on_disk, sha256_of, sync

log = structlog.get_logger(__name__)
_TRIES = 5
_FIRST_WAIT_S = 1.0
_AGAIN = frozenset({408, 416, 425, 429, *range(500, 600)})
"""A server that may answer otherwise next time."""
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)


class DownloadFailedError(VoiceError):
    """The file could not be fetched, or is not what the catalogue promises."""


def download(
    file: VoiceFile,
    folder: Path,
    *,
    on_progress: Callable[[int], None] | None = None,
    first_wait_s: float = _FIRST_WAIT_S,
) -> Path:
    """Fetch `file` into `folder`; returns its path. What an earlier try left behind is continued.

    `on_progress` is told how many bytes are there. Raises `DownloadFailedError` (no answer after five tries, refused,
    or not the promised bytes, which are then deleted) and `StorageError`.
    """
    target, partial = folder / file.name, folder / f".{file.sha256[:16]}.part"
    with room_on_disk(), _alone_in(folder):
        if target.is_file() and sha256_of(target) == file.sha256:
            return target
        begun = partial.exists()
        _fetch_whole(file, partial, on_progress or (lambda _: None), first_wait_s)
        if begun and not _is_right(file, partial):  # what was there may have suffered in a power cut
            log.warning("What an earlier try left is useless, fetched anew", url=file.url)
            partial.unlink()
            _fetch_whole(file, partial, on_progress or (lambda _: None), first_wait_s)
        return _accept(file, partial, target)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Two that append to one file would both spoil it. Raises `DownloadFailedError` for the second."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise DownloadFailedError("Giọng này đang được một lệnh khác tải về. Hãy chờ lệnh đó xong.") from error
    finally:
        os.close(handle)


def _fetch_whole(file: VoiceFile, partial: Path, on_progress: Callable[[int], None], first_wait_s: float) -> None:
    for attempt in range(1, _TRIES + 1):
        try:
            _fetch(file, partial, on_progress)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("Download interrupted", url=file.url, attempt=attempt, reason=repr(error))
            if attempt == _TRIES:
                raise DownloadFailedError(
                    f"Không tải được {file.name} sau {_TRIES} lần thử ({error}). Kiểm tra mạng rồi chạy lại, phần đã tải được "
                    "giữ nguyên; hoặc chép tệp về một thư mục và dùng “loa voices import”."
                ) from error
            time.sleep(first_wait_s * 2 ** (attempt - 1))
        else:
            return


def _fetch(file: VoiceFile, partial: Path, on_progress: Callable[[int], None]) -> None:
    have = partial.stat().st_size if partial.exists() else 0
    if have >= file.bytes:
        return
    headers = {"Range": f"bytes={have}-", "Accept-Encoding": "identity"} if have else {"Accept-Encoding": "identity"}
    with httpx.stream("GET", file.url, headers=headers, timeout=_TIMEOUT, follow_redirects=True) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            partial.unlink(missing_ok=True)
        if answer.status_code in _AGAIN:
            raise httpx.RemoteProtocolError(f"{answer.status_code}, to be tried again")
        if answer.is_error:
            raise DownloadFailedError(
                f"Máy chủ không cho tải {file.name} (mã {answer.status_code}). Báo kỹ thuật viên kiểm tra địa chỉ của giọng."
            )
        resumed = answer.status_code == httpx.codes.PARTIAL_CONTENT and answer.headers.get(
            "Content-Range", ""
        ).startswith(f"bytes {have}-")
        have = have if resumed else 0
        with partial.open("ab" if resumed else "wb") as out:
            for chunk in answer.iter_bytes():
                have += len(chunk)
                if have > file.bytes:
                    break  # not our file: the hash will say so
                out.write(chunk)
                on_progress(have)
    if have < file.bytes:
        raise httpx.RemoteProtocolError(f"{have} of {file.bytes} bytes")


def _is_right(file: VoiceFile, partial: Path) -> bool:
    return partial.stat().st_size == file.bytes and sha256_of(partial) == file.sha256


def _accept(file: VoiceFile, partial: Path, target: Path) -> Path:
    sync(partial)
    if not _is_right(file, partial):
        log.error("Wrong content refused", url=file.url, expected=file.sha256, got=sha256_of(partial))
        partial.unlink()
        raise DownloadFailedError(
            f"Tệp {file.name} tải về không đúng nội dung đã công bố nên đã bị xoá. Không cài giọng này; báo kỹ thuật viên."
        )
    publish(partial, target)
    return target
