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


def _planned_s(engine, settings):
    return sum(plan.frames.sum() for plan in engine.plans(SENTENCE, settings)) * 0.025


def test_speed_shortens(female):
    usual = _planned_s(female, PLAIN)
    assert _planned_s(female, SpeechSettings(speed=1.25)) < usual * 0.9
    assert _planned_s(female, SpeechSettings(speed=0.8)) > usual * 1.12


def test_the_comma_pause_is_as_long_as_asked(female):
    short = _planned_s(female, SpeechSettings(comma_pause_ms=100))
    long = _planned_s(female, SpeechSettings(comma_pause_ms=600))
    assert long - short == pytest.approx(0.5, abs=0.03)


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


def test_a_sentence_longer_than_the_model_takes_is_planned_in_runs(female):
    long = " ".join(["nghiêng nghiêng"] * 60)
    plans = list(female.plans(long, PLAIN))
    assert len(plans) > 1
    assert all(len(plan.prompt.tokens) <= 510 for plan in plans)
    assert sum(len(plan.utterance.places) for plan in plans) == 120


def test_runs_are_joined_by_a_pause(female, monkeypatch):
    usual = female.render("Mưa to, gió lớn.", PLAIN)
    monkeypatch.setattr("voices.kokoro.engine.MOST_SYMBOLS", 16)
    joined = female.render("Mưa to, gió lớn.", PLAIN)
    assert len(list(female.plans("Mưa to, gió lớn.", PLAIN))) == 2
    assert joined.duration_ms == pytest.approx(usual.duration_ms, abs=500)
    quiet = np.abs(joined.samples) < 1e-6
    assert quiet.sum() >= 0.15 * joined.rate_hz


@pytest.mark.parametrize(("name", "lowest_hz", "highest_hz"), [("kokoro-vi-nu", 69, 300), ("kokoro-vi-nam", 69, 260)])
def test_every_tone_and_rime_is_one_a_person_could_speak(graphs, name, lowest_hz, highest_hz):
    text = "Má bảo mạ lúa đã tốt, mà chưa thấy nước ngập, thế nhưng vẫn khuyên họ gặt ngay, kẻo muộn mất."
    (plan,) = KokoroEngine(name, folder=graphs).plans(text, PLAIN)
    edges = (np.concatenate([[0], np.cumsum(plan.frames)]) * 2).astype(int)
    for place in plan.utterance.places:
        rime = plan.f0_hz[edges[place.middle + 1] : edges[place.end if place.how.stopped else place.end + 1]]
        assert rime.min() >= lowest_hz
        assert rime.max() <= highest_hz
    lengths_ms = [end - start for start, end in plan.rimes_ms]
    assert min(lengths_ms) >= 90
    assert max(lengths_ms) <= 600


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
