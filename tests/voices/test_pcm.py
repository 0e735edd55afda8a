"""A sound at another rate is the same sound, without what the lower rate cannot carry."""

import numpy as np
import pytest

from voices.pcm import resampled


def _tone(hz, rate_hz, seconds=0.7):
    fade = np.minimum(
        1, np.minimum(np.arange(round(seconds * rate_hz)), np.arange(round(seconds * rate_hz))[::-1]) / 999
    )
    return (0.5 * fade * np.sin(2 * np.pi * hz * np.arange(len(fade)) / rate_hz)).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_a_tone_keeps_its_pitch_length_and_level(rate_hz):
    out = resampled(_tone(1000, rate_hz), rate_hz, 16_000)
    assert len(out) == round(0.7 * 16_000)
    place = slice(2_500, -2_500)
    expected = np.sin(2 * np.pi * 1000 * np.arange(len(out)) / 16_000)
    assert np.abs(out[place] - 0.5 * expected[place]).max() < 1e-3


def test_what_the_lower_rate_cannot_carry_is_gone():
    assert np.abs(resampled(_tone(10_000, 24_000), 24_000, 16_000)).max() < 1e-2


def test_nothing_stays_nothing():
    assert not len(resampled(np.zeros(0, np.float32), 24_000, 16_000))
