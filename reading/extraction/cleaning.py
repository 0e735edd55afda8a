"""Characters as they should be: NFC, nothing invisible, plain spaces."""

import re
import unicodedata

_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BREAKS = re.compile(r"\r\n?|[\u0085\u2028\u2029\v\f]")
# Controls, soft hyphen, zero-width and bidi marks, variation selectors, byte order mark, lone surrogates, noncharacters, tags.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\U000e0000-\U000e0fff]"
)
# Symbol fonts put their bullets and ticks into the private use area.
_SYMBOL_BULLETS = re.compile("[\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf0a8\uf06e\uf0e8\uf02a]")
_SYMBOL_DASH = re.compile("[\uf02d\uf0be]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
_LIGATURE = re.compile("[\ufb00-\ufb06]")


def clean(text: str) -> str:
    """`text` in NFC without control, zero-width and private characters. Every line break becomes a line feed, tabs stay."""
    text = _BREAKS.sub("\n", text)
    text = _SYMBOL_DASH.sub("-", _SYMBOL_BULLETS.sub("•", text))
    text = _LIGATURE.sub(lambda m: _LIGATURES[m[0]], text)
    text = _PRIVATE.sub("", _INVISIBLE.sub("", _SPACES.sub(" ", text)))
    return unicodedata.normalize("NFC", text)


def squeeze(text: str) -> str:
    """`text` on one line, with single spaces."""
    return " ".join(text.split())


def fold(text: str) -> str:
    """`text` in lower case without Vietnamese marks, character for character (positions keep their meaning)."""
    return text.translate(_FOLDING)


class _Folding(dict[int, str]):
    """Filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        base = unicodedata.normalize("NFD", char)[0].lower()
        self[code] = base if len(base) == 1 else char
        return self[code]


_FOLDING = _Folding({ord(char): plain for chars, plain in (("đĐÐ", "d"), ("–—‑−", "-")) for char in chars})


def is_capitals(text: str) -> bool:
    """Whether (nearly) all letters are capitals: two at least, one small letter in ten forgiven to OCR."""
    small, large = sum(map(str.islower, text)), sum(map(str.isupper, text))
    return large >= 2 and small * 10 <= large
