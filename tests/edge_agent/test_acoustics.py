"""The self-test's ear, on simulated horns."""

import numpy as np
import pytest

from edge_agent.sound.acoustics import chirp, judge
from edge_agent.sound.decoding import RATE_HZ
from protocol.messages import Finding


def place(
    sound: np.ndarray, *, noise_db: float = -60, seed: int = 1, echo: bool = True, at_s: float = 1.7
) -> np.ndarray:
    """A recording of five seconds: the sound with an echo of the village, and the noise of the place."""
    recording = np.random.default_rng(seed).standard_normal(5 * RATE_HZ) * 10 ** (noise_db / 20)
    for delay_s, factor in ((0.0, 1.0), (0.09, 0.25 if echo else 0.0), (0.21, 0.12 if echo else 0.0)):
        begin = int((at_s + delay_s) * RATE_HZ)
        recording[begin : begin + len(sound)] += sound * factor
    return recording.astype(np.float32)


def horn(sound: np.ndarray) -> np.ndarray:
    """A horn passes 350–6000 Hz, not evenly."""
    spectrum = np.fft.rfft(sound)
    frequency = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    shape = 1 / (1 + (350 / np.maximum(frequency, 1)) ** 4) / (1 + (frequency / 6000) ** 4)
    return np.fft.irfft(spectrum * shape, len(sound))


@pytest.mark.parametrize("seed", range(5))
def test_a_good_horn_is_good_and_its_delay_is_found(seed):
    found = judge(place(horn(chirp()) * 0.4, seed=seed))
    assert found.finding is Finding.GOOD
    assert found.delay_ms == pytest.approx(1700, abs=3)
    assert found.level_db == pytest.approx(-14, abs=3)


def test_a_good_horn_in_a_noisy_street_is_good():
    assert judge(place(horn(chirp()) * 0.2, noise_db=-25)).finding is Finding.GOOD


@pytest.mark.parametrize("noise_db", [-90, -60, -30, -10])
@pytest.mark.parametrize("seed", range(5))
def test_a_silent_horn_is_silent_in_every_noise(noise_db, seed):
    assert judge(place(np.zeros(10), noise_db=noise_db, seed=seed)).finding is Finding.SILENT


@pytest.mark.parametrize("seed", range(5))
def test_a_weak_horn_is_weak(seed):
    found = judge(place(horn(chirp()) * 0.004, seed=seed))
    assert found.finding is Finding.WEAK


@pytest.mark.parametrize("seed", range(5))
def test_a_rattling_horn_is_distorted(seed):
    clean = horn(chirp())
    clipped = np.clip(clean * 20, -0.2, 0.2)  # a membrane that hits its end
    torn = clean * (1 + np.sign(np.random.default_rng(seed).standard_normal(len(clean))) * 0.9)
    assert judge(place(torn * 0.4, seed=seed)).finding is Finding.DISTORTED
    assert judge(place(np.abs(clipped), seed=seed)).finding in {Finding.DISTORTED, Finding.SILENT}


def test_other_sounds_are_not_the_chirp():
    tone = np.sin(np.arange(RATE_HZ) * 2 * np.pi * 1000 / RATE_HZ) * 0.3
    assert judge(place(tone)).finding is Finding.SILENT


@pytest.mark.parametrize(
    "recording", [np.zeros(0, np.float32), np.zeros(1000, np.float32), np.zeros(200_000, np.float32)]
)
def test_an_empty_recording_is_silence(recording):
    assert judge(recording).finding is Finding.SILENT
