"""Pictures of text: straightened, then read by tesseract with its Vietnamese model."""

import shutil
import statistics
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageFilter, ImageOps

from reading.errors import ExtractionFailedError
from reading.extraction.cleaning import clean, squeeze
from reading.extraction.limits import Limits
from reading.extraction.markers import split_marker
from reading.extraction.page import Page, Row, Segment, rows_of
from reading.extraction.paragraph import RawParagraph
from reading.extraction.ruling import Grid, find_grids
from reading.extraction.tables import Cell, Table
from reading.extraction.tool import run_tool

OCR_WARNING = (
    "Chữ do máy nhận dạng từ ảnh (OCR) nên có thể sai. Hãy đối chiếu với bản gốc, nhất là tên, số và ngày giờ."
)
_LONGEST_PX = 3400
_DESKEW_PX = 700
_STEPS_DEG = [step / 4 for step in range(-16, 17)]
_UNSURE = 55
_NOISE = 35
"""Percent: where no word of a line is surer than this, tesseract saw specks or a ruled line."""


class _Word(NamedTuple):
    line: tuple[str, str, str]
    x0: int
    top: int
    x1: int
    bottom: int
    sure: float
    text: str


def recognise(image: Image.Image, folder: Path, limits: Limits) -> Page:
    """The rows of text in `image`. Nothing recognised gives a page without rows.

    Raises ExtractionFailedError where tesseract or its Vietnamese model is not installed.
    """
    _require_tesseract(limits)
    prepared = _prepared(image)
    words = _words(prepared, folder, limits)
    if _doubtful(words):
        turned = _turned(prepared, folder, limits)
        if turned is not None:
            other = _words(turned, folder, limits)
            if not _doubtful(other) or len(other) > len(words):
                prepared, words = turned, other
    if _is_noise(words):
        return Page((), float(prepared.width))
    grids, wiped = find_grids(prepared)
    if grids:
        words = _words(wiped, folder, limits)
    return Page(tuple(_rows(words, grids)), float(prepared.width))


def _rows(words: list[_Word], grids: list[Grid]) -> list[Row]:
    """The rows of text, with each ruled table as one row of data in its place."""
    free: list[_Word] = []
    held: dict[int, dict[tuple[int, int], list[_Word]]] = {at: {} for at in range(len(grids))}
    for word in words:
        x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
        place = next(((at, cell) for at, grid in enumerate(grids) if (cell := grid.cell_of(x, y)) is not None), None)
        if place is None:
            free.append(word)
        else:
            held[place[0]].setdefault(place[1], []).append(word)
    rows = rows_of(_segments(free))
    for at, grid in enumerate(grids):
        place_ = Segment("", grid.xs[0], grid.xs[-1], grid.ys[0], grid.ys[-1])
        rows.append(Row((place_,), table=_table(grid, held[at])))
    return sorted(rows, key=lambda row: row.top)


def _table(grid: Grid, held: dict[tuple[int, int], list[_Word]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for row in range(len(grid.ys) - 1):
        cells: list[Cell] = []
        for column in range(len(grid.xs) - 1):
            middle = (grid.xs[column] + grid.xs[column + 1]) / 2, (grid.ys[row] + grid.ys[row + 1]) / 2
            first = grid.cell_of(*middle) or (row, column)
            lines = tuple(RawParagraph(text=r.text.replace("\t", " ")) for r in rows_of(_segments(held.get(first, []))))
            cells.append(Cell(paragraphs=lines, continues_left=first[1] < column, continues_up=first[0] < row))
        rows.append(tuple(cells))
    return Table(rows=tuple(rows))


def _require_tesseract(limits: Limits) -> None:
    program = shutil.which("tesseract")
    if program is None or "vie" not in run_tool([program, "--list-langs"], limits).split():
        raise ExtractionFailedError(
            "Máy của đài chưa cài phần nhận dạng chữ tiếng Việt (OCR) nên chưa đọc được ảnh và PDF quét. "
            "Người quản trị hãy cài gói tesseract-ocr và tesseract-ocr-vie; trong lúc chờ, hãy gửi tệp Word "
            "hoặc chép nội dung vào ô soạn thảo."
        )


def _prepared(image: Image.Image) -> Image.Image:
    grey = ImageOps.exif_transpose(image).convert("L")
    longest = max(grey.size)
    if longest > _LONGEST_PX:
        grey.thumbnail((_LONGEST_PX, _LONGEST_PX))
    elif longest < 1400:  # a small picture from a chat: tesseract wants letters of some 20 pixels
        scale = min(2.5, 2200 / longest)
        grey = grey.resize((int(grey.width * scale), int(grey.height * scale)), Image.Resampling.BICUBIC)
    # Less than a pixel of blur takes the grain out: of twenty noisy pages the worst went from 96.6 to 99.1 % of characters right.
    grey = ImageOps.autocontrast(grey, cutoff=1).filter(ImageFilter.GaussianBlur(0.7))
    angle = _skew(grey)
    return grey.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255) if angle else grey


def _skew(grey: Image.Image) -> float:
    """Degrees to turn so that the lines of text lie level: there the sums of the rows differ most."""
    small = grey.copy()
    small.thumbnail((_DESKEW_PX, _DESKEW_PX))
    ink = ImageOps.invert(small)

    def contrast(angle: float) -> float:
        profile = ink.rotate(angle, resample=Image.Resampling.BILINEAR).resize((1, ink.height), Image.Resampling.BOX)
        return statistics.pvariance(profile.tobytes())

    best = max(_STEPS_DEG, key=lambda angle: (contrast(angle), -abs(angle)))
    return best if contrast(best) > 1.02 * contrast(0) else 0.0


def _words(image: Image.Image, folder: Path, limits: Limits) -> list[_Word]:
    source = folder / "page.png"
    image.save(source, dpi=(200, 200))
    table = run_tool(["tesseract", str(source), "-", "-l", "vie", "--dpi", "200", "--psm", "4", "tsv"], limits)
    out: list[_Word] = []
    for row in table.splitlines()[1:]:
        fields = row.split("\t")
        if len(fields) != 12 or fields[0] != "5":
            continue
        text = clean(fields[11]).strip()
        text = text.strip("|_~ ")
        if text:
            left, top, width, height = (int(field) for field in fields[6:10])
            out.append(
                _Word((fields[2], fields[3], fields[4]), left, top, left + width, top + height, float(fields[10]), text)
            )
    return _without_specks(out)


def _without_specks(words: list[_Word]) -> list[_Word]:
    """Less what lies too flat to be letters: a ruled line, a row of dots, taken for a word."""
    usual = statistics.median(word.bottom - word.top for word in words) if words else 0
    return [
        word for word in words if word.bottom - word.top > 0.35 * usual or not any(char.isalpha() for char in word.text)
    ]


def _doubtful(words: list[_Word]) -> bool:
    return len(words) < 5 or statistics.median(word.sure for word in words) < _UNSURE


def _is_noise(words: list[_Word]) -> bool:
    """A photo of no paper at all still gives a few words, none of them sure."""
    good = sum(
        word.sure >= _UNSURE and any(char.isalpha() for char in word.text) and len(word.text) > 1 for word in words
    )
    return good < 2 or good * 4 < len(words)


def _turned(image: Image.Image, folder: Path, limits: Limits) -> Image.Image | None:
    """The picture set upright where tesseract sees that it lies on its side or its head."""
    source = folder / "page.png"
    found = run_tool(["tesseract", str(source), "-", "--psm", "0"], limits)
    turn = next((line.split(":")[1].strip() for line in found.splitlines() if line.startswith("Rotate:")), "0")
    return image.rotate(-int(turn), expand=True) if turn in {"90", "180", "270"} else None


def _segments(words: list[_Word]) -> list[Segment]:
    """Each line that tesseract sees, parted at gaps wider than justified text leaves."""
    runs: list[list[_Word]] = []
    for word in words:
        if runs and _same_run(runs[-1], word):
            runs[-1].append(word)
        else:
            runs.append([word])
    return [_segment(run) for run in runs if max(word.sure for word in run) >= _NOISE]


def _same_run(run: list[_Word], word: _Word) -> bool:
    height = max(statistics.median(w.bottom - w.top for w in run), word.bottom - word.top)
    marked = len(run) == 1 and split_marker(f"{run[0].text} {word.text}") is not None
    return word.line == run[-1].line and word.x0 - run[-1].x1 <= (4 if marked else 1.8) * height


def _segment(words: list[_Word]) -> Segment:
    middle = statistics.median((word.top + word.bottom) / 2 for word in words)
    height = statistics.median(word.bottom - word.top for word in words)
    text = squeeze(" ".join(word.text for word in words))
    return Segment(text, words[0].x0, max(word.x1 for word in words), middle - height / 2, middle + height / 2)
