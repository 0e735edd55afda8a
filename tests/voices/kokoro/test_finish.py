"""What is done to the samples: creak only where it was asked for, and no click from it."""

import numpy as np
import pytest

from voices.kokoro.finish import creaking, projected
from voices.kokoro.model import RATE_HZ
from voices.kokoro.rules import Creak, load_rules

CREAK = Creak(start=0.5, beat_hz=40, depth_db=20, end_db=-12)


@pytest.fixture
def tone():
    return (0.5 * np.sin(2 * np.pi * 150 * np.arange(RATE_HZ) / RATE_HZ)).astype(np.float32)


def _level_db(samples):
    return 20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-9)


def test_the_voice_breaks_in_the_second_half_of_the_rime_and_fades(tone):
    plain = tone.copy()
    creaking(tone, 4_800, 9_600, CREAK)
    assert np.array_equal(tone[:4_800], plain[:4_800])
    assert np.array_equal(tone[9_600:], plain[9_600:])
    assert np.abs(tone[4_800:7_100] - plain[4_800:7_100]).max() < 0.01
    assert _level_db(tone[7_300:9_500]) < _level_db(plain[7_300:9_500]) - 6
    windows = tone[7_200:9_600].reshape(-1, 120)
    levels = [_level_db(window) for window in windows]
    assert max(levels) - min(levels) > 12
    assert np.abs(np.diff(tone)).max() < 2.5 * np.abs(np.diff(plain)).max()


def test_what_tells_sounds_apart_is_raised_and_the_level_kept():
    seconds = np.arange(RATE_HZ) / RATE_HZ
    deep, low, high = (0.2 * np.sin(2 * np.pi * hz * seconds) for hz in (90, 500, 3000))
    before = (deep + low + high).astype(np.float32)
    after = projected(before)
    assert _level_db(after) == pytest.approx(_level_db(before), abs=0.01)

    def part(sound, hz):
        return float(np.abs(np.fft.rfft(sound))[hz])  # a second of sound has one bin a hertz

    assert part(after, 3000) > 1.8 * part(after, 500)
    assert part(after, 90) < 0.4 * part(after, 500)


def test_projected_silence_stays_silent():
    assert not projected(np.zeros(4_800, np.float32)).any()


def test_a_rime_cut_off_by_the_end_of_the_sound_is_left_whole(tone):
    plain = tone.copy()
    creaking(tone, RATE_HZ - 40, RATE_HZ + 400, CREAK)
    assert np.array_equal(tone, plain)


def test_only_nang_creaks_in_the_north():
    assert set(load_rules("northern").creak) == {"nang"}
