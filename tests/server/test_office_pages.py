"""The office's pages without scripts: manner, groups, inbox, people, rules, log, terms: what was refused stays in the form."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from protocol.priorities import Priority
from server.inbox import Round, Sent
from tests.province import Province
from tests.server.browser import PASSWORD, Browser
from tests.server.test_cap import alert, info

TEXT = "Ủy ban nhân dân xã thông báo. Họp thôn lúc 19h30 ngày 3/6/2026. Đề nghị bà con đến đông đủ."
MANNER = {"speed": "1", "pitch_st": "0", "repeat": "1", "facts_by": "station", "chime": "true"}


@pytest.fixture
def browser(commune):
    return lambda who: Browser.signed_in(commune.client, who)


def test_how_a_draft_is_read(commune, browser):
    made = commune.bulletin(text=TEXT)
    version, officer = made["version"]["id"], browser("canbo")
    assert "giọng của đài, đọc một lần, có nhạc hiệu" in officer.open(f"/ban-tin/{made['id']}")
    path = f"/ban-tin/{made['id']}/ban/{version}/cach-doc"
    page = officer.open(path)
    assert "đọc lời văn một lần hết khoảng" in page
    fact = commune.call("canbo", "GET", f"/versions/{version}/manner")["key_facts_now"][0]
    assert re.search(rf'value="{fact}" checked', page)
    chosen = {**MANNER, "speed": "0.9", "repeat": "2", "station_call": "Đây là đài xã.", "sentence_pause_ms": "900"}
    chosen.pop("chime")
    assert "đọc hai lần" in officer.send(path, seen="0", repeat_key_facts="true", **chosen)
    manner = commune.call("canbo", "GET", f"/versions/{version}/manner")["manner"]
    assert (manner["speed"], manner["repeat"], manner["repeat_key_facts"], manner["chime"]) == (0.9, 2, True, False)
    assert (manner["sentence_pause_ms"], manner["station_call"], manner["key_facts"]) == (900, "Đây là đài xã.", None)
    ready = commune.wait_ready(version)
    assert [entry["index"] for entry in ready["timeline"]] == [-1, 0, 1, 2, 0, 1, 2, 1]
    assert "cả chương trình dài" in officer.open(path)
    assert "vừa sửa" in officer.send(path, seen="0", status=409, **MANNER)
    nothing = {**MANNER, "facts_by": "officer", "closing": "Xin hết."}
    assert "ý chính" in officer.send(path, seen="1", status=422, repeat_key_facts="true", **nothing)
    assert 'value="Xin hết."' in officer.html
    assert "300 ký tự" in officer.send(path, seen="1", status=422, **MANNER, closing="hết " * 100)
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    assert "không còn là bản nháp" in officer.open(path)


def test_a_voice_is_heard_before_it_is_chosen(commune, browser):
    made = commune.bulletin(text=TEXT)
    officer = browser("canbo")
    officer.open(f"/ban-tin/{made['id']}/ban/{made['version']['id']}/cach-doc")
    source = re.search(r'src="([^"]+/nghe\?[^"]+)"', officer.html)[1].replace("&amp;", "&")
    headers = {"Cookie": f"loa_session={officer.cookies['loa_session']}"}
    answer = commune.client.get(source, headers=headers)
    assert answer.headers["content-type"] == "audio/mpeg"
    assert len(answer.content) > 1000
    assert commune.client.get(source.replace("giong=", "giong=khong-co"), headers=headers).status_code == 422
    assert commune.client.get(source.replace("toc_do=1.0", "toc_do=9"), headers=headers).status_code == 422
    commune.client.cookies.clear()


def test_a_group_across_villages_is_chosen_on_air(commune, browser):
    for name, place in (("a-1", "na-it"), ("a-2", "na-it"), ("b-1", "khuoi-khit")):
        commune.speaker(name, place)
    officer = browser("canbo")
    assert "từ 1 đến" in officer.send("/nhom", name="Dọc sông", status=422)
    assert 'value="Dọc sông"' in officer.html
    officer.send("/nhom", name="Dọc sông", speaker=["a-1", "b-1"])
    (group,) = commune.call("canbo", "GET", "/groups")["items"]
    assert group["speaker_ids"] == ["a-1", "b-1"]
    version = commune.approved()
    page = officer.open(f"/len-song/{version}")
    assert "Dọc sông (2 cụm loa)" in page
    soon = datetime.now(UTC).astimezone() + timedelta(minutes=30)
    officer.send(f"/len-song/{version}", area_id=f"group:{group['id']}", when=soon.isoformat())
    (schedule,) = commune.call("canbo", "GET", "/schedules")["items"]
    assert schedule["group_id"] == group["id"]
    assert "nhóm Dọc sông" in officer.open("/")
    assert "Còn lịch phát tới nhóm" in officer.send(f"/nhom/{group['id']}/bo", status=409)
    officer.send(f"/nhom/{group['id']}", name="Ven sông", speaker=["a-1", "a-2"])
    assert commune.call("canbo", "GET", f"/groups/{group['id']}")["speaker_ids"] == ["a-1", "a-2"]
    assert "Lập nhóm" not in browser("truongthon").open("/nhom")


def test_messages_from_above_are_taken_declined_and_answered(commune, browser):
    officer = browser("canbo")
    assert "chưa nối với hệ thống của tỉnh" in officer.open("/hop-thu")
    past = datetime.now(UTC) - timedelta(hours=1)
    sender = Province(
        Sent(remote_id="T-1", title="Tiêm phòng", text=TEXT, sender="Đài tỉnh", may_edit=False, deadline=past),
        Sent(remote_id="T-2", title="Văn nghệ", text=TEXT, sender="Đài tỉnh"),
        Sent(remote_id="T-3", title="Lũ về", text=TEXT, priority=Priority.URGENT, must_air=True),
    )
    turn = Round(commune.station().database, sender).run
    turn()
    page = officer.open("/hop-thu")
    assert 'data-count="/hop-thu" >3</b>' in page
    assert 'class="count"' not in browser("kythuat").open("/")
    assert page.index("Lũ về") < page.index("Tiêm phòng")
    assert page.count("đã quá hạn phát") == 1
    ids = {item["title"]: item["id"] for item in commune.call("canbo", "GET", "/inbox")["items"]}
    first = officer.open(f"/hop-thu/{ids['Tiêm phòng']}")
    assert "đúng nguyên văn" in first
    assert "<textarea" not in first
    assert "không cho sửa lời" in officer.send(f"/hop-thu/{ids['Tiêm phòng']}/lay", text="Lời khác.", status=422)
    assert "Đã đưa tin vào bản nháp" in officer.send(f"/hop-thu/{ids['Tiêm phòng']}/lay")
    assert commune.call("canbo", "GET", f"/inbox/{ids['Tiêm phòng']}")["status"] == "taken"
    assert 'data-count="/hop-thu" >2</b>' in officer.html
    officer.send(f"/hop-thu/{ids['Văn nghệ']}/lay", text="Mời bà con xem văn nghệ tối mai.")
    taken = commune.call("canbo", "GET", f"/inbox/{ids['Văn nghệ']}")["bulletin_id"]
    script = commune.call("canbo", "GET", f"/bulletins/{taken}")["script"]
    assert [sentence["written"] for sentence in script["sentences"]] == ["Mời bà con xem văn nghệ tối mai."]
    assert "ghi lý do" in officer.send(f"/hop-thu/{ids['Văn nghệ']}/tra-loi", answer="declined", note="", status=422)
    officer.send(f"/hop-thu/{ids['Văn nghệ']}/tra-loi", answer="declined", note="Trùng lịch họp")
    assert "declined" not in officer.open(f"/hop-thu/{ids['Lũ về']}")
    assert "bắt buộc" in officer.send(f"/hop-thu/{ids['Lũ về']}/tra-loi", answer="declined", note="Không", status=409)
    turn()
    assert sender.told == [("T-2", "declined", "Trùng lịch họp")]
    assert "Nơi gửi đã nhận câu trả lời" in officer.open(f"/hop-thu/{ids['Văn nghệ']}")


def test_an_alert_of_others_becomes_a_draft_or_is_refused(commune, browser):
    officer = browser("canbo")

    def bring(data, status=200):
        files = {"file": ("canh-bao.xml", data, "application/xml")}
        return officer.send("/hop-thu/canh-bao", files=files, status=status, area_id="")

    assert "không phải" in bring(b"<html>", status=422)
    assert commune.call("canbo", "GET", "/bulletins")["items"] == []
    area = "<area><areaDesc>thôn Nà Ít</areaDesc></area><area><areaDesc>Huyện Xa Lắc</areaDesc></area>"
    assert "Đã nhập cảnh báo thành bản nháp" in bring(alert(info(area=area)))
    (made,) = commune.call("canbo", "GET", "/cap")["items"]
    assert officer.path == f"/ban-tin/{made['bulletin_id']}?xong=canh-bao"
    page = officer.open("/hop-thu")
    assert "hiệu lực đến" in page
    assert "Huyện Xa Lắc" in page
    assert "đã được nhập" in bring(alert(info(area=area)), status=409)
    reference = "kttv@example.vn,VN-1,2026-07-12T05:00:00+07:00"
    assert "Đã ghi nhận tin huỷ" in bring(alert(info(), identifier="VN-2", kind="Cancel", references=reference))
    assert "Nơi gửi đã huỷ" in officer.html
    assert "Nhập cảnh báo" not in browser("kythuat").open("/hop-thu")


def test_rules_of_a_place(commune, browser):
    leader, home = browser("lanhdao"), commune.area("khuoi-nan")
    days = [f"{row}:{day}" for row in (0, 1) for day in range(5 + row)]
    hours = {
        "area_id": home,
        "allowed_from": ["05:00", "16:00"],
        "allowed_to": ["08:00", "19:30"],
        "allowed_days": days,
    }
    loud = {"ceiling_from": ["05:00"], "ceiling_to": ["06:00"], "ceiling_days": [f"0:{d}" for d in range(7)]}
    village = {"village": "true", "village_sessions": "2", "village_minutes": "10", "village_approval": "true"}
    page = leader.send("/xa/quy-dinh", **hours, **loud, ceiling_percent=["40"], session_minutes="20", **village)
    assert "05:00–08:00" in page
    own = commune.call("canbo", "GET", f"/areas/{home}/policy")["own"]
    assert [window["weekdays"] for window in own["allowed"]] == [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5]]
    assert (own["ceilings"][0]["percent"], own["session_minutes"]) == (40, 20)
    assert (own["village"]["sessions_a_day"], own["village"]["minutes_a_day"]) == (2, 10)
    assert own["village"]["approval"]
    assert 'value="16:00"' in leader.open("/xa/quy-dinh")
    assert "05:00–08:00" in leader.open(f"/xa/quy-dinh?noi={commune.area('na-it')}")
    for wrong, said in (
        ({**hours, "allowed_to": ["", "19:30"]}, "đủ giờ bắt đầu"),
        ({**hours, "allowed_from": ["sáng", "16:00"]}, "chưa đúng"),
        ({**hours, **loud, "ceiling_percent": ["400"]}, "chưa đúng"),
    ):
        assert said in leader.send("/xa/quy-dinh", status=422, **wrong)
    assert "Lưu quy định" not in browser("canbo").open("/xa/quy-dinh")
    assert "không được đặt quy định" in browser("canbo").send("/xa/quy-dinh", status=403, **hours)


def test_a_day_of_mourning(commune, browser):
    leader, day = browser("lanhdao"), (datetime.now(UTC) + timedelta(days=20)).date()
    assert "Hãy chọn một ngày" in leader.send("/xa/ngay", day="", kind="mourning", name="Quốc tang", status=422)
    assert "Quốc tang" in leader.send("/xa/ngay", day=day.isoformat(), kind="mourning", name="Quốc tang")
    path = f"/areas/khuoi-nan/days?from={day}&to={day}"
    assert commune.call("canbo", "GET", path)["items"][0]["kind"] == "mourning"
    leader.send(f"/xa/ngay/{day}/bo")
    assert commune.call("canbo", "GET", path)["items"][0]["kind"] is None
    assert "Đặt một ngày" not in browser("canbo").open("/xa/ngay")


def test_one_person(commune, browser):
    leader = browser("lanhdao")
    people = {person["username"]: person["id"] for person in commune.call("lanhdao", "GET", "/people")["items"]}
    deputy, home = f"/xa/nguoi/{people['canbo2']}", commune.area("khuoi-nan")
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    right = {"action": "approve", "area_id": home, "priority": ["2", "3"]}
    assert "đã qua" in leader.send(f"{deputy}/quyen", status=422, until="2020-01-01", **right)
    assert f"{day:%d/%m/%Y}" in leader.send(f"{deputy}/quyen", until=day.isoformat(), **right)
    (grant,) = commune.call("lanhdao", "GET", f"/people/{people['canbo2']}/rights")["items"]
    assert (grant["action"], grant["priorities"]) == ("approve", [2, 3])
    assert datetime.fromisoformat(grant["until"]).astimezone(UTC).hour == 17  # midnight in Việt Nam
    assert "Duyệt bản tin" in browser("canbo2").open(deputy)
    leader.send(f"{deputy}/quyen/{grant['id']}/bo")
    assert commune.call("lanhdao", "GET", f"/people/{people['canbo2']}/rights")["items"] == []
    browser("canbo").open(deputy, status=403)

    own = f"/xa/nguoi/{people['canbo']}"
    officer = browser("canbo")
    assert "không dùng được" in officer.send(f"{own}/lien-he", way="full", address="ở nhà", status=422)
    assert "ntfys://" in officer.send(f"{own}/lien-he", way="ntfy", address="loa-khuoi-nan")
    (contact,) = commune.call("canbo", "GET", f"/people/{people['canbo']}/contacts")["items"]
    officer.send(f"{own}/lien-he/{contact['id']}/bo")
    assert "ít nhất 8" in officer.send(own, act="password", password="ngắn", status=422)
    assert "đăng nhập lại bằng mật khẩu mới" in officer.send(own, act="password", password=PASSWORD + "2")
    other = Browser(commune.client)
    other.send("/dang-nhap", username="canbo", password=PASSWORD, status=401)
    other.send("/dang-nhap", username="canbo", password=PASSWORD + "2")


def test_who_is_told_what_is_kept_and_what_was_done(commune, browser):
    leader, home = browser("lanhdao"), commune.area("khuoi-nan")
    rule = {"noi": home, "enabled": "true", "after_minutes": "60", "again_minutes": "0", "most_a_day": "3"}
    assert "sau 1 giờ" in leader.send("/xa/bao-tin/leader/disk", **rule, quiet_from="", quiet_to="")
    rules = commune.call("canbo", "GET", f"/areas/{home}/notification-rules")["items"]
    mine = next(each for each in rules if (each["role"], each["kind"]) == ("leader", "disk"))
    assert (mine["own"], mine["manner"]["after_minutes"], mine["manner"]["most_a_day"]) == (True, 60, 3)
    assert "Giờ yên lặng" in leader.send("/xa/bao-tin/leader/disk", **rule, quiet_from="21:00", quiet_to="", status=422)

    terms = {term["kind"]: term["days"] for term in commune.call("lanhdao", "GET", "/retention")["items"]}
    wish = {"kind": [*terms], "days": [str(400 if kind == "audio" else days) for kind, days in terms.items()]}
    assert "Đã lưu" in leader.send("/xa/luu-tru", **wish)
    after = {
        term["kind"]: (term["days"], term["own"]) for term in commune.call("lanhdao", "GET", "/retention")["items"]
    }
    assert after["audio"] == (400, True)
    assert not any(own for kind, (_, own) in after.items() if kind != "audio")
    assert "ít nhất 30 ngày" in leader.send("/xa/luu-tru", kind="audio", days="3", status=422)
    assert "phải là số" in leader.send("/xa/luu-tru", kind="audio", days="lâu", status=422)

    page = leader.open("/xa/nhat-ky")
    assert page.index("đặt thời hạn lưu") < page.index("đặt mức báo tin")
    assert "Hoàng Văn Khuê" in page
    entries = commune.call("lanhdao", "GET", "/audit")["items"]
    assert entries[-1]["hash"] in leader.open("/xa/nhat-ky/kiem-tra/ket-qua")
    assert "Đang kiểm tra" in leader.open("/xa/nhat-ky/kiem-tra")  # and asks for it by itself
    assert "thiết lập đài" in leader.open("/xa/nhat-ky?truoc=3")
    browser("canbo").open("/xa/nhat-ky", status=403)


def test_a_refusal_is_in_english_for_who_chose_it(commune, browser):
    officer = browser("canbo")
    officer.cookies["loa_language"] = "en"
    page = officer.open("/xa/nhat-ky", status=403)
    assert "(broadcast officer) may not see the audit log of Xã Khuổi Nằn. Please ask somebody who may" in page
    assert "không được" not in page
    page = officer.send("/ban-tin/moi", title="Tin", text=" ", status=422)
    assert "There is no text yet. Please choose a file or paste the text." in page

    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in officer.cookies.items())}
    answers = [
        commune.client.get("/api/v1/audit", headers=each) for each in (headers, {**headers, "Cookie": _vi(headers)})
    ]
    commune.client.cookies.clear()
    assert [answer.status_code for answer in answers] == [403, 403]
    english, vietnamese = (answer.json()["error"] for answer in answers)
    assert english["code"] == vietnamese["code"] == "forbidden"
    assert "may not see the audit log of Xã Khuổi Nằn" in english["message"]
    assert "không được xem nhật ký thao tác của Xã Khuổi Nằn" in vietnamese["message"]


def _vi(headers):
    return headers["Cookie"].replace("loa_language=en", "loa_language=vi")


def test_a_file_too_large_is_refused_on_a_page(commune, browser):
    officer = browser("canbo")
    size = commune.settings.max_upload_bytes + 2 * 1024 * 1024
    page = officer.send("/ban-tin/moi", files={"file": ("to.txt", b"a" * size)}, status=413)
    assert "Dữ liệu gửi lên lớn hơn" in page
    assert "<h1>Chưa làm được</h1>" in page
