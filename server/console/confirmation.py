"""The second person: what would sound at an unusual hour waits here until somebody else agrees, or takes it off."""

from fastapi import APIRouter
from starlette.responses import Response

from server.api import schedules as api
from server.api.programmes import post_withdraw as withdraw_programme
from server.console.pages import Page, PageDep, to
from server.errors import NotFoundError, StationError

router = APIRouter(prefix="/cho-dong-y", include_in_schema=False)


@router.get("")
def get_page(page: PageDep) -> Response:
    """Everything that waits for a second person."""
    return _show(page, "", 200)


@router.post("/{schedule_id}/{act}")
def post_act(schedule_id: str, act: str, page: PageDep) -> Response:
    """Agree (dong-y), or take it off the schedule (bo); what forbids it is said above what waits."""
    assert page.person is not None
    try:
        if act == "dong-y":
            api.post_confirm(schedule_id, page.person, page.station)
        elif act == "bo":
            _withdraw(page, schedule_id)
        else:
            raise NotFoundError("Không làm được việc này ở địa chỉ này.")
    except StationError as error:
        return _show(page, str(error), error.status)
    return to("/cho-dong-y", "dong-y" if act == "dong-y" else "thu")


def asked(page: Page) -> list[api.UnconfirmedView]:
    """What this person may agree to, or has asked for: pages show it with `confirmation.html`."""
    assert page.person is not None
    found = api.get_unconfirmed(page.person, page.station).items
    return [one for one in found if one.may_confirm or one.asked_by == page.person.id]


def _withdraw(page: Page, schedule_id: str) -> None:
    """A programme goes as a whole."""
    assert page.person is not None
    run_id = next((one.run_id for one in asked(page) if one.schedule_id == schedule_id), None)
    if run_id:
        withdraw_programme(run_id, page.person, page.station)
    else:
        api.post_withdraw(schedule_id, page.person, page.station)


def _show(page: Page, error: str, status: int) -> Response:
    return page.show("confirmations.html", status=status, error=error, asked=asked(page))
