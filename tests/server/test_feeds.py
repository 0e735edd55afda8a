"""The podcast and the calendar as programs read them."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO

import pytest
from icalendar import Calendar
from lxml import etree
from PIL import Image

from server.console import STATIC
from server.public.feeds import Episode, podcast
from tests.server.browser import Browser

ITUNES = {"i": "http://www.itunes.com/dtds/podcast-1.0.dtd"}
AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


def episode(number, **facts):
    return Episode(
        version_id=f"v{number}", title=f"Bản tin {number} <&>", summary="Họp thôn\x07.", at=AT + timedelta(days=number),
        duration_ms=61_500, sound_url=f"http://dai/{number}.mp3", sound_bytes=1000, page_url=f"http://dai/{number}", **facts,
    )  # fmt: skip


def test_a_podcast_has_what_the_directories_ask_for():
    made = podcast(
        title="Đài xã", owner="Xã Khuổi Nằn", site="http://dai", own_url="http://dai/p.xml", cover_url="http://dai/c.png",
        episodes=[episode(2), episode(1)],
    )  # fmt: skip
    (channel,) = etree.fromstring(made).xpath("/rss[@version='2.0']/channel")
    assert all(channel.findtext(name) for name in ("title", "link", "description", "language"))
    assert channel.xpath("i:image/@href | image/url/text()", namespaces=ITUNES) == ["http://dai/c.png"] * 2
    assert channel.xpath("i:explicit/text() | i:type/text()", namespaces=ITUNES) == ["false", "episodic"]
    assert channel.xpath("i:category/@text", namespaces=ITUNES) == ["Government"]
    assert parsedate_to_datetime(channel.findtext("lastBuildDate")) == AT + timedelta(days=2)
    items = channel.findall("item")
    assert [item.findtext("guid") for item in items] == ["v2", "v1"]
    assert {item.find("guid").get("isPermaLink") for item in items} == {"false"}
    assert [parsedate_to_datetime(item.findtext("pubDate")) for item in items] == [
        AT + timedelta(days=n) for n in (2, 1)
    ]
    assert items[0].findtext("title") == "Bản tin 2 <&>"
    assert items[0].findtext("description") == "Họp thôn."
    assert dict(items[0].find("enclosure").attrib) == {
        "url": "http://dai/2.mp3",
        "length": "1000",
        "type": "audio/mpeg",
    }
    assert items[0].xpath("i:duration/text()", namespaces=ITUNES) == ["62"]


def test_the_cover_is_a_picture_that_directories_take(commune):
    answer = commune.client.get("/static/cover-1400.png")
    assert answer.headers["content-type"] == "image/png"
    with Image.open(BytesIO(answer.content)) as shown:
        assert shown.size == (1400, 1400)
    assert (STATIC / "cover-1400.png").stat().st_size < 50_000


@pytest.fixture
def planned(commune):
    """Tomorrow something for the whole commune and something for each of two villages."""
    commune.speaker("loa-1", "na-it")
    commune.speaker("loa-2", "khuoi-khit")
    tomorrow = commune.soon() + timedelta(days=1)
    for number, area in enumerate(("khuoi-nan", "na-it", "khuoi-khit")):
        commune.schedule(commune.approved(title=f"Tin {area}"), area, start_at=tomorrow + timedelta(minutes=5 * number))
    return commune


def events(commune, query="", host="testserver"):
    answer = commune.client.get(f"/api/v1/public/schedule.ics{query}", headers={"Host": host})
    assert answer.headers["content-type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content)


def test_the_calendar_is_one_that_programs_read(planned):
    found = events(planned)
    assert (found["version"], found["x-wr-calname"]) == ("2.0", planned.settings.name)
    shown = found.walk("VEVENT")
    assert sorted(str(event["summary"]) for event in shown) == [
        "Thông báo của thôn",
        "Thông báo của thôn",
        "Tin khuoi-nan",
    ]
    assert all(event.end - event.start >= timedelta(minutes=1) and event.start.tzinfo for event in shown)
    uids = {str(event["uid"]) for event in shown}
    assert len(uids) == 3
    assert {str(event["uid"]) for event in events(planned, host="192.168.1.9").walk("VEVENT")} == uids


def test_who_lives_in_a_village_sees_what_sounds_there(planned):
    na_it = planned.area("na-it")
    places = [str(event["location"]) for event in events(planned, f"?area_id={na_it}").walk("VEVENT")]
    assert places == ["Xã Khuổi Nằn", "Thôn Nà Ít"]
    visitor = Browser(planned.client)
    page = visitor.open(f"/nguoi-dan?noi={na_it}")
    times = page.partition('class="times"')[2].partition("</section>")[0]
    assert "Thôn Nà Ít" in times
    assert "Thôn Khuổi Khít" not in times
    assert f'schedule.ics?area_id={na_it}"' in page
    assert "Không có địa bàn" in visitor.open("/nguoi-dan?noi=khong-co", status=404)
