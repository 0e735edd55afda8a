"""The one place that runs ffmpeg: the system's, else the one inside the wheel imageio-ffmpeg."""

import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from voices.errors import BadSoundError, StorageError, VoiceError

_DISK_FULL = "No space left on device"
_POLL_S = 0.2


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
    arguments: Sequence[str | Path], *, limit_s: float = 600, check: Callable[[], None] = lambda: None
) -> tuple[bytes, str]:
    """Run ffmpeg and return (stdout, stderr). Raises `BadSoundError` when it fails, `StorageError` on a full disk.

    `check` is called five times a second; what it raises ends ffmpeg at once and is passed on.
    """
    command = [ffmpeg_path(), "-hide_banner", "-nostdin", "-y", *map(str, arguments)]
    deadline = time.monotonic() + limit_s
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            output, errors = _outcome(process, deadline, check)
        except subprocess.TimeoutExpired as error:
            raise BadSoundError(
                f"Xử lý âm thanh quá {limit_s:.0f} giây nên đã dừng. Hãy dùng tệp ngắn hơn rồi thử lại."
            ) from error
        finally:
            process.kill()  # does nothing when it has ended
    messages = errors.decode("utf-8", "replace")
    if _DISK_FULL in messages:
        raise StorageError("Ổ đĩa của máy chủ đã đầy nên không ghi được âm thanh. Hãy báo kỹ thuật viên dọn ổ đĩa.")
    if process.returncode != 0:
        reason = messages.strip().splitlines()[-1] if messages.strip() else f"mã lỗi {process.returncode}"
        raise BadSoundError(f"Không xử lý được âm thanh ({reason}). Hãy kiểm tra tệp hoặc dùng tệp khác.")
    return output, messages


def _outcome(process: "subprocess.Popen[bytes]", deadline: float, check: Callable[[], None]) -> tuple[bytes, bytes]:
    while True:
        try:
            return process.communicate(timeout=_POLL_S)
        except subprocess.TimeoutExpired:
            check()
            if time.monotonic() > deadline:
                raise
