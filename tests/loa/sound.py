"""Looking at WAVs without any code of ours: the judge of what was heard shares nothing with what it judges."""

import json
import wave
from pathlib import Path

import numpy as np


def samples(path: Path) -> tuple[np.ndarray, int, float]:
    """(samples in −1…1, rate, Unix time of the first sample) of a 16-bit WAV with its sidecar."""
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 2
        data = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, file.getnchannels())[:, 0]
        rate = file.getframerate()
    return data / 32768, rate, float(json.loads(path.with_suffix(".json").read_text())["output_epoch"])


def starts(path: Path, pattern: np.ndarray) -> list[float]:
    """Unix times at which `pattern` (at the WAV's rate) begins, however much a busy machine stretched it.

    A block that could not be written in time comes later, and all after it. So every quarter second of the pattern is looked for
    on its own, as the very same samples (a normalised correlation above 0.97); at least a third of them must agree on the
    beginning within 0.3 s.
    """
    sound, rate, epoch = samples(path)
    length = rate // 4
    pieces = [pattern[at : at + length] for at in range(0, len(pattern) - length + 1, length)]
    told = sorted(
        place - number * length
        for number, piece in enumerate(pieces)
        if np.sqrt(np.mean(piece**2)) > 0.005
        for place in _places(sound, piece)
    )
    groups: list[list[int]] = []
    for frame in told:
        if groups and frame - groups[-1][0] <= 0.3 * rate:
            groups[-1].append(frame)
        else:
            groups.append([frame])
    begun: list[int] = []
    for group in sorted((group for group in groups if len(group) >= len(pieces) / 3), key=len, reverse=True):
        if all(abs(group[0] - known) > len(pattern) for known in begun):  # a sound that is like itself a note later
            begun.append(group[0])
    return sorted(epoch + frame / rate for frame in begun)


def _places(sound: np.ndarray, piece: np.ndarray) -> list[int]:
    """Frames at which these very samples are."""
    if len(sound) < len(piece):
        return []
    size = 1 << (len(sound) + len(piece)).bit_length()
    correlation = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(piece, size)), size)[: len(sound)]
    energy = np.concatenate([[0.0], np.cumsum(sound**2)])
    window = np.minimum(np.arange(len(sound)) + len(piece), len(sound))
    score = correlation / (np.sqrt((energy[window] - energy[: len(sound)]) * np.sum(piece**2)) + 1e-6)
    found = []
    while (peak := int(np.argmax(score))) >= 0 and score[peak] > 0.97:
        found.append(peak)
        score[max(0, peak - len(piece)) : peak + len(piece)] = 0
    return found
