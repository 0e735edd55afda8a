"""Moving one occurrence to another time: it is taken back and put on anew, or, when a rule forbids that, nothing happens."""

from datetime import datetime

from sqlmodel import Session

from server.errors import ConflictError, NotFoundError
from server.people import rights
from server.scheduling.plan import Wish, schedule
from server.scheduling.withdrawal import withdraw_occurrence, withdraw_schedule
from server.tables import Emergency, Occurrence, Person, Schedule


def move_occurrence(
    session: Session, person: Person, occurrence_id: str, start_at: datetime, at: datetime, zone: str
) -> tuple[Schedule, list[Occurrence]]:
    """The same bulletin, place and exceptions, once, at `start_at`; the rest of a repeating schedule stays.

    Raises what `schedule` and `withdraw_occurrence` raise: inside `Database.write()` a refusal leaves everything as it was.
    """
    occurrence = session.get(Occurrence, occurrence_id)
    old = session.get(Schedule, occurrence.schedule_id) if occurrence else None
    if occurrence is None or old is None:
        raise NotFoundError("Không có lượt phát này.")
    if session.get(Emergency, occurrence.id) is not None:
        raise ConflictError("Tin khẩn cấp không dời được. Hãy báo hết ở trang Khẩn cấp.")
    if old.run_id is not None:
        raise ConflictError("Bản tin này nằm trong một chương trình. Hãy dời cả chương trình.")
    rights.require(session, person, rights.Action.SCHEDULE, old.area_id)
    if old.rule:
        withdraw_occurrence(session, person, occurrence.id, at)
    else:
        withdraw_schedule(session, person, old.id, at)
    wish = Wish(
        version_id=occurrence.version_id,
        area_id=old.area_id,
        start_at=start_at,
        max_start_delay_s=old.max_start_delay_s,
        test=old.test,
        length_ms=old.duration_ms,
        group_id=old.group_id or "",
        except_areas=old.except_areas,
        except_speakers=old.except_speakers,
    )
    return schedule(session, person, wish, at, zone)
