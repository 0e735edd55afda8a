"""A browser in front of a real commune: real station, broker and agents, one for all tests of a worker.

Debian's chromium, taken from PATH. Without it these tests are skipped by name, with CI=true they fail.
"""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from loa.console_pages import SIZES
from loa.stage import Stage
from tests.communes import quick_commune
from tests.console.screen import Screen
from tests.waiting import LONGEST_S

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_GIVEN = frozenset(["canbo", "lanhdao", "truongthon", "kythuat"])


UNSAFE_HOST = "dai.test"
"""The same station by a name that browsers do not take for this machine: not a secure context."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium with a microphone that hums."""
    if CHROMIUM is None:
        message = "Chromium is not installed (Debian: chromium)"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    arguments = [
        f"--host-resolver-rules=MAP {UNSAFE_HOST} 127.0.0.1",
        "--no-sandbox",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
    ]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A commune with three speakers online; a cheap voice and no recogniser: what is said well is tested elsewhere."""
    with quick_commune(tmp_path_factory.mktemp("console")) as stage:
        yield stage


@pytest.fixture(scope="session")
def keys(commune: Stage, browser: Browser) -> dict[str, list]:
    """Cookies of each role, signed in once by the form."""
    found = {}
    for username, password in commune.passwords.items():
        context = browser.new_context(base_url=commune.url, locale="vi-VN")
        page = context.new_page()
        page.goto("/dang-nhap")
        page.get_by_label("Tên đăng nhập").fill(username)
        page.get_by_label("Mật khẩu").fill(password)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url(lambda url: "/dang-nhap" not in url)
        found[username] = context.cookies()
        context.close()
    return found


@pytest.fixture
def look(commune: Stage, browser: Browser, keys: dict[str, list]) -> Iterator[Callable[..., Screen]]:
    """look(username or None, size): that person's browser. At the end nothing may have complained."""
    contexts: list[BrowserContext] = []
    screens: list[Screen] = []

    def make(username: str | None, size: str = "desktop", **options: object) -> Screen:
        context = browser.new_context(
            base_url=commune.url,
            viewport={"width": SIZES[size][0], "height": SIZES[size][1]},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            has_touch=size == "phone",
            reduced_motion="reduce",
            service_workers=options.pop("service_workers", "block"),
            **options,
        )
        context.set_default_timeout(LONGEST_S * 1000)
        if username:
            context.add_cookies(keys[username])
        contexts.append(context)
        screens.append(Screen(context.new_page(), f"{username or 'khach'}-{size}"))
        screens[-1].given |= _GIVEN
        return screens[-1]

    yield make
    for context in contexts:
        context.close()
    for screen in screens:
        assert screen.complaints == []
