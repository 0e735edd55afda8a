"""Places on a page to reading order: wrapped paragraphs, two-column head and foot, what goes on over a page break."""

from reading.extraction.layout import classify_blocks
from reading.extraction.page import Page, Row, Segment, paragraphs_of, rows_of
from reading.extraction.paragraph import RawParagraph
from reading.extraction.tables import Cell, Table

WIDTH = 595.0


def line(text, top, x0=85.0, x1=538.0, **more):
    return Segment(text, x0, x1, top, top + 14, **more)


def page(*segments, furniture=()):
    rows = [Row(row.segments, furniture=row.text in furniture) for row in rows_of(segments)]
    return Page(tuple(rows), WIDTH)


def texts(*pages):
    return [p.text for p in paragraphs_of(pages)]


def test_full_lines_are_joined_and_an_indented_one_begins_anew():
    found = texts(
        page(
            line("Ủy ban nhân dân xã thông báo đến toàn thể bà con về việc", 100, x0=113),
            line("thu gom rác thải trên địa bàn.", 118, x1=300),
            line("Đề nghị các thôn nghiêm túc thực hiện kế hoạch số 12/KH-", 136, x0=113),
            line("UBND của xã.", 154, x1=200),
        )
    )
    assert found == [
        "Ủy ban nhân dân xã thông báo đến toàn thể bà con về việc thu gom rác thải trên địa bàn.",
        "Đề nghị các thôn nghiêm túc thực hiện kế hoạch số 12/KH-UBND của xã.",
    ]


def test_a_paragraph_goes_on_over_the_page_number():
    first = page(
        line("Bà con các thôn đưa trẻ đi tiêm phòng đúng lịch, mang theo", 700),
        line("3", 800, x0=290, x1=300),
        furniture={"3"},
    )
    second = page(line("sổ tiêm chủng.", 60, x1=200))
    assert texts(first, second) == ["Bà con các thôn đưa trẻ đi tiêm phòng đúng lịch, mang theo sổ tiêm chủng.", "3"]


def test_letterhead_in_two_columns_whose_lines_stand_at_different_heights():
    found = paragraphs_of(
        [
            page(
                line("UBND XÃ MƯỜNG LẠN", 60, 90, 240),
                line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 57, 270, 530),
                line("Độc lập - Tự do - Hạnh phúc", 75, 320, 480),
                line("Số: 3/TB-UBND", 95, 120, 210),
                line("Mường Lạn, ngày 3 tháng 2 năm 2026", 97, 300, 520),
                line("THÔNG BÁO", 130, 260, 360),
            )
        ]
    )
    kinds = [str(block.kind) for block in classify_blocks(found)]
    assert kinds == ["issuer", "document_number", "motto", "motto", "place_date", "title"]


def test_a_foot_cut_by_the_page_is_one_foot():
    first = page(
        line("Nội dung thông báo.", 700, x1=300),
        line("Nơi nhận:", 740, 85, 150),
        line("TM. ỦY BAN NHÂN DÂN", 740, 350, 500),
        line("- Các thôn;", 760, 85, 160),
        line("CHỦ TỊCH", 760, 390, 460),
    )
    second = page(line("- Lưu: VT.", 60, 85, 150), line("Lò Văn An", 62, 390, 460))
    blocks = classify_blocks(paragraphs_of([first, second]))
    assert [(str(b.kind), b.text) for b in blocks[1:]] == [
        ("recipients", "Nơi nhận:"),
        ("recipients", "- Các thôn;"),
        ("recipients", "- Lưu: VT."),
        ("signature", "TM. ỦY BAN NHÂN DÂN"),
        ("signature", "CHỦ TỊCH"),
        ("signature", "Lò Văn An"),
    ]


def table(*rows):
    return Table(rows=tuple(tuple(Cell(paragraphs=(RawParagraph(text=text),)) for text in row) for row in rows))


def test_a_table_cut_by_the_page_is_one_table():
    header = ("Thôn", "Ngày", "Nội dung")
    first = Row(
        (line("", 600),), table=table(header, ("Nà Ít", "thứ hai", "họp"), ("Nà Cà", "thứ ba", "tiêm phòng cho"))
    )
    second = Row((line("", 60),), table=table(header, ("Nà Lốc", "thứ tư", "dọn đường")))
    third = Row((line("", 60),), table=table(("", "", "và phát quang"), ("Nà Mò", "thứ năm", "bầu trưởng thôn")))
    rows = [p.cells for p in paragraphs_of([Page((row,), WIDTH) for row in (first, second, third)])]
    assert rows == [
        header,
        ("Nà Ít", "thứ hai", "họp"),
        ("Nà Cà", "thứ ba", "tiêm phòng cho"),
        ("Nà Lốc", "thứ tư", "dọn đường và phát quang"),
        ("Nà Mò", "thứ năm", "bầu trưởng thôn"),
    ]
