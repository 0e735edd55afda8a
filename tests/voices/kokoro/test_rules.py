import copy

import pytest
from pydantic import ValidationError

from voices.kokoro.rules import CODAS, NUCLEI, Rules, load_rules, read_toml
from voices.kokoro.voice import style_matrix, voices


@pytest.fixture
def data():
    return copy.deepcopy(read_toml("northern.toml"))


def test_every_voice_has_its_rules_and_styles():
    for name, voice in voices().items():
        assert load_rules(voice.accent).onset
        styles = style_matrix(name)
        assert styles.shape == (510, 256)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("onset", "b"), "@"),
        (("contour", "sac"), [[0, 1], [1, 20]]),
        (("contour", "sac"), [[0.2, 1], [1, 2]]),
        (("contour", "sac"), [[0, 1], [0.7, 2], [0.5, 2], [1, 1]]),
        (("contour", "sac"), []),
        (("rime", "xyz"), "a"),
        (("energy", "cao"), [[0, 1], [1, 1]]),
        (("onset", "zz"), "z"),
        (("duration", "rime_least"), 90),
        (("strength", "voiced"), ["cao"]),
    ],
)
def test_broken_data_is_refused(data, path, value):
    data[path[0]][path[1]] = value
    with pytest.raises(ValidationError):
        Rules.model_validate(data)


def test_a_missing_onset_is_refused(data):
    del data["onset"]["b"]
    with pytest.raises(ValidationError, match="onset"):
        Rules.model_validate(data)


@pytest.mark.parametrize("accent", sorted({voice.accent for voice in voices().values()}))
def test_every_rime_has_a_sound(accent):
    rules = load_rules(accent)
    for nucleus in NUCLEI:
        for coda in CODAS:
            assert rules.rime.get(nucleus + coda) or rules.nucleus[nucleus] + rules.coda[coda]
