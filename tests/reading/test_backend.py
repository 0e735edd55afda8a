"""The generic normaliser proposes, never decides, and its panics stay inside."""

import pytest

from reading import read_line
from reading.backend import SeaG2p, proposal


@pytest.fixture(scope="module")
def backend():
    pytest.importorskip("sea_g2p")
    return SeaG2p()


def test_it_makes_words(backend):
    assert backend.say("UBND xã") == "uỷ ban nhân dân xã"


@pytest.mark.parametrize("text", ["", "a-" * 3000, "x" * 25_000, "\ud800", "\x00", "🙂" * 100])
def test_nothing_breaks_it(backend, text):
    assert backend.say(text) is None or isinstance(backend.say(text), str)


def test_it_only_adds_a_choice():
    said = read_line("lấy ⅖ số hộ")
    (flag,) = said.flags
    assert "hai phần năm" in {choice.spoken for choice in flag.choices}
    assert "hai phần năm" not in said.spoken


def test_no_proposal_without_words():
    assert proposal("☀") is None
