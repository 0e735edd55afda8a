"""Which events of a batch are new, and how far everything is committed. What lies beyond a gap is not taken: it comes again.

Within an epoch everything up to a number is committed and nothing above it, so a duplicate is known by its number alone.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, col, func, select

from protocol.messages import Event, EventBatch
from server.tables import DeviceEvent, Speaker
from server.tables.columns import new_id

_TABLE = SQLModel.metadata.tables["deviceevent"]
"""Written as rows, past the object mapper: there are thousands a second."""

Life = tuple[str, str]
"""Speaker and epoch: one life of a device's outbox."""


class Ledger:
    """How far each outbox is committed, within one transaction; new events are written together at its end."""

    def __init__(self, session: Session, batches: Iterable[tuple[Speaker, EventBatch]], now: datetime) -> None:
        self._session = session
        self._now = now
        self._rows: list[dict[str, Any]] = []
        lives = {(speaker.id, batch.epoch): speaker for speaker, batch in batches}
        self._committed = self._known({life for life, speaker in lives.items() if speaker.epoch != life[1]})

    def _known(self, lives: set[Life]) -> dict[Life, int]:
        """Epochs that are not the present one: an older life sent late, or a new one that has nothing yet."""
        if not lives:
            return {}
        found = self._session.exec(
            select(DeviceEvent.speaker_id, DeviceEvent.epoch, func.max(DeviceEvent.seq))
            .where(
                col(DeviceEvent.speaker_id).in_({speaker_id for speaker_id, _ in lives}),
                col(DeviceEvent.epoch).in_({epoch for _, epoch in lives}),
            )
            .group_by(DeviceEvent.speaker_id, DeviceEvent.epoch)
        )
        return {(speaker_id, epoch): highest for speaker_id, epoch, highest in found}

    def take(self, speaker: Speaker, batch: EventBatch) -> tuple[list[Event], int]:
        """The new events of a batch, and up to which number the device may forget."""
        life = speaker.id, batch.epoch
        current = batch.epoch == speaker.epoch
        before = speaker.acked_seq if current else self._committed.get(life, 0)
        acked, fresh = _advance(before, batch)
        for event in fresh:
            self._rows.append(_row(speaker.id, batch.epoch, event, self._now))
        self._committed[speaker.id, speaker.epoch] = speaker.acked_seq
        self._committed[life] = acked
        if current or (fresh and before == 0):  # an epoch that has events already does not become the present one again
            speaker.epoch, speaker.acked_seq = batch.epoch, acked
        return fresh, acked

    def write(self) -> None:
        """Store what was taken."""
        if self._rows:
            self._session.execute(insert(_TABLE), self._rows)


def _advance(acked: int, batch: EventBatch) -> tuple[int, list[Event]]:
    fresh: list[Event] = []
    if batch.events:
        # what lies below the oldest event that the device still holds was acknowledged once, and is gone
        acked = max(acked, (batch.oldest if batch.oldest is not None else batch.events[0].seq) - 1)
    for event in batch.events:
        if event.seq <= acked:
            continue
        if event.seq > acked + 1:
            break
        fresh.append(event)
        acked = event.seq
    return acked, fresh


def _row(speaker_id: str, epoch: str, event: Event, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "speaker_id": speaker_id,
        "epoch": epoch,
        "seq": event.seq,
        "at": event.at,
        "received_at": now,
        "clock": event.clock,
        "type": event.type[:40],
        "data": event.data,
    }
