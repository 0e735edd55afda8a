"""The report on paper: A4 with the commune's name, sums, plots and a place to sign."""

import re
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from server.report_sums import Report, Sum

_FONT = "BeVietnamPro"
_FACES = {"": "Regular", "B": "SemiBold"}
_PLANNED, _AIRED, _FAILED = (176, 190, 197), (0, 121, 107), (183, 28, 28)
_INK, _SHADE = (33, 33, 33), (236, 239, 241)
_MARGIN_MM, _PLOT_MM = 16.0, 52.0
_MOST_BARS = 62
"""Days in the plot; above that it is by month."""
_MOST_ROWS = 40
_DATE = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")
_COLUMNS = ("Lượt × loa", "Phút dự kiến", "Phút đã phát", "Phát xong", "Không được", "Chưa báo")


def pdf(made: Report, *, station: str, span: str, printed: str, named: Callable[[str], str]) -> bytes:
    """The report as PDF. `span` (what it covers) and `printed` (the day it is made) are words; `named` as for the workbook."""
    page = _Paper(f"{station} · {made.area} · {span}")
    page.heading(station, made.area, span)
    page.sums([("Tổng số", made.total)])
    by = made.by_day if len(made.by_day) <= _MOST_BARS else made.by_month
    page.minutes(by)
    groups: tuple[tuple[str, Sequence[Sum]], ...] = (
        ("Theo tháng", made.by_month),
        ("Theo địa bàn", made.by_area),
        ("Theo loại tin", made.by_priority),
        ("Theo lĩnh vực", made.by_field),
        ("Theo người soạn (làm căn cứ tính thù lao)", made.by_author),
        ("Theo cụm loa", made.by_speaker),
    )
    for name, group in groups:
        if group:
            page.section(name)
            page.sums([(_short(named(one.name)), one) for one in group[:_MOST_ROWS]])
            if len(group) > _MOST_ROWS:
                page.remark(f"Còn {len(group) - _MOST_ROWS} dòng nữa, xem bảng tính Excel.")
    page.failures({": ".join(named(part) for part in reason.split(" ", 1)): n for reason, n in made.failures.items()})
    page.signatures(printed)
    return bytes(page.output())


class _Paper(FPDF):
    """A4 in the one font that has every Vietnamese letter."""

    def __init__(self, footer: str) -> None:
        super().__init__(format="A4")
        self._footer = footer
        for style, face in _FACES.items():
            self.add_font(_FONT, style, _font_file(face))
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=_MARGIN_MM + 4)
        self.set_text_color(*_INK)
        self.set_title(footer)
        self.set_lang("vi")
        self.add_page()

    def footer(self) -> None:
        """What it is and which page, on every page."""
        self.set_y(-_MARGIN_MM)
        self.set_font(_FONT, size=8)
        self.cell(0, 5, f"{self._footer} · trang {self.page_no()}", align="C")

    def heading(self, station: str, area: str, span: str) -> None:
        """Who reports what."""
        self.set_font(_FONT, "B", 11)
        self._line(area.upper(), 6)
        self.set_font(_FONT, size=10)
        self._line(station, 6)
        self.ln(4)
        self.set_font(_FONT, "B", 17)
        self._line("BÁO CÁO PHÁT THANH", 9)
        self.set_font(_FONT, size=11)
        self._line(span, 7)
        self.ln(3)

    def section(self, text: str) -> None:
        """Of a table or plot, never alone at the foot of a page."""
        if self.will_page_break(30):
            self.add_page()
        self.ln(4)
        self.set_font(_FONT, "B", 11)
        self._line(text, 7)

    def remark(self, text: str) -> None:
        """A word under a table."""
        self.set_font(_FONT, size=8)
        self._line(text, 5)

    def sums(self, rows: Sequence[tuple[str, Sum]]) -> None:
        """One line a sum."""
        self.set_font(_FONT, size=8.5)
        self.set_fill_color(255)
        with self.table(
            col_widths=(52, 19, 22, 22, 19, 21, 19),
            text_align=("LEFT", *("RIGHT",) * 6),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", fill_color=_SHADE),
            line_height=5.2,
        ) as table:
            table.row(("", *_COLUMNS))
            for name, one in rows:
                table.row(
                    (
                        _printable(name), str(one.occurrences), _minutes(one.planned_minutes), _minutes(one.aired_minutes),
                        str(one.played), str(one.failed), str(one.unknown),
                    )
                )  # fmt: skip

    def minutes(self, days: Sequence[Sum]) -> None:
        """Planned beside aired, a pair of bars a day or month."""
        highest = max((max(day.planned_minutes, day.aired_minutes) for day in days), default=0.0)
        if highest <= 0:
            return
        if self.will_page_break(_PLOT_MM + 24):
            self.add_page()
        self.section("Số phút dự kiến và đã phát")
        left, top = self.l_margin + 14, self.get_y() + 2
        bottom, width = top + _PLOT_MM, self.epw - 14
        self._scale(left, top, bottom, highest)
        step = width / len(days)
        self.set_font(_FONT, size=6.5)
        every = -(-len(days) // 16)
        for place, day in enumerate(days):
            x = left + place * step
            for offset, value, colour in ((0.12, day.planned_minutes, _PLANNED), (0.5, day.aired_minutes, _AIRED)):
                height = _PLOT_MM * value / highest
                self.set_fill_color(*colour)
                self.rect(x + offset * step, bottom - height, 0.38 * step, height, style="F")
            if place % every == 0:
                self.set_xy(x, bottom + 1)
                self.cell(max(step, 9), 4, _short(day.name))
        self.set_xy(left, bottom + 6)
        self._key(_PLANNED, "dự kiến")
        self._key(_AIRED, "đã phát")
        self.ln(7)

    def failures(self, reasons: dict[str, int]) -> None:
        """How often what went wrong, as bars that lie."""
        if not reasons:
            return
        self.section("Lý do không phát được")
        most = max(reasons.values())
        self.set_font(_FONT, size=8.5)
        for reason, times in sorted(reasons.items(), key=lambda item: -item[1]):
            if self.will_page_break(6):
                self.add_page()
            y = self.get_y()
            self.cell(88, 5.6, _printable(reason))
            self.set_fill_color(*_FAILED)
            self.rect(self.l_margin + 90, y + 1, (self.epw - 104) * times / most, 3.6, style="F")
            self.set_xy(self.l_margin + self.epw - 12, y)
            self.cell(12, 5.6, str(times), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def signatures(self, printed: str) -> None:
        """Who made it and who answers for it."""
        if self.will_page_break(45):
            self.add_page()
        self.ln(8)
        self.set_font(_FONT, size=9.5)
        self._line(printed, 6, align="R")
        self.set_font(_FONT, "B", 10)
        half = self.epw / 2
        self.cell(half, 6, "NGƯỜI LẬP BÁO CÁO", align="C")
        self.cell(half, 6, "LÃNH ĐẠO ỦY BAN NHÂN DÂN", align="C")
        self.ln(28)

    def _scale(self, left: float, top: float, bottom: float, highest: float) -> None:
        self.set_font(_FONT, size=7)
        self.set_draw_color(*_PLANNED)
        for share in (0.0, 0.5, 1.0):
            y = bottom - (bottom - top) * share
            self.line(left, y, self.l_margin + self.epw, y)
            self.set_xy(self.l_margin, y - 2)
            self.cell(13, 4, _minutes(highest * share), align="R")

    def _key(self, colour: tuple[int, int, int], text: str) -> None:
        self.set_fill_color(*colour)
        self.rect(self.get_x(), self.get_y() + 1, 3, 3, style="F")
        self.set_x(self.get_x() + 4)
        self.set_font(_FONT, size=8)
        self.cell(24, 5, text)

    def _line(self, text: str, height_mm: float, align: str = "L") -> None:
        self.multi_cell(0, height_mm, _printable(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _font_file(face: str) -> Path:
    return Path(str(files("fontpkg_be_vietnam_pro") / "files" / f"{_FONT}-{face}.ttf"))


def _minutes(minutes: float) -> str:
    """In Vietnamese writing: "1.234,5"."""
    return f"{minutes:,.1f}".translate(str.maketrans(",.", ".,"))


def _short(name: str) -> str:
    """A day or month as people write it: "02/11", "11/2026"; anything else stays."""
    match = _DATE.fullmatch(name)
    if match is None:
        return name
    return f"{match[3]}/{match[2]}" if match[3] else f"{match[2]}/{match[1]}"


def _printable(text: str) -> str:
    return "".join(char for char in text if char >= " ")
