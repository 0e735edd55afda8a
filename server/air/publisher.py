"""Publishing: decide, sign and store in one transaction, and only then send. What is stored is sent again after a crash."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import update
from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, or_, select

from protocol import topics
from protocol.envelope import Kind, seal
from protocol.errors import TooLargeError
from protocol.ids import next_revision
from protocol.jobs import Job
from protocol.keys import device_owner
from protocol.states import ENDS, State
from server.air import lease
from server.air.keys import KeyStore
from server.air.manifest import CANCEL_LINGER, Plan, digest, horizon, plans
from server.database import Database
from server.deliveries import move
from server.tables import Delivery, Occurrence, OccurrenceStatus, Speaker
from server.tables.columns import now as present

VALIDITY = timedelta(days=9)
REFRESH_BEFORE = timedelta(days=5)
"""A manifest is signed anew when it would be void in less than this."""
_CHUNK = 100
"""Devices a transaction: other writers wait no longer than it takes to sign for these."""
_ROOM = 150
"""Jobs of the days to come that a manifest takes; more wait in the queue until earlier ones have ended."""
_SOON = timedelta(days=1)
"""What is due within this is published however full the manifest is."""
_LOOK_AGAIN = timedelta(seconds=30)
"""What found no room, or has no sound yet, is looked at again after this; what is new or changed, at once."""

Message = tuple[str, str]
"""Topic and token."""
Queue = tuple[int, str]
"""How many deliveries wait to be published to a speaker, and the id of the newest: nothing joins or leaves without changing it."""

log = structlog.get_logger(__name__)


class Publisher:
    """Turns what is in the database into signed, retained messages."""

    def __init__(self, database: Database, keys: KeyStore, station: str, holder: str) -> None:
        self._database = database
        self._keys = keys
        self._station = station
        self._holder = holder
        self._waiting: dict[str, tuple[Queue, datetime]] = {}
        """What is left in a speaker's queue after its manifest was made, and when that was."""

    def desired(self) -> Iterator[list[Message]]:
        """Publish what changed for whom it changed; each list is committed and may be sent. Raises LeaseLostError."""
        now = present()
        with self._database.read() as session:
            queued = queued_speakers(session, now)
            fresh = {speaker for speaker, queue in queued.items() if self._is_news(speaker, queue, now)}
            stale = sorted(fresh | stale_speakers(session, now))
        for start in range(0, len(stale), _CHUNK):
            some = stale[start : start + _CHUNK]
            with self._database.write() as session, session.no_autoflush:
                lease.require(session, self._holder)
                messages = self._desired_for(session, some)
                session.flush()
                left = queued_speakers(session, now, some)
            for speaker in some:
                if speaker in left:
                    self._waiting[speaker] = left[speaker], now
                else:
                    self._waiting.pop(speaker, None)
            yield messages

    def _is_news(self, speaker_id: str, queue: Queue, now: datetime) -> bool:
        known, at = self._waiting.get(speaker_id, (None, now))
        return queue != known or now - at >= _LOOK_AGAIN

    def _desired_for(self, session: Session, ids: Sequence[str]) -> list[Message]:
        now = present()
        speakers = session.exec(
            select(Speaker)
            .where(col(Speaker.id).in_(ids), col(Speaker.enrolled_at).is_not(None))
            .options(defer(Speaker.desired_token), defer(Speaker.config_token))  # type: ignore[arg-type]  # a mapped column at run time
        ).all()
        found = plans(session, speakers, now)
        messages = []
        for speaker in speakers:
            try:
                messages.append(self._publish_plan(session, speaker, found[speaker.id], now))
            except TooLargeError as error:  # one speaker that cannot be told must not silence the others
                log.error("manifest fits no packet", speaker=speaker.id, error=str(error))  # noqa: TRY400  said
                del found[speaker.id]
        _mark_published(session, found.values(), now)
        return [message for message in messages if message is not None]

    def _publish_plan(self, session: Session, speaker: Speaker, plan: Plan, now: datetime) -> Message | None:
        plan.jobs = _within_room(plan.jobs, now)
        valid_until = now + VALIDITY
        token, fresh, wanted = None, digest(plan.body(valid_until)), len(plan.jobs)
        if fresh != speaker.desired_digest or _needs_refresh(speaker, now):
            rev = next_revision(now, speaker.desired_rev)
            token = self._sealed(speaker.id, plan, valid_until, rev, now)
            all_fit = len(plan.jobs) == wanted
            speaker.desired_rev = rev
            speaker.desired_digest = fresh if all_fit else digest(plan.body(valid_until))
            speaker.desired_token, speaker.desired_until = token, valid_until
            log.info("desired published", speaker=speaker.id, rev=rev, jobs=len(plan.jobs), cancels=len(plan.cancels))
        speaker.desired_stale = False
        session.add(speaker)
        return (topics.device(self._station, speaker.id, "desired"), token) if token is not None else None

    def _sealed(self, speaker_id: str, plan: Plan, valid_until: datetime, rev: int, now: datetime) -> str:
        """The signed message; jobs furthest away are left for later until it fits a packet."""
        while True:
            try:
                return seal(
                    Kind.DESIRED,
                    plan.body(valid_until),
                    key=self._keys.station,
                    audience=device_owner(self._station, speaker_id),
                    rev=rev,
                    now=now,
                    expires=valid_until,
                )
            except TooLargeError:
                waiting = [job for job in plan.jobs if job[0].state is State.QUEUED]
                if not waiting:
                    raise
                plan.jobs.remove(waiting[-1])

    def stored(self, since: datetime | None) -> Iterator[list[Message]]:
        """Everything that was signed after `since` (None: ever), for a broker that may not have it."""
        floor = int(since.timestamp() * 1000) if since is not None else 0
        with self._database.read() as session:
            ids = session.exec(
                select(Speaker.id).where(
                    col(Speaker.enrolled_at).is_not(None),
                    or_(col(Speaker.desired_rev) > floor, col(Speaker.config_rev) > floor),
                )
            ).all()
        for start in range(0, len(ids), _CHUNK):
            with self._database.read() as session:
                rows = session.exec(
                    select(Speaker.id, Speaker.desired_token, Speaker.config_token).where(
                        col(Speaker.id).in_(ids[start : start + _CHUNK])
                    )
                ).all()
            yield [
                (topics.device(self._station, speaker_id, leaf), token)
                for speaker_id, desired, config in rows
                for leaf, token in (("config", config), ("desired", desired))
                if token
            ]


def queued_speakers(session: Session, now: datetime, among: Collection[str] | None = None) -> dict[str, Queue]:
    """Enrolled speakers (`among` these) that have something to be published, with what identifies it."""
    query = (
        select(Delivery.speaker_id, func.count(), func.max(Delivery.id))
        .join(Occurrence, col(Delivery.occurrence_id) == col(Occurrence.id))
        .join(Speaker, col(Delivery.speaker_id) == col(Speaker.id))
        .where(
            Delivery.state == State.QUEUED,
            col(Speaker.enrolled_at).is_not(None),
            func.coalesce(Delivery.start_at, Occurrence.due_at) <= horizon(now),
        )
        .group_by(Delivery.speaker_id)
    )
    if among is not None:
        query = query.where(col(Delivery.speaker_id).in_(among))
    return {speaker_id: (count, newest) for speaker_id, count, newest in session.exec(query)}


def stale_speakers(session: Session, now: datetime) -> set[str]:
    """Enrolled speakers whose manifest may no longer be right for what they have already: each question is answered by an index."""
    enrolled = col(Speaker.enrolled_at).is_not(None)
    cancelled = (
        select(Delivery.speaker_id)
        .join(Occurrence, col(Delivery.occurrence_id) == col(Occurrence.id))
        .join(Speaker, col(Delivery.speaker_id) == col(Speaker.id))
        .where(
            col(Delivery.cancel_requested_at).is_not(None),
            col(Delivery.cancel_published_at).is_(None),
            col(Delivery.state).not_in(ENDS),
            enrolled,
            func.coalesce(Delivery.not_after, Occurrence.not_after) > now - CANCEL_LINGER,
        )
    )
    marked = select(Speaker.id).where(
        enrolled,
        or_(
            col(Speaker.desired_stale).is_(True),
            col(Speaker.desired_until).is_(None),
            col(Speaker.desired_until) < now + REFRESH_BEFORE,
        ),
    )
    return {*session.exec(cancelled), *session.exec(marked)}


def _within_room(jobs: list[tuple[Delivery, Job]], now: datetime) -> list[tuple[Delivery, Job]]:
    """All that was published before, and of the new ones what is due soon or finds room."""
    return [
        (delivery, job)
        for place, (delivery, job) in enumerate(jobs)
        if delivery.state is not State.QUEUED or place < _ROOM or job.start_at <= now + _SOON
    ]


def _needs_refresh(speaker: Speaker, now: datetime) -> bool:
    return speaker.desired_until is None or speaker.desired_until < now + REFRESH_BEFORE


def _mark_published(session: Session, published: Iterable[Plan], now: datetime) -> None:
    begun: set[str] = set()
    for plan in published:
        for delivery in (*(delivery for delivery, _ in plan.jobs), *plan.alerted):
            if delivery.state is State.QUEUED and move(delivery, State.UNKNOWN, at=now):
                delivery.published_at = now
                begun.add(delivery.occurrence_id)
        for delivery in plan.cancels:
            if delivery.cancel_published_at is None:
                delivery.cancel_published_at = now
    session.execute(
        update(Occurrence)
        .where(col(Occurrence.id).in_(begun), col(Occurrence.status) == OccurrenceStatus.PLANNED)
        .values(status=OccurrenceStatus.PUBLISHED)
        .execution_options(synchronize_session=False)
    )
