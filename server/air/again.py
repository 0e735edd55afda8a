"""Sending again what did not sound: a further attempt on the speakers where it ended otherwise than PLAYED."""

from datetime import timedelta

from sqlmodel import Session, col, select

from protocol.states import ENDS, State
from server import audit, policy
from server.bulletins import store
from server.errors import ConflictError, NotFoundError
from server.people import rights
from server.tables import Delivery, Emergency, Occurrence, Person, Schedule, Speaker, VersionStatus
from server.tables.columns import now

LEAD = timedelta(seconds=20)
"""Time for the audio to arrive."""
_SLACK = timedelta(minutes=10)


def send_again(
    session: Session, person: Person, occurrence_id: str, zone: str, speaker_ids: list[str] | None = None
) -> list[Delivery]:
    """A new attempt on each of these speakers (None: on all) whose last one ended without having been PLAYED.

    What has not ended, or was never told how, is left alone: it may still sound, or have sounded. Raises NotFoundError,
    ForbiddenError, ConflictError (nothing to send again, not approved any more), PolicyBreachError. Inside `Database.write()`.
    """
    occurrence = session.get(Occurrence, occurrence_id)
    schedule = session.get(Schedule, occurrence.schedule_id) if occurrence else None
    if occurrence is None or schedule is None:
        raise NotFoundError("Không có lượt phát này.")
    version, bulletin = store.find_version(session, person, occurrence.version_id)
    rights.require(session, person, rights.Action.SCHEDULE, schedule.area_id, bulletin.priority)
    if session.get(Emergency, occurrence.id) is not None:
        raise ConflictError("Tin khẩn cấp không phát lại ở đây. Hãy ra lệnh phát khẩn cấp mới.")
    if version.status is not VersionStatus.APPROVED:
        raise ConflictError("Bản tin không còn được duyệt nên không phát lại được.")
    at = now()
    start_at, length = at + LEAD, timedelta(milliseconds=schedule.duration_ms)
    policy.hours_over(session, schedule.area_id).check(start_at, length, zone)
    made = [
        Delivery(
            occurrence_id=occurrence.id,
            speaker_id=last.speaker_id,
            attempt=last.attempt + 1,
            start_at=start_at,
            not_after=start_at + timedelta(seconds=schedule.max_start_delay_s) + length + _SLACK,
        )
        for last in _last_attempts(session, occurrence.id).values()
        if last.state in ENDS
        and last.state is not State.PLAYED
        and (speaker_ids is None or last.speaker_id in speaker_ids)
    ]
    if not made:
        raise ConflictError("Không có cụm loa nào cần phát lại: đã phát xong, đang chờ phát, hoặc chưa có báo cáo.")
    session.add_all(made)
    session.flush()
    audit.record(
        session, person.id, "occurrence.again", occurrence.id,
        speakers=[delivery.speaker_id for delivery in made], start_at=start_at.isoformat(),
    )  # fmt: skip
    return made


def _last_attempts(session: Session, occurrence_id: str) -> dict[str, Delivery]:
    rows = session.exec(
        select(Delivery)
        .join(Speaker, col(Delivery.speaker_id) == col(Speaker.id))
        .where(Delivery.occurrence_id == occurrence_id, col(Speaker.in_repair).is_(False))
        .order_by(col(Delivery.attempt))
    )
    return {delivery.speaker_id: delivery for delivery in rows}
