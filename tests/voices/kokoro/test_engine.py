import numpy as np
import pytest

from voices.engine import Clip, SpeechSettings
from voices.errors import NothingToSayError, VoiceNotInstalledError
from voices.kokoro import KokoroEngine, voices
from voices.kokoro.utterance import phrases

SENTENCE = "Kính thưa bà con, chiều nay có mưa to."
PLAIN = SpeechSettings()


def _level(samples):
    return float(np.sqrt(np.mean(samples**2)))


@pytest.fixture(scope="module")
def plain(female):
    return female.render(SENTENCE, PLAIN)


def test_a_sentence_becomes_sound(plain):
    assert isinstance(plain, Clip)
    assert plain.rate_hz == 24_000
    assert plain.samples.dtype == np.float32
    assert np.abs(plain.samples).max() < 1
    assert _level(plain.samples) > 0.01


def test_the_pace_is_that_of_an_announcer(plain):
    count = sum(len(phrase.syllables) for phrase in phrases(SENTENCE))
    assert 2.6 < count / (plain.duration_ms / 1000) < 4.2


def test_the_clip_starts_and_ends_without_a_gap(plain):
    edge = plain.rate_hz * 80 // 1000
    assert _level(plain.samples[:edge]) > 1e-3
    assert _level(plain.samples[-edge:]) > 1e-4
    assert abs(plain.samples[0]) < 1e-3
    assert abs(plain.samples[-1]) < 1e-3


def test_the_same_words_sound_the_same(female, plain):
    assert np.array_equal(female.render(SENTENCE, PLAIN).samples, plain.samples)


def test_speed_shortens(female, plain):
    fast = female.render(SENTENCE, SpeechSettings(speed=1.25))
    slow = female.render(SENTENCE, SpeechSettings(speed=0.8))
    assert fast.duration_ms < plain.duration_ms * 0.9
    assert slow.duration_ms > plain.duration_ms * 1.12


def test_the_comma_pause_is_as_long_as_asked(female):
    short = female.render(SENTENCE, SpeechSettings(comma_pause_ms=100))
    long = female.render(SENTENCE, SpeechSettings(comma_pause_ms=600))
    assert long.duration_ms - short.duration_ms == pytest.approx(500, abs=60)


def _median_hz(clip):
    """By autocorrelation over voiced 40 ms windows."""
    size = clip.rate_hz * 40 // 1000
    found = []
    for start in range(0, len(clip.samples) - size, size // 2):
        window = clip.samples[start : start + size]
        if _level(window) < 0.3 * np.abs(clip.samples).max() * 0.3:
            continue
        lags = np.correlate(window, window, "full")[size - 1 :]
        low, high = clip.rate_hz // 330, clip.rate_hz // 70
        lag = low + int(np.argmax(lags[low:high]))
        if lags[lag] > 0.6 * lags[0]:
            found.append(clip.rate_hz / lag)
    return float(np.median(found))


def test_pitch_moves_by_semitones(female):
    flat = "Ba ba ba ba ba ba."
    usual = _median_hz(female.render(flat, PLAIN))
    higher = _median_hz(female.render(flat, SpeechSettings(pitch_st=3)))
    assert 12 * np.log2(higher / usual) == pytest.approx(3, abs=0.7)


@pytest.mark.parametrize("text", ["", "   ", "…!?", "中国", "🎉🎉", "---", "\n\n"])
def test_nothing_to_say_is_said(female, text):
    with pytest.raises(NothingToSayError, match="âm tiết"):
        female.render(text, PLAIN)


def test_a_sentence_longer_than_the_model_takes_is_whole(female):
    long = " ".join(["nghiêng nghiêng"] * 60)
    clip = female.render(long, PLAIN)
    assert clip.duration_ms > 120 / 5 * 1000


def test_one_foreign_word_is_enough(female):
    assert female.render("Slưn", PLAIN).duration_ms > 200


def test_voices_differ_and_say_so(graphs, female):
    male = KokoroEngine("kokoro-vi-nam", folder=graphs)
    assert male.fingerprint != female.fingerprint
    assert _median_hz(male.render("Ba ba ba ba ba.", PLAIN)) < _median_hz(female.render("Ba ba ba ba ba.", PLAIN)) - 10
    assert KokoroEngine(folder=graphs).fingerprint == female.fingerprint


def test_an_unknown_voice_names_the_known_ones(graphs):
    with pytest.raises(VoiceNotInstalledError) as error:
        KokoroEngine("kokoro-vi-meo", folder=graphs)
    assert all(name in str(error.value) for name in voices())


def test_catalogue_data_is_complete():
    assert {"kokoro-vi-nu", "kokoro-vi-nam"} <= set(voices())
    assert {voice.sex for voice in voices().values()} == {"female", "male"}
    assert all("tổng hợp" in voice.name for voice in voices().values())
