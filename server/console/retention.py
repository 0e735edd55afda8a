"""How long each kind of data is kept."""

from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import ValidationError
from starlette.responses import Response

from server import areas, retention
from server.api import retention as api
from server.console.languages import N_
from server.console.pages import Page, PageDep, to
from server.errors import StationError
from server.people import rights
from server.retention import Kind

router = APIRouter(prefix="/xa/luu-tru", include_in_schema=False)
_NAMES = {
    Kind.DOCUMENTS: (N_("Văn bản tải lên"), N_("Bản tin làm từ văn bản vẫn còn.")),
    Kind.AUDIO: (N_("Tiếng của bản tin không phát nữa"), N_("Dựng lại được khi cần.")),
    Kind.EVENTS: (N_("Chi tiết loa báo về và lệnh gửi loa"), N_("Nhật ký phát vẫn còn.")),
    Kind.FEEDBACK: (N_("Góp ý đã trả lời của người dân"), N_("Góp ý chưa trả lời không bị xoá.")),
    Kind.PERSONAL: (N_("Tin báo cho từng người, phiên đăng nhập đã hết"), ""),
}


@router.get("")
def get_terms(page: PageDep) -> Response:
    """The terms as they hold."""
    return _show(page, {}, "", 200)


@router.post("")
def post_terms(
    page: PageDep,
    *,
    kind: Annotated[list[Kind], Form(max_length=len(Kind))],
    days: Annotated[list[str], Form(max_length=len(Kind))],
) -> Response:
    """Set those that were changed."""
    assert page.person is not None
    typed = dict(zip(kind, days, strict=False))
    try:
        wishes = {each: api.TermRequest.model_validate({"days": value}) for each, value in typed.items()}
        for term in api.get_terms(page.person, page.station).items:
            if term.kind in wishes and wishes[term.kind].days != term.days:
                api.put_term(term.kind, wishes[term.kind], page.person, page.station)
    except ValidationError:
        return _show(page, typed, N_("Số ngày phải là số, từ 1 trở lên."), 422)
    except StationError as error:
        return _show(page, typed, str(error), error.status)
    return to("/xa/luu-tru", "luu")


def _show(page: Page, typed: dict[Kind, str], error: str, status: int) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        may_decide = rights.may(session, page.person, rights.Action.POLICY, areas.top(session).id)
        terms = retention.terms(session)
    return page.show(
        "retention.html", status=status, error=error, terms=terms, names=_NAMES, typed=typed, may_decide=may_decide
    )
