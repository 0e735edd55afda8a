"""Putting an approved bulletin on air: where, when, how often."""

from collections import Counter
from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import Field
from sqlmodel import col, select
from starlette.responses import Response

from schedules import ScheduleError
from server import areas, policy
from server.api.schedules import ScheduleRequest, post_schedule
from server.bulletins import store
from server.console import airing, places, repetition
from server.console.pages import Page, PageDep, to
from server.errors import InvalidInputError, StationError
from server.tables import Schedule, ScheduleStatus
from server.tables.columns import now

router = APIRouter(prefix="/len-song/{version_id}", include_in_schema=False)
_SOON = timedelta(seconds=45)
"""Time for the speakers to fetch the audio when it shall sound "now"."""
_READY = timedelta(minutes=2)
_HOURS = (time(5, 30), time(11, 0), time(17, 0))
"""Where nothing was ever put on air: when communes are wont to broadcast."""
_CHOICES = 3
_REMEMBERED = 60
_WONT = 2
"""What was put on air "now" leaves an odd minute behind, once: a habit comes again."""


class _Form(airing.AiringForm):
    when: str = Field("at", max_length=40)
    """"now", "at" for the day and hour of the form, or the instant of a quick button."""


@router.get("")
def get_form(version_id: str, page: PageDep) -> Response:
    """The form."""
    return _form(page, version_id, {}, "", 200)


@router.post("")
def post_form(
    version_id: str,
    page: PageDep,
    form: Annotated[_Form, Form()],
) -> Response:
    """Put it on air, or say why not, with the form as it was."""
    assert page.person is not None
    try:
        quick = now() + _SOON if form.when == "now" else _offered(form.when)
        start_at, rule = (quick, "") if quick else (form.start_at(page.zone), form.rule())
        with page.station.database.read() as session:
            place, group_id = places.chosen(session, page.person, form.area_id)
        body = ScheduleRequest(
            version_id=version_id,
            area_id=place,
            group_id=group_id,
            start_at=start_at,
            rule=rule,
            test=form.test,
            skip_holidays=form.skip_holidays,
            when_approved=True,
        )
        made = post_schedule(body, page.person, page.station)
    except (StationError, ScheduleError) as error:
        return _form(page, version_id, form.model_dump(), str(error), 422)
    return to("/", "cho-nguoi-hai" if made.status is ScheduleStatus.UNCONFIRMED else "lich")


def _form(page: Page, version_id: str, values: dict[str, object], error: str, status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        version, bulletin = store.find_version(session, page.person, version_id)
        production = store.production_of(session, version)
        there = places.choices(session, page.person)
        hours = policy.allowed_over(session, page.person.area_id)
    given = {**airing.fresh(bulletin.area_id, page.zone), "when": "at", **values}
    return page.show(
        "on_air.html", status=status, bulletin=bulletin, version=version, production=production, places=there, hours=hours,
        values=given, error=error, weekdays=repetition.DAYS, usual=_usual(page, bulletin.area_id),
    )  # fmt: skip


def _usual(page: Page, area_id: str) -> list[datetime]:
    """The next instants at the hours when this area is wont to sound: one press puts it there."""
    with page.station.database.read() as session:
        rows = session.exec(
            select(Schedule.start_at)
            .where(col(Schedule.area_id).in_(areas.concerning(session, area_id)), col(Schedule.test).is_(False))
            .order_by(col(Schedule.id).desc())
            .limit(_REMEMBERED)
        )
        often = Counter(at.astimezone(page.zone).time().replace(second=0, microsecond=0) for at in rows)
    hours = [hour for hour, times in often.most_common(_CHOICES) if times >= _WONT]
    hours += [hour for hour in _HOURS if hour not in hours][: _CHOICES - len(hours)]
    soonest = (now() + _READY).astimezone(page.zone)
    found = []
    for hour in hours:
        day = soonest.date() + timedelta(days=hour <= soonest.time())
        found.append(datetime.combine(day, hour, tzinfo=page.zone))
    return sorted(found)


def _offered(when: str) -> datetime | None:
    """The instant of a quick button, None when another way was chosen."""
    try:
        return datetime.fromisoformat(when) if "T" in when else None
    except ValueError as error:
        raise InvalidInputError("Giờ phát chưa đúng. Hãy chọn lại.") from error
