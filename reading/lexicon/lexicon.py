"""The layered dictionary and its look-up."""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from reading.lexicon.row import Row
from reading.lexicon.table import parse_table


class Layer(StrEnum):
    """Whose dictionary a row is in. Later ones are nearer and win."""

    NATIONAL = "national"
    PROVINCE = "province"
    COMMUNE = "commune"
    DOCUMENT = "document"


_ONE_WORD = re.compile(r"[^\W\d_]+(?:[-/&.]+[^\W\d_]+)*\.*")
_FAR_TO_NEAR = tuple(Layer)


class Entry(NamedTuple):
    """A row and the layer it was found in."""

    layer: Layer
    row: Row

    @property
    def name(self) -> str:
        """How explanations call it: "dictionary:commune:NVH"."""
        return f"dictionary:{self.layer}:{self.row.written}"


class Lexicon:
    """Immutable: `with_rows` gives another one. Look-ups are exact in case first, then without regard to case."""

    def __init__(self, layers: dict[Layer, tuple[Row, ...]]) -> None:
        """Use `Lexicon.national()` or `Lexicon.empty()` and `with_rows`."""
        self._layers = layers
        self._exact: dict[str, tuple[Entry, ...]] = {}
        self._folded: dict[str, tuple[Entry, ...]] = {}
        exact: dict[str, list[Entry]] = {}
        for layer in reversed(_FAR_TO_NEAR):
            for row in layers.get(layer, ()):
                exact.setdefault(row.written, []).append(Entry(layer, row))
        for written, entries in exact.items():
            self._exact[written] = tuple(entries)
            self._folded.setdefault(written.casefold(), tuple(entries))
        phrases = sorted((form for form in exact if not _ONE_WORD.fullmatch(form)), key=len, reverse=True)
        self._phrases = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, phrases))})(?!\w)") if phrases else None

    @classmethod
    def national(cls) -> "Lexicon":
        """The dictionary that comes with Loa Làng, one layer."""
        return _national()

    @classmethod
    def empty(cls) -> "Lexicon":
        """No rows at all."""
        return cls({})

    def with_rows(self, layer: Layer, rows: Iterable[Row]) -> "Lexicon":
        """The same dictionary with `layer` holding exactly `rows`."""
        return Lexicon({**self._layers, layer: tuple(rows)})

    def rows(self, layer: Layer) -> tuple[Row, ...]:
        """The rows of one layer, in their order."""
        return self._layers.get(layer, ())

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._layers.values())

    def __contains__(self, written: str) -> bool:
        return written in self._exact

    def entries(self, written: str) -> tuple[Entry, ...]:
        """Every row for exactly this written form, nearest layer first."""
        return self._exact.get(written, ())

    def entries_any_case(self, written: str) -> tuple[Entry, ...]:
        """Every row for this written form, whatever its case, nearest layer first."""
        return self._exact.get(written) or self._folded.get(written.casefold(), ())

    @property
    def phrases(self) -> re.Pattern[str] | None:
        """Matches the written forms that are more than one word of letters, the longest first; None when there are none."""
        return self._phrases


@cache
def _national() -> Lexicon:
    rows: list[Row] = []
    for name in ("national.tsv", "foreign.tsv"):
        table = parse_table((files("reading.lexicon") / name).read_text(encoding="utf-8"))
        if table.errors:
            raise ValueError(f"{name}, line {table.errors[0].line}: {table.errors[0].message}")
        rows += table.rows
    return Lexicon({Layer.NATIONAL: tuple(rows)})
