"""Reports: minutes planned and aired, by place, class, field and author; as JSON, as a workbook and on paper."""

from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from server import areas, reports, words
from server.api.context import PersonDep, StationDep
from server.errors import InvalidInputError
from server.people import rights
from server.report_sums import Report, summary
from server.station import Station
from server.tables import Person
from server.tables.columns import now

router = APIRouter(prefix="/reports", tags=["reports"])
_LONGEST = timedelta(days=400)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


_From = Annotated[AwareDatetime | None, Query(alias="from")]
_Area = Annotated[str, Query(max_length=64)]
_Period = Annotated[str, Query(max_length=10, examples=["2026-11", "2026-Q4"], description="instead of from and to")]


@router.get("")
def get_report(
    person: PersonDep,
    station: StationDep,
    from_: _From = None,
    to: AwareDatetime | None = None,
    area_id: _Area = "",
    period: _Period = "",
) -> Report:
    """Sums over [from, to), or over a month, quarter or year, at the person's place and below, or at `area_id` and below."""
    return _report(person, station, *_span(station, from_, to, period), area_id)


@router.get("/workbook", response_class=Response)
def get_workbook(
    person: PersonDep,
    station: StationDep,
    from_: _From = None,
    to: AwareDatetime | None = None,
    area_id: _Area = "",
    period: _Period = "",
) -> Response:
    """The same as .xlsx, with every line."""
    start, end = _span(station, from_, to, period)
    made = _report(person, station, start, end, area_id)
    with station.database.read() as session:
        found = reports.lines(session, areas.find(session, area_id or person.area_id).id, start, end)
    title = f"{station.settings.name}: báo cáo phát thanh {_in_words(station, start, end)}"
    from server.report_workbook import workbook  # noqa: PLC0415  openpyxl takes a quarter of a second that no start waits for

    content = workbook(made, found, station.settings.timezone, title, words.named)
    return _file(content, _XLSX, station, start, end, "xlsx")


@router.get("/pdf", response_class=Response)
def get_pdf(
    person: PersonDep,
    station: StationDep,
    from_: _From = None,
    to: AwareDatetime | None = None,
    area_id: _Area = "",
    period: _Period = "",
) -> Response:
    """The same on paper: A4 with the commune's name, sums, plots and a place to sign."""
    start, end = _span(station, from_, to, period)
    made = _report(person, station, start, end, area_id)
    today = now().astimezone(ZoneInfo(station.settings.timezone))
    from server.report_pdf import pdf  # noqa: PLC0415  as above: fpdf takes half a second

    content = pdf(
        made,
        station=station.settings.name,
        span=_in_words(station, start, end),
        printed=f"Ngày {today.day} tháng {today.month} năm {today.year}",
        named=words.named,
    )
    return _file(content, "application/pdf", station, start, end, "pdf")


def _span(station: Station, start: datetime | None, end: datetime | None, period: str) -> tuple[datetime, datetime]:
    if period:
        return reports.period(period, station.settings.timezone)
    if start is None or end is None:
        raise InvalidInputError("Hãy cho biết thời gian của báo cáo: từ và đến, hoặc kỳ (tháng, quý, năm).")
    return start, end


def _days(station: Station, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """First and last local day."""
    zone = ZoneInfo(station.settings.timezone)
    return start.astimezone(zone), (end - timedelta(microseconds=1)).astimezone(zone)


def _in_words(station: Station, start: datetime, end: datetime) -> str:
    first, last = _days(station, start, end)
    return f"từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}"


def _file(content: bytes, kind: str, station: Station, start: datetime, end: datetime, ending: str) -> Response:
    first, last = _days(station, start, end)
    name = f"bao-cao-{first:%Y%m%d}-{last:%Y%m%d}.{ending}"
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _report(person: Person, station: Station, start: datetime, end: datetime, area_id: str) -> Report:
    if not timedelta(0) < end - start <= _LONGEST:
        raise InvalidInputError("Khoảng thời gian của báo cáo phải từ 1 đến 400 ngày.")
    with station.database.read() as session:
        area = areas.find(session, area_id or person.area_id)
        rights.require(session, person, rights.Action.READ, area.id)
        return summary(session, area.id, start, end, station.settings.timezone)
