import unicodedata

import pytest

from voices.kokoro.realisation import realise
from voices.kokoro.rules import load_rules
from voices.kokoro.syllable import spell
from voices.kokoro.utterance import assemble, phrases, runs

RULES = load_rules("northern")


def _spoken(text):
    return [" ".join(spell(s) for s in phrase.syllables) + phrase.mark for phrase in phrases(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kính thưa bà con.", ["kính thưa bà con."]),
        ("Mưa to, gió lớn; nước lên: chạy!", ["mưa to,", "gió lớn,", "nước lên,", "chạy!"]),
        ("Ai đi?", ["ai đi?"]),
        ("Không dấu chấm", ["không dấu chấm."]),
        ("(trong ngoặc) ngoài", ["trong ngoặc,", "ngoài."]),
        ("bản Khuổi Slưn", ["bản khuổi xưn."]),
        (", , đầu câu", ["đầu câu."]),
        ("H’Mông", ["mông."]),
        ("một-hai", ["một hai."]),
    ],
)
def test_phrases(text, expected):
    assert _spoken(text) == expected


def test_decomposed_text_reads_the_same():
    text = "Ủy ban nhân dân xã Khuổi Nằn thông báo."
    assert phrases(unicodedata.normalize("NFD", text)) == phrases(text)


def _parts(text):
    return [[realise(s, RULES) for s in phrase.syllables] for phrase in phrases(text)]


def test_places_point_at_the_symbols():
    utterance = assemble(_parts("Mưa to, hoa nở."))
    for place in utterance.places:
        assert "".join(utterance.symbols[place.start : place.middle]) == place.how.onset
        assert "".join(utterance.symbols[place.middle : place.end]) == place.how.rime
    assert [utterance.symbols[i] for i in utterance.pauses] == [","]
    assert utterance.symbols[-1] == "."
    assert len(utterance.tokens) == len(utterance.symbols)


@pytest.mark.parametrize("most", [60, 120, 510])
def test_runs_fit_and_lose_nothing(most):
    parts = _parts("nghiêng nghiêng nghiêng, " * 30 + "khuya " * 200)
    groups = list(runs(parts, most))
    assert all(len(assemble(group).symbols) <= most for group in groups)
    flat = [how for group in groups for phrase in group for how in phrase]
    assert flat == [how for part in parts for how in part]


def test_a_short_text_is_one_run():
    assert len(list(runs(_parts("Mưa to, gió lớn.")))) == 1
