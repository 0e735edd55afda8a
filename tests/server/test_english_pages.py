"""Who chose English reads English: on the pages of every role there is no Vietnamese but what people wrote."""

import re
from html.parser import HTMLParser
from itertools import chain

import pytest

from loa.console_pages import PAGES
from tests.hours import tomorrow
from tests.server.browser import Browser

VIETNAMESE = re.compile(r"\w*[^\W\d_a-zA-Z]\w*")
TEXT = (
    "Ủy ban nhân dân xã thông báo. Họp thôn lúc 19h30 ngày 3/6/2026, liên hệ ông Xyz ABCD. Đề nghị bà con đến đông đủ."
)


class Said(HTMLParser):
    """What a page says itself: not what is marked as somebody's own words, in another language or typed into a field."""

    SAID_BY = ("aria-label", "placeholder", "title", "alt")
    VOID = frozenset(["meta", "link", "input", "img", "br", "hr", "source", "wbr"])

    def __init__(self, html):
        super().__init__()
        self.open = []
        self.words = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        kept = (
            values.get("translate") == "no"
            or values.get("lang", "en") != "en"
            or tag in {"script", "style", "textarea"}
        )
        if not kept and not any(self.open):
            said = [value for name, value in attrs if value and (name in self.SAID_BY or name.startswith("data-"))]
            self.words += said if tag != "body" else []
        if tag not in self.VOID:
            self.open.append(kept)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            self.open.pop()

    def handle_data(self, data):
        if not any(self.open):
            self.words.append(data)


def left(page, written):
    """What is Vietnamese on a page besides `written`."""
    own = re.compile("|".join(map(re.escape, sorted(written, key=len, reverse=True))))
    return sorted({" ".join(said.split()) for said in Said(page).words if VIETNAMESE.search(own.sub("", said))})


@pytest.fixture
def reader(village, usual_hours):  # noqa: ARG001  the hours are the commune's
    def signed_in(username):
        made = Browser.signed_in(village.client, username) if username else Browser(village.client)
        made.cookies["loa_language"] = "en"
        return made

    return signed_in


def test_pages_in_english(village, reader):
    doubtful = village.bulletin(text=TEXT, title="Tin nháp")
    village.call("truongthon", "POST", "/bulletins", data={"text": TEXT, "title": "Lời trưởng thôn"})
    village.schedule(village.approved(title="Họp xã", duration_ms=300_000), "khuoi-nan", start_at=tomorrow(17))
    second = village.approved(title="Họp thôn", duration_ms=60_000)
    village.schedule(second, start_at=tomorrow(17, 2), max_start_delay_s=300)
    village.schedule(village.approved(title="Nửa đêm"), start_at=tomorrow(3, 15))
    sent = village.bulletin(text=TEXT, title="Chờ lãnh đạo")["version"]["id"]
    village.rendered(sent)
    village.call("canbo", "POST", f"/versions/{sent}/submit")
    written = {
        "Tin nháp",
        "Lời trưởng thôn",
        "Họp xã",
        "Họp thôn",
        "Nửa đêm",
        "Chờ lãnh đạo",
        "Đồng ý",
        "Tiếng Việt",
        village.settings.name,
        "Nà Ít",
    }
    written |= {area["name"] for area in village.call("lanhdao", "GET", "/areas")["items"]}
    written |= {person["name"] for person in village.call("lanhdao", "GET", "/people")["items"]}
    more = {
        "canbo": [
            f"/ban-tin/{doubtful['id']}", f"/ban-tin/{doubtful['id']}/ban/{doubtful['version']['id']}/cach-doc",
            f"/len-song/{second}", f"/ke-hoach?ngay={tomorrow(0):%Y-%m-%d}", "/khung-ngay", "/hom-nay", "/tinh-hinh",
        ],
        "lanhdao": ["/ban-tin/cho-duyet", "/cho-dong-y"],
        "kythuat": ["/ky-thuat/loa-1"],
        "truongthon": [],
        None: [],
    }  # fmt: skip
    found = {}
    for username, paths in PAGES.items():
        page = reader(username)
        for path in chain(paths, more[username]):
            if words := left(page.open(path), written):
                found[username, path] = words
    assert found == {}
