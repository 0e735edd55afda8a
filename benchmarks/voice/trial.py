"""One clip of one sentence with rules drawn at random: the unit of the search.

A factor is a path into the rules ("onset.đ", "contour.nang", "duration.lead"), the voice ("voice.median_hz") or its
style mix ("style.timbre", "style.prosody"), with a list of levels; the first one is what we have. Factors of single
syllables are drawn anew for each syllable they concern, so that one clip tries a dozen of them at once; the others are
drawn once a sentence.
"""

import copy
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from mix_styles import style
from numpy.typing import NDArray

from voices.kokoro.finish import trimmed, within_range
from voices.kokoro.model import RATE_HZ, Model, Prompt
from voices.kokoro.prosody import Delivery, apply_tones, durations
from voices.kokoro.realisation import Realisation, contour_of, realise
from voices.kokoro.rules import Rules, read_toml
from voices.kokoro.syllable import Syllable
from voices.kokoro.utterance import assemble, phrases
from voices.kokoro.voice import voice

Levels = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Draw:
    """What was drawn for one sentence: level numbers by factor."""

    sentence: dict[str, int]
    syllables: list[dict[str, int]]


@dataclass(frozen=True)
class Design:
    """The factors of a search and how they are drawn."""

    accent: Mapping[str, Any]
    base: Mapping[str, Any]
    syllable: Levels
    sentence: Levels
    keep: float
    """Chance that a factor stays at its first level."""

    def draw(self, spoken: Sequence[Syllable], chance: random.Random) -> Draw:
        """Level numbers for every factor that concerns the sentence or one of its syllables."""
        whole = {path: self._level(levels, chance) for path, levels in self.sentence.items()}
        each = [
            {path: self._level(levels, chance) for path, levels in self.syllable.items() if self._concerns(path, s)}
            for s in spoken
        ]
        return Draw(whole, each)

    def _level(self, levels: Sequence[Any], chance: random.Random) -> int:
        return 0 if len(levels) == 1 or chance.random() < self.keep else chance.randrange(1, len(levels))

    def _concerns(self, path: str, syllable: Syllable) -> bool:
        table, _, key = path.partition(".")
        rime = syllable.nucleus + syllable.coda
        whole = rime in self.accent["rime"] or f"rime.{rime}" in self.syllable
        return {
            "onset": key == syllable.onset,
            "rime": key == rime,
            "nucleus": key == syllable.nucleus and not whole,
            "coda": key == syllable.coda and not whole,
            "contour": key == contour_of(syllable),
            "energy": key == contour_of(syllable),
        }[table]

    def settings(self, draw: Draw, syllable: int | None = None) -> dict[str, Any]:
        """Values by path: the base, the sentence's levels and, if asked, one syllable's."""
        chosen = dict(self.base) | {path: self.sentence[path][level] for path, level in draw.sentence.items()}
        if syllable is not None:
            chosen |= {path: self.syllable[path][level] for path, level in draw.syllables[syllable].items()}
        return chosen


class Bench:
    """The model and the style vectors, ready to speak by any settings."""

    def __init__(self, name: str, graphs: Path, styles: Path, recipe: Mapping[str, Any]) -> None:
        """`styles` is the folder of Kokoro's style vectors, `recipe` the voice's mix."""
        self._voice = voice(name)
        self._accent = read_toml(f"{self._voice.accent}.toml")
        self._model = Model(graphs)
        self._styles = styles
        self._recipe = recipe
        self._rules: dict[str, Rules] = {}
        self._mixed: dict[str, NDArray[np.float32]] = {}

    @cached_property
    def accent(self) -> dict[str, Any]:
        """The data the factors' paths lead into."""
        return copy.deepcopy(self._accent)

    def speak(self, text: str, design: Design, draw: Draw) -> NDArray[np.float32]:
        """The sentence at 24 kHz, trimmed."""
        said = phrases(text)
        parts: list[list[Realisation]] = []
        number = 0
        for phrase in said:
            parts.append([])
            for syllable in phrase.syllables:
                parts[-1].append(realise(syllable, self._rules_for(design.settings(draw, number))))
                number += 1
        settings = design.settings(draw)
        rules = self._rules_for(settings)
        utterance = assemble(parts, said[-1].mark)
        styles = self._style_for(settings)
        prompt = Prompt(
            utterance.tokens, styles[min(len(utterance.tokens) + rules.sentence.style_row, len(styles)) - 1]
        )
        delivery = Delivery(
            median_hz=settings.get("voice.median_hz", self._voice.median_hz),
            lowest_hz=settings.get("voice.lowest_hz", self._voice.lowest_hz),
            declination_st=rules.sentence.declination_st,
        )
        frames = durations(self._model.durations(prompt), utterance, rules.duration, delivery)
        pitch, energy = self._model.prosody(prompt, frames)
        pitch, energy = apply_tones(pitch, energy, frames, utterance, rules.strength, delivery)
        return within_range(trimmed(self._model.sound(prompt, frames, pitch, energy)))

    def _rules_for(self, settings: Mapping[str, Any]) -> Rules:
        own = {path: value for path, value in settings.items() if path.partition(".")[0] not in {"voice", "style"}}
        key = json.dumps(own, sort_keys=True)
        if key not in self._rules:
            data = copy.deepcopy(self._accent)
            for path, value in own.items():
                table, _, entry = path.partition(".")
                if value is None:
                    data[table].pop(entry, None)
                else:
                    data[table][entry] = value
            self._rules[key] = Rules.model_validate(data)
        return self._rules[key]

    def _style_for(self, settings: Mapping[str, Any]) -> NDArray[np.float32]:
        timbre = settings.get("style.timbre", self._recipe["timbre"])
        prosody = settings.get("style.prosody", self._recipe["prosody"])
        key = json.dumps([timbre, prosody], sort_keys=True)
        if key not in self._mixed:
            self._mixed[key] = style(self._styles, timbre, prosody)
        return self._mixed[key]


__all__ = ["RATE_HZ", "Bench", "Design", "Draw"]
