"""The written line that the rules work on, and what a rule is."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from reading.dialect import Dialect
from reading.lexicon import Lexicon
from reading.numbers import cardinal, say_number
from reading.script import FlagCode

CLAIMED = "\ue000"
"""Stands in `Line.open` for every character that an earlier rule has claimed (a private-use character: no text has it)."""
QUANTITY = "\ue001"
"""The same, where the claim is a number, a date, a time, a sum: a dash between two of them means "đến"."""
MASKS = CLAIMED + QUANTITY
CONTEXT = 60
"""How many characters to each side a rule may look at: bounds the work."""


class Part(NamedTuple):
    """A claimed place and its reading."""

    start: int
    end: int
    spoken: str
    confidence: float = 0.97
    skipped: str = ""
    flag: FlagCode | None = None
    reason: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    rule: str = ""
    """Set when a dictionary row decided; else the rule's own name is used."""


@dataclass(slots=True)
class Line:
    """One sentence while it is being read."""

    text: str
    """As written, NFC."""
    open: str
    """The same, claimed characters masked; as long as `text`."""
    lexicon: Lexicon
    dialect: Dialect
    capitals: bool
    """Whether the line is set in capitals, so that a capital word is no sign of an abbreviation."""

    def before(self, position: int) -> str:
        """The lower-case text that stands before `position`, not more than CONTEXT characters."""
        return self.text[max(0, position - CONTEXT) : position].lower()

    def after(self, position: int) -> str:
        """The lower-case text from `position` on, not more than CONTEXT characters."""
        return self.text[position : position + CONTEXT].lower()

    def number(self, written: str) -> str:
        """A written number in words; digit shapes no rule knows are read as they stand, part by part."""
        said = say_number(written, self.dialect)
        if said is not None:
            return said
        return " ".join(cardinal(int(part), self.dialect) for part in re.findall(r"\d{1,15}", written))

    def cardinal(self, written: str) -> str:
        """Digits as a quantity, leading zeros dropped."""
        return cardinal(int(written), self.dialect)


Say = Callable[["re.Match[str]", Line], Iterable[Part]]


class Rule(NamedTuple):
    """Every match of `pattern` in the open text may be claimed by what `say` yields."""

    name: str
    pattern: re.Pattern[str]
    say: Say
    needs: str = ""
    """"digit": not tried on a line without digits."""


def whole(match: re.Match[str], spoken: str, confidence: float = 0.97) -> Part:
    """The whole match, said `spoken`."""
    return Part(match.start(), match.end(), spoken, confidence)


def group(match: re.Match[str], name: str | int, spoken: str, confidence: float = 0.97) -> Part:
    """One group of the match, said `spoken`."""
    return Part(match.start(name), match.end(name), spoken, confidence)


def words(*alternatives: str) -> str:
    """A regular expression for any of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(alternatives), key=len, reverse=True))
