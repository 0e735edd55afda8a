"""Who chose English reads English: on the pages of every role there is no Vietnamese but what people wrote."""

import re
from html.parser import HTMLParser
from itertools import chain

import pytest

from loa.console_pages import PAGES
from server.console.pages import STATIC
from tests.hours import tomorrow
from tests.server.browser import Browser

VIETNAMESE = re.compile(r"\w*[^\W\d_a-zA-Z]\w*")
TEMPLATES = STATIC.parent / "templates"
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


def test_templates_say_nothing_that_cannot_be_translated():
    kept = r"(?:placeholder|pattern|data-word)=\"[^\"]*\"|translate=\"no\">[^<]*"
    codes = re.compile(kept + r"|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
    said = {path.name: VIETNAMESE.findall(codes.sub("", path.read_text("utf-8"))) for path in TEMPLATES.glob("*.html")}
    assert {name: words for name, words in said.items() if words} == {}


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


def test_refusals_in_english(village, reader):
    """Where officers, leaders, village heads and technicians meet them: uploads, planning, approval, emergencies, speakers."""
    draft = village.bulletin(text=TEXT, title="Tin")
    version = draft["version"]["id"]
    approved = village.approved(title="Tin")
    (place,) = {area["id"] for area in village.call("lanhdao", "GET", "/areas")["items"] if area["code"] == "na-it"}
    past = {"area_id": place, "when": "at", "day": "2020-01-01", "hour": "17:00"}
    soon = {**past, "day": f"{tomorrow(9):%Y-%m-%d}"}
    exe = ("to.docx", b"MZ\x90\x00" + bytes(range(256)) * 40)
    order = {"message": f"version:{approved}", "area_id": place, "authority": "", "confirm": ""}
    refused = [
        ("canbo", "/ban-tin/moi", {"title": "Tin", "text": " "}, 422, "There is no text yet."),
        ("canbo", "/ban-tin/moi", {"files": {"file": exe}}, 422, "This is a computer program"),
        ("canbo", "/ban-tin/moi", {"files": {"file": ("to.pdf", b"%PDF-1.4 x")}}, 422, "The PDF file is damaged"),
        ("canbo", f"/ban-tin/{draft['id']}/ban/{version}/duyet", {}, 403, "may not approve bulletins of"),
        ("canbo", f"/len-song/{approved}", past, 422, "The time of the broadcast has passed."),
        ("canbo", f"/len-song/{version}", soon, 422, "is not approved, so it cannot be broadcast."),
        ("canbo", "/khan-cap", order, 422, "must be confirmed"),
        ("lanhdao", f"/ban-tin/cho-duyet/{version}/duyet", {}, 409, "This version is now: draft"),
        ("truongthon", "/thon/tin", {"text": "", "title": ""}, 422, "There is no text yet."),
        ("truongthon", "/thon/bao-hong", {"speaker_id": "loa-1"}, 422, "Please choose what is wrong with the speaker."),
        ("kythuat", "/loa", {"id": "Loa Một", "name": "Tin", "area_id": place}, 422, "A speaker's code has only small letters"),
        ("kythuat", "/ky-thuat/loa-1/lenh", {"op": "test_tone"}, 409, "is not enrolled with any device."),
    ]  # fmt: skip
    written = {"Loa loa-1", "Loa Một", "Tin", "Tiếng Việt", "Nà Ít", "PHÁT", village.settings.name}
    written |= {area["name"] for area in village.call("lanhdao", "GET", "/areas")["items"]}
    written |= {person["name"] for person in village.call("lanhdao", "GET", "/people")["items"]}
    found = {}
    for username, path, fields, status, said in refused:
        page = reader(username).send(path, status=status, **fields)
        text = " ".join(" ".join(Said(page).words).split())
        if said not in text or left(page, written):
            found[username, path] = (left(page, written), text[-900:])
    assert found == {}
