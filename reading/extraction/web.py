"""HTML: the visible text in order, tables as tables."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from reading.errors import UnreadableDocumentError
from reading.extraction.encoding import decode
from reading.extraction.fonts import Converter, Run
from reading.extraction.paragraph import Alignment, Extracted, RawParagraph
from reading.extraction.tables import Cell, Table, flatten

_INVISIBLE = frozenset(
    [
        "script",
        "style",
        "head",
        "title",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "select",
        "textarea",
        "button",
        "input",
    ]
)
_FURNITURE = frozenset({"nav", "footer", "header", "aside"})
_BLOCKS = _FURNITURE | {
    "p", "div", "section", "article", "main", "body", "html", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "center",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "td", "th", "thead", "tbody", "tfoot", "caption", "figure", "figcaption",
    "hr", "address", "fieldset", "form",
}  # fmt: skip
_ALIGNMENTS: dict[str, Alignment] = {"left": "left", "center": "center", "right": "right", "justify": "justify"}
_STYLE_ALIGN = re.compile(r"text-align\s*:\s*(\w+)")
_STYLE_FONT = re.compile(r"font-family\s*:\s*[\"']?([^;,\"']+)")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all")
_BROKEN = "Trang web (.html) bị hỏng, không đọc được. Hãy chép nội dung vào Word rồi gửi lại."
_DEPTH = 150


def read_web(data: bytes) -> Extracted:
    """The paragraphs of an HTML file. Raises UnreadableDocumentError where it cannot be parsed or holds no element."""
    decoded = decode(data)
    if decoded is None:
        raise UnreadableDocumentError(_BROKEN)
    text, encoding = decoded
    parser = lxml_html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocumentError(_BROKEN) from error
    walk = _Walk()
    paragraphs = walk.converter.mend(list(walk.blocks(root, RawParagraph(text=""), 0)))
    legacy = walk.converter.encoding
    return Extracted(paragraphs=paragraphs, encoding=encoding if legacy == "Unicode" else legacy)


class _Walk:
    def __init__(self) -> None:
        self.converter = Converter()

    def blocks(self, element: Any, hints: RawParagraph, depth: int) -> Iterator[RawParagraph]:
        """Paragraphs under a block element; inline content between blocks makes paragraphs of its own."""
        runs: list[tuple[Run, bool]] = []

        def flush() -> Iterator[RawParagraph]:
            text = self.converter.text([run for run, _ in runs])
            if text.strip():
                bold = all(bold for run, bold in runs if run.text.strip())
                yield replace(hints, text=text, bold=bold)
            runs.clear()

        for part in self._parts(element, "", bold=False, depth=depth):
            if isinstance(part, tuple):
                runs.append(part)
                continue
            yield from flush()
            yield from self._block(part, hints, depth + 1)
        yield from flush()

    def _block(self, element: Any, hints: RawParagraph, depth: int) -> Iterator[RawParagraph]:
        tag = element.tag
        if tag == "table":
            found = flatten(self._table(element, depth))
            yield from (replace(p, furniture=True) for p in found) if hints.furniture else found
            return
        level = int(tag[1]) - 1 if tag in {"h1", "h2", "h3", "h4", "h5", "h6"} else None
        inner = replace(
            hints,
            alignment=_alignment(element) or hints.alignment,
            heading=level,
            furniture=hints.furniture or tag in _FURNITURE,
            marker="",
            level=None,
        )
        if tag in {"ol", "ul"}:
            yield from self._list(element, inner, depth)
            return
        yield from self.blocks(element, inner, depth)

    def _list(self, element: Any, hints: RawParagraph, depth: int) -> Iterator[RawParagraph]:
        number = int(element.get("start", "1")) if element.get("start", "1").isdigit() else 1
        kind = element.get("type", "1")
        level = sum(ancestor.tag in {"ol", "ul"} for ancestor in element.iterancestors())
        for child in element:
            if child.tag != "li":
                if isinstance(child.tag, str):
                    yield from self._block(child, hints, depth + 1)
                continue
            marker = _marker(number, kind) if element.tag == "ol" else "-"
            number += 1
            for paragraph in self.blocks(child, hints, depth + 1):
                own = not paragraph.marker and marker and not paragraph.cells
                yield replace(paragraph, marker=marker, level=level) if own else paragraph
                marker = "" if own else marker

    def _parts(self, element: Any, font: str, *, bold: bool, depth: int) -> Iterator[Any]:
        """Runs of text, and block elements, as they follow each other under `element`."""
        if depth > _DEPTH:
            raise UnreadableDocumentError(_BROKEN)
        if element.text:
            yield Run(_flowing(element, element.text), font), bold
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in _INVISIBLE or _HIDDEN.search(child.get("style", "")):
                pass
            elif tag == "br":
                yield Run("\n", font), bold
            elif tag in _BLOCKS:
                yield child
            else:
                strong = (
                    bold
                    or tag in {"b", "strong"}
                    or re.search(r"font-weight\s*:\s*(bold|[6-9]00)", child.get("style", "")) is not None
                )
                yield from self._parts(child, _font(child) or font, bold=strong, depth=depth + 1)
            if child.tail:
                yield Run(_flowing(element, child.tail), font), bold

    def _table(self, element: Any, depth: int) -> Table:
        rows: list[tuple[Cell, ...]] = []
        pending: dict[int, tuple[int, Cell]] = {}
        header_rows = 0
        for row in element.iter("tr"):
            if next(row.iterancestors("table")) is not element:
                continue
            cells: list[Cell] = []
            elements = [cell for cell in row if cell.tag in {"td", "th"}]
            for cell_element in elements:
                _fill(cells, pending)
                paragraphs = tuple(
                    self.blocks(cell_element, RawParagraph(text="", alignment=_alignment(cell_element)), depth + 1)
                )
                if cell_element.tag == "th":
                    paragraphs = tuple(replace(p, bold=True) for p in paragraphs)
                cell = Cell(paragraphs=paragraphs)
                for offset in range(_span(cell_element, "colspan")):
                    placed = replace(cell, continues_left=offset > 0)
                    if _span(cell_element, "rowspan") > 1:
                        pending[len(cells)] = (_span(cell_element, "rowspan") - 1, replace(placed, continues_up=True))
                    cells.append(placed)
            _fill(cells, pending)
            all_headers = bool(elements) and all(cell.tag == "th" for cell in elements)
            if header_rows == len(rows) and (all_headers or row.getparent().tag == "thead"):
                header_rows += 1
            rows.append(tuple(cells))
        return Table(rows=tuple(rows), header_rows=header_rows if header_rows < len(rows) else 0)


def _fill(cells: list[Cell], pending: dict[int, tuple[int, Cell]]) -> None:
    while len(cells) in pending:
        left, cell = pending.pop(len(cells))
        if left > 1:
            pending[len(cells)] = (left - 1, cell)
        cells.append(cell)


def _span(element: Any, name: str) -> int:
    value = element.get(name, "1")
    return min(int(value), 60) if value.isdigit() and len(value) < 4 and int(value) > 0 else 1


def _flowing(element: Any, text: str) -> str:
    return text if element.tag == "pre" else re.sub(r"\s+", " ", text)


def _font(element: Any) -> str:
    styled = _STYLE_FONT.search(element.get("style", ""))
    return str(element.get("face", "") if element.tag == "font" else styled[1].strip() if styled else "")


def _alignment(element: Any) -> Alignment | None:
    styled = _STYLE_ALIGN.search(element.get("style", ""))
    value = styled[1] if styled else "center" if element.tag == "center" else element.get("align", "")
    return _ALIGNMENTS.get(value.lower())


def _marker(number: int, kind: str) -> str:
    if kind in {"a", "A"} and number <= 26:
        return f"{chr(ord(kind) + number - 1)})"
    return f"{number}."
