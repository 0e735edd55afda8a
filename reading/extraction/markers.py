"""List markers at the start of a line: "1.", "a)", "I.", "2.1.", "-", "•"."""

import re
from dataclasses import dataclass

_ROMAN = r"(?:X{0,3}(?:IX|IV|V?I{1,3}|V)|X{1,3})"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("roman", re.compile(rf"({_ROMAN}(?:[.)/]|\s?[-–](?=\s)))\s+(?=\S)")),
    ("decimal", re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3}[.)/]?)\s+(?=[^\W\d_])")),
    ("digit", re.compile(r"(\d{1,2}[.)/]|\(\d{1,2}\))\s+(?=\S)")),
    ("small", re.compile(r"([a-zđ][.)/]|\([a-zđ]\))\s+(?=\S)")),
    ("capital", re.compile(r"([A-HĐ][.)/])\s+(?=\S)")),
    ("dash", re.compile(r"([-–—])\s+(?=\S)|([-–—])(?=[^\W\d_])")),
    ("plus", re.compile(r"(\+)\s*(?=[^\W_])")),
    ("bullet", re.compile(r"([•●○▪■□◦‣⁃➢➤►✓✔★☆❖※·*])\s*(?=\S)")),
)


@dataclass(frozen=True, slots=True)
class Marker:
    """A list marker, its family (for the depth of nesting) and the text it leaves."""

    written: str
    family: str
    rest: str


def split_marker(line: str) -> Marker | None:
    """The marker at the start of `line`, or None. "-5 °C", "1.500 đồng" and "7h30" have none."""
    for family, pattern in _PATTERNS:
        found = pattern.match(line)
        if found:
            return Marker(
                written=(found[1] or found[2]) if family == "dash" else found[1],
                family=family,
                rest=line[found.end() :].strip(),
            )
    return None


def family(marker: str) -> str:
    """The family of a marker that stands alone, as a word processor's numbering gives it."""
    found = split_marker(f"{marker.strip()} x")
    return found.family if found else "bullet"
