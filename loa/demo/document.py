"""The demo's own document: a notice of a commune that does not exist, laid out as NĐ 30/2020/NĐ-CP asks."""

from datetime import date, timedelta
from pathlib import Path

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from docx.table import _Cell

_CENTRE = WD_ALIGN_PARAGRAPH.CENTER


def write_demo_document(path: Path, today: date) -> None:
    """Write the notice as .docx: letterhead, number, dates, hours, money, a phone number, abbreviations, signature, "Nơi nhận"."""
    day = today + timedelta(days=4)
    document = Document()
    document.styles["Normal"].font.name = "Times New Roman"
    document.styles["Normal"].font.size = Pt(13)
    left, right = _two_columns(document)
    _lines(left, ["UBND XÃ KHUỔI NẰN", "TRẠM Y TẾ", "Số: 45/TB-TYT"])
    _lines(
        right,
        [
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            f"Khuổi Nằn, ngày {today.day} tháng {today.month} năm {today.year}",
        ],
    )
    for text in ("THÔNG BÁO", "Về việc tiêm phòng bệnh dại cho chó, mèo"):
        title = document.add_paragraph()
        title.alignment = _CENTRE
        title.add_run(text).bold = True
    when = f"từ 7h30 đến 11h ngày {day:%d/%m/%Y}, tại nhà văn hóa thôn Nà Ít."
    for text in (
        f"Thực hiện Kế hoạch số 112/KH-UBND, UBND xã tổ chức tiêm phòng {when}",
        "Phí tiêm là 25.000đ/con. Hộ nghèo được miễn phí.",
        "Bà con cần hỏi thêm, gọi số 0912.345.678.",
    ):
        document.add_paragraph(text)
    left, right = _two_columns(document)
    _lines(left, ["Nơi nhận:", "- Các thôn;", "- Lưu: VT."], centred=False)
    _lines(right, ["KT. TRƯỞNG TRẠM", "PHÓ TRƯỞNG TRẠM", "(Đã ký)", "Nông Văn Hải"])
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(path))


def _two_columns(document: DocxDocument) -> tuple[_Cell, _Cell]:
    table = document.add_table(rows=1, cols=2)
    return table.cell(0, 0), table.cell(0, 1)


def _lines(cell: _Cell, lines: list[str], *, centred: bool = True) -> None:
    for number, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.add_run(line)
        if centred:
            paragraph.alignment = _CENTRE
