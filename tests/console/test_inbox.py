"""The inbox: a message of the province is taken or declined with a reason; an alert's file becomes a draft or is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from server.database import Database
from server.inbox import Round, Sent
from server.settings import Settings
from tests.province import Province

WORDS = "Ủy ban nhân dân tỉnh đề nghị bà con tiêm phòng cho trâu bò."
pytestmark = pytest.mark.xdist_group("console")


@pytest.fixture
def province(commune):
    """Beside the station, on its database, as another process of it would be."""
    database = Database(Settings.from_environment(commune.data).database)
    sender = Province(
        Sent(remote_id="HT-1", title="Tiêm phòng trâu bò", text=WORDS, sender="Sở Nông nghiệp"),
        Sent(remote_id="HT-2", title="Hội diễn văn nghệ", text=WORDS, sender="Sở Văn hóa"),
    )
    turn = Round(database, sender)
    turn.run()
    yield sender, turn.run
    database.close()


def test_messages_of_the_province(commune, look, province):
    sender, turn = province
    officer = look("canbo")
    page = officer.open("/hop-thu").page
    officer.check("hop-thu-co-tin")
    page.get_by_role("link", name="Hội diễn văn nghệ").click()
    officer.check("hop-thu-tin")
    page.get_by_label("Không phát").check()
    page.get_by_label("Lời ghi hoặc lý do").fill("Trùng ngày họp thôn")
    page.get_by_role("button", name="Gửi câu trả lời").click()
    page.get_by_text("Đã ghi câu trả lời").wait_for()
    page.get_by_role("link", name="Tiêm phòng trâu bò").click()
    page.get_by_label("Lời sẽ đọc, sửa được").fill("Mời bà con đưa trâu bò ra sân kho tiêm phòng.")
    page.get_by_role("button", name="Đưa vào bản tin").click()
    page.get_by_text("Đã đưa tin vào bản nháp này").wait_for()
    with commune.client("canbo") as client:
        found = {item["remote_id"]: item for item in client.get("/inbox")["items"]}
        assert (found["HT-1"]["status"], found["HT-2"]["answer"]) == ("taken", "declined")
        made = client.get(f"/bulletins/{found['HT-1']['bulletin_id']}")
        assert [s["written"] for s in made["script"]["sentences"]] == ["Mời bà con đưa trâu bò ra sân kho tiêm phòng."]
    turn()
    assert sender.told == [("HT-2", "declined", "Trùng ngày họp thôn")]


def alert(expires):
    return (
        '<?xml version="1.0"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>HT-CAP</identifier>'
        "<sender>kttv@example.vn</sender><sent>2026-07-12T05:00:00+07:00</sent><status>Actual</status><msgType>Alert</msgType>"
        "<scope>Public</scope><info><language>vi</language><category>Met</category><event>Lũ quét</event>"
        "<urgency>Immediate</urgency><severity>Severe</severity><certainty>Likely</certainty>"
        f"<expires>{expires.isoformat(timespec='seconds')}</expires><senderName>Đài khí tượng</senderName>"
        "<headline>Lũ quét về theo suối</headline><description>Nước suối lên nhanh.</description>"
        "<area><areaDesc>Thôn Nà Ít</areaDesc></area></info></alert>"
    ).encode()


def test_the_file_of_an_alert(commune, look):
    officer = look("canbo", "phone")
    page = officer.open("/khan-cap").page
    page.get_by_role("link", name="Có tệp cảnh báo").click()

    def bring(data):
        page.get_by_label("Chọn tệp cảnh báo").set_input_files(
            {"name": "canh-bao.xml", "mimeType": "application/xml", "buffer": data}
        )
        page.get_by_role("button", name="Nhập cảnh báo").click()

    bring(alert(datetime.now(UTC) + timedelta(hours=6)))
    page.get_by_text("Đã nhập cảnh báo thành bản nháp này").wait_for()
    officer.check("canh-bao-ban-nhap")
    with commune.client("canbo") as client:
        made = next(each for each in client.get("/cap")["items"] if each["identifier"] == "HT-CAP")
        assert (made["priority"], made["hazard"], made["area_id"]) == (1, "flood", commune.area_id("na-it"))
        assert client.get(f"/bulletins/{made['bulletin_id']}")["version"]["status"] == "draft"
    page.goto("/hop-thu")
    officer.check("hop-thu-canh-bao")
    bring(b"<alert>")
    page.get_by_role("alert").wait_for()
    officer.provoked("422")  # the refusal
