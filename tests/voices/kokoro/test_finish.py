"""What is done to the samples: creak only where it was asked for, and no click from it."""

import numpy as np
import pytest

from voices.kokoro.finish import creaking, murmuring, projected
from voices.kokoro.model import RATE_HZ
from voices.kokoro.rules import Creak, Murmur, load_rules

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


MURMUR = Murmur(below_db=10, length_ms=80)
CLOSURE, BURST, END = 4_800, 7_200, 12_000


def test_a_silent_closure_gets_the_voice_of_a_closed_mouth_that_swells_to_the_burst(tone):
    tone[CLOSURE:BURST] = 0
    plain = tone.copy()
    murmuring(tone, CLOSURE, BURST, END, 150, MURMUR)
    added = tone - plain
    assert not added[: BURST - 80 * 24 - 240].any()
    assert not added[BURST:].any()
    early, late = added[BURST - 1_200 : BURST - 720], added[BURST - 600 : BURST - 120]
    assert _level_db(late) == pytest.approx(_level_db(plain[BURST:END]) - 10, abs=2)
    assert _level_db(early) < _level_db(late) - 1
    strength = np.abs(np.fft.rfft(added[BURST - 1_920 : BURST]))
    hz = np.fft.rfftfreq(1_920, 1 / RATE_HZ)
    assert strength[hz > 800].max() < 0.02 * strength.max()


def test_a_closure_that_has_its_voice_keeps_it(tone):
    tone[CLOSURE:BURST] *= 0.3  # ten decibels below what follows
    plain = tone.copy()
    murmuring(tone, CLOSURE, BURST, END, 150, MURMUR)
    assert _level_db(tone - plain) < _level_db(plain) - 20


@pytest.mark.parametrize(
    ("onset", "rime", "end"), [(0, 0, 0), (0, 100, 200), (23_900, 24_000, 24_100), (0, 24_000, 24_000)]
)
def test_where_there_is_no_closure_or_no_rime_nothing_happens(tone, onset, rime, end):
    plain = tone.copy()
    murmuring(tone, onset, rime, end, 150, MURMUR)
    assert np.array_equal(tone, plain)


def test_only_the_implosive_murmurs():
    assert set(load_rules("northern").murmur) == {"đ"}


def test_only_nang_creaks_in_the_north():
    assert set(load_rules("northern").creak) == {"nang"}
