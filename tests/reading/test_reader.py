"""A document becomes a script."""

import subprocess
import sys

import pytest

import reading
from reading import Block, BlockKind, Document, SentenceKind, document_from_text, read, read_line

NOTICE = """ỦY BAN NHÂN DÂN
XÃ KHUỔI NẰN
Số: 12/TB-UBND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Khuổi Nằn, ngày 3 tháng 6 năm 2026

THÔNG BÁO
Về việc phun thuốc phòng chống sốt xuất huyết

Thực hiện Kế hoạch số 15/KH-UBND ngày 01/6/2026, UBND xã thông báo:
1. Thời gian: từ 7h30 đến 11h ngày 10/6.
2. Địa điểm: 21/25 thôn.

Nơi nhận:
- Như trên;
- Lưu: VT.
TM. ỦY BAN NHÂN DÂN
KT. CHỦ TỊCH
PHÓ CHỦ TỊCH
Nông Văn Hải
"""


def table_row(*cells, header=()):
    return Block(kind=BlockKind.TABLE_ROW, text=" | ".join(cells), cells=cells, header=header)


def script_of(*blocks):
    return read(Document(name="", format="text", encoding="UTF-8", sha256="0" * 64, blocks=blocks))


def test_the_body_is_read_and_the_frame_is_kept_with_reasons():
    script = read(document_from_text(NOTICE))
    aloud = " ".join(sentence.spoken for sentence in script.aloud)
    assert script.title.startswith("THÔNG BÁO")
    assert "từ bảy giờ ba mươi phút đến mười một giờ ngày mười tháng sáu" in aloud
    assert "Nông Văn Hải" not in aloud
    unread = [sentence for sentence in script.sentences if sentence.kind is SentenceKind.UNREAD]
    assert unread
    assert all(sentence.skipped_reason for sentence in unread)
    assert {"KT. CHỦ TỊCH", "- Lưu: VT."} <= {sentence.written for sentence in unread}


def test_spans_lead_back_to_the_document():
    document = document_from_text(NOTICE)
    for sentence in read(document).sentences:
        block = document.blocks[sentence.block]
        assert block.text[sentence.start : sentence.end] in sentence.written
        for token in sentence.tokens:
            assert sentence.written[token.start : token.end] == token.written


def test_list_items_are_announced_by_their_number():
    script = script_of(Block(kind=BlockKind.LIST_ITEM, marker="2.", text="Địa điểm: nhà văn hóa."))
    (sentence,) = script.sentences
    assert sentence.written == "2. Địa điểm: nhà văn hóa."
    assert sentence.spoken == "hai, Địa điểm: nhà văn hóa."


@pytest.mark.parametrize(
    ("cells", "header", "spoken"),
    [
        (("Nà Ít", "Thứ hai", "7h"), ("Thôn", "Ngày", "Giờ"), "thôn Nà Ít: Thứ hai, bảy giờ"),
        (("1", "Thôn Nà Ít", "25"), ("STT", "Thôn", "Số hộ"), "Thôn Nà Ít: Số hộ hai mươi lăm"),
        (("Bản Cọn", "-", "chiều 5/6"), ("Bản", "Sáng", "Chiều"), "bản Bản Cọn"),
    ],
)
def test_a_table_row_is_a_sentence(cells, header, spoken):
    (sentence,) = script_of(table_row(*cells, header=header)).sentences
    if cells[0].startswith("Bản"):
        assert sentence.spoken == "Bản Cọn: chiều ngày năm tháng sáu"
    else:
        assert sentence.spoken == spoken
    place = 0
    for token in sentence.tokens:
        assert not sentence.written[place : token.start].strip()
        place = max(place, token.end)


def test_the_heading_row_is_not_read_twice():
    header = ("Thôn", "Ngày")
    script = script_of(table_row(*header, header=header), table_row("Nà Ít", "Thứ hai", header=header))
    assert [sentence.aloud for sentence in script.sentences] == [False, True]
    assert script.sentences[0].skipped_reason


def test_long_sentences_are_cut_for_breath():
    text = (
        "Ủy ban nhân dân xã yêu cầu các thôn tổ chức tổng vệ sinh môi trường, khơi thông cống rãnh, "
        "phát quang bụi rậm, thu gom rác thải, "
        "diệt bọ gậy, đồng thời tuyên truyền đến từng hộ gia đình để mọi người cùng thực hiện và cùng giám sát lẫn nhau."
    )
    script = read(document_from_text(text))
    assert len(script.sentences) >= 2
    assert all(len(sentence.spoken.split()) <= 34 for sentence in script.sentences)
    assert [sentence.pause_after for sentence in script.sentences][:-1] == ["clause"] * (len(script.sentences) - 1)
    assert script.sentences[-1].pause_after == "paragraph"
    assert " ".join(sentence.written for sentence in script.sentences) == text


def test_ids_come_from_the_content():
    first, second = read(document_from_text(NOTICE)), read(document_from_text("Thêm một câu.\n\n" + NOTICE))
    ids = {sentence.written: sentence.id for sentence in first.sentences}
    kept = [sentence for sentence in second.sentences if sentence.written in ids]
    assert sum(ids[sentence.written] == sentence.id for sentence in kept) >= len(kept) - 1


def test_equal_sentences_have_different_ids():
    script = read(document_from_text("Xin mời họp.\n\nXin mời họp.\n"))
    assert len({sentence.id for sentence in script.sentences}) == len(script.sentences)


def test_nothing_to_say_is_not_read():
    script = script_of(Block(kind=BlockKind.PARAGRAPH, text="☀ ☁"))
    assert script.aloud == ()
    assert script.sentences[0].skipped_reason
    assert {flag.code for flag in script.sentences[0].flags} == {"unread_symbol"}


def test_a_script_is_json_and_back():
    script = read(document_from_text(NOTICE))
    assert type(script).model_validate_json(script.model_dump_json()) == script


def test_an_unknown_abbreviation_is_spelled_and_offered():
    said = read_line("Ban QXZ họp")
    (flag,) = said.flags
    assert flag.code == "unknown_abbreviation"
    assert said.written[flag.start : flag.end] == "QXZ"
    assert flag.choices[0].spoken in said.spoken


def test_every_public_name_is_there_and_nothing_else():
    assert all(getattr(reading, name) is not None for name in reading.__all__)
    with pytest.raises(AttributeError):
        reading.no_such_name  # noqa: B018 - asking for it is the test


def test_importing_the_room_does_not_load_the_rules():
    code = "import sys, reading.extraction; sys.exit('reading.rules.order' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
