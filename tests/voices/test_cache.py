"""Clips on disk: found again, bounded, and a damaged one is no clip."""

import os

import numpy as np
import pytest

from voices import Clip, SpeechSettings
from voices.cache import ClipCache, clip_key


def noise(seconds=0.2, seed=0):
    samples = np.random.default_rng(seed).uniform(-0.5, 0.5, round(24_000 * seconds))
    return Clip((np.round(samples * 32767) / 32768).astype(np.float32), 24_000)


def test_a_clip_comes_back_as_it_was(tmp_path):
    cache = ClipCache(tmp_path)
    clip = noise()
    cache.put("ab" * 32, clip)
    again = ClipCache(tmp_path).get("ab" * 32)
    assert again.rate_hz == 24_000
    np.testing.assert_allclose(again.samples, clip.samples, atol=1 / 32768)


def test_an_unknown_key_is_none(tmp_path):
    assert ClipCache(tmp_path).get("00" * 32) is None


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-10], lambda b: b[:200] + b"x" + b[201:], lambda _: b"", lambda _: b"RIFF"]
)
def test_a_damaged_file_is_no_clip_and_is_removed(tmp_path, damage):
    cache = ClipCache(tmp_path)
    cache.put("ab" * 32, noise())
    (path,) = tmp_path.glob("*/*.clip")
    path.write_bytes(damage(path.read_bytes()))
    assert cache.get("ab" * 32) is None
    assert not path.exists()


def test_the_least_recently_used_goes_first(tmp_path):
    cache = ClipCache(tmp_path, max_bytes=30_000)
    keys = [f"{n:02d}" * 32 for n in range(6)]
    for age, key in enumerate(keys[:3]):
        cache.put(key, noise(seed=age))
        os.utime(cache._path(key), (age, age))
    assert cache.get(keys[0])  # used: now the youngest
    cache.put(keys[3], noise(seed=9))
    assert keys[0] in cache
    assert keys[1] not in cache
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*.clip")) <= 30_000


def test_nothing_half_written_is_left_in_the_folder(tmp_path):
    ClipCache(tmp_path).put("ab" * 32, noise())
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".clip"]


def test_every_part_of_the_key_counts():
    base = ("engine-1", "nu", SpeechSettings(), "một câu")
    others = [
        ("engine-2", "nu", SpeechSettings(), "một câu"),
        ("engine-1", "nam", SpeechSettings(), "một câu"),
        ("engine-1", "nu", SpeechSettings(pitch_st=1), "một câu"),
        ("engine-1", "nu", SpeechSettings(comma_pause_ms=200), "một câu"),
        ("engine-1", "nu", SpeechSettings(), "một câu."),
    ]
    keys = {clip_key(*parts) for parts in [base, *others]}
    assert len(keys) == len(others) + 1
    assert clip_key(*base) in keys


def test_what_cannot_be_read_is_no_clip_and_keeps_nobody(tmp_path):
    cache = ClipCache(tmp_path)
    cache.put("ab" * 32, noise())
    path = cache._path("ab" * 32)
    path.unlink()
    path.mkdir()  # reading it is an error, for whoever reads
    assert cache.get("ab" * 32) is None


def test_what_a_killed_writer_left_goes_when_it_is_old(tmp_path):
    ClipCache(tmp_path).put("ab" * 32, noise())
    old, young = tmp_path / "ab" / ".tmp-old", tmp_path / "ab" / ".tmp-young"
    for left in (old, young):
        left.write_bytes(b"half")
    os.utime(old, (0, 0))
    ClipCache(tmp_path)
    assert (old.exists(), young.exists()) == (False, True)
    assert ClipCache(tmp_path).get("ab" * 32)
