"""Lines broken at the width of a page become paragraphs again."""

import re
from collections.abc import Sequence
from itertools import pairwise

from reading.extraction.cleaning import is_capitals
from reading.extraction.markers import split_marker
from reading.extraction.phrases import (
    is_addressee,
    is_document_number,
    is_filed,
    is_motto,
    is_name,
    is_place_date,
    is_recipients,
    is_role,
    is_rule,
    is_signed,
    is_signing_for,
    is_title,
)

_ALONE = (
    is_rule,
    is_motto,
    is_document_number,
    is_place_date,
    is_title,
    is_addressee,
    is_recipients,
    is_filed,
    is_role,
    is_signed,
    is_signing_for,
    is_name,
)


_NARROWEST, _WIDEST = 50, 140
"""Letters a line that a page sets; beyond, a line is a whole paragraph."""
_ARTICLE = re.compile(r"(điều|chương|mục|phần|bước|khoản) [\divx]+\b", re.IGNORECASE)


def unwrap(lines: Sequence[str]) -> list[str]:
    """`lines` with those joined that a fixed width broke; empty lines part paragraphs and go.

    Text that was never wrapped (each paragraph one long line) comes back as it is.
    """
    width = max((len(line.strip()) for line in lines if not _has_columns(line)), default=0)
    if not _NARROWEST <= width <= _WIDEST:
        return [line for line in lines if line.strip()]
    pairs = [(a, b) for a, b in pairwise(lines) if a.strip() and b.strip() and _goes_on(a, b, width)]
    wrapped = any(before.rstrip()[-1].isalnum() or before.rstrip()[-1] == "," for before, _ in pairs)
    out: list[str] = []
    before = ""
    for line in lines:
        if line.strip() and before.strip() and wrapped and _goes_on(before, line, width):
            out[-1] = join_lines(out[-1], line.strip())
        elif line.strip():
            out.append(line)
        before = line
    return out


def join_lines(above: str, text: str) -> str:
    """Two lines of one paragraph: a space between, none after a hyphen inside a word or number ("88/TTr-" "UBND")."""
    hyphenated = len(above) > 1 and above[-1] == "-" and above[-2].isalnum()
    return above + text if hyphenated else f"{above} {text}"


def _goes_on(before: str, line: str, width: int) -> bool:
    """Whether `line` continues `before`: its first word would not have fitted there any more, and neither stands alone."""
    full = len(before.strip()) + 1 + len(line.split(maxsplit=1)[0]) > width - 2
    if not full or before.rstrip().endswith((":", "./.")) or _has_columns(before) or _has_columns(line):
        return False
    if (
        split_marker(line.strip())
        or _ARTICLE.match(line.strip())
        or any(test(line.strip()) or test(before.strip()) for test in _ALONE)
    ):
        return False
    return is_capitals(before) == is_capitals(line)


def _has_columns(line: str) -> bool:
    return "\t" in line.strip() or "   " in line.strip()
