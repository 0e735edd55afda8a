"""Blood groups and viruses."""

import re
from collections.abc import Iterator

from reading.numbers import code_number
from reading.rules.line import Line, Part, Rule, whole


def _blood_group(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """Nhóm máu O+, A-, AB."""
    if "nhóm máu" in line.before(match.start()):
        letters = "O" if match["x"] == "O" else line.dialect.spell(match["x"])
        yield whole(match, f"{letters} {'cộng' if match['s'] == '+' else 'trừ'}", 0.95)


def _rhesus(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """Rh+, Rh(-): the sign is what counts."""
    sign = "dương tính" if "+" in match[0] else "âm tính"
    yield whole(match, f"{line.dialect.spell('RH')} {sign}", 0.95)


def _virus(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    pieces = re.findall(r"\d+|[^\W\d_]+", match[0])
    said = " ".join(
        code_number(piece, line.dialect) if piece.isdecimal() else line.dialect.spell(piece) for piece in pieces
    )
    yield whole(match, said)


RULES = (
    Rule("blood group", re.compile(r"(?<!\w)(?P<x>AB|A|B|O)(?P<s>[+−-])(?!\w)"), _blood_group),
    Rule("blood group", re.compile(r"(?<!\w)R[hH]\s?(?:\(\s?[+−–-]\s?\)|[+−–-](?!\w))"), _rhesus),
    Rule("virus", re.compile(r"(?<!\w)(?:A\s?[/(]\s?)?H\d{1,2}N\d{1,2}\b"), _virus, "digit"),
)
