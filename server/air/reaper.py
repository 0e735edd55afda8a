"""What was never handed to a device and can no longer start has EXPIRED: the only end that the station itself may give."""

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col, func, select

from protocol.states import State
from server.deliveries import move
from server.tables import Delivery, Occurrence, OccurrenceStatus, Schedule

log = structlog.get_logger(__name__)


def expire(session: Session, now: datetime) -> int:
    """End what is past its last start; how many. Only inside `Database.write()`."""
    rows = session.exec(
        select(Delivery, Occurrence, Schedule)
        .join(Occurrence, col(Delivery.occurrence_id) == col(Occurrence.id))
        .join(Schedule, col(Occurrence.schedule_id) == col(Schedule.id))
        .where(Delivery.state == State.QUEUED, func.coalesce(Delivery.start_at, Occurrence.due_at) < now)
    ).all()
    ended = 0
    for delivery, occurrence, schedule in rows:
        start_at = delivery.start_at or occurrence.due_at
        last = min(delivery.not_after or occurrence.not_after, start_at + timedelta(seconds=schedule.max_start_delay_s))
        if now > last and move(delivery, State.EXPIRED, at=now):
            session.add(delivery)
            if occurrence.status is OccurrenceStatus.PLANNED:
                occurrence.status = OccurrenceStatus.EXPIRED
                session.add(occurrence)
            ended += 1
            log.warning("delivery expired unpublished", speaker=delivery.speaker_id, occurrence=occurrence.id)
    return ended
