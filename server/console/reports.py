"""Reports as a page: sums of some days with plots, and the same as a workbook."""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.responses import Response

from server import words
from server.api.reports import get_report
from server.console.languages import N_
from server.console.pages import Page, PageDep
from server.console.plots import number
from server.report_sums import Sum
from server.tables.columns import now

router = APIRouter(prefix="/bao-cao", include_in_schema=False)
_DAYS = timedelta(days=29)
_HEIGHT, _STEP, _BAR = 120.0, 26.0, 9.0
"""Of the plot, in its own units."""
_NARROWEST = 14
"""Days that the plot has room for at least: one alone would be as wide as the page."""
_GAPLESS = timedelta(days=92)
_NAMES = 16
"""Days that are named below it: more would run into each other."""


@dataclass(frozen=True)
class Bar:
    """A day in the plot: planned beside aired, in the plot's units."""

    name: str
    x: float
    planned: float
    aired: float


@router.get("")
def get_page(
    page: PageDep, tu: Annotated[str, Query(max_length=10)] = "", den: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """Thirty days, or those asked for."""
    assert page.person is not None
    today = now().astimezone(page.zone).date()
    last = _day(den, today)
    first = min(_day(tu, last - _DAYS), last)
    start, end = _midnight(page, first), _midnight(page, last + timedelta(days=1))
    made = get_report(page.person, page.station, from_=start, to=end)
    highest = max((max(day.planned_minutes, day.aired_minutes) for day in made.by_day), default=0.0)
    days = _every_day(made.by_day, first, last)
    groups = (
        (N_("Theo cụm loa"), made.by_speaker), (N_("Theo địa bàn"), made.by_area), (N_("Theo lĩnh vực"), made.by_field),
        (N_("Theo loại tin"), made.by_priority), (N_("Theo người soạn"), made.by_author),
    )  # fmt: skip
    return page.show(
        "reports.html",
        made=made,
        groups=groups,
        bars=_bars(days, highest),
        named_every=math.ceil(len(days) / _NAMES),
        number=number,
        highest=highest,
        width=max(_NARROWEST, len(days)) * _STEP,
        height=_HEIGHT,
        bar=_BAR,
        failures=[
            (": ".join(page.say(words.named(p)) for p in code.split(" ", 1)), n) for code, n in made.failures.items()
        ],
        first=first,
        last=last,
        query=f"from={quote(start.isoformat())}&to={quote(end.isoformat())}",
    )


def _every_day(found: list[Sum], first: date, last: date) -> list[tuple[date, Sum | None]]:
    """The days with what is known of them, the silent ones too where that is not too many: a gap is to be seen."""
    known = {date.fromisoformat(day.name): day for day in found}
    if not known or last - first > _GAPLESS:
        return [*known.items()]
    return [(day, known.get(day)) for day in (first + timedelta(days=n) for n in range((last - first).days + 1))]


def _bars(days: list[tuple[date, Sum | None]], highest: float) -> list[Bar]:
    scale = _HEIGHT / highest if highest else 0.0
    return [
        Bar(
            name=f"{day:%-d/%-m}",
            x=round(number * _STEP, 1),
            planned=round(of.planned_minutes * scale, 1) if of else 0.0,
            aired=round(of.aired_minutes * scale, 1) if of else 0.0,
        )
        for number, (day, of) in enumerate(days)
    ]


def _midnight(page: Page, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=page.zone)


def _day(text: str, default: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return default
