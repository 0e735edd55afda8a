"""PDF: the text layer with its fonts and places; pages without one go through OCR."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from reading.errors import UnreadableDocumentError
from reading.extraction.cleaning import clean, squeeze
from reading.extraction.fonts import Converter, Run
from reading.extraction.limits import Limits
from reading.extraction.ocr import OCR_WARNING, recognise
from reading.extraction.page import Page, Row, Segment, paragraphs_of, rows_of
from reading.extraction.paragraph import Extracted, RawParagraph
from reading.extraction.tables import Cell, Table

_FEW_CHARACTERS = 50
_OCR_DPI = 200
_PAGE_NUMBER = re.compile(r"[-–—\s]*(trang\s*)?\d{1,3}(\s*/\s*\d{1,3})?[-–—\s]*", re.IGNORECASE)
_BOLD = re.compile(r"bold|black|heavy|,b|-b$", re.IGNORECASE)
_BROKEN = "Tệp PDF bị hỏng, không đọc được. Hãy xuất lại PDF từ Word, hoặc gửi tệp .docx."
# pdfminer lets out whatever a broken file makes it trip over.
_PDF_ERRORS = (
    PDFException,
    PSException,
    PdfminerException,
    MalformedPDFException,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    OSError,
)


def read_pdf(path: Path, folder: Path, limits: Limits) -> Extracted:
    """The paragraphs of the PDF at `path`. Raises UnreadableDocumentError where it is broken, locked or too long."""
    document = _open(path)
    count = len(document)
    if count == 0:
        raise UnreadableDocumentError(_BROKEN)
    if count > limits.pages:
        raise UnreadableDocumentError(
            f"Tệp PDF có {count} trang, quá giới hạn {limits.pages} trang của đài. Hãy tách lấy phần cần phát rồi gửi lại."
        )
    scanned = [at for at in range(count) if _is_scanned(document, at)]
    if len(scanned) > limits.ocr_pages:
        raise UnreadableDocumentError(
            f"Tệp PDF có {len(scanned)} trang ảnh quét, quá giới hạn {limits.ocr_pages} trang. "
            "Hãy tách lấy phần cần phát rồi gửi lại."
        )
    converter = Converter()
    pages = _text_pages(path, set(range(count)) - set(scanned), converter)
    for at in scanned:
        pages[at] = recognise(_render(document, at), folder, limits)
    empty = [at + 1 for at in scanned if not pages[at].rows]
    paragraphs = converter.mend(paragraphs_of(_without_furniture([pages[at] for at in range(count)])))
    only_scans = len(scanned) - len(empty) > 0 and len(scanned) == count
    encoding = "OCR" if only_scans else converter.encoding + (" + OCR" if len(scanned) > len(empty) else "")
    warnings = []
    if len(scanned) > len(empty):
        warnings.append(OCR_WARNING)
    if empty and len(empty) < count:
        warnings.append(f"Không có chữ nào ở trang {', '.join(map(str, empty))}.")
    return Extracted(
        paragraphs=tuple(paragraphs),
        encoding=encoding,
        pages=count,
        warnings=tuple(warnings),
        format="pdf-scan" if only_scans else None,
    )


def _open(path: Path) -> Any:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise UnreadableDocumentError(
                "Tệp PDF được đặt mật khẩu nên không đọc được. Hãy mở bằng mật khẩu, in ra PDF mới không mật khẩu rồi gửi lại."
            ) from error
        raise UnreadableDocumentError(_BROKEN) from error


def _is_scanned(document: Any, at: int) -> bool:
    """No text of its own, or hardly any beside a picture."""
    try:
        page = document[at]
        characters = sum(char.isalnum() for char in page.get_textpage().get_text_bounded())
        pictures = page.get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3)
        return characters == 0 or (characters < _FEW_CHARACTERS and next(iter(pictures), None) is not None)
    except pypdfium2.PdfiumError:
        return True


def _render(document: Any, at: int) -> Any:
    try:
        page = document[at]
        longest_in = max(page.get_size()) / 72
        dpi = min(_OCR_DPI, 4000 / max(longest_in, 0.1))  # a poster is not rendered larger than a page
        return page.render(scale=dpi / 72, grayscale=True).to_pil()
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise UnreadableDocumentError(_BROKEN) from error


def _text_pages(path: Path, wanted: set[int], converter: Converter) -> dict[int, Page]:
    if not wanted:
        return {}
    try:
        with (
            path.open("rb") as file,
            pdfplumber.open(file) as plumber,
        ):  # of a broken file pdfplumber leaves its own open
            return {at: _text_page(plumber.pages[at], converter) for at in sorted(wanted)}
    except _PDF_ERRORS as error:
        raise UnreadableDocumentError(_BROKEN) from error


def _text_page(page: Any, converter: Converter) -> Page:
    tables = [
        table for table in page.find_tables() if len(table.rows) > 1 and max(len(row.cells) for row in table.rows) > 1
    ]
    words = page.extract_words(x_tolerance_ratio=0.2, y_tolerance=2, return_chars=True)
    outside = [word for word in words if not any(_inside(word, table.bbox) for table in tables)]
    rows = rows_of(_segments(outside, converter))
    for table in tables:
        x0, top, x1, bottom = table.bbox
        rows.append(Row((Segment("", x0, x1, top, bottom),), table=_grid(table, words, converter)))
    page.close()
    return Page(tuple(sorted(rows, key=lambda row: row.top)), float(page.width))


def _inside(word: dict[str, Any], box: Sequence[float]) -> bool:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _segments(words: Sequence[dict[str, Any]], converter: Converter) -> Iterator[Segment]:
    """Words of one line joined until a gap wider than justified text leaves."""
    line: list[dict[str, Any]] = []
    for word in sorted(words, key=lambda w: (round(w["bottom"] / 3), w["x0"])):
        if line and _same_line(line[-1], word):
            line.append(word)
            continue
        if line:
            yield _segment(line, converter)
        line = [word]
    if line:
        yield _segment(line, converter)


def _same_line(before: dict[str, Any], word: dict[str, Any]) -> bool:
    height = before["bottom"] - before["top"]
    gap = word["x0"] - before["x1"]
    return bool(abs(word["bottom"] - before["bottom"]) < 0.4 * height and -1 < gap < 1.6 * height)


def _segment(words: Sequence[dict[str, Any]], converter: Converter) -> Segment:
    return Segment(
        text=_text(words, converter),
        x0=min(word["x0"] for word in words),
        x1=max(word["x1"] for word in words),
        top=min(word["top"] for word in words),
        bottom=max(word["bottom"] for word in words),
        bold=all(_BOLD.search(char["fontname"]) is not None for word in words for char in word["chars"]),
    )


def _text(words: Sequence[dict[str, Any]], converter: Converter) -> str:
    runs: list[Run] = []
    for at, word in enumerate(words):
        if at:
            runs.append(Run(" ", runs[-1].font))
        runs += [Run(char["text"], char["fontname"]) for char in word["chars"]]
    return squeeze(clean(converter.text(runs)))


def _grid(table: Any, words: Sequence[dict[str, Any]], converter: Converter) -> Table:
    """The ruled table as a grid; a cell over several columns or rows is repeated as a continuation."""
    lefts = sorted({round(cell[0]) for row in table.rows for cell in row.cells if cell})
    boxes = sorted({cell for row in table.rows for cell in row.cells if cell}, key=lambda box: (box[1], box[0]))
    grid: list[tuple[Cell, ...]] = []
    for row in table.rows:
        top, bottom = row.bbox[1], row.bbox[3]
        middle = (top + bottom) / 2
        cells: list[Cell] = []
        for left in lefts:
            box = next((b for b in boxes if b[0] - 2 <= left < b[2] - 2 and b[1] - 1 <= middle <= b[3] + 1), None)
            if box is None:
                cells.append(Cell(paragraphs=()))
                continue
            inner = [word for word in words if _inside(word, box)]
            lines = [
                RawParagraph(text=r.text.replace("\t", " "), bold=all(s.bold for s in r.segments))
                for r in rows_of(_segments(inner, converter))
            ]
            cells.append(Cell(paragraphs=tuple(lines), continues_left=left > box[0] + 2, continues_up=top > box[1] + 2))
        grid.append(tuple(cells))
    return Table(rows=tuple(grid))


def _without_furniture(pages: Sequence[Page]) -> list[Page]:
    """Page numbers and running heads marked as such: at the edge of the page, a number or the same on several pages."""
    edges = [{row.text for row in (*page.rows[:2], *page.rows[-2:]) if row.table is None} for page in pages]
    repeated = {
        text
        for text, times in Counter(text for edge in edges for text in edge).items()
        if times > 1 and times * 2 >= len(pages)
    }
    return [_marked(page, repeated if number > 0 else set()) for number, page in enumerate(pages)]


def _marked(page: Page, repeated: set[str]) -> Page:
    last = len(page.rows) - 1
    rows: list[Row] = []
    for at, row in enumerate(page.rows):
        numbers = at in {0, last} and _PAGE_NUMBER.fullmatch(row.text) is not None
        runs = at in {0, 1, last - 1, last} and row.text in repeated
        rows.append(replace(row, furniture=True) if row.table is None and (numbers or runs) else row)
    return Page(tuple(rows), page.width)
