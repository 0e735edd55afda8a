"""A device's own words about its jobs become the state that the station shows."""

from collections.abc import Iterable

import structlog
from pydantic import ValidationError
from sqlmodel import Session, col, select

from protocol.messages import Event, JobReport
from protocol.states import State
from server.deliveries import move
from server.tables import Delivery, Speaker

log = structlog.get_logger(__name__)

Key = tuple[str, str, int]
"""Speaker, job, attempt."""


def job_report(event: Event) -> JobReport | None:
    """What an event says about a job, if it does. One that cannot be understood is kept as an event and changes nothing."""
    if event.type != "job":
        return None
    try:
        return JobReport.model_validate(event.data)
    except ValidationError as error:
        log.warning("job report not understood", seq=event.seq, errors=error.error_count())
        return None


def deliveries_of(session: Session, reports: Iterable[tuple[str, JobReport]]) -> dict[Key, Delivery]:
    """The rows that (speaker, report) pairs speak of."""
    wanted = {(speaker_id, report.job_id) for speaker_id, report in reports}
    if not wanted:
        return {}
    rows = session.exec(
        select(Delivery).where(
            col(Delivery.occurrence_id).in_({job for _, job in wanted}),
            col(Delivery.speaker_id).in_({speaker for speaker, _ in wanted}),
        )
    )
    return {(row.speaker_id, row.occurrence_id, row.attempt): row for row in rows}


def apply(speaker: Speaker, event: Event, report: JobReport, rows: dict[Key, Delivery]) -> None:
    """Move the delivery as reported, if the contract allows; else the report stays what it is, an event."""
    delivery = rows.get((speaker.id, report.job_id, report.attempt))
    if delivery is None:
        log.warning("report on an unknown job", speaker=speaker.id, job=report.job_id, state=report.state)
        return
    if not move(delivery, report.state, at=event.at, reason=report.reason or ""):
        return
    if report.state is State.PLAYING:
        delivery.started_at = event.at
    if report.start_error_ms is not None:
        delivery.start_error_ms = report.start_error_ms
    if report.played_ms is not None:
        delivery.played_ms = report.played_ms
    if report.by:
        delivery.by = report.by
    if report.evidence:
        delivery.evidence = report.evidence
    if report.output:
        delivery.output = report.output
    log.info(
        "delivery moved",
        speaker=speaker.id,
        job=report.job_id,
        state=report.state,
        reason=report.reason,
        at=event.at.isoformat(),
    )
