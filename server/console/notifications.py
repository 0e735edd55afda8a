"""Whom the station tells outside the console, of what, how soon and how often: by role, at a place."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query
from pydantic import ValidationError
from sqlmodel import col, select
from starlette.responses import Response

from server import areas
from server.api import notifications as api
from server.console.languages import N_
from server.console.pages import Page, PageDep, to
from server.errors import StationError
from server.notifications.kinds import Kind
from server.people import rights
from server.tables import Person, RoleName

router = APIRouter(prefix="/xa/bao-tin", include_in_schema=False)
KIND_NAMES = {
    Kind.NOT_SOUNDED: N_("Loa không phát được"),
    Kind.NOT_REPORTED: N_("Loa chưa báo đã phát hay chưa"),
    Kind.SPEAKER_LOST: N_("Mất kết nối với loa"),
    Kind.EMERGENCY: N_("Có tin khẩn cấp"),
    Kind.DISK: N_("Ổ đĩa của đài sắp đầy"),
}
_AFTER = {
    0: N_("ngay"), 15: N_("sau 15 phút"), 30: N_("sau 30 phút"), 60: N_("sau 1 giờ"), 120: N_("sau 2 giờ"),
    360: N_("sau 6 giờ"), 1440: N_("sau 1 ngày"),
}  # fmt: skip
_AGAIN = {
    0: N_("không nhắc lại"), 60: N_("nhắc lại mỗi giờ"), 360: N_("nhắc lại mỗi 6 giờ"), 1440: N_("nhắc lại mỗi ngày"),
}  # fmt: skip


@router.get("")
def get_rules(page: PageDep, noi: Annotated[str, Query(max_length=64)] = "") -> Response:
    """Every role and kind, as it holds at a place."""
    return _show(page, noi, "", "", 200)


@router.post("/{role}/{kind}")
def post_rule(
    role: RoleName,
    kind: Kind,
    page: PageDep,
    *,
    noi: Annotated[str, Form(max_length=64)] = "",
    enabled: Annotated[bool, Form()] = False,
    after_minutes: Annotated[str, Form(max_length=6)] = "0",
    again_minutes: Annotated[str, Form(max_length=6)] = "0",
    most_a_day: Annotated[str, Form(max_length=4)] = "20",
    quiet_from: Annotated[str, Form(max_length=5)] = "",
    quiet_to: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Decide one of them."""
    assert page.person is not None
    try:
        body = api.MannerView.model_validate(
            {
                "enabled": enabled, "after_minutes": after_minutes, "again_minutes": again_minutes,
                "most_a_day": most_a_day, "quiet_from": quiet_from, "quiet_to": quiet_to,
            }
        )  # fmt: skip
        api.put_rule(noi or page.person.area_id, role, kind, body, page.person, page.station)
    except ValidationError:
        text = N_("Có ô điền chưa đúng. Số tin mỗi ngày từ 0 đến 200.")
        return _show(page, noi, text, f"{role.value}-{kind.value}", 422)
    except StationError as error:
        return _show(page, noi, str(error), f"{role.value}-{kind.value}", error.status)
    answer = to("/xa/bao-tin", "luu")
    answer.headers["location"] += f"&noi={quote(noi)}#{role.value}-{kind.value}"
    return answer


def _show(page: Page, noi: str, error: str, at: str, status: int) -> Response:
    """`at` is the rule whose form was refused."""
    assert page.person is not None
    with page.station.database.read() as session:
        place = areas.find(session, noi or page.person.area_id)
        places = areas.listed(session, areas.below(session, page.person.area_id))
        may_decide = rights.may(session, page.person, rights.Action.POLICY, place.id)
        there = set(session.exec(select(Person.role).where(col(Person.active).is_(True)).distinct()))
    rules = api.get_rules(place.id, page.person, page.station).items
    return page.show(
        "notifications.html",
        status=status,
        error=error,
        at=at,
        place=place,
        places=places,
        may_decide=may_decide,
        roles=[(role, [rule for rule in rules if rule.role is role]) for role in RoleName if role in there],
        kinds=KIND_NAMES,
        after=_AFTER,
        again=_AGAIN,
    )
