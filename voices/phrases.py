"""A long sentence becomes phrases that an engine speaks in one breath, and that the ear hears in one piece (15 s)."""

import re
import unicodedata

COMFORTABLE_CHARS = 110
"""Longer than this, a sentence is divided where it has punctuation: about 25 syllables, 7 s."""
MOST_CHARS = 180
"""Longer than this, at any space: about 40 syllables, 11 s; a worker's memory grows with it (510 MB here, 610 at 220)."""
_PUNCTUATION = (re.compile(r"(?<=[.!?…;:])\s+"), re.compile(r"(?<=,)\s+"))
_SPACE = re.compile(r"\s+")
_CRUMB_CHARS = 20
"""No phrase is made shorter than this: three words alone sound lost."""


def normalized(text: str) -> str:
    """NFC with single spaces: two spellings of the same text are one clip in the cache."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def phrases(text: str) -> list[str]:
    """`text` in phrases as even as its punctuation allows; a short text is one, an empty one none.

    A run of letters without a single space is cut anywhere.
    """
    text = normalized(text)
    if len(text) <= COMFORTABLE_CHARS:
        return [text] if text else []
    at = next((place for kind in _PUNCTUATION if (place := _middle(kind, text))), 0)
    if not at and len(text) <= MOST_CHARS:
        return [text]
    at = at or _middle(_SPACE, text) or len(text) // 2
    return phrases(text[:at]) + phrases(text[at:])


def _middle(kind: re.Pattern[str], text: str) -> int:
    """Where the break nearest the middle ends, of those that leave no crumb; 0 when there is none."""
    inside = range(_CRUMB_CHARS, len(text) - _CRUMB_CHARS)
    places = [found.end() for found in kind.finditer(text) if found.start() in inside and found.end() in inside]
    return min(places, key=lambda place: abs(place - len(text) / 2), default=0)
