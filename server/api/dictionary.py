"""The dictionary of an area: its rows, trying one out, import and export."""

from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlmodel import Session, select
from starlette.responses import Response

from reading import Row, Sounding
from server import areas, dictionary
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.bulletins import rereading
from server.people import rights
from server.tables import Area, DictionaryRow, Person

router = APIRouter(tags=["dictionary"])
_TSV = "text/tab-separated-values"
_Text = Annotated[str, Field(max_length=500)]
_Phrases = Annotated[list[_Text], Field(max_length=50)]
AreaQuery = Annotated[str, Query(max_length=64)]


class RowRequest(BaseModel):
    """How `written` is said; with `after`, `before` or `among` only in that company. An empty `area_id` is one's own."""

    written: _Text = Field(examples=["QLDA"])
    spoken: _Text = Field(examples=["quản lý dự án"])
    after: _Phrases = []
    before: _Phrases = []
    among: _Phrases = []
    source: _Text = ""
    note: _Text = ""
    area_id: str = Field(default="", max_length=64)

    @property
    def row(self) -> Row:
        """As the reading room knows it."""
        return Row.model_validate(self.model_dump(exclude={"area_id"}))


class RowView(BaseModel):
    """A row, whose it is, and who set it."""

    id: str
    area_id: str
    area_name: str
    written: str
    spoken: str
    after: list[str]
    before: list[str]
    among: list[str]
    source: str
    note: str
    set_by: str
    """Name of the person."""
    set_at: AwareDatetime


class DraftView(BaseModel):
    """A draft that a row would change."""

    bulletin_id: str
    version_id: str
    title: str


class PreviewView(BaseModel):
    """A row tried out before it is kept."""

    sounding: Sounding
    changes: list[DraftView]


class ImportedView(BaseModel):
    """What an import did."""

    added: int
    changed: int
    same: int


@router.get("/dictionary")
def get_dictionary(person: PersonDep, station: StationDep, area_id: AreaQuery = "") -> Items[RowView]:
    """The rows that hold in an area, those of the levels above too, the nearest first."""
    with station.database.read() as session:
        rows = dictionary.rows_over(session, _seen_area(session, person, area_id).id)
        names = dict(session.exec(select(Person.id, Person.name)).all())
        return Items(items=[_view(area, row, names.get(row.set_by, "")) for area, row in rows])


@router.post("/dictionary", status_code=201)
def post_row(body: RowRequest, person: PersonDep, station: StationDep) -> RowView:
    """Add a row, or change the one for the same written form in the same company."""
    with station.database.write() as session:
        row = dictionary.put(session, person, body.area_id or person.area_id, body.row)
        return _view(areas.find(session, row.area_id), row, person.name)


@router.delete("/dictionary/{row_id}", status_code=204)
def delete_row(row_id: str, person: PersonDep, station: StationDep) -> None:
    """Take a row out."""
    with station.database.write() as session:
        dictionary.remove(session, person, row_id)


@router.post("/dictionary/preview")
def post_preview(body: RowRequest, person: PersonDep, station: StationDep) -> PreviewView:
    """How a row will sound, and the drafts that it changes. Keeps nothing."""
    with station.database.read() as session:
        area = _seen_area(session, person, body.area_id)
        changed = rereading.drafts_changed_by(session, station.settings.dialect, person, area.id, body.row)
        return PreviewView(
            sounding=dictionary.sounding(session, station.settings.dialect, area.id, body.row),
            changes=[DraftView(bulletin_id=b.id, version_id=v.id, title=b.title) for b, v in changed],
        )


@router.get("/dictionary.tsv", response_class=Response)
def get_table(person: PersonDep, station: StationDep, area_id: AreaQuery = "") -> Response:
    """The area's own rows as a tab-separated table."""
    with station.database.read() as session:
        text = dictionary.export_table(session, _seen_area(session, person, area_id).id)
    headers = {"Content-Disposition": 'attachment; filename="tu-dien.tsv"'}
    return Response("\ufeff" + text, media_type=f"{_TSV}; charset=utf-8", headers=headers)  # the mark: spreadsheets ask


@router.post("/dictionary.tsv")
def post_table(
    person: PersonDep, station: StationDep, content: Annotated[bytes, Body(media_type=_TSV)], area_id: AreaQuery = ""
) -> ImportedView:
    """Add and change the rows of a table: all, or none."""
    with station.database.write() as session:
        done = dictionary.import_table(session, person, area_id or person.area_id, content)
    return ImportedView(added=done.added, changed=done.changed, same=done.same)


def _seen_area(session: Session, person: Person, area_id: str) -> Area:
    area = areas.find(session, area_id or person.area_id)
    rights.require(session, person, rights.Action.READ, area.id)
    return area


def _view(area: Area, row: DictionaryRow, who: str) -> RowView:
    return RowView(
        id=row.id,
        area_id=area.id,
        area_name=area.name,
        **dictionary.as_row(row).model_dump(),
        set_by=who,
        set_at=row.set_at,
    )
