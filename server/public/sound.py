"""Aired bulletins as MP3: made when first asked for, kept."""

import os
import tempfile
from pathlib import Path

from server.bulletins.files import put
from server.settings import Settings
from voices.ffmpeg import run_ffmpeg

_BITRATE = "48k"
"""Speech in mono needs no more."""


def mp3_dir(settings: Settings) -> Path:
    """Where all of them lie."""
    return settings.data_dir / "public"


def mp3_path(settings: Settings, sha256: str) -> Path:
    """Where the MP3 of an audio lies once somebody asked for it."""
    return mp3_dir(settings) / f"{sha256}.mp3"


def mp3_of(settings: Settings, sha256: str) -> Path:
    """The MP3 of an audio of the station. Raises FileNotFoundError, voices.VoiceError."""
    final = mp3_path(settings, sha256)
    if final.exists():
        return final
    source = settings.audio_dir / f"{sha256}.opus"
    if not source.exists():
        raise FileNotFoundError(source)
    final.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=final.parent, prefix=".tmp-", suffix=".mp3")
    os.close(descriptor)
    made = Path(name)
    try:
        run_ffmpeg(["-i", source, "-vn", "-ac", "1", "-c:a", "libmp3lame", "-b:a", _BITRATE, "-threads", "1", made])
        put(made, final)
    finally:
        made.unlink(missing_ok=True)
    return final
