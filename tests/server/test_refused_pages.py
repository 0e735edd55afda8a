"""A refused form says what happened, what it means for the broadcast and what to do; also when what it was about is gone."""

import pytest

from server.console.consequences import ELSEWHERE, OF_PAGES, SILENT
from server.console.pages import HERE
from tests.server.browser import Browser


@pytest.fixture
def browser(commune):
    return lambda who: Browser.signed_in(commune.client, who)


def test_it_says_what_it_means_for_the_broadcast(commune, browser):
    officer, technician, head = browser("canbo"), browser("kythuat"), browser("truongthon")
    assert OF_PAGES["new.html"] in officer.send("/ban-tin/moi", text="", status=422)
    version = commune.approved()
    page = officer.send(f"/len-song/{version}", area_id=commune.area("na-it"), when="at", day="", hour="", status=422)
    assert OF_PAGES["on_air.html"] in page
    order = {"message": f"version:{version}", "area_id": commune.area("na-it"), "authority": "Chủ tịch xã"}
    page = officer.send("/khan-cap", **order, confirm="vâng", status=422)
    assert "nhấn giữ nút hai giây" in page
    assert OF_PAGES["order.html"] in page
    page = technician.send("/loa", name="", area_id=commune.area("na-it"), status=422)
    assert "phải có tên" in page
    assert ELSEWHERE in page
    assert OF_PAGES["village.html"] in head.send("/thon/tin", text="", status=422)
    assert ELSEWHERE not in officer.open("/khong-co-trang-nay", status=404)


def test_what_was_decided_meanwhile_is_told(commune, browser):
    leader, technician, officer = browser("lanhdao"), browser("kythuat"), browser("canbo")
    version = commune.approved()
    page = leader.send(f"/ban-tin/cho-duyet/{version}/duyet", audio="ab" * 32, status=409)
    assert "đã duyệt" in page
    assert OF_PAGES["leader.html"] in page
    assert "Không có sự cố này" in technician.send("/su-co/khong-co/nhan", status=404)
    assert "Không có góp ý này" in officer.send("/gop-y/khong-co/tra-loi", answer="Vâng", status=404)


def test_a_field_is_called_as_on_the_screen(commune, browser):
    head, officer = browser("truongthon"), browser("canbo")
    assert "Lời quá dài" in head.send("/thon/tin", text="a " * 10_001, status=422)
    page = officer.send("/chuong-trinh", title="Sáng", area_id=commune.area("na-it"), minutes="chín", status=422)
    assert "Số phút không hợp lệ" in page
    officer.cookies["loa_language"] = "en"
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in officer.cookies.items())}
    page = commune.client.post("/chuong-trinh", data={"minutes": "chín"}, headers=headers).text
    commune.client.cookies.clear()
    assert "Minutes cannot be used" in page


def test_every_page_with_a_consequence_is_there():
    assert [name for name in (*OF_PAGES, *SILENT) if not (HERE / "templates" / name).exists()] == []
