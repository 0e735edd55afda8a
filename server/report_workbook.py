"""The report as a workbook: its sums and every line."""

from collections.abc import Callable, Sequence
from io import BytesIO
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from server.report_sums import Report
from server.reports import Line


def workbook(made: Report, found: Sequence[Line], zone: str, title: str, named: Callable[[str], str]) -> bytes:
    """The report as .xlsx: one sheet of sums, one of lines. `named` puts codes (states, classes, fields, reasons) into words."""
    book = Workbook()
    sums = book.active
    assert isinstance(sums, Worksheet)
    sums.title = "Tổng hợp"
    _row(sums, [title], bold=True)
    _row(sums, [f"Địa bàn: {made.area}"])
    header = ["", "Lượt phát × loa", "Phút dự kiến", "Phút đã phát", "Phát xong", "Không phát được", "Chưa báo"]
    groups = (
        ("Tổng số", [made.total]),
        ("Theo địa bàn", made.by_area),
        ("Theo loại tin", made.by_priority),
        ("Theo lĩnh vực", made.by_field),
        ("Theo người soạn", made.by_author),
        ("Theo cụm loa", made.by_speaker),
        ("Theo ngày", made.by_day),
        ("Theo tháng", made.by_month),
    )
    for name, group in groups:
        sums.append([])
        _row(sums, [name, *header[1:]], bold=True)
        for one in group:
            _row(
                sums,
                [
                    named(one.name),
                    one.occurrences,
                    one.planned_minutes,
                    one.aired_minutes,
                    one.played,
                    one.failed,
                    one.unknown,
                ],
            )
    sums.append([])
    _row(sums, ["Lý do không phát được", "Số lượt"], bold=True)
    for reason, times in made.failures.items():
        _row(sums, [": ".join(named(part) for part in reason.split(" ", 1)), times])
    sums.column_dimensions["A"].width = 44
    detail = book.create_sheet("Chi tiết")
    _row(
        detail,
        [
            "Giờ phát",
            "Bản tin",
            "Địa bàn",
            "Cụm loa",
            "Loại tin",
            "Lĩnh vực",
            "Người soạn",
            "Kết quả",
            "Lý do",
            "Giây dự kiến",
            "Giây đã phát",
        ],
        bold=True,
    )
    for line in found:
        local = line.due_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)
        codes = (line.priority.name, line.field)
        seconds = (round(line.planned_ms / 1000), round(line.aired_ms / 1000))
        _row(
            detail,
            [
                local,
                line.title,
                line.area,
                line.speaker,
                *map(named, codes),
                line.author,
                named(line.state),
                named(line.reason),
                *seconds,
            ],
        )
    detail.freeze_panes = "A2"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _row(sheet: Worksheet, values: Sequence[object], *, bold: bool = False) -> None:
    """Append a row; a text that begins like a formula stays a text."""
    sheet.append([_plain(value) for value in values])
    for cell in sheet[sheet.max_row]:
        if isinstance(cell.value, str):
            cell.data_type = "s"
        if bold:
            cell.font = Font(bold=True)


def _plain(value: object) -> object:
    """Without the control characters that a sheet cannot hold."""
    return "".join(char for char in value if char >= " ") if isinstance(value, str) else value
