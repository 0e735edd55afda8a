"""Where a text is cut: into sentences as written, and into breaths as spoken."""

import re
from collections.abc import Iterator, Sequence

from reading.script import Token

MAX_WRITTEN = 500
"""A sentence longer than this many characters is cut at a space (or, without one, right there): it bounds the rules' work."""
MAX_BREATH = 30
"""Syllables said in one go."""
MIN_BREATH = 7
"""A piece shorter than this is not cut off."""

_END = re.compile(r"[.!?…]+[\"”’)\]]*\s+|\s*\n+\s*")
_NO_END = re.compile(
    r"(?:^|[\s(“\"])(?:[A-ZĐÔa-zđô]|TP|Tp|TX|Tx|TT|Th|ThS|TS|GS|PGS|BS|KS|CN|LS|ĐD|KTS|Đ/c|đ/c|Đ/C|T/M|T/L|K/T|T\.M|KT|"
    r"TM|TL|TUQ|QL|ĐT|Tr|St|Mr|Mrs|Ms|tr|Q|P|H|X|Kp|KP|PCT|PBT|CT|BT|NSND|NSƯT|Km|Đ|sđt|SĐT|VD|vd|[Ss]ố|Bs|Ts|Gs)\.$"
)
_MARKER = re.compile(r"^\s*(?:\(?\d{1,3}(?:\.\d{1,2}){0,3}|[IVXL]{1,6}|[a-zđA-ZĐ]|[-–•+*])[.)]\s*$")
_STRONG = frozenset({";", ":", "."})
_CONJUNCTIONS = frozenset({
    "và", "nhưng", "để", "nhằm", "do", "vì", "mà", "thì", "nên", "hoặc", "khi", "nếu", "đồng", "trong", "bao", "gồm",
    "cũng", "theo", "tại", "với", "về", "của", "cho", "từ",
})  # fmt: skip


def split_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence of a block, without the spaces around it."""
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        if "\n" not in match[0]:
            head = text[max(start, match.start() - 12) : match.start() + 1]
            following = text[end : end + 1]
            if _NO_END.search(head) or _MARKER.match(text[start : match.start() + 1]) or following.islower():
                continue
        yield from _bounded(text, start, end)
        start = end
    yield from _bounded(text, start, len(text))


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > MAX_WRITTEN:
        cut = max(text.rfind(sign, start + MAX_WRITTEN // 2, start + MAX_WRITTEN) for sign in (", ", "; "))
        if cut < 0:
            cut = text.rfind(" ", start + 1, start + MAX_WRITTEN)
        cut = cut + 1 if cut > start else start + MAX_WRITTEN
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        yield start, end


def breaths(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The tokens of one sentence in pieces of at most about MAX_BREATH syllables, cut at clauses."""
    start = 0
    while start < len(tokens):
        cut = _cut(tokens, start)
        yield tokens[start:cut]
        start = cut


def _cut(tokens: Sequence[Token], start: int) -> int:
    """Where the piece that begins at `start` ends."""
    said = 0
    best, best_weight = 0, 0.0
    rest = sum(len(token.spoken.split()) for token in tokens[start : start + 4 * MAX_BREATH])
    if rest <= MAX_BREATH and start + 4 * MAX_BREATH >= len(tokens):
        return len(tokens)
    for index in range(start, len(tokens)):
        token = tokens[index]
        weight = _weight(tokens, index)
        if weight and said >= MIN_BREATH and rest - said >= MIN_BREATH:
            reached = weight * min(1.0, said / (0.6 * MAX_BREATH))
            if reached >= best_weight:
                best, best_weight = index, reached
        said += len(token.spoken.split())
        if said > MAX_BREATH and best:
            return best
    return len(tokens)


def _weight(tokens: Sequence[Token], index: int) -> float:
    """How good a place it is to breathe before `tokens[index]`."""
    if index == 0 or tokens[index].rule == "punctuation":
        return 0.0
    before = tokens[index - 1].spoken
    if before in _STRONG:
        return 1.0
    if before.endswith(","):
        return 0.8
    if tokens[index].rule == "word" and tokens[index].spoken in _CONJUNCTIONS:
        return 0.4 if tokens[index].spoken in {"và", "nhưng", "để", "nhằm", "mà", "hoặc", "khi", "nếu"} else 0.2
    return 0.0
