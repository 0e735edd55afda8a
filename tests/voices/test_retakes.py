"""Only what was missed is said another way; what was understood once stays; the work is bounded and starts with the worst."""

import uuid

import pytest

from voices import SpeechSettings, SpokenSentence
from voices.engine import Care
from voices.retakes import MOST_TAKES, better_takes, hear_sentence

CARE_MS, MS_PER_CHAR = 6, 40
"""Of the fake engine."""
PLAIN = SpeechSettings()
PLAIN_TEXT = SpokenSentence(text="một hai ba bốn")


class LengthEar:
    """Hears `heard[extra]`, where `extra` is the care that lengthened the clip; `otherwise` at any other length."""

    def __init__(self, heard, otherwise="", text=PLAIN_TEXT.text):
        self.asked = 0
        self._heard, self._otherwise, self._text = heard, otherwise, text

    def hear(self, samples):
        self.asked += 1
        extra = (len(samples) / 16 - len(self._text) * MS_PER_CHAR) / CARE_MS
        return self._heard.get(round(extra), self._otherwise) if abs(extra - round(extra)) < 0.3 else self._otherwise


@pytest.fixture
def careful_voice():
    """The fake engine under a name of the family that can say single words another way."""
    return f"kokoro-vi-thu-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def retake(module_studio):
    def retake(voice, ear, sentences=(PLAIN_TEXT,), **options):
        clips = [clip for _, clip in module_studio.render(sentences, voice=voice, settings=PLAIN)]
        first = {i: hear_sentence(clip, sentences[i], ear, i) for i, clip in enumerate(clips)}
        return better_takes(sentences, first, studio=module_studio, voice=voice, settings=PLAIN, ear=ear, **options)

    return retake


def test_what_was_understood_is_not_said_again(retake, careful_voice):
    ear = LengthEar({0: PLAIN_TEXT.text})
    assert retake(careful_voice, ear) == {}
    assert ear.asked == 1


def test_a_missed_word_is_said_in_one_way_after_the_other(retake, careful_voice):
    ear = LengthEar({0: "một hay ba bốn", 2: "một hay ba bốn", 4: "một hai ba bốn"})
    better = retake(careful_voice, ear)
    assert better[0].settings.care == (Care(word=1, heard="hay", way=2),)
    assert better[0].heard.wer == 0
    assert ear.asked == 3


def test_ways_in_which_words_were_understood_are_put_together(retake, careful_voice):
    """The first try mends one word and breaks another; the second keeps the mended one and leaves the broken one alone."""
    ear = LengthEar({0: "mốt hai ba bồn", 1 + 4: "một hài ba bồn", 1 + 8: "một hai ba bốn"})
    better = retake(careful_voice, ear)
    assert better[0].settings.care == (Care(0, "mốt", 1), Care(3, "bồn", 2))
    assert better[0].heard.wer == 0


def test_a_word_that_is_never_understood_is_given_up(retake, careful_voice):
    ear = LengthEar({}, otherwise="một hai ba")
    assert retake(careful_voice, ear) == {}
    assert ear.asked == 1 + MOST_TAKES


def test_a_voice_that_cannot_vary_words_says_the_sentence_otherwise(retake, voice):
    class Ear:
        def hear(self, samples):
            return PLAIN_TEXT.text if len(samples) / 16 > len(PLAIN_TEXT.text) * MS_PER_CHAR * 1.05 else "một"

    assert retake(voice, Ear())[0].settings == SpeechSettings(speed=0.93)


def test_the_work_is_bounded_and_the_worst_sentence_comes_first(retake, voice, engine_log):
    sentences = [SpokenSentence(text=f"câu số {name} " + "a" * 90) for name in ("ba", "bốn", "sáu")]

    class Ear:
        def hear(self, samples):
            said = min(sentences, key=lambda s: abs(len(s.text) * MS_PER_CHAR - len(samples) / 16)).text
            return {"ba": said[:-10], "bốn": said[:-40], "sáu": ""}[said.split()[2]]

    assert retake(voice, Ear(), sentences, share=0.0) == {}
    assert engine_log.rendered() == [sentence.text for sentence in sentences]
    retake(voice, Ear(), sentences, share=0.5)
    assert engine_log.rendered()[3:] == [sentences[2].text, sentences[1].text]


def test_time_buys_takes_beyond_the_share_and_no_more_than_it_lasts(retake, careful_voice):
    never, asked = LengthEar({}, otherwise="một hai ba"), []

    def in_time():
        asked.append(never.asked)
        return len(asked) < 3

    assert retake(careful_voice, never, share=0.0, most_share=10.0, in_time=in_time) == {}
    assert asked == [1, 2, 3]
    assert never.asked == 3


def test_what_is_said_again_for_want_of_nothing_but_time_has_its_bound_too(retake, careful_voice):
    never = LengthEar({}, otherwise="một hai ba")
    assert retake(careful_voice, never, share=0.0, most_share=2.0, in_time=lambda: True) == {}
    assert never.asked == 1 + 2


def test_without_time_the_share_is_said_again_all_the_same(retake, careful_voice):
    never = LengthEar({}, otherwise="một hai ba")
    assert retake(careful_voice, never, most_share=10.0, in_time=lambda: False) == {}
    assert never.asked == 1 + MOST_TAKES
