"""Fetching a file that may be large over a line that may break: resumed, measured, and believed only by its sha256."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import structlog

from voices.catalog.entry import VoiceFile
from voices.errors import VoiceError
from voices.files import publish, room_on_disk, sha256_of, sync

log = structlog.get_logger(__name__)
_TRIES = 5
_FIRST_WAIT_S = 1.0
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
    with room_on_disk():
        folder.mkdir(parents=True, exist_ok=True)
        if target.is_file() and sha256_of(target) == file.sha256:
            return target
        for attempt in range(1, _TRIES + 1):
            try:
                _fetch(file, partial, on_progress or (lambda _: None))
                break
            except httpx.TransportError as error:
                log.warning("Download interrupted", url=file.url, attempt=attempt, reason=repr(error))
                if attempt == _TRIES:
                    raise DownloadFailedError(
                        f"Không tải được {file.name} sau {_TRIES} lần thử. Kiểm tra mạng rồi chạy lại, phần đã tải được "
                        "giữ nguyên; hoặc chép tệp về một thư mục và dùng “loa voices import”."
                    ) from error
                time.sleep(first_wait_s * 2 ** (attempt - 1))
        return _accept(file, partial, target)


def _fetch(file: VoiceFile, partial: Path, on_progress: Callable[[int], None]) -> None:
    have = partial.stat().st_size if partial.exists() else 0
    if have >= file.bytes:
        return
    headers = {"Range": f"bytes={have}-", "Accept-Encoding": "identity"} if have else {"Accept-Encoding": "identity"}
    with httpx.stream("GET", file.url, headers=headers, timeout=_TIMEOUT, follow_redirects=True) as answer:
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise httpx.RemoteProtocolError("503, to be tried again")
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


def _accept(file: VoiceFile, partial: Path, target: Path) -> Path:
    sync(partial)
    digest, size = sha256_of(partial), partial.stat().st_size
    if digest != file.sha256 or size != file.bytes:
        partial.unlink()
        log.error("Wrong content refused", url=file.url, expected=file.sha256, got=digest)
        raise DownloadFailedError(
            f"Tệp {file.name} tải về không đúng nội dung đã công bố nên đã bị xoá. Không cài giọng này; báo kỹ thuật viên."
        )
    publish(partial, target)
    return target
