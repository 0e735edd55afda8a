"""Finished Vietnamese sentences, put into another language where they are shown.

The rooms raise and store what they say to people as whole sentences: in a lower room that knows no languages, in a process of
its own, in a row of last year. So the sentence itself is what is looked up. A catalogue has its template, "Mã “{0}” đã có.";
what stands in the gaps is taken out, put into the other language where it is words of ours again (a status, a rule that was
named, another sentence), and set into the translation.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

_GAP = re.compile(r"\{\d+\}")
_VIETNAMESE = re.compile(r"[^\W\d_a-zA-Z]")
_JOINTS = tuple(map(re.compile, (r"((?<=[.!?…])\s+)", r"(;\s+)", r"((?<=:)\s+|,\s+|[()])")))
"""Between sentences, between clauses, between the items of a list."""
_LONGEST, _DEEPEST, _REMEMBERED = 2000, 8, 2000
"""Characters, sentences within sentences, answers."""


class Interpreter:
    """Vietnamese → the language of a catalogue (text → its translation). Of several ways to read a sentence the one that leaves
    least Vietnamese is taken. What was made of no text that it knows comes back as it is, and so does what a person wrote
    between “ and ”.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._templates = sorted(
            ((_GAP.split(text), said) for text, said in texts.items() if _GAP.search(text) or text.startswith(" ")),
            key=lambda template: -sum(map(len, template[0])),  # who says most by itself first
        )
        self._tails = [(pieces, said) for pieces, said in self._templates if pieces[0].startswith(" ") and pieces[-1]]
        self._known = lru_cache(_REMEMBERED)(self._interpret)

    def __call__(self, text: str) -> str:
        """The whole sentence in the other language."""
        return self._known(text, 0)

    def _interpret(self, text: str, depth: int) -> str:
        if text in self._texts or not text or len(text) > _LONGEST or depth > _DEEPEST:
            return self._texts.get(text, text)
        best, left = text, len(text) + 1
        for reading in self._readings(text, depth + 1):
            vietnamese = len(_VIETNAMESE.findall(reading))
            if vietnamese < left:
                best, left = reading, vietnamese
            if not left:
                break
        return best

    def _readings(self, text: str, depth: int) -> Iterator[str]:
        for pieces, said in self._templates:
            values = _values(text, pieces)
            if values is not None:
                yield self._told(pieces, said, values, depth)
        for pieces, said in self._tails:  # what is only ever put after something: " (quy định của {0})"
            start = text.rfind(pieces[0], 1)
            values = _values(text[start:], pieces) if start > 0 else None
            if values is not None:
                yield self._known(text[:start], depth) + self._told(pieces, said, values, depth)
        for joint in _JOINTS:
            parts = joint.split(text)
            if len(parts) > 1:
                parts[::2] = (self._known(part, depth) for part in parts[::2])
                yield "".join(parts)
        yield text

    def _told(self, pieces: list[str], said: str, values: list[str], depth: int) -> str:
        between = zip(values, pieces, pieces[1:], strict=False)
        words = [
            value if before.endswith("“") and after.startswith("”") else self._known(value, depth)
            for value, before, after in between
        ]
        return _GAP.sub(lambda gap: words[int(gap[0][1:-1])], said)


def _values(text: str, pieces: list[str]) -> list[str] | None:
    """What stands between the pieces of a template, each value as short as can be; None where they do not fit."""
    if len(pieces) == 1:
        return [] if text == pieces[0] else None
    first, *middle, last = pieces
    if not (text.startswith(first) and text.endswith(last)):
        return None
    at, end = len(first), len(text) - len(last)
    values = []
    for piece in middle:
        found = text.find(piece, at, max(at, end))
        if found < 0:
            return None
        values.append(text[at:found])
        at = found + len(piece)
    return [*values, text[at:end]] if at <= end else None
