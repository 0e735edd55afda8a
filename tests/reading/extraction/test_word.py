"""What Word keeps beside the plain words: numbering, merged cells, changes, boxes, notes, hidden text, legacy fonts."""

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image

from reading.document import BlockKind
from reading.extraction.layout import classify_blocks
from reading.extraction.limits import DEFAULT
from reading.extraction.readers import read_document
from reading.extraction.word.reader import read_word


@pytest.fixture
def word():
    return docx.Document()


def saved(word, tmp_path):
    path = tmp_path / "van-ban.docx"
    word.save(str(path))
    return path


def blocks(word, tmp_path):
    return classify_blocks(read_word(saved(word, tmp_path), DEFAULT).paragraphs)


def texts(word, tmp_path):
    return [f"{block.marker} {block.text}".strip() for block in blocks(word, tmp_path)]


def numbered(word, levels, items):
    """Paragraphs in a list made of `levels` (format, text); each item is (level, text)."""
    numbering = word.part.numbering_part.element
    body = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (form, text) in enumerate(levels)
    )
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{body}</w:abstractNum>'))
    num = numbering.add_num(77)
    for level, text in items:
        add_item(word, num.numId, level, text)
    return numbering


def add_item(word, num_id, level, text):
    paragraph = word.add_paragraph(text)
    properties = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{num_id}"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(parse_xml(properties))


def test_numbers_of_lists_are_counted_as_word_shows_them(word, tmp_path):
    levels = [("upperRoman", "%1."), ("decimal", "%2."), ("lowerLetter", "%3)"), ("bullet", "-")]
    items = [
        (0, "Mục đích chung"),
        (1, "Một"),
        (2, "A nhỏ"),
        (2, "B nhỏ"),
        (3, "Gạch"),
        (1, "Hai"),
        (2, "Lại từ a"),
        (0, "Yêu cầu"),
        (1, "Lại từ một"),
    ]
    numbered(word, levels, items)
    word.paragraphs[0].insert_paragraph_before("Các việc cần làm như sau:")
    assert texts(word, tmp_path)[1:] == [
        "I. Mục đích chung", "1. Một", "a) A nhỏ", "b) B nhỏ", "- Gạch", "2. Hai", "a) Lại từ a", "II. Yêu cầu", "1. Lại từ một",
    ]  # fmt: skip


def test_numbers_of_several_levels_and_a_restart(word, tmp_path):
    numbering = numbered(
        word, [("decimal", "%1."), ("decimal", "%1.%2.")], [(0, "Một."), (1, "Một một."), (1, "Một hai."), (0, "Hai.")]
    )
    again = numbering.add_num(77)
    again.add_lvlOverride(0).add_startOverride(1)
    add_item(word, again.numId, 0, "Lại từ đầu.")
    assert texts(word, tmp_path) == ["1. Một.", "1.1. Một một.", "1.2. Một hai.", "2. Hai.", "1. Lại từ đầu."]


def test_insertions_count_and_deletions_do_not(word, tmp_path):
    paragraph = word.add_paragraph("Họp lúc ")
    paragraph._p.append(
        parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="a"><w:r><w:delText>7 giờ</w:delText></w:r></w:del>')
    )
    paragraph._p.append(parse_xml(f'<w:ins {nsdecls("w")} w:id="2" w:author="a"><w:r><w:t>8 giờ</w:t></w:r></w:ins>'))
    paragraph.add_run(" sáng.")
    assert texts(word, tmp_path) == ["Họp lúc 8 giờ sáng."]


def test_hidden_text_and_field_codes_stay_out(word, tmp_path):
    paragraph = word.add_paragraph("Thấy được.")
    paragraph.add_run(" Không thấy.").font.hidden = True
    paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}><w:instrText>PAGE \\* MERGEFORMAT</w:instrText></w:r>"))
    assert texts(word, tmp_path) == ["Thấy được."]


def test_links_and_content_controls_are_read(word, tmp_path):
    paragraph = word.add_paragraph("Xem ")
    paragraph._p.append(parse_xml(f"<w:hyperlink {nsdecls('w')}><w:r><w:t>cổng thông tin</w:t></w:r></w:hyperlink>"))
    control = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>Trong ô điều khiển.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    word.element.body.insert(1, parse_xml(control))
    assert texts(word, tmp_path) == ["Xem cổng thông tin", "Trong ô điều khiển."]


def test_a_text_box_is_read_once(word, tmp_path):
    box = "<w:txbxContent><w:p><w:r><w:t>Chữ trong khung.</w:t></w:r></w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    paragraph = word.add_paragraph("Trước khung.")
    choices = f"<mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    alternative = f"<mc:AlternateContent>{choices}</mc:AlternateContent>"
    paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')} {mc}>{alternative}</w:r>"))
    assert texts(word, tmp_path) == ["Trước khung.", "Chữ trong khung."]


def test_running_heads_and_page_numbers_are_furniture(word, tmp_path):
    word.add_paragraph("Thân văn bản.")
    word.sections[0].header.paragraphs[0].text = "UBND xã Khuổi Nằn"
    word.sections[0].footer.paragraphs[0].text = "Trang 1"
    found = [(str(block.kind), block.text) for block in blocks(word, tmp_path)]
    assert found == [
        ("page_furniture", "UBND xã Khuổi Nằn"),
        ("paragraph", "Thân văn bản."),
        ("page_furniture", "Trang 1"),
    ]


def test_headings_by_style_and_centred_bold_title(word, tmp_path):
    title = word.add_paragraph()
    title.add_run("Lịch cấp nước tháng bảy").bold = True
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    word.add_heading("Khu vực một", 2)
    word.add_paragraph("Từ 6h đến 8h.")
    assert [(str(b.kind), b.level) for b in blocks(word, tmp_path)] == [("title", 0), ("heading", 1), ("paragraph", 0)]


def table(word, rows):
    made = word.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(made.add_row().cells, row, strict=True):
            cell.text = text
    return made


def test_a_header_of_two_rows_and_a_row_that_counts_columns(word, tmp_path):
    made = table(
        word, [["Thôn", "Thời gian", ""], ["", "Ngày", "Giờ"], ["(1)", "(2)", "(3)"], ["Nà Ít", "thứ hai", "7h"]]
    )
    made.cell(0, 1).merge(made.cell(0, 2)).text = "Thời gian"
    made.cell(0, 0).merge(made.cell(1, 0)).text = "Thôn"
    found = blocks(word, tmp_path)
    assert found[0].cells == ("Thôn", "Thời gian Ngày", "Thời gian Giờ")
    assert found[1].kind is BlockKind.PAGE_FURNITURE
    assert (found[2].cells, found[2].header) == (("Nà Ít", "thứ hai", "7h"), found[0].cells)


def test_a_row_merged_across_is_a_line_of_its_own(word, tmp_path):
    made = table(word, [["Thôn", "Ngày", "Giờ"], ["Khu vực phía bắc", "", ""], ["Nà Ít", "thứ hai", "7h"]])
    made.cell(1, 0).merge(made.cell(1, 2))
    found = blocks(word, tmp_path)
    assert (found[1].kind, found[1].text) == (BlockKind.PARAGRAPH, "Khu vực phía bắc")
    assert found[2].header == ("Thôn", "Ngày", "Giờ")


def test_a_table_without_header_and_a_nested_one(word, tmp_path):
    made = table(word, [["Ông Lò Văn An", "0912345678"], ["Bà Lò Thị Inh", "0987654321"]])
    inner = made.cell(1, 1).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "trực", "đêm"
    found = blocks(word, tmp_path)
    assert [block.header for block in found] == [(), ()]
    assert found[0].cells == ("Ông Lò Văn An", "0912345678")
    assert found[1].cells[1] == "0987654321 trực | đêm"


def test_one_column_of_frame_is_no_table(word, tmp_path):
    table(word, [["Chú ý: trời rét đậm."], ["Bà con giữ ấm."]])
    assert [str(block.kind) for block in blocks(word, tmp_path)] == ["paragraph", "paragraph"]


def run(paragraph, text, font):
    added = paragraph.add_run(text)
    added.font.name = font
    return added


def test_fonts_mixed_in_one_line_are_converted_each_by_its_own(word, tmp_path):
    paragraph = word.add_paragraph()
    run(paragraph, "ñy ban nh©n d©n ", ".VnTimeH")
    run(paragraph, "x· Nµ C¸, ", ".VnTime")
    run(paragraph, "xaõ Khuoåi Naèn, ", "VNI-Times")
    run(paragraph, "xã Bình Yên", "Times New Roman")
    found = read_word(saved(word, tmp_path), DEFAULT)
    assert found.paragraphs[0].text == "ỦY BAN NHÂN DÂN xã Nà Cá, xã Khuổi Nằn, xã Bình Yên"
    assert found.encoding == "TCVN3 (.VnTimeH) + VNI (VNI-Times) + Unicode"


def test_a_letter_and_its_mark_in_two_runs_of_vni(word, tmp_path):
    paragraph = word.add_paragraph()
    run(paragraph, "thoâng ba", "VNI-Times")
    run(paragraph, "ùo", "VNI-Times").font.bold = True
    assert texts(word, tmp_path) == ["thông báo"]


def test_unicode_typed_in_a_legacy_font_is_left_alone(word, tmp_path):
    run(word.add_paragraph(), "Ủy ban nhân dân xã Bản Lầu thông báo", ".VnTime")
    assert texts(word, tmp_path) == ["Ủy ban nhân dân xã Bản Lầu thông báo"]


def test_legacy_letters_in_a_font_whose_name_says_nothing(word, tmp_path):
    for line in ("Th«ng b¸o lÞch häp d©n", "KÝnh mêi bµ con ®Õn ®óng giê"):
        run(word.add_paragraph(), line, "Arial")
    found = read_word(saved(word, tmp_path), DEFAULT)
    assert [p.text for p in found.paragraphs] == ["Thông báo lịch họp dân", "Kính mời bà con đến đúng giờ"]
    assert found.encoding == "TCVN3"


def test_the_soft_hyphen_of_tcvn3_is_a_letter(word, tmp_path):
    paragraph = word.add_paragraph()
    added = run(paragraph, "Chñ tÞch x· tr", ".VnTime")
    added._r.append(parse_xml(f"<w:softHyphen {nsdecls('w')}/>"))
    added._r.append(parse_xml(f"<w:t {nsdecls('w')}>ëng</w:t>"))
    assert texts(word, tmp_path) == ["Chủ tịch xã trưởng"]


def test_pictures_are_said_to_be_left_out(word, tmp_path):
    picture = tmp_path / "a.png"
    Image.new("L", (40, 40), 200).save(picture)
    word.add_paragraph("Có hình kèm theo.")
    word.add_picture(str(picture))
    document = read_document(saved(word, tmp_path), "van-ban.docx", DEFAULT, tmp_path)
    assert any("1 hình ảnh" in warning for warning in document.warnings)


@pytest.mark.tesseract
def test_a_scan_pasted_into_word_is_recognised(word, documents, tmp_path):
    word.add_picture(str(documents / "cong-van-lu.scan.jpg"))
    document = read_document(saved(word, tmp_path), "van-ban.docx", DEFAULT, tmp_path)
    assert document.encoding == "OCR"
    assert any(block.text.startswith("Kính gửi: Trưởng các thôn") for block in document.blocks)


def test_symbols_of_wingdings_become_bullets(word, tmp_path):
    word.add_paragraph("Bà con mang theo:")
    item = word.add_paragraph()
    item._p.append(
        parse_xml(
            f'<w:r {nsdecls("w")}><w:sym w:font="Wingdings" w:char="F0A7"/><w:t xml:space="preserve"> Căn cước</w:t></w:r>'
        )
    )
    found = blocks(word, tmp_path)[1]
    assert (found.marker, found.text) == ("•", "Căn cước")
