"""Dictionaries: layers, conditions, import and export."""

import pytest

from reading import (
    Layer,
    Lexicon,
    Row,
    document_from_text,
    format_table,
    how_it_sounds,
    parse_table,
    read_line,
    scripts_changed_by,
)

NATIONAL = Lexicon.national()


def commune(*rows):
    return NATIONAL.with_rows(Layer.COMMUNE, rows)


def test_the_national_dictionary_is_large_and_every_row_has_a_source():
    rows = NATIONAL.rows(Layer.NATIONAL)
    assert len(rows) >= 400
    assert [row.written for row in rows if not row.source] == []


def test_what_a_row_says_is_left_alone():
    wrong = [
        row.written
        for row in NATIONAL.rows(Layer.NATIONAL)
        if (said := read_line(row.spoken)).spoken != row.spoken or said.flags
    ]
    assert not wrong


def test_the_nearest_layer_wins():
    assert "nhà văn hóa" in read_line("tại NVH thôn").spoken
    near = commune(Row(written="NVH", spoken="nhà văn hóa lớn"))
    assert "nhà văn hóa lớn" in read_line("tại NVH thôn", lexicon=near).spoken
    nearest = near.with_rows(Layer.DOCUMENT, [Row(written="NVH", spoken="Nguyễn Văn Hùng")])
    assert "Nguyễn Văn Hùng" in read_line("tại NVH thôn", lexicon=nearest).spoken


def test_a_near_row_wins_over_a_far_condition():
    near = commune(Row(written="CĐ", spoken="cộng đồng"))
    assert "cộng đồng" in read_line("BCH CĐ xã", lexicon=near).spoken


def test_tokens_name_the_row_that_decided():
    token = next(token for token in read_line("UBND xã").tokens if token.written == "UBND")
    assert token.rule == "dictionary:national:UBND"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("BCH CĐ xã", "công đoàn"),
        ("trường CĐ nghề", "cao đẳng"),
        ("nạn nhân CĐ da cam", "chất độc"),
        ("CT UBND xã", "chủ tịch"),
        ("CT TNHH Bình Minh", "công ty"),
        ("TT Yên Viên", "thị trấn"),
        ("TT Y tế", "trung tâm"),
        ("theo TT số 5", "thông tư"),
        ("ĐH Đảng bộ xã", "đại hội"),
        ("trường ĐH Y", "đại học"),
    ],
)
def test_company_decides_an_ambiguous_abbreviation(written, said):
    reading = read_line(written)
    assert said in reading.spoken
    assert reading.flags == ()


def test_without_company_it_is_flagged_with_its_readings():
    (flag,) = read_line("Báo cáo về CĐ.").flags
    assert flag.code == "ambiguous"
    assert {"công đoàn", "cao đẳng"} <= {choice.spoken for choice in flag.choices}


def test_a_phrase_with_digits_is_one_entry():
    near = commune(Row(written="Tổ 3A Đông", spoken="tổ ba anh hùng"))
    assert read_line("họp Tổ 3A Đông", lexicon=near).spoken == "họp tổ ba anh hùng"


def test_export_and_import_are_inverse():
    rows = NATIONAL.rows(Layer.NATIONAL)
    table = parse_table(format_table(rows))
    assert table.errors == ()
    assert table.rows == rows


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("UBND", "một cột"),
        ("\tủy ban", "Thiếu chữ viết"),
        ("UBND\t", "chưa có cách đọc"),
        ("A5\ta 5", "chữ số 5"),
        ("AB\ta\t\t\t\t\t\tthừa", "8 cột"),
        ("AB\t...", "không có chữ nào"),
        ("AB\t" + "a" * 600, "dài quá"),
        ("AB\ta\x07", "ký tự điều khiển"),
    ],
)
def test_a_wrong_line_is_told_and_the_others_are_taken(line, message):
    table = parse_table(f"chữ viết\tcách đọc\n{line}\nNVH\tnhà văn hóa\n")
    assert [row.written for row in table.rows] == ["NVH"]
    assert [error.line for error in table.errors] == [2]
    assert message in table.errors[0].message


def test_a_row_twice_is_told():
    table = parse_table("NVH\tnhà văn hóa\nNVH\tnhà văn hóa\n")
    assert len(table.rows) == 1
    assert "dòng 1" in table.errors[0].message


def test_comments_and_a_byte_order_mark_are_left_out():
    assert parse_table("\ufeff# của xã\n\nNVH\tnhà văn hóa").rows == (Row(written="NVH", spoken="nhà văn hóa"),)


def test_how_a_row_will_sound():
    sounding = how_it_sounds(Row(written="CLBDV", spoken="câu lạc bộ dân vũ", after=("ra mắt",)))
    assert sounding.spoken == "câu lạc bộ dân vũ"
    assert sounding.example_written == "ra mắt CLBDV"
    assert sounding.example_spoken == "ra mắt câu lạc bộ dân vũ"
    assert sounding.flags == ()
    assert how_it_sounds(Row(written="X", spoken="QXZ")).flags


def test_which_scripts_a_row_changes():
    documents = {
        name: document_from_text(text)
        for name, text in {"a": "Họp tại NVH thôn.", "b": "Họp tại trường.", "c": "NVHX"}.items()
    }
    assert scripts_changed_by(Row(written="NVH", spoken="nhà văn hóa mới"), documents) == ("a",)
    assert scripts_changed_by(Row(written="NVH", spoken="nhà văn hóa"), documents) == ()
