import importlib.util
import sys
import unicodedata
from pathlib import Path

import pytest

from voices.kokoro.syllable import Syllable, Tone, parse, spell

_SPEC = importlib.util.spec_from_file_location("syllabary", Path(__file__).with_name("syllabary.py"))
_syllabary = importlib.util.module_from_spec(_SPEC)
sys.modules["syllabary"] = _syllabary
_SPEC.loader.exec_module(_syllabary)
ENTRIES = list(_syllabary.syllabary())


def _expected(entry):
    return Syllable(entry.onset, entry.glide, entry.nucleus, entry.coda, Tone(entry.tone))


def test_the_whole_syllabary_is_covered():
    # about 6,600 are in dictionaries; spelling allows all of these
    assert len({entry.usual for entry in ENTRIES}) > 15_000


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("case", [str.lower, str.upper, str.capitalize])
def test_every_syllable_is_parsed_in_both_spellings(form, case):
    wrong = [
        (written, parse(written))
        for entry in ENTRIES
        for written in (entry.usual, entry.newer)
        if parse(unicodedata.normalize(form, case(written))) != _expected(entry)
    ]
    assert wrong == []


def test_every_syllable_is_spelled_back():
    assert [(e.usual, spell(_expected(e))) for e in ENTRIES if spell(_expected(e)) != e.usual] == []
    assert [
        (e.newer, spell(_expected(e), modern=True)) for e in ENTRIES if spell(_expected(e), modern=True) != e.newer
    ] == []


def test_no_two_spellings_are_confused():
    by_sound = {}
    for entry in ENTRIES:
        by_sound.setdefault(_expected(entry), set()).add(entry.usual)
    assert [forms for forms in by_sound.values() if len(forms) > 1] == []


@pytest.mark.parametrize(
    ("word", "onset", "glide", "nucleus", "coda", "tone"),
    [
        ("gì", "gi", False, "i", "", 2),
        ("giếng", "gi", False, "iê", "ng", 3),
        ("gìn", "gi", False, "i", "n", 2),
        ("giêng", "gi", False, "iê", "ng", 1),
        ("gia", "gi", False, "a", "", 1),
        ("giữ", "gi", False, "ư", "", 5),
        ("ghi", "g", False, "i", "", 1),
        ("quốc", "qu", False, "ô", "c", 3),
        ("cuốc", "c", False, "uô", "c", 3),
        ("qua", "qu", False, "a", "", 1),
        ("quyển", "qu", False, "iê", "n", 4),
        ("quí", "qu", False, "i", "", 3),
        ("khuỷu", "kh", True, "i", "w", 4),
        ("ngoằn", "ng", True, "ă", "n", 2),
        ("ngoèo", "ng", True, "e", "w", 2),
        ("xoong", "x", False, "oo", "ng", 1),
        ("nguệch", "ng", True, "ê", "ch", 6),
        ("uy", "", True, "i", "", 1),
        ("kỹ", "c", False, "i", "", 5),
        ("kĩ", "c", False, "i", "", 5),
        ("lý", "l", False, "i", "", 3),
        ("hòa", "h", True, "a", "", 2),
        ("hoà", "h", True, "a", "", 2),
        ("nghiêng", "ng", False, "iê", "ng", 1),
        ("yêu", "", False, "iê", "w", 1),
        ("thuở", "th", True, "ơ", "", 4),
        ("khuya", "kh", True, "iê", "", 1),
        ("giầy", "gi", False, "â", "j", 2),
        ("kilô", None, None, None, None, None),
        ("Slưn", None, None, None, None, None),
        ("Đắk", None, None, None, None, None),
        ("", None, None, None, None, None),
        ("bcd", None, None, None, None, None),
        ("hòá", None, None, None, None, None),
    ],
)
def test_hard_ones(word, onset, glide, nucleus, coda, tone):
    expected = None if onset is None else Syllable(onset, glide, nucleus, coda, Tone(tone))
    assert parse(word) == expected
