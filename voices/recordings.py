"""A recording that someone hands in (a track in another language, a music bed) becomes a sound that can be aired."""

import hashlib
import re
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import structlog
from pydantic import BaseModel, ConfigDict

from voices.errors import BadSoundError
from voices.ffmpeg import TooLongError, run_ffmpeg
from voices.files import room_on_disk, write_atomically
from voices.mastering import measure

log = structlog.get_logger(__name__)
MOST_BYTES = 200_000_000
MOST_S = 1_800.0
"""Half an hour: longer than any session a commune is allowed in one language."""
LEAST_S = 0.5
_SILENT_LUFS = -55.0
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
_CLEAN = ("-af", "highpass=f=80,afftdn=nr=10:nf=-40")
_LEVEL = "loudnorm=I=-19:TP=-3:LRA=7"
"""The same loudness for all."""
_RATE_HZ = 48_000
_QUIET_DBFS = -45.0
_BELOW_SPEECH_LU = 22.0
_ABOVE_NOISE_DB = 6.0
"""What is neither above `_QUIET_DBFS` nor, in a soft recording, near to its loudness and above its noise, is silence."""
_WINDOW = _RATE_HZ // 50
_KEPT_BEFORE_S, _KEPT_AFTER_S = 0.15, 0.25


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
            loudness_lufs = _decode(file, demuxer, raw, clean=clean)
            start_s, end_s = _sounding(raw, loudness_lufs)
            if end_s - start_s < LEAST_S:
                raise _silent(file)
            chain = f"atrim={start_s:.3f}:{end_s:.3f},asetpts=PTS-STARTPTS,{_LEVEL}"
            run_ffmpeg(["-i", raw, "-af", chain, "-ar", str(_RATE_HZ), "-c:a", "flac", "-sample_fmt", "s16", finished])
            content = finished.read_bytes()
            duration_s = soundfile.info(finished).duration
            loudness = measure(finished)
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


def _decode(file: Path, demuxer: str, target: Path, *, clean: bool) -> float:
    """To 48 kHz mono WAV, refusing what is too long, too short or silent; its loudness in LUFS."""
    most_bytes = round((MOST_S + 1) * _RATE_HZ * 2)
    try:
        run_ffmpeg(
            ["-protocol_whitelist", "file", "-f", demuxer, "-t", str(MOST_S + 1), "-i", file.resolve(), "-map", "0:a:0",
             *(_CLEAN if clean else ()), "-ac", "1", "-ar", str(_RATE_HZ), "-c:a", "pcm_s16le", "-fs", str(most_bytes), target]
        )  # fmt: skip
    except TooLongError:
        raise
    except BadSoundError as error:
        raise BadSoundError(f"Tệp “{file.name}” bị hỏng, không mở được. Hãy thu hoặc xuất lại rồi gửi lại.") from error
    duration_s = soundfile.info(target).duration
    if duration_s > MOST_S:
        raise BadSoundError(f"Tệp “{file.name}” dài quá {MOST_S / 60:.0f} phút. Hãy cắt thành các phần ngắn hơn.")
    loudness_lufs = measure(target).integrated_lufs if duration_s >= LEAST_S else _SILENT_LUFS
    if not loudness_lufs > _SILENT_LUFS:
        raise _silent(file)
    return loudness_lufs


def _sounding(raw: Path, loudness_lufs: float) -> tuple[float, float]:
    """Where the first sound begins and the last ends, in seconds, with a little of the silence around them."""
    levels = np.concatenate(
        [
            np.square(np.resize(block, (len(block) // _WINDOW, _WINDOW)), dtype=np.float64).mean(axis=1)
            for block in soundfile.blocks(raw, _WINDOW * 1000, dtype="float32")
        ]
    )
    levels_dbfs = 10 * np.log10(levels + 1e-10)
    above_noise_dbfs = min(
        float(np.percentile(levels_dbfs, 10)) + _ABOVE_NOISE_DB, loudness_lufs - _BELOW_SPEECH_LU / 2
    )
    soft_dbfs = max(loudness_lufs - _BELOW_SPEECH_LU, above_noise_dbfs)
    sounding = np.flatnonzero(levels_dbfs > min(_QUIET_DBFS, soft_dbfs))
    if not len(sounding):
        return 0.0, 0.0
    window_s = _WINDOW / _RATE_HZ
    return max(0.0, sounding[0] * window_s - _KEPT_BEFORE_S), (sounding[-1] + 1) * window_s + _KEPT_AFTER_S


def _silent(file: Path) -> BadSoundError:
    return BadSoundError(f"Tệp “{file.name}” gần như không có tiếng. Hãy thu lại gần micrô hơn.")
