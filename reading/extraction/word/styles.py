"""Paragraph and run properties as they take effect: own, then the style's, then what it is based on, then the defaults."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reading.extraction.paragraph import Alignment
from reading.extraction.word.package import W

_ALIGNMENTS: dict[str, Alignment] = {
    "left": "left", "start": "left", "center": "center", "right": "right", "end": "right",
    "both": "justify", "distribute": "justify",
}  # fmt: skip
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)


def is_on(element: Any) -> bool:
    """An on/off property: present and not set to "0", "false" or "off"."""
    return element is not None and element.get(f"{W}val", "1") not in {"0", "false", "off", "none"}


@dataclass(slots=True)
class Styles:
    """The style sheet, asked for one property at a time."""

    _by_id: dict[str, Any]
    _default_paragraph: str
    _defaults: Any

    @classmethod
    def of(cls, root: Any) -> "Styles":
        """The styles of "word/styles.xml"; without it nothing is inherited."""
        by_id: dict[str, Any] = {}
        default = ""
        if root is not None:
            for style in root.iter(f"{W}style"):
                by_id[style.get(f"{W}styleId", "")] = style
                if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true"}:
                    default = style.get(f"{W}styleId", "")
        return cls(by_id, default, root.find(f"{W}docDefaults") if root is not None else None)

    def paragraph_chain(self, paragraph: Any) -> list[Any]:
        """The paragraph's style and its ancestors, nearest first."""
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        return list(self._chain(named.get(f"{W}val") if named is not None else self._default_paragraph))

    def _chain(self, style_id: str | None) -> Iterator[Any]:
        seen: set[str] = set()
        while style_id and style_id not in seen and style_id in self._by_id:
            seen.add(style_id)
            style = self._by_id[style_id]
            yield style
            base = style.find(f"{W}basedOn")
            style_id = base.get(f"{W}val") if base is not None else None

    def paragraph_property(self, paragraph: Any, chain: list[Any], tag: str) -> Any:
        """The element `tag` of the paragraph's properties in effect, or None."""
        own = paragraph.find(f"{W}pPr/{W}{tag}")
        if own is not None:
            return own
        return next((found for style in chain if (found := style.find(f"{W}pPr/{W}{tag}")) is not None), None)

    def run_property(self, run: Any, chain: list[Any], tag: str) -> Any:
        """The element `tag` of the run's properties in effect, or None."""
        own = run.find(f"{W}rPr/{W}{tag}")
        if own is not None:
            return own
        named = run.find(f"{W}rPr/{W}rStyle")
        styles = [*self._chain(named.get(f"{W}val") if named is not None else None), *chain]
        found = next((found for style in styles if (found := style.find(f"{W}rPr/{W}{tag}")) is not None), None)
        if found is None and self._defaults is not None:
            found = self._defaults.find(f"{W}rPrDefault/{W}rPr/{W}{tag}")
        return found

    def font(self, run: Any, chain: list[Any]) -> str:
        """The name of the font the run's Latin letters are set in, "" where none is named."""
        fonts = self.run_property(run, chain, "rFonts")
        return "" if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or ""

    def alignment(self, paragraph: Any, chain: list[Any]) -> Alignment | None:
        """How the paragraph is set, None where nothing says so."""
        found = self.paragraph_property(paragraph, chain, "jc")
        return _ALIGNMENTS.get(found.get(f"{W}val", "")) if found is not None else None

    def heading(self, paragraph: Any, chain: list[Any]) -> int | None:
        """Depth of the heading, from 0, by style name or outline level."""
        for style in chain:
            name = style.find(f"{W}name")
            found = _HEADING.fullmatch(name.get(f"{W}val", "")) if name is not None else None
            if found:
                return int(found[1]) - 1
        outline = self.paragraph_property(paragraph, chain, "outlineLvl")
        level = outline.get(f"{W}val", "9") if outline is not None else "9"
        return int(level) if level.isdigit() and int(level) < 9 else None

    @staticmethod
    def is_title(chain: list[Any]) -> bool:
        """Set in the style "Title" or "Subtitle"."""
        names = [style.find(f"{W}name") for style in chain[:1]]
        return any(name is not None and name.get(f"{W}val", "").lower() in {"title", "subtitle"} for name in names)
