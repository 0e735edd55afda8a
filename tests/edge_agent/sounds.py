"""Real sound files, and a way to look at what came out."""

import hashlib
import io
import json
import wave
from pathlib import Path

import numpy as np
import soundfile

RATE = 48_000


def opus(seconds: float = 1.0, *, seed: int = 1, level: float = 0.3) -> bytes:
    """Noise bursts as Opus: a sound that is like no other and correlates with itself only."""
    noise = np.random.default_rng(seed).standard_normal(int(seconds * RATE)) * level
    out = io.BytesIO()
    soundfile.write(out, np.clip(noise, -1, 1), RATE, format="OGG", subtype="OPUS")
    return out.getvalue()


def decoded(data: bytes) -> np.ndarray:
    return soundfile.read(io.BytesIO(data), dtype="float32")[0]


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def heard(path: Path) -> tuple[np.ndarray, float]:
    """Samples of a WAV and the Unix time of the first, read without any code of ours."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
    return samples, float(json.loads(path.with_suffix(".json").read_text())["output_epoch"])


def begins(samples: np.ndarray, pattern: np.ndarray) -> list[int]:
    """Frames at which the pattern begins, though blocks of it may be missing (a busy machine's sound server).

    Each tenth of its first half second is looked for on its own: where one correlates above a half, the pattern
    began that much earlier. What agrees within 0.1 s is one beginning, told by the earliest piece that was found.
    """
    found: list[int] = []
    for tenth in range(5):
        piece = pattern[tenth * RATE // 10 : (tenth + 1) * RATE // 10].astype(np.float64)
        for frame in _peaks(samples, piece):
            at = frame - tenth * RATE // 10
            if not any(abs(at - known) <= RATE // 10 for known in found):
                found.append(at)
    return sorted(found)


def _peaks(samples: np.ndarray, piece: np.ndarray) -> list[int]:
    """Frames where the piece lies: peaks of the normalised correlation above a half, at least 0.1 s apart."""
    size = len(samples) + len(piece)
    spectrum = np.fft.rfft(samples, size) * np.conj(np.fft.rfft(piece, size))
    correlation = np.fft.irfft(spectrum, size)[: max(1, len(samples) - len(piece) + 1)]
    total = np.concatenate([[0.0], np.cumsum(samples**2)])
    power = total[len(piece) :] - total[: -len(piece)]
    score = correlation / np.sqrt(np.maximum(power[: len(correlation)], 1e-9) * np.sum(piece**2))
    found: list[int] = []
    for frame in np.flatnonzero(score > 0.5):
        if not found or frame - found[-1] > RATE // 10:
            found.append(int(frame))
        elif score[frame] > score[found[-1]]:
            found[-1] = int(frame)
    return found
