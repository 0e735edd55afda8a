"""Other ways to say a syllable that was taken for another: what was mistaken is made plainer, its neighbours stay as they are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import cycle, zip_longest
from typing import Any

from voices.kokoro.realisation import Realisation, contour_of, realise
from voices.kokoro.rules import LOWEST_ST, Curve, Rules, Shape
from voices.kokoro.syllable import Syllable

_USUAL = Shape()
_HIGHEST_ST = 9.0
"""No care lifts a voice above the usual top of ngã: 294 Hz for the female voice."""


@dataclass(frozen=True)
class Way:
    """One other way: entries of the rules replaced, the delivery changed, or both."""

    name: str
    entries: Mapping[str, Mapping[str, Any]]
    """table of the rules -> entry -> other value."""
    shape: Shape = _USUAL


def carefully(syllable: Syllable, heard: Syllable | None, way: int, rules: Rules) -> Realisation:
    """The `way`-th (1, 2, …) other way to say a syllable that was taken for `heard`; past the last one, from the first again."""
    known = ways(syllable, heard, rules)
    chosen = known[(way - 1) % len(known)]
    return said_by(syllable, chosen, rules)


def said_by(syllable: Syllable, way: Way, rules: Rules) -> Realisation:
    """The syllable in one of its `ways`."""
    changed = {table: {**getattr(rules, table), **entries} for table, entries in way.entries.items()}
    how = realise(syllable, rules.model_copy(update=changed))
    shape = way.shape
    return replace(
        how,
        contour=_deeper(how.contour, shape.depth),
        onset_least=how.onset_least * shape.onset,
        rime_factor=how.rime_factor * shape.rime,
        gap_least=shape.gap,
    )


def ways(syllable: Syllable, heard: Syllable | None, rules: Rules) -> list[Way]:
    """All other ways, the first one by its delivery alone; then other values for what was mistaken: onset, rime and tone
    take turns, each with the next delivery. Never empty.
    """
    care = rules.care
    rime = syllable.nucleus + syllable.coda
    parts: list[list[Way]] = []
    if heard is None or heard.onset != syllable.onset:
        parts.append(_entries("onset", syllable.onset, care.onset))
    if heard is None or (heard.glide, heard.nucleus, heard.coda) != (syllable.glide, syllable.nucleus, syllable.coda):
        if rime in rules.rime or rime in care.rime:
            parts.append(_entries("rime", rime, care.rime))
        else:
            parts += [_entries("nucleus", syllable.nucleus, care.nucleus), _entries("coda", syllable.coda, care.coda)]
    if heard is None or heard.tone != syllable.tone:
        parts.append(_entries("contour", contour_of(syllable), care.contour))
    turns = [way for turn in zip_longest(*parts) for way in turn if way]
    first, *others = [Way("", {}, shape) for shape in care.shape]
    delivered = [
        replace(way, shape=shape) for way, shape in zip(turns, cycle(care.shape[1:] + care.shape[:1]), strict=False)
    ]
    return [first, *delivered, *others]


def _entries(table: str, key: str, known: Mapping[str, tuple[Any, ...]]) -> list[Way]:
    return [Way(f"{table}.{key}={value}", {table: {key: value}}) for value in known.get(key, ())]


def _deeper(contour: Curve, depth: float) -> Curve:
    return tuple((place, max(LOWEST_ST, min(_HIGHEST_ST, semitones * depth))) for place, semitones in contour)
