"""The written text of a paragraph: insertions in, deletions, field codes and hidden text out, each run with its font."""

from collections.abc import Iterator
from typing import Any

from reading.extraction.fonts import Run
from reading.extraction.word.package import MC, W
from reading.extraction.word.styles import Styles, is_on

_DROPPED = {
    f"{W}del",
    f"{W}moveFrom",
    f"{W}delText",
    f"{W}instrText",
    f"{W}pPr",
    f"{W}rPr",
    f"{W}txbxContent",
    f"{W}commentReference",
    f"{MC}Fallback",
}
_SIGNS = {
    f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}cr": "\n", f"{W}br": "\n", f"{W}noBreakHyphen": "-",
    # In a .VnTime run the soft hyphen's code is the letter "ư"; elsewhere cleaning takes it out.
    f"{W}softHyphen": "\u00ad",
}  # fmt: skip


def runs(paragraph: Any, chain: list[Any], styles: Styles) -> Iterator[tuple[Run, bool]]:
    """The visible runs of `paragraph` in order, each with whether it is bold. Text boxes are left to `boxes`."""
    for run in _runs(paragraph):
        if is_on(styles.run_property(run, chain, "vanish")):
            continue
        text = "".join(_text(run))
        if is_on(styles.run_property(run, chain, "caps")):
            text = text.upper() if text.isascii() else text
        if text:
            yield Run(text, styles.font(run, chain)), is_on(styles.run_property(run, chain, "b"))


def boxes(paragraph: Any) -> list[Any]:
    """The contents of text boxes anchored in `paragraph`, outermost only, each once."""
    out: list[Any] = []
    for box in paragraph.iter(f"{W}txbxContent"):
        ancestors = {ancestor.tag for ancestor in box.iterancestors()}
        inner = any(ancestor in out for ancestor in box.iterancestors(f"{W}txbxContent"))
        if f"{MC}Fallback" not in ancestors and not inner:
            out.append(box)
    return out


def _runs(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag in _DROPPED:
            continue
        if child.tag == f"{W}r":
            yield child
        elif child.tag != f"{W}p":
            yield from _runs(child)


def _text(run: Any) -> Iterator[str]:
    for child in run:
        if child.tag == f"{W}t":
            yield child.text or ""
        elif child.tag == f"{W}sym":
            yield _symbol(child)
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]


def _symbol(element: Any) -> str:
    try:
        return chr(int(element.get(f"{W}char", ""), 16))
    except ValueError:
        return ""
