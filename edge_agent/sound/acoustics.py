"""The acoustic self-test: a short chirp, recorded while it sounds, judged by correlation. Pure.

The matched filter finds the chirp far below the noise of a street; what is left of the recording after the best match says how
distorted the horn is. Levels are relative to full scale of the recording, so "weak" means: weaker than this box was when set up.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.sound.decoding import RATE_HZ, Samples
from protocol.messages import Finding

CHIRP_S = 1.2
THIN = 4
THIN_HZ = RATE_HZ // THIN
LATE_S = 3.0
"""How much later than asked a recording may begin: programs and sound cards take their time."""
HEARD = 8.0
"""What is recognised for sure: what has nothing in common with the job stays below 6; the job itself in a loud street is above 13,
with clocks 100 ppm apart above 8.6. In doubt it was not heard: that only leaves the weaker evidence."""
LOW_HZ, HIGH_HZ = 400.0, 3_500.0
"""Where every horn speaks and every small microphone hears."""
FOUND = 8.0
"""Peak of the correlation over its typical height; noise alone reaches about 5."""
ALIKE = 0.06
"""The least correlation coefficient: what else is loud and regular in the village is not the chirp."""
WEAK_DB = -45.0
"""Level of the chirp in the recording below which the horn is called weak, unless the box knows its own."""
DISTORTED = 0.2
"""Share of the chirp's energy at frequencies which it is not playing at that moment; echoes alone make about 0.1."""


@dataclass(frozen=True)
class Judgement:
    """The finding and what it rests on."""

    finding: Finding
    score: float
    """Peak over typical correlation."""
    level_db: float | None = None
    """Of the chirp in the recording, dB of full scale."""
    delay_ms: float | None = None
    """From the recording's beginning to the chirp."""
    distortion: float | None = None
    """0 is clean, 1 is nothing but distortion."""


def chirp() -> Samples:
    """A rising tone with soft ends, at −6 dB of full scale."""
    at = np.arange(int(CHIRP_S * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * (LOW_HZ * at + (HIGH_HZ - LOW_HZ) / (2 * CHIRP_S) * at**2)
    ends = np.minimum(1.0, np.minimum(at, CHIRP_S - at) / 0.05)
    return np.asarray(0.5 * np.sin(phase) * ends, np.float32)


def judge(recording: Samples, *, weak_db: float = WEAK_DB) -> Judgement:
    """What the horn did, from a recording (mono at RATE_HZ) made while `chirp` was played."""
    pattern = chirp().astype(np.float64)
    if len(recording) < len(pattern):
        return Judgement(Finding.SILENT, 0.0)
    heard = recording.astype(np.float64) - float(np.mean(recording))
    envelope = _envelope(heard, pattern)
    peak = int(np.argmax(envelope))
    score = float(envelope[peak] / (np.median(envelope) + 1e-12))
    around = heard[peak : peak + len(pattern)]
    alike = float(envelope[peak] / (np.linalg.norm(around) * np.linalg.norm(pattern) + 1e-12))
    if score < FOUND or alike < ALIKE:
        return Judgement(Finding.SILENT, round(score, 1))
    delay_ms = round(peak * 1000 / RATE_HZ, 1)
    amplitude = envelope[peak] / float(np.sum(pattern**2))
    level_db = round(20 * float(np.log10(amplitude * float(np.max(np.abs(pattern))) + 1e-12)), 1)
    distortion = round(_distortion(around, _before(heard, peak, len(pattern))), 3)
    finding = Finding.GOOD
    if distortion > DISTORTED:
        finding = Finding.DISTORTED
    elif level_db < weak_db:
        finding = Finding.WEAK
    return Judgement(finding, round(score, 1), level_db, delay_ms, distortion)


def recognised(recording: Samples, expected: Samples) -> float:
    """How surely `recording` holds what `expected` holds, up to LATE_S later in it: HEARD and more is yes.

    Both are whitened (generalised cross-correlation with phase transform), so that neither the horn's colour nor a loud hum
    counts, only that the same things happen in the same order: then the correlation has a peak of less than a millisecond. How high
    it stands over the fifty milliseconds before and after it.
    """
    heard, meant = _thinned(recording), _thinned(expected)
    if len(heard) < THIN_HZ or len(meant) < THIN_HZ:
        return 0.0
    size = 1 << (len(heard) + len(meant)).bit_length()
    frequency = np.fft.fftfreq(size, 1 / THIN_HZ)
    band = (frequency > LOW_HZ) & (frequency < HIGH_HZ)  # positive only: the analytic signal
    cross = _whitened(meant, size, band) * np.conj(_whitened(heard, size, band))
    envelope = np.abs(np.fft.ifft(cross))
    peak = int(np.argmax(envelope[: int(LATE_S * THIN_HZ)]))
    around = np.roll(envelope, THIN_HZ // 20 - peak)[: THIN_HZ // 10]
    around[THIN_HZ // 20 - THIN_HZ // 250 : THIN_HZ // 20 + THIN_HZ // 250] = 0.0
    return round(float(envelope[peak] / (np.sqrt(np.mean(around**2)) + 1e-12)), 1)


def _whitened(samples: NDArray[np.float64], size: int, band: NDArray[np.bool_]) -> NDArray[np.complex128]:
    """The spectrum in the band, all of it about equally loud; what is far below its mean stays so: the skirts of a lone hum."""
    spectrum = np.fft.fft(samples * np.hanning(len(samples)) ** 0.25, size) * band
    level = np.abs(spectrum)
    found: NDArray[np.complex128] = spectrum / (level + float(np.mean(level[band])) + 1e-12)
    return found


def _thinned(samples: Samples) -> NDArray[np.float64]:
    """At a quarter of the rate: what a horn and a small microphone carry is below 4 kHz."""
    whole = samples[: len(samples) // THIN * THIN].astype(np.float64)
    found: NDArray[np.float64] = whole.reshape(-1, THIN).mean(axis=1)
    return found - (found.mean() if len(found) else 0.0)


def _envelope(heard: NDArray[np.float64], pattern: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height of the matched filter's output at every delay, whatever the phase of what came back."""
    size = 1 << (len(heard) + len(pattern)).bit_length()
    spectrum = np.fft.fft(heard, size) * np.conj(np.fft.fft(pattern, size))
    spectrum[size // 2 :] = 0.0  # only positive frequencies: the analytic signal
    found: NDArray[np.float64] = 2 * np.abs(np.fft.ifft(spectrum))
    return found[: len(heard) - len(pattern) + 1]


def _before(heard: NDArray[np.float64], peak: int, length: int) -> NDArray[np.float64]:
    """The noise of the place, from just before the chirp; empty if the recording begins with it."""
    return heard[max(0, peak - length) : max(0, peak - RATE_HZ // 20)]


def _distortion(sounding: NDArray[np.float64], noise: NDArray[np.float64]) -> float:
    """Share of the chirp's energy that is away from the frequency it has at each moment, the place's noise taken off."""
    width = 2048
    window = np.hanning(width)
    frequency = np.fft.rfftfreq(width, 1 / RATE_HZ)
    heard = (frequency > 150) & (frequency < 12_000)
    floor = _mean_power(noise, width, window)
    inside = outside = 0.0
    for begin in range(width, len(sounding) - 2 * width, width):
        power = np.maximum(np.abs(np.fft.rfft(sounding[begin : begin + width] * window)) ** 2 - floor, 0.0)
        middle_s = (begin + width / 2) / RATE_HZ
        tone_hz = LOW_HZ + (HIGH_HZ - LOW_HZ) * middle_s / CHIRP_S
        near = np.abs(frequency - tone_hz) < 160
        inside += float(np.sum(power[heard & near]))
        outside += float(np.sum(power[heard & ~near]))
    return outside / (inside + outside + 1e-12)


def _mean_power(noise: NDArray[np.float64], width: int, window: NDArray[np.float64]) -> NDArray[np.float64]:
    """Twice the noise's mean power spectrum: its single frames scatter that much."""
    frames = [noise[begin : begin + width] * window for begin in range(0, len(noise) - width, width)]
    if not frames:
        return np.zeros(width // 2 + 1)
    power: NDArray[np.float64] = 2.5 * np.mean([np.abs(np.fft.rfft(frame)) ** 2 for frame in frames], axis=0)
    return power
