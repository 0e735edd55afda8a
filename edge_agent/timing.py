"""Instants of one job: how long it sounds, until when it may start, why it was missed. Pure."""

from datetime import datetime

from edge_agent.ledger import Record
from protocol.jobs import CHIME_MS, Job

TOLERANCE_S = 0.5
"""How far rounding, slewing and a late first frame may push an end over a limit that the plan just met."""


def pass_ms(job: Job) -> int:
    """One repetition, its chime included; 0 for a stream, whose length is its slot."""
    return job.audio.duration_ms + (CHIME_MS if job.chime else 0) if job.audio else 0


def remaining_s(record: Record, now_s: float) -> float:
    """What is still to sound, gaps included, from where the record stands."""
    job = record.job
    if job.stream is not None:
        return max(0.0, end_of_slot_s(job) - max(now_s, job.start_at.timestamp()))
    left = job.repeat.count - record.pass_index
    return max(0.0, (pass_ms(job) * left - record.position_ms) / 1000 + job.repeat.gap_s * (left - 1))


def needed_s(record: Record, now_s: float) -> float:
    """What must fit before `not_after` for it to go on stage: all of it; of an emergency, which repeats while it may, one pass."""
    if record.emergency and record.job.audio:
        return max(0.0, (pass_ms(record.job) - record.position_ms) / 1000)
    return 0.0 if record.job.stream else remaining_s(record, now_s)


def end_of_slot_s(job: Job) -> float:
    """When a stream's slot ends (Unix seconds)."""
    until = job.stream.until if job.stream else job.not_after
    return min(until.timestamp(), job.not_after.timestamp())


def start_by_s(record: Record) -> float:
    """The last Unix second at which it may start."""
    job = record.job
    latest = job.start_at.timestamp() + job.max_start_delay_s
    if job.stream is not None:
        return min(latest, end_of_slot_s(job))
    return min(latest, job.not_after.timestamp() - needed_s(record, latest) + TOLERANCE_S)


def is_now_order(job: Job, ordered: datetime) -> bool:
    """An order to sound at once: it needs no clock, only its signature and a new revision."""
    return (job.start_at - ordered).total_seconds() <= 5.0
