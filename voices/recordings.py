"""A recording that someone hands in (a track in another language, a music bed) becomes a sound that can be aired."""

import hashlib
import re
import tempfile
from pathlib import Path

import soundfile
import structlog
from pydantic import BaseModel, ConfigDict

from voices.errors import BadSoundError
from voices.ffmpeg import run_ffmpeg
from voices.files import room_on_disk, write_atomically
from voices.mastering import measure

log = structlog.get_logger(__name__)
MOST_BYTES = 200_000_000
MOST_S = 1_800.0
"""Half an hour: longer than any session a commune is allowed in one language."""
LEAST_S = 0.5
_SILENT_LUFS = -55.0
_DECODE_LIMIT_S = 180.0
_KINDS = (
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "wav"),
    (re.compile(rb"OggS"), "ogg"),
    (re.compile(rb"fLaC"), "flac"),
    (re.compile(rb"\x1aE\xdf\xa3"), "matroska"),
    (re.compile(rb"....ftyp", re.DOTALL), "mov"),
    (re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"), "aac"),
    (re.compile(rb"ID3|\xff[\xe2-\xef\xf2-\xf7\xfa-\xff]"), "mp3"),
)
"""First bytes → ffmpeg's demuxer. Named to ffmpeg, so that no playlist in disguise makes it open other files."""
_CLEAN = "highpass=f=80,afftdn=nr=10:nf=-40,"
_TRIM_AND_LEVEL = (
    "silenceremove=start_periods=1:start_threshold=-45dB:start_silence=0.15,"
    "areverse,silenceremove=start_periods=1:start_threshold=-45dB:start_silence=0.25,areverse,"
    "loudnorm=I=-19:TP=-3:LRA=7"
)
"""Silence at both ends off, then the same loudness for all."""


class Recording(BaseModel):
    """A cleaned recording on disk: 48 kHz mono FLAC, named by its sha256."""

    model_config = ConfigDict(frozen=True)

    sound: Path
    sha256: str
    language: str
    duration_ms: int
    loudness_lufs: float


def import_recording(file: Path, out_dir: Path, *, language: str, clean: bool = True) -> Recording:
    """Take a wav, mp3, m4a, webm/opus, ogg, flac or aac of at most half an hour into `out_dir`/SHA256.flac.

    Trimmed at both ends and levelled; with `clean` (speech, not music) hum and steady noise go down as well. `language`
    is a BCP 47 tag, "zxx" for music. The file appears whole or not at all. Raises `BadSoundError` when it is not sound,
    broken, silent, too short or too long; `StorageError`.
    """
    demuxer = _kind(file)
    with room_on_disk():
        out_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out_dir, prefix=".tmp-") as folder:
            raw, finished = Path(folder) / "raw.wav", Path(folder) / "finished.flac"
            _decode(file, demuxer, raw)
            filters = (_CLEAN if clean else "") + _TRIM_AND_LEVEL
            run_ffmpeg(["-i", raw, "-af", filters, "-ar", "48000", "-c:a", "flac", "-sample_fmt", "s16", finished])
            content = finished.read_bytes()
            duration_s = soundfile.info(finished).duration
            loudness = measure(finished)
    if duration_s < LEAST_S:
        raise BadSoundError(f"Tệp “{file.name}” gần như không có tiếng. Hãy thu lại gần micrô hơn.")
    digest = hashlib.sha256(content).hexdigest()
    sound = out_dir / f"{digest}.flac"
    write_atomically(sound, content)
    log.info("Recording imported", sha256=digest, language=language, duration_s=round(duration_s, 1))
    return Recording(
        sound=sound,
        sha256=digest,
        language=language,
        duration_ms=round(duration_s * 1000),
        loudness_lufs=loudness.integrated_lufs,
    )


def _kind(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise BadSoundError(
                f"Tệp “{file.name}” lớn quá {MOST_BYTES // 1_000_000} MB. Hãy cắt ngắn hoặc lưu dạng mp3 rồi gửi lại."
            )
        with file.open("rb") as sound:
            head = sound.read(16)
    except FileNotFoundError as error:
        raise BadSoundError(f"Không thấy tệp “{file.name}”. Hãy tải lên lại.") from error
    if not head:
        raise BadSoundError(f"Tệp “{file.name}” rỗng. Hãy tải lên lại.")
    for signature, demuxer in _KINDS:
        if signature.match(head):
            return demuxer
    raise BadSoundError(
        f"Tệp “{file.name}” không phải âm thanh mà đài dùng được. Hãy dùng tệp wav, mp3, m4a hoặc webm."
    )


def _decode(file: Path, demuxer: str, target: Path) -> None:
    """To 48 kHz mono WAV, refusing what is too long, too short or silent."""
    try:
        run_ffmpeg(
            ["-protocol_whitelist", "file", "-f", demuxer, "-t", str(MOST_S + 1), "-i", file.resolve(), "-map", "0:a:0",
             "-ac", "1", "-ar", "48000", "-c:a", "pcm_s16le", target],
            limit_s=_DECODE_LIMIT_S,
        )  # fmt: skip
    except BadSoundError as error:
        raise BadSoundError(f"Tệp “{file.name}” bị hỏng, không mở được. Hãy thu hoặc xuất lại rồi gửi lại.") from error
    duration_s = soundfile.info(target).duration
    if duration_s > MOST_S:
        raise BadSoundError(f"Tệp “{file.name}” dài quá {MOST_S / 60:.0f} phút. Hãy cắt thành các phần ngắn hơn.")
    if duration_s < LEAST_S or measure(target).integrated_lufs < _SILENT_LUFS:
        raise BadSoundError(f"Tệp “{file.name}” gần như không có tiếng. Hãy thu lại gần micrô hơn.")
