"""Long sentences are divided where a reader would breathe, and no word is lost."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from voices.phrases import COMFORTABLE_CHARS, MOST_CHARS, phrases


def test_a_short_sentence_stays_whole():
    assert phrases("Kính thưa toàn thể bà con, nhân dân trong xã.") == ["Kính thưa toàn thể bà con, nhân dân trong xã."]


def test_a_long_one_is_divided_at_its_commas():
    text = "Đề nghị các hộ dân khơi thông cống rãnh, phát quang bụi rậm quanh nhà, " * 3
    pieces = phrases(text)
    assert all(piece.endswith(",") for piece in pieces)
    assert max(map(len, pieces)) <= COMFORTABLE_CHARS


def test_without_punctuation_it_is_divided_only_when_it_must():
    assert len(phrases("bà con " * 25)) == 1
    assert len(phrases("bà con " * 40)) == 2
    assert max(map(len, phrases("bà con " * 40))) <= MOST_CHARS


def test_two_spellings_of_a_text_are_one():
    text = "Thông báo lịch cắt điện"
    assert phrases(unicodedata.normalize("NFD", text)) == phrases("  Thông  báo\nlịch cắt điện ") == [text]


def test_nothing_gives_nothing():
    assert phrases(" \n ") == []


@given(st.text(alphabet="abc ,.;\n", max_size=2000))
def test_no_letter_is_lost_and_no_phrase_is_too_long(text):
    pieces = phrases(text)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < len(piece) <= MOST_CHARS for piece in pieces)
