"""The order of the rules, and the one pass that applies them to a written line."""

from collections.abc import Sequence
from typing import NamedTuple

from reading.dialect import Dialect
from reading.lexicon import Lexicon
from reading.rules import (
    abbreviations,
    addresses,
    codes,
    dates,
    document_numbers,
    doubled,
    medicine,
    money,
    phones,
    places,
    positions,
    quantities,
    ranges,
    roman,
    structure,
    times,
    units,
)
from reading.rules.line import CLAIMED, QUANTITY, Line, Part, Rule
from reading.rules.words import leftovers
from reading.script import Choice, Flag, Token
from reading.syllables import is_syllable

RULES: tuple[Rule, ...] = (
    *addresses.RULES,
    *doubled.RULES,
    *places.RULES,
    *structure.RULES,
    *document_numbers.RULES,
    *positions.RULES,
    *codes.EARLY_RULES,
    *medicine.RULES,
    *dates.RULES,
    *phones.RULES,
    *times.RULES,
    *money.RULES,
    *units.RULES,
    *roman.RULES,
    *codes.LATE_RULES,
    *quantities.RULES,
    *units.LATE_RULES,
    *ranges.RULES,
    *abbreviations.RULES,
)
_PLAIN = str.maketrans({
    CLAIMED: "\ufffd", QUANTITY: "\ufffd",
    "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2007": " ", "\t": " ",
    "\u2010": "-", "\u2011": "-", "\u2012": "–", "\u2015": "—", "\u2044": "/", "\u2215": "/", "ð": "đ", "Ð": "Đ",
})  # fmt: skip
"""Look-alikes, one character each, so that spans stay true."""
_QUANTITIES = frozenset({
    "date", "day and month", "month and year", "month", "weekday", "time", "money", "unit", "percent", "fraction",
    "number", "signed number", "section number", "roman numeral",
    "quarter", "ordinal", "kilometre post", "minutes",
})  # fmt: skip


class Reading(NamedTuple):
    """A written line, read."""

    tokens: tuple[Token, ...]
    """In order; their spans cover each character that is no space."""
    flags: tuple[Flag, ...]


def read_written(text: str, lexicon: Lexicon, dialect: Dialect) -> Reading:
    """Read one written line (NFC, at most a few hundred characters: the cost grows with its square in the worst case)."""
    parts = _parts(text, lexicon, dialect)
    return Reading(tuple(_token(text, part) for part in parts), _flags(text, parts))


def _parts(text: str, lexicon: Lexicon, dialect: Dialect) -> list[Part]:
    masked = text.translate(_PLAIN)
    line = Line(text=masked, open=masked, lexicon=lexicon, dialect=dialect, capitals=_in_capitals(masked))
    parts: list[Part] = []
    has_digit = any(character.isdecimal() for character in masked)
    for number, rule in enumerate(RULES):
        if number == len(addresses.RULES):
            _claim(line, list(abbreviations.phrases(line)), CLAIMED, parts)
        if rule.needs == "digit" and not has_digit:
            continue
        claimed = [
            _named(part, rule.name) for match in rule.pattern.finditer(line.open) for part in rule.say(match, line)
        ]
        _claim(line, claimed, QUANTITY if rule.name in _QUANTITIES else CLAIMED, parts)
    parts += leftovers(line)
    parts.sort(key=lambda part: part.start)
    return parts


def _claim(line: Line, claimed: list[Part], mask: str, parts: list[Part]) -> None:
    """Take the claims that do not overlap into `parts`, and mask their places in the line."""
    if not claimed:
        return
    pieces: list[str] = []
    position = 0
    for part in sorted(claimed, key=lambda part: (part.start, part.end)):
        place = line.open[part.start : part.end]
        if part.start < position or not place or CLAIMED in place or QUANTITY in place:
            continue
        pieces += (line.open[position : part.start], mask * (part.end - part.start))
        position = part.end
        parts.append(part)
    pieces.append(line.open[position:])
    line.open = "".join(pieces)


def _named(part: Part, rule: str) -> Part:
    return part if part.rule else part._replace(rule=rule)


def _in_capitals(text: str) -> bool:
    """Whether the words of the line are set in capitals: two words or more, of which nearly none is small."""
    capital = small = 0
    for word in text.split():
        bare = word.strip(".,;:!?()“”\"'-–")
        if len(bare) < 2 or not bare.isalpha():
            continue
        if bare.isupper():
            capital += is_syllable(bare)
        else:
            small += 1
    return capital >= 2 and capital > 3 * small


def _token(text: str, part: Part) -> Token:
    return Token.model_construct(
        start=part.start,
        end=part.end,
        written=text[part.start : part.end],
        spoken=part.spoken,
        rule=part.rule,
        confidence=part.confidence,
        skipped=part.skipped,
    )


def _flags(text: str, parts: Sequence[Part]) -> tuple[Flag, ...]:
    """The flags that the parts carry."""
    return tuple(
        Flag(
            code=part.flag,
            start=part.start,
            end=part.end,
            written=text[part.start : part.end],
            reason=part.reason,
            choices=tuple(Choice(spoken=spoken, note=note) for spoken, note in part.choices),
        )
        for part in parts
        if part.flag is not None
    )
