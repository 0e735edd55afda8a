"""Which part each line plays, for the ways letterhead, foot and lists are really typed, pasted and scanned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading.document import UNREAD_KINDS, BlockKind
from reading.extraction import RawParagraph, classify_blocks
from reading.extraction.cleaning import clean

HEAD = ["issuer", "document_number", "motto", "motto", "place_date"]


def parts(text: str, **hints) -> list[tuple[str, str]]:
    lines = [RawParagraph(text=line, **hints) for line in text.strip("\n").split("\n")]
    return [(str(block.kind), f"{block.marker} {block.text}".strip()) for block in classify_blocks(lines)]


def kinds(text: str) -> list[str]:
    return [kind for kind, _ in parts(text) if kind != "page_furniture"]


@pytest.mark.parametrize(
    "text",
    [
        # one under another, as a phone copies it
        """UBND XÃ BÌNH YÊN
Số: 5/TB-UBND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
---------------
Bình Yên, ngày 5 tháng 1 năm 2026
THÔNG BÁO""",
        # halves parted by tabs
        """UBND XÃ BÌNH YÊN\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
________\tĐộc lập - Tự do - Hạnh phúc
Số: 5/TB-UBND\tBình Yên, ngày 5 tháng 1 năm 2026
THÔNG BÁO""",
        # halves parted by runs of spaces
        """UBND XÃ BÌNH YÊN          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                              Độc lập - Tự do - Hạnh phúc
Số: 5/TB-UBND              Bình Yên, ngày 5 tháng 1 năm 2026
THÔNG BÁO""",
        # run together by OCR, with slips
        """UBND XÃ BÌNH YÊN CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập- Tự do -Hạnh phúc
Số: 5/TB-UBND Bình Yên, ngày 5 tháng 1 năm 2026
THÔNG BÁO""",
        # blanks still to be filled in
        """UBND XÃ BÌNH YÊN
Số:      /TB-UBND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập – Tự do – Hạnh phúc
Bình Yên, ngày     tháng 1 năm 2026
THÔNG BÁO""",
    ],
    ids=["lines", "tabs", "spaces", "ocr", "blanks"],
)
def test_letterhead_however_it_is_typed(text):
    found = kinds(text)
    assert sorted(found[:-1]) == sorted(HEAD)
    assert found[-1] == "title"


def test_the_party_has_its_own_head_and_numbers():
    text = (
        "ĐẢNG BỘ TỈNH SƠN LA\nCHI BỘ BẢN LUN\n*\nSố 04-TB/CB\nĐẢNG CỘNG SẢN VIỆT NAM\n"
        "Sơn La, ngày 01 tháng 02 năm 2026\nTHÔNG BÁO"
    )
    assert kinds(text) == ["issuer", "issuer", "document_number", "motto", "place_date", "title"]


def test_the_subject_under_the_number_is_read_as_title():
    text = (
        "UBND XÃ A LƯỚI\nSố: 9/UBND\nV/v phòng, chống rét cho gia súc\n"
        "A Lưới, ngày 9 tháng 12 năm 2026\nKính gửi: Trưởng các thôn."
    )
    assert kinds(text) == ["issuer", "document_number", "title", "place_date", "paragraph"]


@pytest.mark.parametrize(
    "foot",
    [
        "Nơi nhận:\n- Như trên;\n- Lưu: VT.\nTM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\n(Đã ký)\nNông Văn Hải",
        "Nơi nhận:\tTM. ỦY BAN NHÂN DÂN\n- Như trên;\tKT. CHỦ TỊCH\n- Lưu: VT.\tPHÓ CHỦ TỊCH\n\t(Đã ký)\n\tNông Văn Hải",
        (
            "Nơi nhận:          TM. ỦY BAN NHÂN DÂN\n- Như trên;        KT. CHỦ TỊCH\n- Lưu: VT.        PHÓ CHỦ TỊCH\n"
            "                              (Đã ký)\n                         Nông Văn Hải"
        ),
    ],
    ids=["lines", "tabs", "spaces"],
)
def test_recipients_and_signature_however_they_are_typed(foot):
    found = parts(f"THÔNG BÁO\nĐề nghị bà con thực hiện./.\n{foot}")
    assert found[:2] == [("title", "THÔNG BÁO"), ("paragraph", "Đề nghị bà con thực hiện./.")]
    assert found[2:] == [
        ("recipients", "Nơi nhận:"),
        ("recipients", "- Như trên;"),
        ("recipients", "- Lưu: VT."),
        ("signature", "TM. ỦY BAN NHÂN DÂN"),
        ("signature", "KT. CHỦ TỊCH"),
        ("signature", "PHÓ CHỦ TỊCH"),
        ("signature", "(Đã ký)"),
        ("signature", "Nông Văn Hải"),
    ]


@pytest.mark.parametrize(
    "block",
    [
        "TUQ. CHỦ TỊCH\nCHÁNH VĂN PHÒNG\n(Đã ký)\nVàng A Sùng",
        "TM. ĐẢNG ỦY\nBÍ THƯ\nTriệu Thị Mùi",
        "TRƯỞNG THÔN\n(Ký, ghi rõ họ tên)\nHoàng Văn Tài",
        "Trưởng ban\nĐặng Thị Hoa",
        "TRƯỞNG CÔNG AN XÃ\n(Đã ký)\nThiếu tá Lò Văn Sơn",
        "Lũng Cú, ngày 3 tháng 2 năm 2026\nNGƯỜI LÀM ĐƠN\n(Ký tên)\nGiàng Mí Pó",
    ],
)
def test_signature_blocks(block):
    found = kinds(f"THÔNG BÁO\nMời bà con dự họp lúc 19h30 tại nhà văn hóa.\n{block}")
    assert found[:2] == ["title", "paragraph"]
    assert set(found[2:]) <= {"signature", "place_date"}
    assert found[-1] == "signature"


@pytest.mark.parametrize(
    "line",
    [
        "Nơi nhận hồ sơ: Bộ phận một cửa UBND xã.",
        "Nơi nhận quà: nhà văn hóa thôn Nà Ít.",
        "Thứ hai, ngày 3 tháng 6 năm 2026",
        "Kính gửi: Toàn thể bà con nhân dân",
        "Chủ tịch UBND xã yêu cầu các thôn thực hiện nghiêm.",
        "Trưởng thôn báo cáo trước 16 giờ hằng ngày.",
        "Số điện thoại: 0912 345 678",
        "Số tiền 1.500.000 đồng/hộ.",
        "Lưu ý: mang theo căn cước công dân.",
        "Độc lập dân tộc gắn liền với chủ nghĩa xã hội.",
        "Nguyễn Văn Nam, sinh năm 1990, đạt giải nhất.",
        "-5°C đến 2°C ở vùng núi cao.",
        "TM hỗ trợ 20 triệu đồng cho mỗi hộ dân.",
    ],
)
def test_what_only_looks_like_a_formality_is_read(line):
    found = parts(f"THÔNG BÁO\nVề việc tiêm phòng\nKính thưa bà con!\n{line}\nMong bà con thực hiện tốt.\nXin cảm ơn.")
    assert [text for kind, text in found if BlockKind(kind) not in UNREAD_KINDS][3] == line


def test_the_stamp_of_a_digital_signature_is_furniture_and_its_look_alike_is_read():
    stamp = (
        "Người ký: Ủy ban nhân dân xã Mường Lạn\nEmail: muonglan@sonla.gov.vn\nThời gian ký: 03.06.2026 10:11:12 +07:00"
    )
    assert kinds(f"{stamp}\nTHÔNG BÁO\nMời bà con đi họp.") == ["title", "paragraph"]
    assert kinds("THÔNG BÁO\nNgười ký: các chủ hộ.\nThời gian ký: từ 7h30.") == ["title", "paragraph", "paragraph"]


def test_body_after_a_signature_is_read_again():
    text = (
        "THÔNG BÁO\nNội dung.\nTM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\n(Đã ký)\nLò Văn An\n"
        "PHỤ LỤC\nDanh sách các thôn như sau.\nThôn Nà Ít."
    )
    assert kinds(text)[-3:] == ["heading", "paragraph", "paragraph"]


@pytest.mark.parametrize(
    ("line", "marker", "text"),
    [
        ("1. Thời gian: 7h30", "1.", "Thời gian: 7h30"),
        ("a) Hộ nghèo", "a)", "Hộ nghèo"),
        ("2.1. Mức hỗ trợ theo nghị quyết.", "2.1.", "Mức hỗ trợ theo nghị quyết."),
        ("- Thôn Nà Ít;", "-", "Thôn Nà Ít;"),
        ("+ 20 hộ nghèo", "+", "20 hộ nghèo"),
        ("• Mang theo CCCD", "•", "Mang theo CCCD"),
        ("đ) Các hộ khác", "đ)", "Các hộ khác"),
        ("1/ Đối tượng", "1/", "Đối tượng"),
    ],
)
def test_list_markers(line, marker, text):
    [*_, block] = classify_blocks([RawParagraph(text="Bà con lưu ý:"), RawParagraph(text=line)])
    assert (block.kind, block.marker, block.text) == (BlockKind.LIST_ITEM, marker, text)


@pytest.mark.parametrize(
    "line", ["1.500 đồng một cân", "19h30 tối nay họp", "-5°C", "24/7 trực ban", "3,5 tấn thóc", "V. I. Lê-nin"]
)
def test_what_is_no_marker(line):
    [block] = classify_blocks([RawParagraph(text="x"), RawParagraph(text=line)])[1:]
    assert f"{block.marker} {block.text}".strip() == line
    assert block.marker in {"", "V."}


def test_depth_of_lists():
    text = "Bà con lưu ý:\n1. Một\n- hai\n+ ba\n- bốn\n2. Năm"
    blocks = classify_blocks([RawParagraph(text=line) for line in text.split("\n")])
    assert [block.level for block in blocks[1:]] == [0, 1, 2, 1, 0]


def test_a_pasted_table_becomes_rows_with_their_header():
    text = "Lịch họp của các thôn như sau:\nThôn\tNgày\tGiờ\nNà Ít\tthứ hai\t7h\nNà Cà\tthứ ba\t8h\nĐề nghị đi đủ."
    blocks = classify_blocks([RawParagraph(text=line) for line in text.split("\n")])
    assert [str(block.kind) for block in blocks] == ["paragraph", "table_row", "table_row", "table_row", "paragraph"]
    assert blocks[1].cells == ("Thôn", "Ngày", "Giờ")
    assert blocks[1].header == blocks[1].cells
    assert blocks[3].cells == ("Nà Cà", "thứ ba", "8h")
    assert blocks[3].header == ("Thôn", "Ngày", "Giờ")


FORMALITIES = [
    "UBND XÃ KHUỔI NẰN", "Số: 1/TB-UBND", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "THÔNG BÁO", "Kính gửi: bà con", "1. Một",
    "Nơi nhận:", "- Lưu: VT.", "TM. UBND XÃ", "CHỦ TỊCH", "(Đã ký)", "Lò Văn An", "a\tb\tc", "x   y", "-----", "./.",
    "Nơi nhận:\tCHỦ TỊCH", "\tLò Văn An",
]  # fmt: skip
LINES = st.lists(st.one_of(st.text(max_size=60), st.sampled_from(FORMALITIES)), max_size=14)


@given(LINES)
def test_no_letter_or_digit_of_any_text_is_lost(lines):
    blocks = classify_blocks([RawParagraph(text=line) for line in lines])
    written = sorted(char for line in lines for char in clean(line) if char.isalnum() and char.isprintable())
    found = sorted(
        char for block in blocks for char in block.marker + block.text if char.isalnum() and char.isprintable()
    )
    assert found == written
