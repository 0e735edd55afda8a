"""Reports: minutes planned and aired, by place, class, field and author; as JSON and as a workbook."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from server import areas, reports, words
from server.api.context import PersonDep, StationDep
from server.errors import InvalidInputError
from server.people import rights
from server.reports import Line, Report
from server.station import Station
from server.tables import Person

router = APIRouter(prefix="/reports", tags=["reports"])
_LONGEST = timedelta(days=400)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("")
def get_report(
    person: PersonDep,
    station: StationDep,
    from_: Annotated[AwareDatetime, Query(alias="from")],
    to: AwareDatetime,
    area_id: Annotated[str, Query(max_length=64)] = "",
) -> Report:
    """Sums over [from, to) at the person's place and below, or at `area_id` and below."""
    return _report(person, station, from_, to, area_id)[0]


@router.get("/workbook", response_class=Response)
def get_workbook(
    person: PersonDep,
    station: StationDep,
    from_: Annotated[AwareDatetime, Query(alias="from")],
    to: AwareDatetime,
    area_id: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The same as .xlsx, with every line."""
    made, found = _report(person, station, from_, to, area_id)
    title = f"{station.settings.name}: báo cáo phát thanh {from_:%d/%m/%Y} – {to:%d/%m/%Y}"
    content = reports.workbook(made, found, station.settings.timezone, title, words.named)
    name = f"bao-cao-{from_:%Y%m%d}-{to:%Y%m%d}.xlsx"
    return Response(content, media_type=_XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _report(
    person: Person, station: Station, start: AwareDatetime, end: AwareDatetime, area_id: str
) -> tuple[Report, list[Line]]:
    if not timedelta(0) < end - start <= _LONGEST:
        raise InvalidInputError("Khoảng thời gian của báo cáo phải từ 1 đến 400 ngày.")
    with station.database.read() as session:
        area = areas.find(session, area_id or person.area_id)
        rights.require(session, person, rights.Action.READ, area.id)
        found = reports.lines(session, area.id, start, end)
        return reports.report(session, area.id, found, station.settings.timezone), found
