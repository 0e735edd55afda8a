"""The one place that runs ffmpeg: the system's, else the one inside the wheel imageio-ffmpeg.

Files come from outside and may be made to hurt: every run is bounded in time, in what it says, in what it writes and in memory.
"""

import contextlib
import os
import selectors
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from voices.errors import BadSoundError, StorageError, VoiceError

_DISK_FULL = "No space left on device"
_POLL_S = 0.2
_CHUNK_BYTES = 1 << 16
_MOST_MESSAGES_BYTES = 64_000
"""A broken file gives a line of complaint a frame; the summary is at the end."""
_MOST_FILE_BYTES = 4_000_000_000
"""Of one file: three hours at 48 kHz in float, beyond which WAV could not name its length either."""
_MEMORY_BYTES = 2_000_000_000
"""Our filters hold a few seconds of sound at most: 0.1 GB."""


class TooLongError(BadSoundError):
    """More sound than can be worked on in the time or the room there is for it."""


class FfmpegMissingError(VoiceError):
    """There is no ffmpeg on this machine: an installation fault."""


@cache
def ffmpeg_path() -> str:
    """The ffmpeg to run. Raises `FfmpegMissingError`."""
    if found := shutil.which("ffmpeg"):
        return found
    try:
        import imageio_ffmpeg  # noqa: PLC0415  # only needed where the system has none

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise FfmpegMissingError(
            "Máy này thiếu ffmpeg nên không ghép được âm thanh. Kỹ thuật viên cài gói ffmpeg rồi thử lại."
        ) from error


def run_ffmpeg(
    arguments: Sequence[str | Path],
    *,
    limit_s: float = 600,
    most_bytes: int = 500_000_000,
    check: Callable[[], None] = lambda: None,
) -> tuple[bytes, str]:
    """Run ffmpeg and return (stdout, the last of stderr). Raises `BadSoundError` when it fails, `TooLongError` when it takes
    longer than `limit_s` or gives more than `most_bytes`, `StorageError` on a full disk.

    `check` is called five times a second; what it raises ends ffmpeg at once and is passed on.
    """
    command = [ffmpeg_path(), "-hide_banner", "-nostdin", "-y", *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            _confine(process.pid)
            output, errors = _outcome(process, limit_s, most_bytes, check)
        finally:
            process.kill()  # does nothing when it has ended
    messages = errors.decode("utf-8", "replace")
    if _DISK_FULL in messages:
        raise StorageError("Ổ đĩa của máy chủ đã đầy nên không ghi được âm thanh. Hãy báo kỹ thuật viên dọn ổ đĩa.")
    if process.returncode != 0:
        reason = messages.strip().splitlines()[-1] if messages.strip() else f"mã lỗi {process.returncode}"
        raise BadSoundError(f"Không xử lý được âm thanh ({reason}). Hãy kiểm tra tệp hoặc dùng tệp khác.")
    return output, messages


def _confine(pid: int) -> None:
    """No single file and no memory without end. Linux alone can bound a process that runs already."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415  # not everywhere

        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (_MOST_FILE_BYTES, _MOST_FILE_BYTES))
            resource.prlimit(pid, resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))


def _outcome(
    process: "subprocess.Popen[bytes]", limit_s: float, most_bytes: int, check: Callable[[], None]
) -> tuple[bytes, bytes]:
    assert process.stdout is not None
    assert process.stderr is not None
    output, messages = bytearray(), bytearray()
    deadline, next_check = time.monotonic() + limit_s, 0.0
    with selectors.DefaultSelector() as open_pipes:
        open_pipes.register(process.stdout, selectors.EVENT_READ, output)
        open_pipes.register(process.stderr, selectors.EVENT_READ, messages)
        while open_pipes.get_map():
            for pipe, _ in open_pipes.select(_POLL_S):
                if chunk := os.read(pipe.fd, _CHUNK_BYTES):
                    pipe.data.extend(chunk)
                else:
                    open_pipes.unregister(pipe.fileobj)
            del messages[:-_MOST_MESSAGES_BYTES]
            if len(output) > most_bytes:
                raise TooLongError("Âm thanh dài quá mức đài xử lý được. Hãy dùng tệp ngắn hơn rồi thử lại.")
            now = time.monotonic()
            if now > deadline:
                raise TooLongError(
                    f"Xử lý âm thanh quá {limit_s:.0f} giây nên đã dừng. Hãy dùng tệp ngắn hơn rồi thử lại."
                )
            if now > next_check:
                check()
                next_check = now + _POLL_S
    process.wait()
    return bytes(output), bytes(messages)
