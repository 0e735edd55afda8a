"""The rules of an accent: phones, contours, durations. Data in `data/*.toml`, checked when loaded."""

import itertools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from voices.kokoro.vocabulary import VOCABULARY

ONSETS = (
    "", "b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n",
    "ng", "nh", "p", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x",
)  # fmt: skip
NUCLEI = ("a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "iê", "uô", "ươ", "oo")
CODAS = ("", "p", "t", "c", "ch", "m", "n", "ng", "nh", "j", "w")
CONTOURS = ("ngang", "huyen", "sac", "hoi", "nga", "nang", "sac_stop", "nang_stop")

LOWEST_ST, HIGHEST_ST = -16.0, 12.0
"""A contour stays within these semitones of the speaker's median: beyond them nobody speaks."""


def _known(symbols: str) -> str:
    if unknown := set(symbols) - VOCABULARY.keys():
        raise ValueError(f"not in the model's vocabulary: {sorted(unknown)}")
    return symbols


def _ascending(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    places = [place for place, _ in points]
    if not points or places[0] != 0 or places[-1] != 1 or any(b <= a for a, b in itertools.pairwise(places)):
        raise ValueError("a curve runs from 0 to 1, each place after the one before")
    return points


Phones = Annotated[str, AfterValidator(_known)]
"""Symbols of the model's vocabulary, one character each."""
Curve = Annotated[tuple[tuple[float, float], ...], AfterValidator(_ascending)]
"""(place 0…1, value) points, joined by straight lines."""


class DurationRules(BaseModel):
    """Frames are 25 ms; factors have no unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pace: float = Field(gt=0.5, le=2)
    rime_least: float = Field(ge=2, le=20)
    onset_least: float = Field(ge=1, le=8)
    gap_most: float = Field(ge=1, le=8)
    short: float = Field(gt=0.3, le=1)
    nang: float = Field(gt=0.3, le=1.5)
    offglide: float = Field(gt=0.5, le=2)
    short_share: float = Field(gt=0, lt=1)
    lead: int = Field(ge=4, le=40)
    tail: int = Field(ge=1, le=10)


class StrengthRules(BaseModel):
    """How loud a syllable's parts are, on the model's own scale of energy, and where voice begins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rime_least: float = Field(ge=-12, le=9)
    """No open rime sinks below this before its end ..."""
    end_least: float = Field(ge=-12, le=9)
    """... where it may be as low as this."""
    voiced: frozenset[str]
    """Onsets that have voice from their first frame, whatever the model thinks."""


class SentenceRules(BaseModel):
    """What holds over a whole phrase."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    declination_st: float = Field(ge=0, le=6)
    style_row: int = Field(ge=0, le=509)


class Rules(BaseModel):
    """One accent, complete: every onset, nucleus, coda and contour has its entry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    onset: Mapping[str, Phones]
    nucleus: Mapping[str, Phones]
    coda: Mapping[str, Phones]
    rime: Mapping[str, Phones]
    contour: Mapping[str, Curve]
    energy: Mapping[str, Curve]
    duration: DurationRules
    strength: StrengthRules
    sentence: SentenceRules

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name, wanted in (("onset", ONSETS), ("nucleus", NUCLEI), ("coda", CODAS), ("contour", CONTOURS)):
            if missing := set(wanted) ^ set(getattr(self, name)):
                raise ValueError(f"{name}: missing or unknown {sorted(missing)}")
        rimes = {nucleus + coda for nucleus in NUCLEI for coda in CODAS}
        if unknown := set(self.rime) - rimes:
            raise ValueError(f"rime: unknown {sorted(unknown)}")
        if unknown := set(self.energy) - set(CONTOURS):
            raise ValueError(f"energy: unknown {sorted(unknown)}")
        if strangers := self.strength.voiced - set(ONSETS):
            raise ValueError(f"voiced: unknown {sorted(strangers)}")
        for name, curve in self.contour.items():
            if any(not LOWEST_ST <= semitones <= HIGHEST_ST for _, semitones in curve):
                raise ValueError(f"contour {name}: outside {LOWEST_ST}…{HIGHEST_ST} semitones")
        return self


def load_rules(accent: str) -> Rules:
    """The accent's rules from `data/{accent}.toml`. Raises pydantic.ValidationError for broken data."""
    return Rules.model_validate(read_toml(f"{accent}.toml"))


def read_toml(name: str) -> dict[str, Any]:
    """A data file of this package."""
    return tomllib.loads((resources.files("voices.kokoro") / "data" / name).read_text("utf-8"))
