"""`loa plan`: what the speakers of an area will do, from the station's own data, whether or not the station runs."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from server.planner import Plan, Track


def plan(
    *,
    area: Annotated[str, typer.Option(help="Mã hoặc id địa bàn, ví dụ na-it; bỏ trống là toàn đài.")] = "",
    from_: Annotated[
        str, typer.Option("--from", help="Từ ngày hoặc giờ nào: 2026-12-01, 2026-12-01T05:00; mặc định là bây giờ.")
    ] = "",
    to: Annotated[str, typer.Option(help="Đến ngày (hết ngày đó) hoặc giờ nào; mặc định là 24 giờ sau.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác.")] = False,
    data: Annotated[Path, typer.Option(help="Thư mục dữ liệu của đài.")] = Path("var/station"),
) -> None:
    """In từng phút loa sẽ làm gì, tin nào đụng tin nào, tin nào bị ngắt và phát tiếp lúc nào."""
    from sqlalchemy.exc import SQLAlchemyError

    from loa.station_folder import settings_of
    from server.errors import StationError

    settings = settings_of(data)
    zone = ZoneInfo(settings.timezone)
    now = datetime.now(zone)
    try:
        start = _instant(from_, zone) if from_ else now
        end = _instant(to, zone, whole_day=True) if to else start + timedelta(days=1)
        made = _planned(settings.database, area, start, end, now, settings.timezone)
    except SQLAlchemyError as error:
        typer.echo("✗ Không đọc được cơ sở dữ liệu của đài. Hãy kiểm tra --data.", err=True)
        raise typer.Exit(1) from error
    except (StationError, ValueError) as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(made.model_dump_json())
    else:
        _show(made, zone)


def _planned(url: str, area: str, start: datetime, end: datetime, now: datetime, zone: str) -> "Plan":
    from sqlmodel import col, select

    from server.database import Database
    from server.errors import NotFoundError
    from server.planner import plan as planned
    from server.tables import Area

    database = Database(url)
    try:
        with database.read() as session:
            top = area or session.exec(select(Area.id).where(col(Area.parent_id).is_(None))).first()
            if top is None:
                raise NotFoundError("Đài chưa được thiết lập nên chưa có địa bàn nào.")
            return planned(session, top, start, end, at=now, zone=zone)
    finally:
        database.close()


def _instant(text: str, zone: ZoneInfo, *, whole_day: bool = False) -> datetime:
    """A local day or an instant; without an offset in the station's zone. Raises ValueError, in Vietnamese."""
    try:
        if "T" not in text and ":" not in text:
            day = date.fromisoformat(text) + timedelta(days=1 if whole_day else 0)
            return datetime(day.year, day.month, day.day, tzinfo=zone)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"Không hiểu thời điểm “{text[:40]}”. Ví dụ đúng: 2026-12-01 hoặc 2026-12-01T05:00") from error
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _show(made: "Plan", zone: ZoneInfo) -> None:
    start, end = made.start.astimezone(zone), made.end.astimezone(zone)
    typer.echo(f"{made.area_name}: {made.speakers} cụm loa, từ {start:%H:%M %d/%m/%Y} đến {end:%H:%M %d/%m/%Y}")
    for conflict in made.conflicts:
        typer.echo(f"! {conflict.message} ({conflict.speakers} cụm loa)")
    for waiting in made.waiting:
        due = waiting.due_at.astimezone(zone)
        typer.echo(
            f"? {due:%H:%M %d/%m} “{waiting.title}” ({waiting.area_name}) chỉ phát nếu được đồng ý trước giờ đó."
        )
    for track in made.tracks:
        typer.echo()
        typer.echo(", ".join(speaker.name for speaker in track.speakers))
        _show_track(track, zone)


def _show_track(track: "Track", zone: ZoneInfo) -> None:
    if not track.segments:
        typer.echo("  không phát gì")
    day = None
    for segment in track.segments:
        start, end = segment.start.astimezone(zone), segment.end.astimezone(zone)
        if start.date() != day:
            day = start.date()
            typer.echo(f"  {day:%d/%m/%Y}")
        resumed = " (phát tiếp)" if segment.from_ms else ""
        quiet = " (nhỏ tiếng)" if segment.ducked else ""
        typer.echo(f"    {start:%H:%M:%S}–{end:%H:%M:%S}  {segment.title}{resumed}{quiet}")
