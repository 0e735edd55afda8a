"""Recording from a microphone, and what is offered where the browser forbids it."""

import re

import pytest

from tests.console.conftest import UNSAFE_HOST

pytestmark = pytest.mark.xdist_group("console")


@pytest.fixture(scope="session")
def draft(commune):
    """Path of a draft bulletin."""
    with commune.client("canbo") as officer:
        body = {"text": "Mời bà con họp thôn.", "title": "Lời mời tiếng Tày"}
        return f"/ban-tin/{officer._answer(officer._send('POST', '/bulletins', data=body))['id']}"


def test_a_language_is_recorded_from_the_microphone(look, draft):
    officer = look("canbo", "phone")
    page = officer.open(draft).page
    page.get_by_text("Thêm bản ghi âm").click()
    page.locator("select[name=language]").select_option(label="Tày")
    page.get_by_role("button", name="Thu âm").click()
    page.locator(".recorder output").get_by_text(re.compile(r"^0:(0[2-9]|[1-5]\d)")).wait_for()
    page.get_by_role("button", name="Dừng thu").click()
    page.locator(".recorder audio").wait_for()
    officer.check("thu-am")
    page.get_by_role("button", name="Đưa vào bản tin").click()
    page.get_by_text("Đã đưa bản ghi vào bản tin").or_(page.locator(".failure")).first.wait_for()
    assert page.locator(".failure").all_inner_texts() == []
    assert page.locator(".tracks li").all_inner_texts()[-1].startswith("Tày")
    page.get_by_role("button", name="Phát sớm hơn").click()
    page.get_by_text("Đã lưu").wait_for()
    assert page.locator(".tracks li").first.inner_text().startswith("Tày")


def test_without_https_a_file_and_the_reason(commune, look, draft, keys):
    officer = look("canbo")
    officer.page.context.add_cookies([{**cookie, "domain": UNSAFE_HOST} for cookie in keys["canbo"]])
    page = officer.open(commune.url.replace("127.0.0.1", UNSAFE_HOST) + draft).page
    page.get_by_text("Thêm bản ghi âm").click()
    page.get_by_text("chỉ cho thu âm khi kết nối an toàn").wait_for()
    assert page.get_by_role("button", name="Thu âm").count() == 0
    assert page.locator("label.file input[name=file]").count() == 1
