"""What a place decided about its broadcasting: hours, lengths, how loud, what is usual, what its village heads may."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from pydantic import ValidationError
from starlette.responses import Response

from server import areas, policy
from server.api.areas import put_policy
from server.console.languages import N_
from server.console.pages import Page, PageDep, to
from server.errors import InvalidInputError, StationError
from server.people import rights
from server.policy import AreaRules

router = APIRouter(prefix="/xa/quy-dinh", include_in_schema=False)
_WEEK = range(7)
_ALLOWED, _NO_LOUDER = N_("được phát"), N_("âm lượng không quá")
_Words = Annotated[list[str] | None, Form(max_length=400)]
_Number = Annotated[str, Form(max_length=4)]


@router.get("")
def get_policy(page: PageDep, noi: Annotated[str, Query(max_length=64)] = "") -> Response:
    """The rules of one place: its own in the form, those above it in words."""
    assert page.person is not None
    with page.station.database.read() as session:
        own = policy.own(session, areas.find(session, noi or page.person.area_id).id)
    return _show(page, noi or page.person.area_id, own, "", 200)


@router.post("")
def post_policy(
    page: PageDep,
    *,
    area_id: Annotated[str, Form(max_length=64)] = "",
    allowed_from: _Words = None,
    allowed_to: _Words = None,
    allowed_days: _Words = None,
    usual_from: _Words = None,
    usual_to: _Words = None,
    usual_days: _Words = None,
    ceiling_from: _Words = None,
    ceiling_to: _Words = None,
    ceiling_days: _Words = None,
    ceiling_percent: _Words = None,
    session_minutes: _Number = "",
    sessions_a_day: _Number = "",
    minutes_a_day: _Number = "",
    village: Annotated[bool, Form()] = False,
    village_from: _Words = None,
    village_to: _Words = None,
    village_days: _Words = None,
    village_sessions: _Number = "",
    village_minutes: _Number = "",
    village_repeats: Annotated[bool, Form()] = False,
    village_approval: Annotated[bool, Form()] = False,
) -> Response:
    """Decide. Everything of the place is in the form: what is left empty there is left to the levels above."""
    assert page.person is not None
    typed: AreaRules | None = None
    try:
        typed = AreaRules.model_validate(
            {
                "allowed": [*_windows(allowed_from, allowed_to, allowed_days).values()],
                "usual": [*_windows(usual_from, usual_to, usual_days).values()],
                "ceilings": [
                    {"window": window, "percent": dict(enumerate(ceiling_percent or [])).get(row)}
                    for row, window in _windows(ceiling_from, ceiling_to, ceiling_days).items()
                ],
                "session_minutes": session_minutes or None,
                "sessions_a_day": sessions_a_day or None,
                "minutes_a_day": minutes_a_day or None,
                "village": {
                    "allowed": [*_windows(village_from, village_to, village_days).values()],
                    "sessions_a_day": village_sessions or None,
                    "minutes_a_day": village_minutes or None,
                    "repeats": village_repeats,
                    "approval": village_approval,
                }
                if village
                else None,
            }
        )
        put_policy(area_id, typed, page.person, page.station)
    except ValidationError:
        text = page.say(
            N_("Có ô điền chưa đúng. Hãy điền giờ (ví dụ 05:00), phần trăm từ 0 đến 100, các số từ 1 trở lên.")
        )
        return _again(page, area_id, typed, text, 422)
    except StationError as error:
        return _again(page, area_id, typed, str(error), error.status)
    return to("/xa", "luu")


def _again(page: Page, area_id: str, typed: AreaRules | None, error: str, status: int) -> Response:
    with page.station.database.read() as session:
        place = areas.find(session, area_id).id
        own = policy.own(session, place)
    return _show(page, place, typed or own, error, status)


def _show(page: Page, area_id: str, rules: AreaRules, error: str, status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        place = areas.find(session, area_id)
        rights.require(session, page.person, rights.Action.READ, place.id)
        places = areas.listed(session, areas.below(session, page.person.area_id))
        above = [
            (owner, _said(page, each)) for owner, each in policy.rules_over(session, place.id) if owner != place.name
        ]
        may_decide = rights.may(session, page.person, rights.Action.POLICY, place.id)
        heads = policy.village_hours(session, place.id)
    return page.show(
        "policy.html",
        status=status,
        error=error,
        place=place,
        places=places,
        above=above,
        may_decide=may_decide,
        own=rules,
        heads=heads,
        village=rules.village or heads.rules,
        windows={
            "allowed": [*rules.allowed, None],
            "usual": [*rules.usual, None],
            "village": [*(rules.village.allowed if rules.village else ()), None],
        },
        ceilings=[*rules.ceilings, None],
    )


def _said(page: Page, rules: AreaRules) -> list[str]:
    """One level's rules in words."""
    found = []
    if rules.allowed:
        found.append(f"{page.say(_ALLOWED)} {page.tell(policy.describe(rules.allowed))}")
    for count, words in (
        (rules.session_minutes, N_("phút mỗi lần, nhiều nhất")),
        (rules.sessions_a_day, N_("lần mỗi ngày, nhiều nhất")),
        (rules.minutes_a_day, N_("phút mỗi ngày, nhiều nhất")),
    ):
        if count is not None:
            found.append(f"{count} {page.say(words)}")
    found += [
        f"{page.tell(policy.describe((ceiling.window,)))} {page.say(_NO_LOUDER)} {ceiling.percent}%"
        for ceiling in rules.ceilings
    ]
    return found


def _windows(starts: list[str] | None, ends: list[str] | None, days: list[str] | None) -> dict[int, dict[str, Any]]:
    """The windows of the rows that were filled in, by row. A ticked day is "row:day", as the form numbers its rows."""
    found = {}
    for row, (start, end) in enumerate(zip(starts or [], ends or [], strict=False)):
        if not start.strip() and not end.strip():
            continue
        ticked = [day for day in _WEEK if f"{row}:{day}" in (days or [])]
        if not start.strip() or not end.strip() or not ticked:
            text = N_("Mỗi khung giờ cần đủ giờ bắt đầu, giờ kết thúc và ít nhất một ngày trong tuần.")
            raise InvalidInputError(text)
        found[row] = {"start": start, "end": end, "weekdays": ticked}
    return found
