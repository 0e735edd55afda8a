"""Speech that somebody waits for, in the format that he can play; the finished programme is `voices.mastering`'s affair."""

import tempfile
from pathlib import Path
from typing import Literal

from voices.assembly import RATE_HZ
from voices.ffmpeg import run_ffmpeg
from voices.files import room_on_disk

Format = Literal["mp3", "opus", "aac", "flac", "wav"]
MEDIA_TYPES: dict[Format, str] = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
}
_ENCODERS: dict[Format, tuple[str, ...]] = {
    "mp3": ("-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3"),
    "opus": ("-c:a", "libopus", "-b:a", "24k", "-f", "ogg"),
    "aac": ("-c:a", "aac", "-b:a", "64k", "-f", "adts"),
    "flac": ("-c:a", "flac", "-f", "flac"),
    "wav": ("-c:a", "pcm_s16le", "-f", "wav"),
}
_PART = ("-c:a", "libmp3lame", "-b:a", "64k", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3")


def encoded(pcm: bytes, kind: Format) -> bytes:
    """16-bit mono at `RATE_HZ` as a file of that format. Raises `StorageError`."""
    return _run(pcm, _ENCODERS[kind])


def mp3_part(pcm: bytes) -> bytes:
    """A piece of an MP3 stream: pieces one after another are one sound, so the first can be played while the next is made."""
    return _run(pcm, _PART)


def _run(pcm: bytes, encoder: tuple[str, ...]) -> bytes:
    with room_on_disk(), tempfile.TemporaryDirectory() as folder:
        raw, finished = Path(folder) / "speech.raw", Path(folder) / "speech"
        raw.write_bytes(pcm)
        run_ffmpeg(["-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1", "-i", raw, *encoder, finished])
        return finished.read_bytes()
