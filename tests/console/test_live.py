"""Lists renew themselves row by row when somebody does something elsewhere; what is in hand or was typed stays."""

import pytest

from server import feedback
from server.database import Database
from server.settings import Settings
from server.tables import FeedbackKind
from tests.console.aired import submitted

pytestmark = pytest.mark.xdist_group("console")


@pytest.fixture
def residents(commune):
    """say(text): a resident's word, taken by another process of the station."""
    database = Database(Settings.from_environment(commune.data).database)

    def say(text):
        with database.write() as session:
            return feedback.give(session, kind=FeedbackKind.OTHER, text=text, area_id="").id

    yield say
    database.close()


def report(commune, text):
    with commune.client("truongthon") as head:
        head._http.post("/speakers/loa-cho/faults", data={"kind": "silent", "text": text}).raise_for_status()


def test_words_of_residents_come_while_an_answer_is_typed(look, residents):
    residents("Loa ở chợ rè quá.")
    officer = look("canbo").open("/gop-y")
    ticket = officer.page.locator(".ticket", has_text="Loa ở chợ rè quá.")
    ticket.locator("summary").click()
    answer = ticket.get_by_label("Câu trả lời", exact=True)
    answer.fill("Xã sẽ cho thay loa")
    said = residents("Sáng nay không nghe thấy gì.")
    coming = officer.page.locator(f"#g-{said}")
    coming.wait_for()
    assert answer.input_value() == "Xã sẽ cho thay loa"
    answer.press("End")
    officer.page.keyboard.type(".")
    ticket.get_by_role("button", name="Gửi câu trả lời").click()
    officer.page.locator(".said", has_text="Xã sẽ cho thay loa.").wait_for()
    coming.locator("summary").click()  # a row that came later works as any other
    coming.get_by_label("Câu trả lời", exact=True).fill("Loa hỏng, đã sửa.")
    coming.get_by_role("button", name="Gửi câu trả lời").click()
    officer.page.locator(".said", has_text="Loa hỏng, đã sửa.").wait_for()


@pytest.mark.long
def test_faults_come_and_change_without_reloading(look, commune):
    report(commune, "Loa kêu lẹt xẹt.")
    technician = look("kythuat", "phone").open("/su-co")
    first = technician.page.locator(".fault", has_text="Loa kêu lẹt xẹt.")
    first.get_by_label("Đã làm gì").fill("Đang trên đường")
    technician.page.get_by_role("heading", name="Sự cố").click()  # nothing has the focus
    report(commune, "Loa im từ sáng.")
    second = technician.page.locator(".fault", has_text="Loa im từ sáng.")
    second.wait_for()
    assert first.get_by_label("Đã làm gì").input_value() == "Đang trên đường"
    with commune.client("kythuat") as other:
        fault = next(f for f in other.get("/faults")["items"] if f["text"] == "Loa im từ sáng.")
        other.post(f"/faults/{fault['id']}/acknowledge", {"text": ""})
        second.get_by_text("Đang xử lý").wait_for()
        technician.check("su-co-tu-doi")
        for fault in other.get("/faults")["items"]:  # the commune is everybody's
            if not fault["resolved_at"]:
                other.post(f"/faults/{fault['id']}/resolve", {"text": "Nối lại dây loa"})


@pytest.mark.long
def test_the_queue_the_archive_and_the_numbers_in_the_navigation(look, commune):
    leader, officer = look("lanhdao").open("/ban-tin/cho-duyet"), look("canbo").open("/ban-tin")
    before = leader.page.locator(".decision").count()
    version = submitted(commune, "Họp phụ huynh", "Mời phụ huynh đi họp.")
    card = leader.page.locator(f"#v-{version}")
    card.wait_for()
    leader.page.locator("nav.main b.count:visible", has_text=str(before + 1)).first.wait_for()
    row = officer.page.locator("#kho > li", has_text="Họp phụ huynh")
    row.get_by_text("Chờ duyệt").wait_for()
    with commune.client("lanhdao") as other:
        other.post(f"/versions/{version}/refuse", {"note": "Thiếu giờ họp"})
    card.wait_for(state="detached")
    row.get_by_text("Bị trả lại").wait_for()


@pytest.mark.long
def test_the_audit_page_is_there_at_once_and_its_verdict_comes(look):
    leader = look("lanhdao").open("/xa/nhat-ky/kiem-tra")
    leader.page.get_by_text("Nhật ký nguyên vẹn").wait_for()
