"""What the commune shows to the public, and what it keeps back."""

from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import ValidationError
from sqlmodel import col, select
from starlette.responses import Response

from server import public
from server.api import public as api
from server.console.languages import N_
from server.console.pages import Page, PageDep, to
from server.errors import StationError
from server.people import rights
from server.tables import Bulletin, Withheld
from server.tables.columns import now

router = APIRouter(prefix="/cong-khai", include_in_schema=False)


@router.get("")
def get_settings(page: PageDep) -> Response:
    """The setting, and the bulletins that it shows now."""
    return _show(page, "", 200)


@router.post("")
def post_settings(
    page: PageDep,
    *,
    schedule: Annotated[bool, Form()] = False,
    archive: Annotated[bool, Form()] = False,
    villages: Annotated[bool, Form()] = False,
    feedback: Annotated[bool, Form()] = False,
    archive_days: Annotated[str, Form(max_length=5)] = "30",
) -> Response:
    """Decide."""
    assert page.person is not None
    try:
        rules = public.Rules.model_validate(
            {
                "schedule": schedule, "archive": archive, "villages": villages, "feedback": feedback,
                "archive_days": archive_days,
            }
        )  # fmt: skip
        api.put_rules(rules, page.person, page.station)
    except ValidationError:
        return _show(page, N_("Số ngày nghe lại phải từ 1 đến 365."), 422)
    except StationError as error:
        return _show(page, str(error), error.status)
    return to("/cong-khai", "luu")


@router.post("/{bulletin_id}/{act}")
def post_withheld(bulletin_id: str, act: str, page: PageDep) -> Response:
    """Keep a bulletin back ("an"), or show it again ("hien")."""
    assert page.person is not None
    deed = api.put_withheld if act == "an" else api.delete_withheld
    deed(bulletin_id, page.person, page.station)
    return to("/cong-khai", "luu")


def _show(page: Page, error: str, status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        shown = [(each.bulletin.id, each.bulletin.title, each.at) for each in public.aired(session, now())]
        hidden = [
            (bulletin.id, bulletin.title, row.at)
            for row, bulletin in session.exec(
                select(Withheld, Bulletin)
                .join(Bulletin, col(Withheld.bulletin_id) == col(Bulletin.id))
                .where(col(Bulletin.area_id).in_(rights.reach(session, page.person)))
            )
        ]
        rules = public.rules_of(session)
    return page.show(
        "resident_settings.html", status=status, rules=rules, shown=shown, hidden=hidden, error=error
    )  # fmt: skip
