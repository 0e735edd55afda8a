"""Which events of a batch are new, and how far everything is committed. What lies beyond a gap is not taken: it comes again."""

from dataclasses import dataclass

from sqlmodel import Session, func, select

from protocol.messages import Event, EventBatch
from server.tables import DeviceEvent, Speaker


@dataclass(frozen=True)
class Taken:
    """The new events, and the sequence up to which the device may forget."""

    events: tuple[Event, ...]
    acked: int


def take(session: Session, speaker: Speaker, batch: EventBatch) -> Taken:
    """Judge a batch against what is committed. Marks the speaker's row; storing the events is the caller's.

    Within an epoch everything up to `acked` is committed and nothing above it, so a duplicate is known by its number alone.
    """
    if not batch.events:
        return Taken((), speaker.acked_seq if batch.epoch == speaker.epoch else 0)
    current = batch.epoch == speaker.epoch
    acked = speaker.acked_seq if current else _committed(session, speaker.id, batch.epoch)
    gone = (batch.oldest if batch.oldest is not None else batch.events[0].seq) - 1
    acked = max(acked, gone)
    fresh = []
    for event in batch.events:
        if event.seq <= acked:
            continue
        if event.seq > acked + 1:
            break
        fresh.append(event)
        acked = event.seq
    if current or (fresh and not _seen(session, speaker.id, batch.epoch)):
        speaker.epoch, speaker.acked_seq = batch.epoch, acked
        session.add(speaker)
    return Taken(tuple(fresh), acked)


def _committed(session: Session, speaker_id: str, epoch: str) -> int:
    highest = session.exec(
        select(func.max(DeviceEvent.seq)).where(DeviceEvent.speaker_id == speaker_id, DeviceEvent.epoch == epoch)
    ).one()
    return highest or 0


def _seen(session: Session, speaker_id: str, epoch: str) -> bool:
    """An epoch that has events already is an older life of the outbox, sent late: it does not become the present one."""
    return _committed(session, speaker_id, epoch) > 0


def row(speaker_id: str, epoch: str, event: Event) -> DeviceEvent:
    """The event as it is kept."""
    return DeviceEvent(
        speaker_id=speaker_id,
        epoch=epoch,
        seq=event.seq,
        at=event.at,
        clock=event.clock,
        type=event.type[:40],
        data=event.data,
    )
