"""A sentence as the model takes it: symbols in a row, and where each syllable lies among them."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import structlog

from voices.kokoro.foreign import readings
from voices.kokoro.realisation import Realisation
from voices.kokoro.syllable import Syllable
from voices.kokoro.vocabulary import MOST_TOKENS, VOCABULARY
from voices.scoring import fold

_log = structlog.get_logger()
_PIECE = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*|[.,;:!?…()–—\n]")
_STOP_MARK = {"?": "?", "!": "!"}
_PAUSE = ","
_GAP = " "


@dataclass(frozen=True)
class Phrase:
    """Syllables between two pauses."""

    syllables: tuple[Syllable, ...]
    mark: str
    """The model's symbol for what follows: a comma inside a sentence; a period, question or exclamation mark at its end."""
    words: tuple[int, ...]
    """For each syllable, which of the text's words it belongs to, counted from 0 as `voices.scoring.fold` parts them."""


@dataclass(frozen=True)
class Place:
    """A syllable's symbols in the row: onset from `start`, rime from `middle`, both up to `end`."""

    start: int
    middle: int
    end: int
    how: Realisation


@dataclass(frozen=True)
class Utterance:
    """One run of the model: at most 510 symbols."""

    symbols: tuple[str, ...]
    places: tuple[Place, ...]
    pauses: tuple[int, ...]
    """Indices of the comma symbols inside: each begins a pause that ends with the gap after it."""

    @property
    def tokens(self) -> list[int]:
        """Numbers in the model's vocabulary, without the pads."""
        return [VOCABULARY[symbol] for symbol in self.symbols]


def phrases(text: str) -> list[Phrase]:
    """The text's syllables, cut at its punctuation; a word without a reading (Chinese, emoji) is left out and logged."""
    found: list[Phrase] = []
    current: list[tuple[Syllable, int]] = []
    word = 0

    def close(mark: str) -> None:
        syllables, words = zip(*current, strict=True)
        found.append(Phrase(syllables, mark, words))
        current.clear()

    for piece in _PIECE.findall(unicodedata.normalize("NFC", text)):
        if piece[0].isalnum():
            part = readings(piece)
            if not part:
                _log.warning("no reading for a word", word=piece)
            current += [(syllable, word) for syllable in part]
            word += len(fold(piece).split())
        elif current:
            close(_STOP_MARK.get(piece, "." if piece in ".…\n" else _PAUSE))
    if current:
        close(".")
    return found


def assemble(parts: Sequence[Sequence[Realisation]], mark: str = ".") -> Utterance:
    """Phrases of realised syllables as one run, a comma between two phrases, `mark` at the end."""
    symbols: list[str] = []
    places: list[Place] = []
    pauses: list[int] = []
    for number, part in enumerate(parts):
        if number:
            pauses.append(len(symbols))
            symbols += [_PAUSE, _GAP]
        for how in part:
            start = len(symbols)
            symbols += how.onset
            middle = len(symbols)
            symbols += how.rime
            places.append(Place(start, middle, len(symbols), how))
            symbols.append(_GAP)
        symbols.pop()  # the gap before a comma or the end is the pause's
    symbols.append(mark)
    return Utterance(tuple(symbols), tuple(places), tuple(pauses))


def runs(parts: Iterable[Sequence[Realisation]], most: int = MOST_TOKENS) -> Iterator[list[list[Realisation]]]:
    """The phrases grouped into runs of at most `most` symbols; a phrase is cut only where it alone is too long."""
    group: list[list[Realisation]] = []
    size = 0
    for phrase in itertools.chain.from_iterable(_fitting(part, most) for part in parts):
        length = _length(phrase) + 2
        if group and size + length > most:
            yield group
            group, size = [], 0
        group.append(phrase)
        size += length
    if group:
        yield group


def _length(part: Sequence[Realisation]) -> int:
    return sum(len(how.onset) + len(how.rime) + 1 for how in part)


def _fitting(part: Sequence[Realisation], most: int) -> Iterator[list[Realisation]]:
    count = -(-(_length(part) + 2) // most)
    size = -(-len(part) // max(1, count))
    for pieces in itertools.count(size, -1):
        cut = [list(part[i : i + pieces]) for i in range(0, len(part), pieces)]
        if pieces <= 1 or all(_length(piece) + 2 <= most for piece in cut):
            yield from cut
            return
