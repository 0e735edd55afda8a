"""What boxes measured over time: one sample of each speaker in every ten minutes, kept for a month, for plots."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select as sql_select
from sqlmodel import Session, col, delete

from protocol.messages import Heartbeat
from server.tables import HealthSample

STEP = timedelta(minutes=10)
KEPT = timedelta(days=30)


def keep(session: Session, speaker_id: str, body: Heartbeat, before: datetime | None, at: datetime) -> None:
    """Keep a heartbeat unless the one `before` it fell into the same stretch. Only inside `Database.write()`."""
    stretch = _stretch(at)
    if before is not None and _stretch(before) >= stretch:
        return
    if session.get(HealthSample, (speaker_id, stretch)) is not None:  # another box, a moment ago
        return
    session.add(
        HealthSample(
            speaker_id=speaker_id,
            at=stretch,
            temperature_c=body.temperature_c,
            signal_dbm=body.signal_dbm,
            clock_offset_ms=body.clock_offset_ms,
            disk_free_mb=body.disk_free_mb,
        )
    )


class Sample(NamedTuple):
    """What a box measured in one stretch; None is "not measured"."""

    at: datetime
    temperature_c: float | None
    signal_dbm: int | None
    clock_offset_ms: float | None
    disk_free_mb: int | None


def samples(session: Session, speaker_id: str, since: datetime) -> list[Sample]:
    """Since then, the oldest first."""
    rows = session.execute(
        sql_select(*(getattr(HealthSample, name) for name in Sample._fields))
        .where(col(HealthSample.speaker_id) == speaker_id, col(HealthSample.at) >= since)
        .order_by(col(HealthSample.at))
    )
    return [Sample(*row) for row in rows]


def forget(session: Session, at: datetime) -> None:
    """Remove what is older than `KEPT`."""
    session.exec(delete(HealthSample).where(col(HealthSample.at) < at - KEPT))


def _stretch(at: datetime) -> datetime:
    seconds = int(at.timestamp() // STEP.total_seconds() * STEP.total_seconds())
    return datetime.fromtimestamp(seconds, UTC)
