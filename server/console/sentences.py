"""Finished Vietnamese sentences, put into another language where they are shown.

The rooms raise and store what they say to people as whole sentences: in a lower room that knows no languages, in a process of
its own, in a row of last year. So the sentence itself is what is looked up. A catalogue has its template, "Mã “{0}” đã có.";
what stands in the gaps is taken out, put into the other language where it is words of ours again (a status, a rule that was
named, another sentence), and set into the translation.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

_GAP = re.compile(r"\{\d+\}")
_JOINTS = tuple(map(re.compile, (r"((?<=[.!?…])\s+)", r"(;\s+)", r"((?<=:)\s+|,\s+|[()])")))
"""Between sentences, between clauses, between the items of a list."""
_LONGEST = 4000
_REMEMBERED = 2000


def interpreter(texts: Mapping[str, str]) -> Callable[[str], str]:
    """Vietnamese → the language of a catalogue (text → its translation). What was made of no text that it knows comes back as
    it is, and so does what a person wrote between “ and ”.
    """
    templates = sorted(
        ((_GAP.split(text), said) for text, said in texts.items() if _GAP.search(text) or text.startswith(" ")),
        key=lambda template: -sum(map(len, template[0])),  # of several that fit, the one that says most by itself
    )
    tails = [(pieces, said) for pieces, said in templates if pieces[0].startswith(" ") and pieces[-1]]

    def told(pieces: list[str], said: str, values: list[str]) -> str:
        between = zip(values, pieces, pieces[1:], strict=False)
        words = [
            value if before.endswith("“") and after.startswith("”") else interpret(value)
            for value, before, after in between
        ]
        return _GAP.sub(lambda gap: words[int(gap[0][1:-1])], said)

    @lru_cache(_REMEMBERED)
    def interpret(text: str) -> str:
        if text in texts or not text or len(text) > _LONGEST:
            return texts.get(text, text)
        for pieces, said in templates:
            values = _values(text, pieces)
            if values is not None:
                return told(pieces, said, values)
        for pieces, said in tails:  # what is only ever put after something: " (quy định của {0})"
            start = text.rfind(pieces[0], 1)
            values = _values(text[start:], pieces) if start > 0 else None
            if values is not None:
                return interpret(text[:start]) + told(pieces, said, values)
        parts = next((parts for joint in _JOINTS if len(parts := joint.split(text)) > 1), [])
        parts[::2] = map(interpret, parts[::2])
        return "".join(parts) or text

    return interpret


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
