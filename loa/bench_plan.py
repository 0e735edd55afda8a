"""`loa bench plan`: how long the plan of a hundred speakers over a week takes."""

import json
import os
import statistics
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlmodel import Session

    from server.tables import Person

_LIMIT_MS = 200.0
_VILLAGES = 10
_DAYS = 7
_A_DAY = ((5, 30), (6, 0), (11, 0), (17, 0), (17, 5), (18, 0))
"""Local times of the commune's broadcasts; two of them meet."""
_LENGTH_MS = 8 * 60_000


def plan(
    *,
    speakers: Annotated[int, typer.Option(help="Số cụm loa.")] = 100,
    times: Annotated[int, typer.Option(help="Đo bao nhiêu lần.")] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False,
) -> None:
    """Đo dự kiến phát: 100 cụm loa × 7 ngày, từ cơ sở dữ liệu đến JSON. ratio ≤ 1 là đạt (200 ms)."""
    with tempfile.TemporaryDirectory(prefix="loa-bench-", ignore_cleanup_errors=True) as folder:
        report = _measured(Path(folder), speakers, times)
    typer.echo(json.dumps(report) if as_json else "\n".join(f"{name:14} {value}" for name, value in report.items()))


def _measured(folder: Path, speakers: int, times: int) -> dict[str, object]:
    from server import schema
    from server.database import Database
    from server.planner import plan as planned
    from server.tables.columns import now

    database = Database(f"sqlite:///{folder / 'station.sqlite3'}")
    schema.upgrade(database)
    zone, at = "Asia/Ho_Chi_Minh", now()
    with database.write() as session:
        area_id = _world(session, speakers, at, zone)
    took_ms, cpu_ms = [], []
    for _ in range(times):
        with database.read() as session:
            began, spent = time.perf_counter(), time.process_time()
            made = planned(session, area_id, at, at + timedelta(days=_DAYS), at=at, zone=zone)
            text = made.model_dump_json()
            took_ms.append((time.perf_counter() - began) * 1000)
            cpu_ms.append((time.process_time() - spent) * 1000)
    database.close()
    median_ms = statistics.median(took_ms)
    return {
        "ratio": round(median_ms / _LIMIT_MS, 3),
        "median_ms": round(median_ms, 1),
        "worst_ms": round(max(took_ms), 1),
        "cpu_ms": round(statistics.median(cpu_ms), 1),
        "load": round(os.getloadavg()[0], 1),
        "limit_ms": _LIMIT_MS,
        "speakers": made.speakers,
        "days": _DAYS,
        "broadcasts": sum(len(track.affairs) * len(track.speakers) for track in made.tracks),
        "conflicts": len(made.conflicts),
        "json_bytes": len(text),
    }


def _world(session: "Session", speakers: int, at: datetime, zone: str) -> str:
    from server.scheduling import materialise
    from server.tables import Area, AreaLevel, Person, RoleName, Speaker

    commune = Area(code="xa", name="Xã", level=AreaLevel.COMMUNE)
    session.add(commune)
    session.flush()
    officer = Person(username="canbo", name="Cán bộ", role=RoleName.OFFICER, area_id=commune.id, password_hash="")
    session.add(officer)
    villages = [
        Area(code=f"thon-{number}", name=f"Thôn {number}", level=AreaLevel.VILLAGE, parent_id=commune.id)
        for number in range(_VILLAGES)
    ]
    session.add_all(villages)
    session.flush()
    session.add_all(
        Speaker(id=f"loa-{number}", name=f"Loa {number}", area_id=villages[number % _VILLAGES].id)
        for number in range(speakers)
    )
    for hour, minute in _A_DAY:
        _daily(session, officer, commune.id, at, zone, hour, minute)
    for number, village in enumerate(villages):
        _daily(session, officer, village.id, at, zone, 19, number)
    session.flush()
    materialise(session, at, zone)
    return commune.id


def _daily(
    session: "Session", officer: "Person", area_id: str, at: datetime, zone: str, hour: int, minute: int
) -> None:
    from zoneinfo import ZoneInfo

    from server.tables import Bulletin, Schedule, Version, VersionStatus

    bulletin = Bulletin(title=f"Bản tin {hour}:{minute:02d}", area_id=area_id, author_id=officer.id)
    session.add(bulletin)
    session.flush()
    version = Version(bulletin_id=bulletin.id, number=1, status=VersionStatus.APPROVED, script={}, author_id=officer.id)
    session.add(version)
    session.flush()
    first = at.astimezone(ZoneInfo(zone)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    session.add(
        Schedule(
            version_id=version.id, area_id=area_id, start_at=first, rule="FREQ=DAILY", duration_ms=_LENGTH_MS,
            max_start_delay_s=600.0, created_by=officer.id,
        )
    )  # fmt: skip
