"""How far what was heard is from what was said: words and characters, after folding case and punctuation away."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_NOT_WORDS = re.compile(r"[^\w\s]")


@dataclass(frozen=True)
class Comparison:
    """Word by word, in order. A misheard word is in `misheard` only."""

    missing: tuple[str, ...]
    invented: tuple[str, ...]
    misheard: tuple[tuple[str, str], ...]
    """(said, heard)."""

    @property
    def errors(self) -> int:
        """Words wrong: the numerator of the word error rate."""
        return len(self.missing) + len(self.invented) + len(self.misheard)


def fold(text: str) -> str:
    """NFC, lower case, punctuation as spaces, single spaces."""
    return " ".join(_NOT_WORDS.sub(" ", unicodedata.normalize("NFC", text.lower())).split())


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein: of two strings in characters, of two lists in words."""
    row = list(range(len(heard) + 1))
    for i, a in enumerate(said, 1):
        before, row[0] = row[:], i
        for j, b in enumerate(heard, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
    return row[-1]


def compare(said: Sequence[str], heard: Sequence[str]) -> Comparison:
    """The cheapest way from the words said to the words heard."""
    pairs = aligned(said, heard)
    return Comparison(
        missing=tuple(a for a, b in pairs if b is None and a is not None),
        invented=tuple(b for a, b in pairs if a is None and b is not None),
        misheard=tuple((a, b) for a, b in pairs if a is not None and b is not None and a != b),
    )


def aligned(said: Sequence[str], heard: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """(said, heard) word by word, on the cheapest way from one to the other; None where there is no partner."""
    table = [list(range(len(heard) + 1))]
    for i, a in enumerate(said, 1):
        row = [i]
        for j, b in enumerate(heard, 1):
            row.append(min(table[i - 1][j] + 1, row[j - 1] + 1, table[i - 1][j - 1] + (a != b)))
        table.append(row)
    pairs: list[tuple[str | None, str | None]] = []
    i, j = len(said), len(heard)
    while i or j:
        if i and j and table[i][j] == table[i - 1][j - 1] + (said[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((said[i], heard[j]))
        elif i and table[i][j] == table[i - 1][j] + 1:
            i -= 1
            pairs.append((said[i], None))
        else:
            j -= 1
            pairs.append((None, heard[j]))
    return pairs[::-1]
