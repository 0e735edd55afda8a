"""Words wrong, counted as in the laboratory."""

from hypothesis import given
from hypothesis import strategies as st

from voices.scoring import compare, distance, fold


def test_fold_keeps_letters_and_tones_only():
    assert fold("  Kính thưa: BÀ-CON, nhân dân!  ") == "kính thưa bà con nhân dân"
    assert fold("ho\u0301a") == fold("hóa")


def test_missing_invented_and_misheard_words_are_named():
    said = ["ủy", "ban", "nhân", "dân", "xã", "thông", "báo", "lịch", "cắt", "điện"]
    heard = ["ủy", "ban", "nhân", "xá", "thông", "báo", "lịch", "cắt", "điện", "ngày", "mai"]
    found = compare(said, heard)
    assert found.missing == ("dân",)
    assert found.invented == ("ngày", "mai")
    assert found.misheard == (("xã", "xá"),)


def test_silence_misses_everything():
    assert compare(["một", "hai"], []).missing == ("một", "hai")


words = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12)


@given(words, words)
def test_the_words_named_are_as_many_as_the_distance(said, heard):
    assert compare(said, heard).errors == distance(said, heard)


@given(words, words)
def test_distance_is_symmetric_and_zero_only_for_equals(said, heard):
    assert distance(said, heard) == distance(heard, said)
    assert (distance(said, heard) == 0) == (said == heard)
