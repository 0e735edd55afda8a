"""The archive: words of title and text, accents optional."""

import pytest

from server.bulletins.search import matches
from tests.server.browser import Browser


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("hop thon", "Thông báo họp thôn Nà Ít", True),
        ("họp thôn", "Thông báo họp thôn Nà Ít", True),
        ("hợp thôn", "Thông báo họp thôn Nà Ít", False),
        ("THON hop", "thông báo họp thôn", True),
        ("dien", "Lịch cắt Điện ngày mai", True),
        ("dịch cúm", "Phòng dịch cúm gia cầm", True),
        ("thong bao cum", "Thông báo họp thôn", False),
        ("", "Thông báo họp thôn", True),
    ],
)
def test_accents_are_optional(query, text, found):
    assert matches(query, text) is found


def test_the_archive_finds_by_title_and_by_text(commune):
    commune.bulletin(title="Lịch cấp nước", text="Thứ bảy ngừng cấp nước từ tám giờ.")
    commune.bulletin(title="Họp thôn", text="Mời bà con bàn việc làm đường.")
    officer = Browser.signed_in(commune.client, "canbo")
    page = officer.open("/ban-tin?tim=cap+nuoc")
    assert "Lịch cấp nước" in page
    assert "Họp thôn" not in page
    assert "Họp thôn" in officer.open("/ban-tin?tim=lam+duong")
    assert "Không tìm thấy" in officer.open("/ban-tin?tim=bong+da")
