"""Every encoding Vietnamese was ever typed in, recognised by what reads as Vietnamese."""

import subprocess
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading.extraction.cleaning import clean, fold
from reading.extraction.encoding import decode, repair
from reading.extraction.syllables import is_syllable
from reading.extraction.wrapping import unwrap

TEXT = (
    "Ủy ban nhân dân xã thông báo: từ ngày 5 đến ngày 10 tháng 6, các hộ gia đình đưa trẻ đi uống vắc xin tại trạm y tế.\n"
    "Mỗi hộ được hỗ trợ một triệu rưỡi. Những ai chưa đăng ký thì gặp trưởng thôn; phải giữ giấy hẹn, kẻo lỡ đợt, lỡ cữ."
)
# What TCVN3 types: capitals with a tone only as small letters.
TCVN3_TEXT = TEXT.replace("Ủy", "ủy")


def iconv(text: str, charset: str) -> bytes:
    return subprocess.run(
        ["iconv", "-f", "UTF-8", "-t", charset], input=text.encode(), capture_output=True, check=True
    ).stdout


@pytest.mark.parametrize(
    ("data", "text", "name"),
    [
        (TEXT.encode(), TEXT, "UTF-8"),
        (TEXT.encode("utf-8-sig"), TEXT, "UTF-8"),
        (unicodedata.normalize("NFD", TEXT).encode(), TEXT, "UTF-8"),
        (TEXT.encode("utf-16"), TEXT, "UTF-16"),
        (TEXT.encode("utf-16-be"), TEXT, "UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), TEXT, "UTF-16"),
        (iconv(TEXT, "CP1258"), TEXT, "Windows-1258"),
        (iconv(TEXT, "VISCII"), TEXT, "VISCII"),
        (iconv(TCVN3_TEXT, "TCVN"), TCVN3_TEXT, "TCVN3"),
        (b"Chi co chu thuong, khong dau.", "Chi co chu thuong, khong dau.", "UTF-8"),
    ],
    ids=["utf-8", "bom", "nfd", "utf-16", "utf-16 bare", "utf-16-be", "cp1258", "viscii", "tcvn3", "ascii"],
)
def test_decode(data, text, name):
    assert decode(data) == (text, name)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("Thoâng baùo veà vieäc tieâm phoøng", "Thông báo về việc tiêm phòng"),
        ("ÑOÄC LAÄP - TÖÏ DO - HAÏNH PHUÙC", "ĐỘC LẬP - TỰ DO - HẠNH PHÚC"),
        (
            "phaúng laëng, saün saøng, kyõ löôõng, thuûy thuû, nghæ ngôi, ñòa baøn",
            "phẳng lặng, sẵn sàng, kỹ lưỡng, thủy thủ, nghỉ ngơi, địa bàn",
        ),
    ],
)
def test_vni_in_bytes_and_pasted_as_unicode(typed, text):
    assert decode(typed.encode("cp1252")) == (text, "VNI")
    assert decode(typed.encode()) == (text, "VNI (UTF-8)")


def test_tcvn3_pasted_as_unicode_with_capitals():
    typed = "CéNG HßA X· HéI CHñ NGHÜA VIÖT NAM\n§éc lËp - Tù do - H¹nh phóc\nUBND x· KHUæI N»N th«ng b¸o"
    assert repair(typed) == (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nUBND xã KHUỔI NẰN thông báo",
        "TCVN3",
    )


@pytest.mark.parametrize(
    "text", [TEXT, "Café, résumé à la carte, señor Muñoz", "xã Nà Ít", "½ kg ¼ ha 5 m² ± 2 °C", "Крым 北京"]
)
def test_good_text_is_never_repaired(text):
    assert repair(text) is None


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x00" * 500, b"\x89\x01\x02\x03" * 100])
def test_what_is_no_text(data):
    assert decode(data) is None


@pytest.mark.parametrize(
    "word", ["nghiêng", "Khuỷu", "quyết", "gì", "giếng", "ĐƯỜNG", "ỷ", "oằn", "thuở", "huơ", "Loan", "rượu"]
)
def test_syllables(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["nghiềc", "mòc", "fà", "ấấ", "bạnh́", "wớ", "tñn", "kzà"])
def test_no_syllables(word):
    assert not is_syllable(word)


def test_clean_takes_out_what_nobody_sees():
    assert clean("a\u200bb\u00adc\u00a0d\ufeff\u202e\x07e\r\nf\x0bg\ud800") == "abc de\nf\ng"


@given(st.text())
def test_clean_is_final_and_fold_keeps_places(text):
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned) == cleaned
    assert len(fold(cleaned)) == len(cleaned)
    cleaned.encode()


def test_lines_broken_at_a_width_are_joined_and_others_are_not():
    wrapped = [
        "Ủy ban nhân dân xã Khuổi Nằn thông báo đến toàn thể bà con nhân dân về",
        "việc thu gom rác thải sinh hoạt trên địa bàn xã từ ngày mai cho đến hết",
        "tháng sáu năm nay.",
        "1. Thời gian: buổi sáng.",
        "2. Địa điểm: nhà văn hóa các thôn, riêng thôn Nà Ít tập trung tại đầu",
        "cầu treo.",
        "",
        "Đề nghị bà con thực hiện.",
    ]
    assert unwrap(wrapped) == [
        " ".join(wrapped[:3]),
        wrapped[3],
        " ".join(wrapped[4:6]),
        wrapped[7],
    ]
    whole = [" ".join(wrapped[:3]), "Đề nghị bà con thực hiện nghiêm túc.", "Xin cảm ơn."]
    assert unwrap(whole) == whole
