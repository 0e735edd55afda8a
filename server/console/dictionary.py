"""The page of the commune's dictionary."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import ValidationError
from starlette.responses import Response

from server import dictionary
from server.api import dictionary as api
from server.console.pages import Page, PageDep, to
from server.errors import StationError
from server.people import rights

router = APIRouter(prefix="/tu-dien", include_in_schema=False)
_Field = Annotated[str, Form(max_length=1000)]


@router.get("")
def get_dictionary(page: PageDep) -> Response:
    """The rows that hold at the person's place; forms for those who may change them."""
    return _show(page)


@router.post("")
def post_row(
    page: PageDep,
    *,
    written: _Field = "",
    spoken: _Field = "",
    after: _Field = "",
    before: _Field = "",
    among: _Field = "",
    note: _Field = "",
    act: Annotated[str, Form(max_length=10)] = "add",
) -> Response:
    """Try a row out, or keep it; what was typed stays when it cannot be kept."""
    assert page.person is not None
    values = {
        "written": written, "spoken": spoken, "after": after, "before": before, "among": among, "note": note,
    }  # fmt: skip
    try:
        body = api.RowRequest(
            written=written,
            spoken=spoken,
            note=note,
            after=list(dictionary.phrases(after)),
            before=list(dictionary.phrases(before)),
            among=list(dictionary.phrases(among)),
        )
        if act == "try":
            return _show(page, values=values, preview=api.post_preview(body, page.person, page.station))
        api.post_row(body, page.person, page.station)
    except ValidationError:
        return _show(
            page, "Một ô dài quá 500 ký tự, hoặc có quá nhiều cụm từ. Hãy rút ngắn.", values=values, status=422
        )
    except StationError as error:
        return _show(page, str(error), values=values, status=error.status)
    return to("/tu-dien", "tu")


@router.post("/tep")
def post_table(page: PageDep, file: Annotated[UploadFile | None, File()] = None) -> Response:
    """Take in a table."""
    assert page.person is not None
    try:
        api.post_table(page.person, page.station, file.file.read() if file else b"")
    except StationError as error:
        return _show(page, str(error), status=error.status)
    return to("/tu-dien", "nhap")


@router.post("/{row_id}/bo")
def post_removal(row_id: str, page: PageDep) -> Response:
    """Take a row out."""
    assert page.person is not None
    try:
        api.delete_row(row_id, page.person, page.station)
    except StationError as error:
        return _show(page, str(error), status=error.status)
    return to("/tu-dien", "bo-tu")


def _show(
    page: Page,
    error: str = "",
    *,
    values: dict[str, str] | None = None,
    preview: api.PreviewView | None = None,
    status: int = 200,
) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        home = dictionary.home(session, page.person.area_id)
        editable = rights.may(session, page.person, rights.Action.DICTIONARY, home.id)
    rows = api.get_dictionary(page.person, page.station).items
    return page.show(
        "dictionary.html", status=status, error=error, values=values or {}, preview=preview, home=home, rows=rows,
        editable=editable,
    )  # fmt: skip
