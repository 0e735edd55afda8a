"""The one place that runs ffmpeg: the system's, else the one inside the wheel imageio-ffmpeg."""

import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from voices.errors import BadSoundError, StorageError, VoiceError

_DISK_FULL = "No space left on device"


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


def run_ffmpeg(arguments: Sequence[str | Path], *, limit_s: float = 600) -> tuple[bytes, str]:
    """Run ffmpeg and return (stdout, stderr). Raises `BadSoundError` when it fails, `StorageError` on a full disk."""
    command = [ffmpeg_path(), "-hide_banner", "-nostdin", "-y", *map(str, arguments)]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired as error:
        raise BadSoundError(
            f"Xử lý âm thanh quá {limit_s:.0f} giây nên đã dừng. Hãy dùng tệp ngắn hơn rồi thử lại."
        ) from error
    messages = done.stderr.decode("utf-8", "replace")
    if _DISK_FULL in messages:
        raise StorageError("Ổ đĩa của máy chủ đã đầy nên không ghi được âm thanh. Hãy báo kỹ thuật viên dọn ổ đĩa.")
    if done.returncode != 0:
        reason = messages.strip().splitlines()[-1] if messages.strip() else f"mã lỗi {done.returncode}"
        raise BadSoundError(f"Không xử lý được âm thanh ({reason}). Hãy kiểm tra tệp hoặc dùng tệp khác.")
    return done.stdout, messages
