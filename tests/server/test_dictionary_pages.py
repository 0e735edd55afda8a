"""The dictionary and the doubtful places by hand: plain forms, no script."""

import re

import pytest

from tests.server.browser import Browser

TEXT = """UBND XÃ KHUỔI NẰN
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

THÔNG BÁO

Ban QLDAXYZ họp tối nay với đoàn ABCQ. Mời bà con dự.

Nơi nhận:
- Như trên;
- Lưu: VT.
"""
FORM = re.compile(r'<form method="post" action="(/ban-tin/[^"]+/cau/[^"]+)">(.*?)</form>', re.DOTALL)


@pytest.fixture
def browser(commune):
    return lambda username: Browser.signed_in(commune.client, username)


def forms(page, act):
    """The forms of one act on a bulletin's page: address and hidden fields."""
    found = [(path, dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', body))) for path, body in FORM.findall(page)]
    return [(path, fields) for path, fields in found if fields.get("act") == act]


def test_the_dictionary_by_hand(commune, browser):
    commune.bulletin(text="Ban QLDAXYZ họp tối nay.", title="Họp ban")
    officer = browser("canbo")
    assert "Chưa có dòng nào" in officer.open("/tu-dien")
    row = {"written": "QLDAXYZ", "spoken": "quản lý dự án"}
    page = officer.send("/tu-dien", **row, after="Ban; ban", act="try")
    assert "Loa sẽ đọc: <b>quản lý dự án</b>" in page
    assert ">Họp ban</a>" in page
    assert "Chưa có dòng nào" in page
    assert "hãy viết bằng chữ" in officer.send("/tu-dien", **{**row, "spoken": "dự án 2"}, status=422)
    assert 'value="QLDAXYZ"' in officer.html
    assert "quá 500 ký tự" in officer.send("/tu-dien", **{**row, "spoken": "a" * 600}, status=422)
    assert "Đã đưa vào từ điển" in officer.send("/tu-dien", **row, note="ban của xã")
    assert "Nông Thị Hoa" in officer.html
    assert "Dòng 1" in officer.send("/tu-dien/tep", files={"file": ("t.tsv", b"ABC\n")}, status=422)
    assert "trung tâm văn hóa" in officer.send(
        "/tu-dien/tep", files={"file": ("t.tsv", "TTVH\ttrung tâm văn hóa".encode())}
    )
    removal = re.search(r'action="(/tu-dien/[^"]+/bo)"', officer.html)[1]
    assert "Đã bỏ khỏi từ điển" in officer.send(removal)
    assert "<b>QLDAXYZ</b>" not in officer.html
    village = browser("truongthon")
    assert "TTVH" in village.open("/tu-dien")
    assert 'action="/tu-dien' not in village.html
    assert "không được sửa từ điển" in village.send("/tu-dien", **row, status=403)


def test_a_doubtful_place_goes_into_the_dictionary_from_the_script(commune, browser):
    bulletin = commune.bulletin(text=TEXT)["id"]
    officer = browser("canbo")
    page = officer.open(f"/ban-tin/{bulletin}")
    assert "doubts.js" in page
    path, fields = next(form for form in forms(page, "choose") if form[1]["spoken"])
    page = officer.send(path, **fields)  # one place is resolved by a choice; the other is still doubtful
    assert len(forms(page, "teach")) == 1
    path, fields = forms(page, "teach")[0]
    page = officer.send(path, **fields, spoken="an bê xê quy")
    assert not forms(page, "teach")
    assert "an bê xê quy" in page
    assert "doubts.js" not in page
    assert "chỗ cần xem lại" not in page
    assert [row["written"] for row in commune.call("canbo", "GET", "/dictionary")["items"]] == ["ABCQ"]
    assert "tải lại trang" in officer.send(path, **fields, spoken="khác", status=409)
    village = browser("truongthon")
    made = commune.bulletin("truongthon", "Ban QLDAXYZ họp.")["id"]
    assert not forms(village.open(f"/ban-tin/{made}"), "teach")
    assert forms(village.html, "choose")


def test_a_draft_is_read_again_by_a_button(commune, browser):
    bulletin = commune.bulletin(text=TEXT)
    commune.call("canbo", "POST", "/dictionary", json={"written": "QLDAXYZ", "spoken": "quản lý dự án"})
    officer = browser("canbo")
    officer.open(f"/ban-tin/{bulletin['id']}")
    again = f"/ban-tin/{bulletin['id']}/ban/{bulletin['version']['id']}/doc-lai"
    assert again in officer.forms()
    page = officer.send(again)
    assert "mọi câu đã sửa được giữ" in page
    assert "Ban quản lý dự án họp tối nay" in page


def test_what_is_not_read_is_folded_away_behind_the_script(commune, browser):
    bulletin = commune.bulletin(text=TEXT)["id"]
    page = browser("canbo").open(f"/ban-tin/{bulletin}")
    script, folded = page.split('<details class="unread">')
    assert "họp tối nay" in script
    assert "Như trên" not in script
    assert "Độc lập" not in script
    assert "Như trên" in folded
    assert "Độc lập" in folded
    assert "Đọc câu này" in folded
