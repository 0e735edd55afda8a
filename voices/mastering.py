"""Sound fit for a horn: band-limited, compressed, equally loud, and never clipping after the codec.

High-pass 250 Hz and low-pass 7 kHz (what a horn can do), compressor, loudness −16 LUFS, limiter at 192 kHz. The codec
moves peaks, so the finished file is decoded and measured, and encoded again with less where it is over.
"""

import math
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from voices.errors import BadSoundError
from voices.ffmpeg import run_ffmpeg
from voices.files import publish, room_on_disk, sync

log = structlog.get_logger(__name__)
TARGET_LUFS = -16.0
MOST_DBTP = -3.0
_LIMIT_S = 3_600.0
"""An hour's programme on a busy machine."""
_TOLERANCE_LU = 0.6
_SHAPE = (
    "highpass=f=250:poles=2,lowpass=f=7000:poles=2,"
    "allpass=f=400:t=q:w=0.5,allpass=f=800:t=q:w=0.5,"  # turns the phases of a peaky voice: loud without clipping
    "acompressor=threshold=-20dB:ratio=4:attack=5:release=80,"
    f"loudnorm=I={TARGET_LUFS}:TP={MOST_DBTP}:LRA=5,aresample=48000"
)
_FIRST_CEILING_DB = -4.0
"""The limiter's first ceiling: Opus at 24 kbit/s then usually decodes to about −3.3 dBTP."""
_LOUDNESS_TRIES = 4
_TRIES = 7
"""The last ones only lower the ceiling: peaks are a promise, loudness within ±1 an aim for sounds of any kind."""
_BITEXACT = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")
"""The same sound gives the same bytes, hence the same sha256."""


@dataclass(frozen=True)
class Loudness:
    """As EBU R 128 measures it."""

    integrated_lufs: float
    true_peak_dbtp: float


def master_to_opus(source: Path, target: Path, check: Callable[[], None] = lambda: None) -> Loudness:
    """Master the sound file `source` into `target` (Opus 24 kbit/s, 48 kHz mono); its loudness after decoding.

    `check` is called again and again, and what it raises stops the work. Raises
    `BadSoundError` when there is only silence, `StorageError` on a full disk.
    """
    handle, shaped_name = tempfile.mkstemp(dir=target.parent, prefix=".tmp-", suffix=".wav")
    os.close(handle)
    shaped = Path(shaped_name)
    try:
        run_ffmpeg(
            ["-i", source, "-af", _SHAPE, "-ac", "1", "-c:a", "pcm_f32le", shaped], limit_s=_LIMIT_S, check=check
        )
        return _encode_to_measure(shaped, target, check)
    finally:
        shaped.unlink(missing_ok=True)


def measure(sound: Path, check: Callable[[], None] = lambda: None) -> Loudness:
    """Decode a file and measure it. Silence has an integrated loudness of −70 LUFS."""
    chain = "ebur128=peak=true:framelog=verbose"
    _, report = run_ffmpeg(["-i", sound, "-af", chain, "-f", "null", "-"], limit_s=_LIMIT_S, check=check)
    summary = report[report.rindex("Summary:") :]
    return Loudness(_number(r"I:\s+(\S+) LUFS", summary), _number(r"True peak:\s+Peak:\s+(\S+) dBFS", summary))


def opus_to_mp3(opus: Path, target: Path, *, bitrate: str = "64k") -> None:
    """For devices and people that cannot play Opus: MP3, mono. `target` appears whole, or not at all.

    Raises `BadSoundError` (`opus` is damaged), `StorageError`.
    """
    encoder = ["-ac", "1", "-ar", "44100", "-c:a", "libmp3lame", "-b:a", bitrate, "-threads", "1"]
    with room_on_disk():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".tmp-")
        os.close(handle)
        made = Path(name)
        try:
            run_ffmpeg(["-i", opus, "-vn", *encoder, *_BITEXACT, "-f", "mp3", made])
            sync(made)
            publish(made, target)
        finally:
            made.unlink(missing_ok=True)


def _encode_to_measure(shaped: Path, target: Path, check: Callable[[], None]) -> Loudness:
    gain_db = TARGET_LUFS - measure(shaped, check).integrated_lufs
    if not math.isfinite(gain_db) or gain_db > 40:
        raise BadSoundError(
            "Bản tin chỉ có im lặng nên không phát được. Hãy kiểm tra văn bản và các tệp âm thanh kèm theo."
        )
    ceiling_db = _FIRST_CEILING_DB
    for attempt in range(1, _TRIES + 1):
        _encode(shaped, target, gain_db, ceiling_db, check)
        result = measure(target, check)
        too_high_db = result.true_peak_dbtp - MOST_DBTP
        too_soft_db = TARGET_LUFS - result.integrated_lufs
        log.debug("Mastered", attempt=attempt, lufs=result.integrated_lufs, dbtp=result.true_peak_dbtp)
        if too_high_db <= 0 and (abs(too_soft_db) <= _TOLERANCE_LU or attempt >= _LOUDNESS_TRIES):
            break
        if too_high_db > 0:
            ceiling_db -= too_high_db + 0.2
        if abs(too_soft_db) > _TOLERANCE_LU and attempt < _LOUDNESS_TRIES:
            gain_db += too_soft_db * 1.2  # the limiter takes some of it back
    return result


def _encode(shaped: Path, target: Path, gain_db: float, ceiling_db: float, check: Callable[[], None]) -> None:
    ceiling = 10 ** (ceiling_db / 20)
    chain = (
        f"volume={gain_db:.2f}dB,aresample=192000,"
        f"alimiter=limit={ceiling:.4f}:attack=2:release=60:level=disabled,aresample=48000"
    )
    codec = ["-c:a", "libopus", "-b:a", "24k", "-application", "audio", "-ac", "1", "-ar", "48000"]
    run_ffmpeg(["-i", shaped, "-af", chain, *codec, *_BITEXACT, "-f", "ogg", target], limit_s=_LIMIT_S, check=check)


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if not found:
        raise BadSoundError("Không đo được độ to của âm thanh. Hãy dùng tệp khác.")
    return float(found[1])
