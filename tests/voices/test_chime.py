"""The station's own sound: three notes that a horn can carry, rising to open and falling to close."""

import numpy as np
import pytest

from voices.chime import closing_chime, opening_chime

NOTES_HZ = [523.25, 659.26, 783.99]


def strongest_hz(clip, start_s):
    part = clip.samples[round(start_s * clip.rate_hz) :][: round(0.35 * clip.rate_hz)]
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16))
    return np.fft.rfftfreq(1 << 16, 1 / clip.rate_hz)[np.argmax(power)]


@pytest.mark.parametrize(("clip", "notes_hz"), [(opening_chime(), NOTES_HZ), (closing_chime(), NOTES_HZ[::-1])])
def test_three_notes_in_order(clip, notes_hz):
    heard = [strongest_hz(clip, start_s) for start_s in (0.03, 0.45, 0.87)]
    assert heard == pytest.approx(notes_hz, rel=0.02)


def test_it_is_short_and_neither_clicks_nor_clips():
    clip = opening_chime()
    assert 2_000 < clip.duration_ms < 3_000
    assert np.abs(clip.samples).max() <= 0.5
    assert abs(clip.samples[0]) < 0.001
    assert abs(clip.samples[-1]) < 0.001
