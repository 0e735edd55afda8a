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


class Creak(BaseModel):
    """The voice of a tone that ends in creak: it beats, as the glottis closes, and fades."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: float = Field(ge=0, lt=1)
    """Where in the rime it sets in, 0…1; it lasts to the end."""
    beat_hz: float = Field(ge=20, le=90)
    depth_db: float = Field(ge=0, le=40)
    """How much quieter the weak part of a beat is."""
    end_db: float = Field(ge=-40, le=0)
    """At the end of the rime, against its start."""


class Murmur(BaseModel):
    """The voice that is heard through the closure of a voiced stop, before it bursts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    below_db: float = Field(ge=0, le=30)
    """How much quieter than the rime it is at the burst, to which it rises."""
    length_ms: int = Field(ge=20, le=150)


class SentenceRules(BaseModel):
    """What holds over a whole phrase."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    declination_st: float = Field(ge=0, le=6)
    style_row: int = Field(ge=0, le=509)


class Shape(BaseModel):
    """How one syllable is set off from its usual delivery. Factors, but for `gap`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    onset: float = Field(default=1, ge=0.8, le=2)
    """Of the least length of the onset."""
    rime: float = Field(default=1, ge=0.8, le=1.5)
    """Of the length of the rime."""
    gap: float = Field(default=0, ge=0, le=8)
    """At least so many frames of 25 ms before the syllable."""
    depth: float = Field(default=1, ge=0.7, le=1.5)
    """Of the contour's semitones."""


class CareRules(BaseModel):
    """Other ways for a syllable that was not understood, the most helpful first: other values of the entries of `Rules`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    onset: Mapping[str, tuple[Phones, ...]] = {}
    nucleus: Mapping[str, tuple[Phones, ...]] = {}
    coda: Mapping[str, tuple[Phones, ...]] = {}
    rime: Mapping[str, tuple[Phones, ...]] = {}
    contour: Mapping[str, tuple[Curve, ...]] = {}
    shape: tuple[Shape, ...] = Field(min_length=1)
    """For any syllable."""


class Rules(BaseModel):
    """One accent, complete: every onset, nucleus, coda and contour has its entry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    onset: Mapping[str, Phones]
    nucleus: Mapping[str, Phones]
    coda: Mapping[str, Phones]
    rime: Mapping[str, Phones]
    contour: Mapping[str, Curve]
    energy: Mapping[str, Curve]
    creak: Mapping[str, Creak]
    murmur: Mapping[str, Murmur]
    duration: DurationRules
    strength: StrengthRules
    sentence: SentenceRules
    care: CareRules

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name, wanted in (("onset", ONSETS), ("nucleus", NUCLEI), ("coda", CODAS), ("contour", CONTOURS)):
            if missing := set(wanted) ^ set(getattr(self, name)):
                raise ValueError(f"{name}: missing or unknown {sorted(missing)}")
        rimes = {nucleus + coda for nucleus in NUCLEI for coda in CODAS}
        if unknown := set(self.rime) - rimes:
            raise ValueError(f"rime: unknown {sorted(unknown)}")
        if unknown := set(self.murmur) - set(ONSETS):
            raise ValueError(f"murmur: unknown {sorted(unknown)}")
        if unknown := set(self.energy) - set(CONTOURS):
            raise ValueError(f"energy: unknown {sorted(unknown)}")
        if unknown := set(self.creak) - set(CONTOURS):
            raise ValueError(f"creak: unknown {sorted(unknown)}")
        if strangers := self.strength.voiced - set(ONSETS):
            raise ValueError(f"voiced: unknown {sorted(strangers)}")
        _check_contours(self.contour)
        return self

    @model_validator(mode="after")
    def _careful(self) -> Self:
        rimes = {nucleus + coda for nucleus in NUCLEI for coda in CODAS}
        known = {"onset": ONSETS, "nucleus": NUCLEI, "coda": CODAS, "contour": CONTOURS, "rime": rimes}
        for name, keys in known.items():
            if unknown := set(getattr(self.care, name)) - set(keys):
                raise ValueError(f"care.{name}: unknown {sorted(unknown)}")
        for name, curves in self.care.contour.items():
            for curve in curves:
                _check_contours({name: curve})
        return self


def _check_contours(contours: Mapping[str, Curve]) -> None:
    for name, curve in contours.items():
        if any(not LOWEST_ST <= semitones <= HIGHEST_ST for _, semitones in curve):
            raise ValueError(f"contour {name}: outside {LOWEST_ST}…{HIGHEST_ST} semitones")


def load_rules(accent: str) -> Rules:
    """The accent's rules from `data/{accent}.toml`. Raises pydantic.ValidationError for broken data."""
    return Rules.model_validate(read_toml(f"{accent}.toml"))


def read_toml(name: str) -> dict[str, Any]:
    """A data file of this package."""
    return tomllib.loads((resources.files("voices.kokoro") / "data" / name).read_text("utf-8"))
