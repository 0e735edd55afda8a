import pytest

from voices.kokoro.foreign import readings
from voices.kokoro.syllable import spell


def _read(word):
    return " ".join(spell(syllable) for syllable in readings(word))


@pytest.mark.parametrize(
    ("word", "reading"),
    [
        ("Slưn", "xưn"),
        ("Pắc", "pắc"),
        ("Zalo", "da lô"),
        ("WIFI", "oai phai"),
        ("Facebook", "phây búc"),
        ("Hmông", "mông"),
        ("H'Mông", "mông"),
        ("Đắk", "đắc"),
        ("Lắk", "lắc"),
        ("Krông", "cờ rông"),
        ("Phja", "phia"),
        ("Djamrăng", "dam răng"),
        ("Xtiêng", "xờ tiêng"),
        ("Pleiku", "pờ lây cu"),
        ("Jrai", "giờ rai"),
        ("Twitter", "tờ vi te"),
        ("B", "bê"),
        ("TNHH", "tê nờ hát hát"),
        ("UBND", "u bê nờ dê"),
        ("7", "bảy"),
        ("中国", ""),
        ("🎉", ""),
    ],
)
def test_words_that_are_no_syllables_are_read_all_the_same(word, reading):
    assert _read(word) == reading


def test_a_syllable_is_read_as_itself():
    assert _read("Khuổi") == "khuổi"


@pytest.mark.parametrize("letter", "abcdđefghijklmnopqrstuvwxyzăâêôơư")
def test_every_letter_has_a_name(letter):
    assert readings(letter)


@pytest.mark.parametrize(
    "word", ["strengths", "bcdfg", "schwarz", "Łódź", "naïve", "rhythm", "aaaaaaaa", "xyzzy", "qqq", "ẞ", "Đđđ"]
)
def test_nothing_with_a_letter_is_silent(word):
    assert readings(word)


def test_a_closed_syllable_without_a_mark_takes_the_rising_tone():
    assert _read("Tibet") == "ti bét"
