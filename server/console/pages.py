"""Pages: templates, what all of them know, and how an error looks as a page."""

import hashlib
from datetime import datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlmodel import Session, col, func, select
from starlette.responses import Response

from server import inbox, words
from server.api.context import PersonDep, StationDep
from server.api.views import OccurrenceView
from server.console import languages, navigation
from server.console.consequences import consequence
from server.console.languages import N_
from server.console.outcomes import GISTS, OUTCOMES
from server.console.tally import MANY, tally
from server.people import rights
from server.station import Station
from server.tables import Bulletin, Person, Version, VersionStatus
from server.tables.columns import now

HERE = Path(__file__).parent
STATIC = HERE / "static"
WEEKDAYS = (
    N_("thứ hai"), N_("thứ ba"), N_("thứ tư"), N_("thứ năm"), N_("thứ sáu"), N_("thứ bảy"), N_("chủ nhật"),
)  # fmt: skip
_UNKNOWN = N_("chưa rõ")


@cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    translate = languages.translator(language)
    made.globals["_"] = (
        translate  # its answers are escaped like any other text: some of what it is asked comes from devices
    )
    return made


class Page:
    """What a handler needs to answer with a page: who asks, of which station."""

    def __init__(self, request: Request, station: Station, person: Person | None) -> None:
        self.request = request
        self.station = station
        self.person = person
        self.zone = ZoneInfo(station.settings.timezone)
        self.language = languages.language_of(request)
        self.say = languages.translator(self.language)
        self.tell = languages.teller(self.language)
        self._rights: frozenset[rights.Action] = frozenset()
        if person is not None:
            with station.database.read() as session:
                self._rights = rights.shown(session, person)

    def show(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The page, with its values and what every page has. Never cached: it shows the present."""
        path, told = self.request.url.path, OUTCOMES.get(self.request.query_params.get("xong", ""), "")
        text = (
            _environment(self.language)
            .get_template(template)
            .render(
                station_name=self.station.settings.name,
                person=self.person,
                may=self.may,
                links=navigation.links(self.person.role, self.may, path) if self.person else [],
                at_the_thumb=navigation.AT_THE_THUMB,
                counts=self.counts,
                path=path,
                language=self.language,
                languages=languages.LANGUAGES,
                asset=asset,
                words=words,
                tell=self.tell,
                clock=self.clock,
                moment=self.moment,
                length=self.length,
                failed=failed,
                tally=tally,
                many=MANY,
                now=now(),
                notice=self.say(told) if told else "",
                refused=status >= 400,
                gist=self._gist(status),
                means=self.say(means) if (means := self._means(template, status)) else "",
                posted=self.request.method == "POST",
                **values,
            )
        )
        return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})

    def _gist(self, status: int) -> str:
        """What a refusal comes to, for who reads no Vietnamese, where its own words are in no catalogue. Else ""."""
        if status < 400 or self.language == languages.SOURCE:
            return ""
        return self.say(GISTS.get(status, GISTS[500]))

    def _means(self, template: str, status: int) -> str:
        """What a refused form means for the broadcast. Else ""."""
        refused = status >= 400 and self.person is not None and self.request.method == "POST"
        return consequence(template) if refused else ""

    def may(self, action: str) -> bool:
        """Whether to show what needs this right; the deed itself is checked again."""
        return rights.Action(action) in self._rights

    def clock(self, at: datetime | None, *, seconds: bool = False) -> str:
        """Local time of day, "17:00"."""
        return "" if at is None else f"{at.astimezone(self.zone):{'%H:%M:%S' if seconds else '%H:%M'}}"

    def moment(self, at: datetime | None) -> str:
        """Local time and day: "17:00 hôm nay", "05:30 thứ hai 7/12/2026"."""
        if at is None:
            return self.say(_UNKNOWN)
        local, today = at.astimezone(self.zone), now().astimezone(self.zone).date()
        near = {0: N_("hôm nay"), 1: N_("ngày mai"), -1: N_("hôm qua")}
        days = (local.date() - today).days
        date = f"{local.day}/{local.month}/{local.year}"
        day = self.say(near[days]) if days in near else f"{self.say(WEEKDAYS[local.weekday()])} {date}"
        return f"{local:%H:%M} {day}"

    def length(self, duration_ms: int | None) -> str:
        """A length in words: "2 phút 05 giây"."""
        if duration_ms is None:
            return self.say(_UNKNOWN)
        minutes, seconds = divmod(round(duration_ms / 1000), 60)
        tail = f"{self.say(N_('giây'))}"
        return f"{minutes} {self.say(N_('phút'))} {seconds:02d} {tail}" if minutes else f"{seconds} {tail}"

    def day(self) -> tuple[datetime, datetime]:
        """Today's beginning and end."""
        start = now().astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return start, start + timedelta(days=1)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How much waits for this person behind an entry of the navigation, by its path."""
        if self.person is None:
            return {}
        with self.station.database.read() as session:
            approves, reads = self.may(rights.Action.APPROVE), navigation.leads_to("/hop-thu", self.person.role)
            return {
                **({"/ban-tin/cho-duyet": waiting_count(session, self.person)} if approves else {}),
                **({"/hop-thu": inbox.unopened(session, self.person)} if reads else {}),
            }


def waiting_count(session: Session, person: Person) -> int:
    """How many versions were submitted at the person's place and below."""
    return session.exec(
        select(func.count())
        .select_from(Version)
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(Version.status == VersionStatus.SUBMITTED, col(Bulletin.area_id).in_(rights.reach(session, person)))
    ).one()


def page_of(request: Request, station: StationDep, person: PersonDep) -> Page:
    """A page for somebody who is signed in."""
    return Page(request, station, person)


PageDep = Annotated[Page, Depends(page_of)]


def to(path: str, notice: str = "") -> RedirectResponse:
    """After a deed: the next page, by GET."""
    return RedirectResponse(f"{path}?xong={notice}" if notice else path, status_code=303)


def local_path(text: str) -> str:
    """A path of this station to go on to, or its first page: never another site."""
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or text.startswith(("//", "/\\")):
        return "/"
    return text


def _local(address: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def problem(request: Request, status: int, message: str) -> Response:
    """An error as a page; whoever is not signed in is led to the door."""
    back = local_path(_local(request.headers.get("referer", "")))
    page = Page(request, request.app.state.station, None)
    if status == 401:
        if (
            "hx-request" in request.headers
        ):  # a part of a page that is open: what is on it stays, the strip on top says it
            return (
                page.show("signed_out.html", back=back)
                if request.url.path == "/tinh-hinh"
                else Response(status_code=204)
            )
        wanted = _local(str(request.url)) if request.method == "GET" else back  # the page of a form, not where it leads
        return RedirectResponse(f"/dang-nhap?tiep={quote(wanted)}", status_code=303)
    return page.show("problem.html", status=status, message=message, back=back)


def failed(occurrence: OccurrenceView) -> bool:
    """Whether some speaker did not sound to the end, and nothing newer is on its way to it."""
    newest = {delivery.speaker_id: delivery for delivery in occurrence.deliveries}  # attempts come in order
    return occurrence.status != "withdrawn" and any(words.tone(d.state) == "bad" for d in newest.values())


@cache
def asset(name: str) -> str:
    """The address of a static file; it changes with its content, so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
