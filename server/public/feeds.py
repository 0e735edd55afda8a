"""The archive as a podcast (RSS 2.0) and the schedule as a calendar (RFC 5545), for programs that residents have already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

from icalendar import Calendar, Event
from lxml import etree

from server.public.schedule import Coming
from server.tables.columns import now

_ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_ATOM = "http://www.w3.org/2005/Atom"
UNTITLED = "Thông báo của thôn"
"""What stands where only the time may be known."""


@dataclass(frozen=True)
class Episode:
    """One bulletin of the archive."""

    version_id: str
    title: str
    summary: str
    at: datetime
    duration_ms: int
    sound_url: str
    """Absolute; MP3, which every podcast program plays."""
    sound_bytes: int
    """0 where it is not known before it is asked for, as RSS allows."""
    page_url: str


def podcast(*, title: str, owner: str, site: str, own_url: str, cover_url: str, episodes: Sequence[Episode]) -> bytes:
    """An RSS feed, the newest first; the addresses are absolute. `cover_url`: a square picture of 1400 to 3000 pixels."""
    rss = etree.Element("rss", {"version": "2.0"}, nsmap={"itunes": _ITUNES, "atom": _ATOM})
    channel = etree.SubElement(rss, "channel")
    _add(channel, "title", title)
    _add(channel, "link", site)
    etree.SubElement(channel, f"{{{_ATOM}}}link", {"href": own_url, "rel": "self", "type": "application/rss+xml"})
    _add(channel, "description", f"Các bản tin đã phát trên loa của {owner}.")
    _add(channel, "language", "vi")
    _add(channel, f"{{{_ITUNES}}}author", owner)
    _add(channel, f"{{{_ITUNES}}}explicit", "false")
    _add(channel, f"{{{_ITUNES}}}type", "episodic")
    etree.SubElement(channel, f"{{{_ITUNES}}}image", {"href": cover_url})
    image = etree.SubElement(channel, "image")
    for name, text in (("url", cover_url), ("title", title), ("link", site)):
        _add(image, name, text)
    if episodes:
        _add(channel, "lastBuildDate", format_datetime(max(episode.at for episode in episodes)))
    etree.SubElement(channel, f"{{{_ITUNES}}}category", {"text": "Government"})
    for episode in episodes:
        item = etree.SubElement(channel, "item")
        _add(item, "title", episode.title)
        _add(item, "link", episode.page_url)
        _add(item, "description", episode.summary)
        etree.SubElement(item, "guid", {"isPermaLink": "false"}).text = episode.version_id
        _add(item, "pubDate", format_datetime(episode.at))
        _add(item, f"{{{_ITUNES}}}duration", str(round(episode.duration_ms / 1000)))
        attributes = {"url": episode.sound_url, "length": str(episode.sound_bytes), "type": "audio/mpeg"}
        etree.SubElement(item, "enclosure", attributes)
    return bytes(etree.tostring(rss, xml_declaration=True, encoding="utf-8", pretty_print=True))


def calendar(*, name: str, host: str, broadcasts: Sequence[Coming]) -> bytes:
    """The coming broadcasts as events; the same broadcast keeps its UID, so that programs update it.

    As long as nothing in it changes it is the same, byte for byte: DTSTAMP says when it was first so.
    """
    return _calendar(name, host, tuple(broadcasts))


@lru_cache(maxsize=32)  # it takes the library a fifth of a millisecond an event, and programs ask for it all day
def _calendar(name: str, host: str, broadcasts: tuple[Coming, ...]) -> bytes:
    made, made_at = Calendar(), now()
    made.add("prodid", "-//Loa Lang//VI")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    made.add("refresh-interval;value=duration", "PT1H")
    for broadcast in broadcasts:
        event = Event()
        event.add("uid", f"{broadcast.id}@{host}")
        event.add("dtstamp", made_at)
        event.add("dtstart", broadcast.at)
        event.add("dtend", broadcast.at + timedelta(milliseconds=max(broadcast.duration_ms, 60_000)))
        event.add("summary", broadcast.title or UNTITLED)
        event.add("location", broadcast.area_name)
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return bytes(made.to_ical())


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = "".join(c for c in text if c.isprintable() or c in "\n\t")
