"""Aired bulletins as MP3: made when first asked for, kept."""

import threading
from pathlib import Path

from server.errors import BusyError
from server.settings import Settings
from voices import opus_to_mp3

_BITRATE = "48k"
"""Speech in mono needs no more."""
_AT_ONCE = 2
"""Anybody may ask for these: they never take more of the machine than this, ..."""
_PATIENCE_S = 20.0
"""... and who would wait longer is told to come back."""
_making = threading.BoundedSemaphore(_AT_ONCE)


def mp3_dir(settings: Settings) -> Path:
    """Where all of them lie."""
    return settings.data_dir / "public"


def mp3_path(settings: Settings, sha256: str) -> Path:
    """Where the MP3 of an audio lies once somebody asked for it."""
    return mp3_dir(settings) / f"{sha256}.mp3"


def mp3_of(settings: Settings, sha256: str) -> Path:
    """The MP3 of an audio of the station. Raises FileNotFoundError, BusyError, voices.VoiceError."""
    final = mp3_path(settings, sha256)
    if final.exists():
        return final
    source = settings.audio_dir / f"{sha256}.opus"
    if not source.exists():
        raise FileNotFoundError(source)
    if not _making.acquire(timeout=_PATIENCE_S):
        raise BusyError("Đài đang chuẩn bị nhiều tệp MP3 cùng lúc. Hãy thử lại sau một phút.")
    try:
        if not final.exists():  # somebody else's wish, while we waited
            opus_to_mp3(source, final, bitrate=_BITRATE)
    finally:
        _making.release()
    return final
