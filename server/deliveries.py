"""The one way in which a delivery moves from state to state."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, col, select

from protocol.states import ENDS, State, may_report
from server.tables import Delivery
from server.tables.columns import new_id, now


def queue(session: Session, occurrence_id: str, speaker_ids: Iterable[str]) -> None:
    """A first delivery of an occurrence to each of these speakers, written at once: there may be thousands."""
    at = now()
    rows = [
        {
            "id": new_id(), "occurrence_id": occurrence_id, "speaker_id": speaker_id, "attempt": 1, "state": State.QUEUED,
            "reason": "", "changed_at": at, "by": "", "evidence": "", "output": "", "updated_at": at,
        }
        for speaker_id in speaker_ids
    ]  # fmt: skip
    if rows:
        session.execute(insert(SQLModel.metadata.tables["delivery"]), rows)


def move(delivery: Delivery, state: State, *, at: datetime, reason: str = "") -> bool:
    """Move to `state`, entered at `at`, if the contract's table allows; whether it moved.

    For the station's own states and for a device's reports alike. An end is never undone; repeating a state is no move.
    Facts that belong to the report (played_ms, evidence …) are set by the caller, on a move only.
    """
    if not may_report(delivery.state, state) or delivery.state is state:
        return False
    delivery.state = state
    delivery.changed_at = at
    delivery.reason = reason
    return True


def withdraw(session: Session, occurrence_id: str, at: datetime) -> int:
    """Ask every speaker of an occurrence to end it; how many it concerned.

    What was never published is WITHDRAWN here; for the rest it is a request (`cancel_requested_at`) that the device answers.
    """
    concerned = 0
    for delivery in session.exec(
        select(Delivery).where(Delivery.occurrence_id == occurrence_id, col(Delivery.state).not_in(ENDS))
    ):
        if not (delivery.state is State.QUEUED and move(delivery, State.WITHDRAWN, at=at)):
            delivery.cancel_requested_at = delivery.cancel_requested_at or at
        session.add(delivery)
        concerned += 1
    return concerned
