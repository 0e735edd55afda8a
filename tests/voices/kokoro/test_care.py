"""A word that was taken for another is said another way; nothing else is."""

import numpy as np
import pytest

from voices.engine import Care, SpeechSettings
from voices.kokoro.care import carefully, said_by, ways
from voices.kokoro.realisation import realise
from voices.kokoro.rules import HIGHEST_ST, LOWEST_ST, load_rules
from voices.kokoro.syllable import parse
from voices.kokoro.voice import voices

RULES = load_rules("northern")
TEXT = "Kính thưa bà con, chiều nay mưa to."


def test_only_the_part_that_was_mistaken_gets_other_values():
    tables = {table for way in ways(parse("đạo"), parse("tạo"), RULES) for table in way.entries}
    assert tables == {"onset"}
    tables = {table for way in ways(parse("đạo"), parse("đào"), RULES) for table in way.entries}
    assert tables == {"contour"}
    tables = {table for way in ways(parse("ông"), parse("ung"), RULES) for table in way.entries}
    assert tables == {"rime"}


def test_a_word_that_was_not_heard_at_all_is_first_said_more_plainly():
    plain = realise(parse("xã"), RULES)
    careful = carefully(parse("xã"), None, 1, RULES)
    assert (careful.onset, careful.rime) == (plain.onset, plain.rime)
    assert careful.rime_factor > plain.rime_factor
    assert careful.gap_least > plain.gap_least


def test_after_the_last_way_comes_the_first():
    count = len(ways(parse("nợ"), parse("nờ"), RULES))
    assert carefully(parse("nợ"), parse("nờ"), count + 1, RULES) == carefully(parse("nợ"), parse("nờ"), 1, RULES)


@pytest.mark.parametrize("accent", sorted({voice.accent for voice in voices().values()}))
def test_every_way_of_every_entry_can_be_spoken(accent):
    rules = load_rules(accent)
    words = "đồng chợ trưởng nghĩa người học sách mặt quyền thuế giờ lũ ít rừng"
    for word in words.split():
        known = ways(parse(word), None, rules)
        assert len({said_by(parse(word), way, rules) for way in known}) == len(known)
        for way in known:
            how = said_by(parse(word), way, rules)
            assert how.rime
            assert all(LOWEST_ST <= semitones <= HIGHEST_ST for _, semitones in how.contour)


def test_care_changes_its_word_and_leaves_the_others(female):
    (plain,) = female.plans(TEXT, SpeechSettings())
    (careful,) = female.plans(TEXT, SpeechSettings(care=(Care(word=5, heard="này", way=1),)))
    assert careful.utterance.symbols == plain.utterance.symbols

    def rimes_ms(plan):
        return np.array([end - start for start, end in plan.rimes_ms])

    longer = rimes_ms(careful) - rimes_ms(plain)
    assert longer[5] >= 25
    assert abs(np.delete(longer, 5)).max() <= 25  # a frame, by rounding


def test_care_counts_words_as_the_ear_does(female):
    """A word of two syllables (Zalo) is one word."""
    (plain,) = female.plans("Nhóm Zalo của thôn", SpeechSettings())
    (careful,) = female.plans("Nhóm Zalo của thôn", SpeechSettings(care=(Care(word=2, heard="", way=1),)))
    pairs = zip(plain.utterance.places, careful.utterance.places, strict=True)
    assert [a.how != b.how for a, b in pairs] == [False, False, False, True, False]


def test_settings_are_divided_with_the_words_of_a_long_sentence():
    whole = SpeechSettings(speed=0.9, care=(Care(1, "x", 1), Care(4, "y", 2)))
    assert whole.for_words(0, 3).care == (Care(1, "x", 1),)
    assert whole.for_words(3, 3).care == (Care(1, "y", 2),)
    assert whole.for_words(6, 3) == SpeechSettings(speed=0.9)
