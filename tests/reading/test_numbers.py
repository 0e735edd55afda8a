"""Numbers in words, in each dialect."""

import pytest

from reading import Dialect, read_line
from reading.numbers import cardinal, say_number
from reading.syllables import is_syllable

NORTH = Dialect()


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        (0, "không"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi bốn"),
        (101, "một trăm linh một"),
        (110, "một trăm mười"),
        (1005, "một nghìn không trăm linh năm"),
        (2026, "hai nghìn không trăm hai mươi sáu"),
        (1_500_000, "một triệu năm trăm nghìn"),
        (1_000_005, "một triệu không trăm linh năm"),
        (2_000_000_000, "hai tỷ"),
        (7_500_000_000_000, "bảy nghìn năm trăm tỷ"),
    ],
)
def test_cardinals(number, spoken):
    assert cardinal(number, NORTH) == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("4,5", "bốn phẩy năm"),
        ("0,05", "không phẩy không năm"),
        ("3,75", "ba phẩy bảy mươi lăm"),
        ("1.015,75", "một nghìn không trăm mười lăm phẩy bảy mươi lăm"),
        ("1,500,000", "một triệu năm trăm nghìn"),
        ("05", "năm"),
        ("007", "không không bảy"),
        ("3,14159", "ba phẩy một bốn một năm chín"),
        ("1.2.3", None),
    ],
)
def test_written_numbers(written, spoken):
    assert say_number(written, NORTH) == spoken


def test_dialects():
    south = Dialect(thousand="ngàn", zero_ten="lẻ", four_after_tens="tư", letters="south")
    assert cardinal(1124, south) == "một ngàn một trăm hai mươi tư"
    assert cardinal(105, south) == "một trăm lẻ năm"
    assert read_line("ST25", dialect=south).spoken == "ét tê hai mươi lăm"
    assert read_line("độ mặn 4‰", dialect=south).spoken == "độ mặn bốn phần ngàn"
    assert read_line("ngày 2/9", dialect=Dialect(first_days="mùng")).spoken == "ngày mùng hai tháng chín"


@pytest.mark.parametrize("word", ["nghiêng", "quốc", "gì", "giếng", "khuỷu", "oanh", "yêu", "ƯỚC", "xoong", "quyết"])
def test_syllables(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["UBND", "bot", "VAC", "fa", "Zalo", "nghaf", "hoccc", "ắk", "tàá"])
def test_no_syllables(word):
    assert not is_syllable(word)
