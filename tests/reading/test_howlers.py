"""What others said over a loudspeaker. None of it here."""

import pytest

from reading import read_line


@pytest.mark.parametrize(
    ("written", "said", "never"),
    [
        ("hỗ trợ 1.500.000đ", "một triệu năm trăm nghìn đồng", "một nghìn năm trăm"),
        ("Lưu: VT", "văn thư", "vũ trụ"),
        ("KT. CHỦ TỊCH", "ký thay", "kinh tế"),
        ("Công điện 12/CĐ-TTg", "xê đê tê tê gờ", "cao đẳng"),
        ("sau 5-7 ngày", "năm đến bảy ngày", "tháng"),
        ("độ mặn 3‰", "ba phần nghìn", "%"),
        ("lãi suất 0,05%", "không phẩy không năm phần trăm", "không phẩy năm"),
        ("gọi 113", "một một ba", "một trăm mười ba"),
        ("xem tại http://dichvucong.gov.vn", "chấm", "http"),
        ("QL4H", "quốc lộ bốn hát", "hát một"),
        ("LÊ THỊ VI", "lê thị vi", "sáu"),
        ("3/4 số hộ", "ba phần tư", "tháng"),
        ("trực 24/7", "hai mươi bốn trên bảy", "tháng"),
        ("bản đồ 1:500", "một trên năm trăm", "giờ"),
        ("giống lúa ST25", "hai mươi lăm", "ST"),
        ("nhiệt độ -3°C", "âm ba độ", "đến"),
    ],
)
def test_no_howler(written, said, never):
    spoken = read_line(written).spoken.lower().replace("dê", "đê")
    assert said in spoken
    assert never.lower() not in spoken


def test_an_address_is_said_never_dropped_and_flagged_where_it_is_guessed():
    said = read_line("Nộp tại https://dichvucong.gov.vn hoặc ubnd@khuoinan.vn")
    assert [(flag.code, flag.written) for flag in said.flags] == [("address", "ubnd@khuoinan.vn")]
    assert "dịch vụ công chấm" in said.spoken
    assert "chấm" in said.spoken
    assert "a còng" in said.spoken
