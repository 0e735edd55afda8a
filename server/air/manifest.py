"""What each device shall hold, computed from the database and never edited."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import BaseModel, ValidationError
from sqlmodel import Session, col, func, select

from protocol.enrolment import AUDIO_PATH
from protocol.jobs import Audio, Job, Stream
from protocol.messages import Cancel, Desired
from protocol.states import ENDS, State
from server import areas
from server.tables import (
    Bulletin,
    Delivery,
    Emergency,
    Occurrence,
    PreparedEmergency,
    Production,
    ProductionStatus,
    Relay,
    Schedule,
    Speaker,
    Version,
)

HORIZON = timedelta(days=8)
"""How far ahead a device holds its jobs, at most."""
_DAY_BEGINS = timedelta(hours=19)
"""After midnight UTC: two in the morning in Việt Nam."""
LINGER = timedelta(minutes=15)
"""A job stays listed this long after it must have ended: one that still sounds must not seem withdrawn."""
CANCEL_LINGER = timedelta(days=8)
"""How long a device that is away is still asked to end what it may have begun."""
_TITLE_LENGTH = 200

log = structlog.get_logger(__name__)


@dataclass
class Plan:
    """The jobs of one device with the rows they came from, soonest first."""

    jobs: list[tuple[Delivery, Job]] = field(default_factory=list)
    cancels: list[Delivery] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    alerted: list[Delivery] = field(default_factory=list)
    """Emergencies that this device is told of for the first time."""
    prefetch: list[Audio] = field(default_factory=list)

    def body(self, valid_until: datetime) -> Desired:
        """The message."""
        return Desired(
            valid_until=valid_until,
            jobs=tuple(job for _, job in self.jobs),
            cancels=tuple(Cancel(job_id=d.occurrence_id, attempt=d.attempt) for d in self.cancels),
            alerts=tuple(self.alerts),
            prefetch=tuple(self.prefetch),
        )


def digest(body: BaseModel) -> str:
    """sha256 of what a message says, its own validity apart: unchanged means nothing to publish."""
    return hashlib.sha256(body.model_dump_json(exclude={"valid_until"}).encode()).hexdigest()


def horizon(now: datetime) -> datetime:
    """Until when jobs are listed now: whole days come in at once, at night. A day that came in broadcast by broadcast would send
    the whole list as often, and that is most of what a speaker's month costs on a mobile network (`loa bench traffic`).
    """
    reach = now.astimezone(UTC) + HORIZON - _DAY_BEGINS
    return reach.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY_BEGINS


def plans(session: Session, speakers: Sequence[Speaker], now: datetime) -> dict[str, Plan]:
    """The plan of each of these speakers, by id."""
    found = {speaker.id: Plan() for speaker in speakers}
    _add_jobs(session, {speaker.id: speaker for speaker in speakers}, found, now)
    _add_alerts(session, found, now)
    _add_prepared(session, speakers, found)
    return found


def _add_jobs(session: Session, speakers: dict[str, Speaker], found: dict[str, Plan], now: datetime) -> None:
    rows = session.exec(
        select(Delivery, Occurrence, Schedule, Bulletin)
        .join(Occurrence, col(Delivery.occurrence_id) == col(Occurrence.id))
        .join(Schedule, col(Occurrence.schedule_id) == col(Schedule.id))
        .join(Version, col(Occurrence.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(
            col(Delivery.speaker_id).in_(found),
            col(Delivery.state).not_in(ENDS),
            func.coalesce(Delivery.start_at, Occurrence.due_at) <= horizon(now),
            func.coalesce(Delivery.not_after, Occurrence.not_after) > now - CANCEL_LINGER,
            col(Occurrence.id).not_in(select(Emergency.id)),
        )
        .order_by(func.coalesce(Delivery.start_at, Occurrence.due_at), col(Occurrence.id))
    ).all()
    audio = audio_of_versions(session, {occurrence.version_id for _, occurrence, _, _ in rows})
    relays = dict(session.exec(select(Relay.version_id, Relay.urls).where(col(Relay.version_id).is_not(None))).all())
    for delivery, occurrence, schedule, bulletin in rows:
        plan = found[delivery.speaker_id]
        start_at = delivery.start_at or occurrence.due_at
        not_after = delivery.not_after or occurrence.not_after
        if delivery.cancel_requested_at is not None:
            plan.cancels.append(delivery)
            continue
        sound, radio = audio.get(occurrence.version_id), relays.get(occurrence.version_id)
        if (
            (sound is None and radio is None)
            or now > not_after + LINGER
            or _was_for_another_box(delivery, speakers[delivery.speaker_id])
        ):
            continue
        try:
            job = Job(
                job_id=occurrence.id,
                attempt=delivery.attempt,
                priority=bulletin.priority,
                title=bulletin.title[:_TITLE_LENGTH],
                not_before=start_at,
                start_at=start_at,
                max_start_delay_s=schedule.max_start_delay_s,
                not_after=not_after,
                audio=sound if radio is None else None,
                stream=_stream(radio, start_at, schedule) if radio is not None else None,
                test=schedule.test,
            )
        except ValidationError as error:  # one row that makes no sense must not silence the others
            log.error("delivery makes no job", delivery=delivery.id, errors=error.errors(include_url=False))  # noqa: TRY400  said
            continue
        plan.jobs.append((delivery, job))


def _stream(urls: Sequence[str], start_at: datetime, schedule: Schedule) -> Stream:
    return Stream(urls=tuple(urls), until=start_at + timedelta(milliseconds=schedule.duration_ms))


def _add_alerts(session: Session, found: dict[str, Plan], now: datetime) -> None:
    """Orders in force; of a cleared one the all-clear, for devices that have not told yet how it ended.

    One that never spoke of the emergency is given both, so that it can tell: ordered and cleared while it was away.
    """
    rows = session.exec(
        select(Emergency, Delivery)
        .join(Occurrence, col(Emergency.id) == col(Occurrence.id))
        .join(Delivery, col(Delivery.occurrence_id) == col(Occurrence.id))
        .where(col(Delivery.speaker_id).in_(found), col(Delivery.state).not_in(ENDS), col(Occurrence.not_after) > now)
        .order_by(col(Emergency.alert_rev))
    )
    for emergency, delivery in rows:
        plan = found[delivery.speaker_id]
        if delivery.state is State.QUEUED:
            plan.alerted.append(delivery)
        if not emergency.clear_token or delivery.state is State.UNKNOWN:
            plan.alerts.append(emergency.alert_token)
        if emergency.clear_token:
            plan.alerts.append(emergency.clear_token)


def _add_prepared(session: Session, speakers: Sequence[Speaker], found: dict[str, Plan]) -> None:
    """Prepared emergency messages of each speaker's area and of those above it."""
    prepared = session.exec(
        select(PreparedEmergency.area_id, PreparedEmergency.version_id)
        .where(col(PreparedEmergency.retired_at).is_(None))
        .order_by(col(PreparedEmergency.id))
    ).all()
    if not prepared:
        return
    audio = audio_of_versions(session, {version_id for _, version_id in prepared})
    above: dict[str, set[str]] = {}
    for speaker in speakers:
        if speaker.area_id not in above:
            above[speaker.area_id] = {area.id for area in areas.chain(session, speaker.area_id)}
        wanted = {
            audio[version_id].sha256: audio[version_id]
            for area_id, version_id in prepared
            if area_id in above[speaker.area_id] and version_id in audio
        }
        found[speaker.id].prefetch.extend(wanted.values())


def _was_for_another_box(delivery: Delivery, speaker: Speaker) -> bool:
    """Whether the job began on a box that has been replaced since: the new one must not start it again."""
    return (
        delivery.state is not State.QUEUED
        and delivery.started_at is not None
        and speaker.enrolled_at is not None
        and delivery.started_at < speaker.enrolled_at
    )


def audio_of_versions(session: Session, version_ids: Iterable[str]) -> dict[str, Audio]:
    """The finished audio of each version, made of exactly its present script."""
    wanted = dict(session.exec(select(Version.id, Version.edit_count).where(col(Version.id).in_(version_ids))).all())
    made: dict[str, list[Production]] = defaultdict(list)
    for production in session.exec(
        select(Production)
        .where(col(Production.version_id).in_(wanted), Production.status == ProductionStatus.READY)
        .order_by(col(Production.finished_at))
    ):
        if production.edit_count == wanted[production.version_id]:
            made[production.version_id].append(production)
    return {version_id: audio_of(productions[-1]) for version_id, productions in made.items()}


def audio_of(production: Production) -> Audio:
    """A finished production as a device fetches it."""
    assert production.sha256 is not None
    assert production.bytes is not None
    assert production.duration_ms is not None
    return Audio(
        sha256=production.sha256,
        bytes=production.bytes,
        duration_ms=production.duration_ms,
        urls=(f"{AUDIO_PATH}/{production.sha256}",),
    )
