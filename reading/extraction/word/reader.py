"""A .docx walked in the order of its body: paragraphs, lists, tables, text boxes, notes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from reading.errors import UnreadableDocumentError
from reading.extraction.fonts import Converter
from reading.extraction.limits import Limits
from reading.extraction.paragraph import Extracted, RawParagraph
from reading.extraction.tables import Cell, Table, flatten
from reading.extraction.word.numbering import Numbering
from reading.extraction.word.package import MC, Package, W, open_package
from reading.extraction.word.runs import boxes, runs
from reading.extraction.word.styles import Styles, is_on

_WRAPPERS = {
    f"{W}sdt",
    f"{W}sdtContent",
    f"{W}customXml",
    f"{W}smartTag",
    f"{W}ins",
    f"{W}moveTo",
    f"{MC}AlternateContent",
    f"{MC}Choice",
}
_DEPTH = 12


def read_word(path: Path, limits: Limits) -> Extracted:
    """The paragraphs of the .docx at `path`. Raises UnreadableDocumentError where it is damaged, locked or too long."""
    package = open_package(path, limits)
    pages = _pages(package)
    if pages > limits.pages:
        raise UnreadableDocumentError(
            f"Văn bản dài khoảng {pages} trang, quá giới hạn {limits.pages} trang của đài. Hãy tách lấy phần cần phát rồi gửi lại."
        )
    limits.check_length(sum(len(element.text or "") for element in package.document.iter(f"{W}t")))
    walk = _Walk(package)
    head = [
        replace(p, furniture=True, part=None) for part in package.headers if part is not None for p in walk.blocks(part)
    ]
    body = list(walk.blocks(package.document.find(f"{W}body")))
    foot = [
        replace(p, furniture=True, part=None) for part in package.footers if part is not None for p in walk.blocks(part)
    ]
    paragraphs = [*_once(head), *body, *_once(foot)]
    return Extracted(
        paragraphs=walk.converter.mend(paragraphs),
        encoding=walk.converter.encoding,
        pages=pages or None,
        warnings=tuple(_warnings(package)),
        pictures=package.pictures,
    )


def _pages(package: Package) -> int:
    """As the file states, or as many as its page breaks make, whichever is more."""
    breaks = sum(element.get(f"{W}type") == "page" for element in package.document.iter(f"{W}br"))
    before = sum(is_on(element) for element in package.document.iter(f"{W}pageBreakBefore"))
    rendered = sum(1 for _ in package.document.iter(f"{W}lastRenderedPageBreak"))
    made = max(breaks + before, rendered)
    return max(package.stated_pages, made + 1 if made else 0)


def _warnings(package: Package) -> Iterator[str]:
    if package.has_macros:
        yield "Tệp có chứa macro (mã lệnh). Đài chỉ lấy phần chữ; macro không được chạy và đã bị bỏ."
    count = len(package.pictures)
    if count:
        yield f"Văn bản có {count} hình ảnh; chữ nằm trong hình không được đọc."


def _once(paragraphs: list[RawParagraph]) -> list[RawParagraph]:
    seen: set[str] = set()
    out: list[RawParagraph] = []
    for paragraph in paragraphs:
        text = paragraph.text.strip() or " | ".join(paragraph.cells)
        if text and text not in seen:
            seen.add(text)
            out.append(replace(paragraph, text=text, cells=(), header=()))
    return out


class _Walk:
    def __init__(self, package: Package) -> None:
        self.converter = Converter()
        self._styles = Styles.of(package.styles)
        self._numbering = Numbering.of(package.numbering)
        notes = package.footnotes.findall(f"{W}footnote") if package.footnotes is not None else []
        self._notes = {note.get(f"{W}id"): note for note in notes}

    def blocks(self, parent: Any, depth: int = 0) -> Iterator[RawParagraph]:
        """Paragraphs and table rows under `parent`."""
        if depth > _DEPTH:
            return
        for child in parent:
            if child.tag == f"{W}p":
                yield from self._paragraph(child, depth)
            elif child.tag == f"{W}tbl":
                yield from flatten(self._table(child, depth))
            elif child.tag in _WRAPPERS:
                yield from self.blocks(child, depth)

    def _paragraph(self, element: Any, depth: int) -> Iterator[RawParagraph]:
        chain = self._styles.paragraph_chain(element)
        found = list(runs(element, chain, self._styles))
        text = self.converter.text([run for run, _ in found])
        boxed = boxes(element)
        if text.strip():
            number = self._numbering.next(element, chain, self._styles)
            yield RawParagraph(
                text=text,
                alignment=self._styles.alignment(element, chain),
                bold=all(bold for run, bold in found if run.text.strip()),
                marker=number.marker if number else "",
                level=number.level if number else None,
                heading=self._styles.heading(element, chain),
                title=self._styles.is_title(chain),
            )
        for box in boxed:
            yield from self.blocks(box, depth + 1)
        for reference in element.iter(f"{W}footnoteReference"):
            note = self._notes.get(reference.get(f"{W}id"))
            if note is not None:
                yield from self.blocks(note, depth + 1)

    def _table(self, element: Any, depth: int) -> Table:
        rows: list[tuple[Cell, ...]] = []
        header_rows = 0
        for row in _children(element, f"{W}tr"):
            if row.find(f"{W}trPr/{W}del") is not None:
                continue
            if header_rows == len(rows) and is_on(row.find(f"{W}trPr/{W}tblHeader")):
                header_rows += 1
            rows.append(self._row(row, rows[-1] if rows else (), depth))
        return Table(rows=tuple(rows), header_rows=header_rows if header_rows < len(rows) else 0)

    def _row(self, row: Any, above: tuple[Cell, ...], depth: int) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        skipped = row.find(f"{W}trPr/{W}gridBefore")
        cells += [Cell(paragraphs=())] * (_number(skipped) if skipped is not None else 0)
        for element in _children(row, f"{W}tc"):
            span = element.find(f"{W}tcPr/{W}gridSpan")
            merge = element.find(f"{W}tcPr/{W}vMerge")
            up = merge is not None and merge.get(f"{W}val", "continue") == "continue" and len(cells) < len(above)
            paragraphs = above[len(cells)].paragraphs if up else tuple(self.blocks(element, depth + 1))
            cell = Cell(paragraphs=paragraphs, continues_up=up)
            cells.append(cell)
            extra = (_number(span) if span is not None else 1) - 1
            cells += [replace(cell, continues_left=True)] * min(max(extra, 0), 62)
        return tuple(cells)


def _children(element: Any, tag: str) -> Iterator[Any]:
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, tag)


def _number(element: Any) -> int:
    value = element.get(f"{W}val", "")
    return int(value) if value.isdigit() and len(value) < 4 else 1
