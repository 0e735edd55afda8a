"""Numbers of lists as a reader sees them: "1.", "a)", "I.", "2.1." from numbering.xml and what was counted before."""

from dataclasses import dataclass, field
from typing import Any

from reading.extraction.word.package import W
from reading.extraction.word.styles import Styles

_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"),
    (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class Number:
    """A resolved number or bullet with its depth."""

    marker: str
    level: int


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    legal: bool = False


@dataclass(slots=True)
class Numbering:
    """Counts through a document, paragraph by paragraph."""

    _lists: dict[str, tuple[str, dict[int, _Level]]]
    _restarts: set[str]
    _counters: dict[str, list[int | None]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, root: Any) -> "Numbering":
        """The lists of "word/numbering.xml"; None gives a document without any."""
        if root is None:
            return cls({}, set())
        abstract = {
            item.get(f"{W}abstractNumId", ""): {
                int(level.get(f"{W}ilvl", "0")): _level(level) for level in item.findall(f"{W}lvl")
            }
            for item in root.findall(f"{W}abstractNum")
        }
        lists: dict[str, tuple[str, dict[int, _Level]]] = {}
        restarts: set[str] = set()
        for num in root.findall(f"{W}num"):
            num_id = num.get(f"{W}numId", "")
            link = num.find(f"{W}abstractNumId")
            abstract_id = link.get(f"{W}val", "") if link is not None else ""
            levels = dict(abstract.get(abstract_id, {}))
            for override in num.findall(f"{W}lvlOverride"):
                at = int(override.get(f"{W}ilvl", "0"))
                own = override.find(f"{W}lvl")
                if own is not None:
                    levels[at] = _level(own)
                start = override.find(f"{W}startOverride")
                if start is not None:
                    base = levels.get(at, _Level())
                    levels[at] = _Level(int(start.get(f"{W}val", "1")), base.form, base.text, base.legal)
                    restarts.add(num_id)
            lists[num_id] = (abstract_id, levels)
        return cls(lists, restarts)

    def next(self, paragraph: Any, chain: list[Any], styles: Styles) -> Number | None:
        """The number of `paragraph`, counted on; None where it is in no list."""
        num_id = self._value(styles.paragraph_property(paragraph, chain, "numPr"), paragraph, chain, "numId")
        if num_id in {None, "0"} or num_id not in self._lists:
            return None
        level_text = self._value(styles.paragraph_property(paragraph, chain, "numPr"), paragraph, chain, "ilvl") or "0"
        at = min(int(level_text), _LEVELS - 1) if level_text.isdigit() else 0
        abstract_id, levels = self._lists[num_id]
        if num_id in self._restarts and num_id not in self._seen:
            self._counters.pop(abstract_id, None)
        self._seen.add(num_id)
        counters = self._counters.setdefault(abstract_id, [None] * _LEVELS)
        level = levels.get(at, _Level())
        current = counters[at]
        counters[at] = level.start if current is None else current + 1
        counters[at + 1 :] = [None] * (_LEVELS - at - 1)
        marker = _marker(levels, counters, at)
        return Number(marker, at) if marker else None

    @staticmethod
    def _value(properties: Any, paragraph: Any, chain: list[Any], tag: str) -> str | None:
        places = [properties, *(style.find(f"{W}pPr/{W}numPr") for style in chain)]
        own = paragraph.find(f"{W}pPr/{W}numPr")
        for place in [own, *places]:
            found = place.find(f"{W}{tag}") if place is not None else None
            if found is not None:
                value: str | None = found.get(f"{W}val")
                return value
        return None


def _level(element: Any) -> _Level:
    def value(tag: str, default: str) -> str:
        found = element.find(f"{W}{tag}")
        return found.get(f"{W}val", default) if found is not None else default

    start = value("start", "1")
    return _Level(
        start=int(start) if start.isdigit() else 1,
        form=value("numFmt", "decimal"),
        text=value("lvlText", ""),
        legal=element.find(f"{W}isLgl") is not None,
    )


def _marker(levels: dict[int, _Level], counters: list[int | None], at: int) -> str:
    level = levels.get(at, _Level())
    if level.form == "none":
        return ""
    if level.form == "bullet":
        text = level.text.strip()
        return text if text in {"-", "–", "—", "+", "*"} else "-" if text in {"\uf02d", "\uf0be"} else "•"
    out = level.text or f"%{at + 1}."
    for depth in range(at + 1):
        other = levels.get(depth, _Level())
        number = counters[depth]
        form = "decimal" if level.legal else other.form
        out = out.replace(f"%{depth + 1}", _formatted(other.start if number is None else number, form))
    return out.strip()


def _formatted(number: int, form: str) -> str:
    if form in {"lowerLetter", "upperLetter"} and number > 0:
        letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters if form == "lowerLetter" else letters.upper()
    if form in {"lowerRoman", "upperRoman"} and 0 < number < 4000:
        out = ""
        for value, sign in _ROMAN:
            out += sign * (number // value)
            number %= value
        return out if form == "upperRoman" else out.lower()
    return f"{number:02d}" if form == "decimalZero" else str(number)
