"""Reconciling: the manifest and the emergency orders against the ledger. Orders say what shall be; the ledger says what is."""

import structlog

from edge_agent.director import Director
from edge_agent.fetching import Fetching
from edge_agent.gate import EARLIEST_YEAR, LATEST_YEAR, Gate, body_of, kid_of
from edge_agent.ledger import Ledger, Record
from edge_agent.outbox import Outbox
from edge_agent.performing import Performer
from edge_agent.rebirth import Rebirth
from edge_agent.store import Message, Store
from edge_agent.timekeeping import Timekeeper
from protocol.envelope import Claims, Kind
from protocol.errors import Refusal, RefusedError
from protocol.jobs import Job
from protocol.messages import Alert, Cancel, Desired, JobReport
from protocol.priorities import Priority
from protocol.states import Reason, State

log = structlog.get_logger(__name__)

LONGEST_MS = 24 * 3_600_000
KEEP_ALERTS = 500
"""Emergency orders remembered, so that an old one cannot be played again; below the oldest, every order is stale."""


class Orders:
    """Acts on what the gate has let through."""

    def __init__(
        self,
        *,
        store: Store,
        gate: Gate,
        ledger: Ledger,
        outbox: Outbox,
        director: Director,
        performer: Performer,
        fetching: Fetching,
        time: Timekeeper,
        device_id: str,
        rebirth: Rebirth,
    ) -> None:
        self._store = store
        self._gate = gate
        self._ledger = ledger
        self._outbox = outbox
        self._director = director
        self._performer = performer
        self._fetching = fetching
        self._time = time
        self._device_id = device_id
        self._rebirth = rebirth
        self._named: frozenset[tuple[str, int]] = frozenset()

    def step(self) -> None:
        """Once a clock tells when a lost memory began anew: what was ordered for before that must not sound, it may have."""
        if self._rebirth.datable:
            with self._store.transaction():
                self._rebirth.date()
                for record in self._ledger:
                    if record.waiting and not record.emergency:
                        self._doubted(record)

    # ------------------------------------------------------------ the manifest

    def desired(self, token: str, topic: str) -> None:
        """A manifest came; raises RefusedError if it is not believed. The orders inside it are judged one by one."""
        claims = self._gate.newer(Kind.DESIRED, token)
        if claims is None:
            return
        body = body_of(claims, Desired)
        for job in body.jobs:
            _make_sense(job)
        now = self._time.at_least
        if now is not None and body.valid_until < now:
            raise RefusedError(Refusal.EXPIRED, "valid_until")
        with self._store.transaction():
            self._gate.keep(Kind.DESIRED, token, claims.rev)
            self._alerts(body, topic)  # with it or not at all: nobody sends them again once its revision is known here
            self._reconcile(body, claims, kid_of(token))

    def remember(self, token: str) -> None:
        """The stored manifest, again, after a start: its signed bytes are believed before the ledger's copies."""
        claims = self._gate.open(Kind.DESIRED, token, now=None)
        body = body_of(claims, Desired)
        with self._store.transaction():
            self._reconcile(body, claims, kid_of(token))

    def _alerts(self, body: Desired, topic: str) -> None:
        for alert in body.alerts:
            try:
                self.alert(alert)
            except RefusedError as error:
                self._gate.refuse(f"{topic}#alerts", error.refusal, error.detail)

    def _reconcile(self, body: Desired, claims: Claims, kid: str) -> None:
        self.step()
        self._named = frozenset((job.job_id, job.attempt) for job in body.jobs)
        for job in body.jobs:
            record = self._ledger.get(job.job_id, job.attempt)
            if record is None:
                self._new(job, claims, kid)
            elif record.waiting and not record.emergency:
                self._changed(record, job, claims, kid)
        for job in body.jobs:  # when all are known: the manifest's order means nothing
            self._supersede(job)
        for record in self._ledger:
            vanished = record.waiting and not record.emergency and record.key not in self._named
            cancelled = any((c.job_id, c.attempt) == record.key for c in body.cancels)
            if vanished and not cancelled and self._director.missed(record) is None:
                self._performer.end(record, State.CANCELLED, reason=Reason.ORDERED)
        for cancel in body.cancels:
            self._cancel(cancel)
        self._fetching.keep_ready(body.prefetch)
        if self._time.trusted:
            self._ledger.forget_old(self._time.now_s(), self._named)

    def _new(self, job: Job, claims: Claims, kid: str) -> None:
        record = self._ledger.accept(job, kid=kid, rev=claims.rev, ordered_s=claims.iat.timestamp())
        if self._rejected(record) or self._doubted(record):
            return
        attempts = self._ledger.of_job(job.job_id)
        if any(other.job.attempt > job.attempt for other in attempts):
            self._performer.end(record, State.SUPERSEDED, by=job.job_id)  # an older attempt that comes late
            return
        for older in attempts:
            if older is not record and not older.ended:
                self._performer.end(older, State.SUPERSEDED, by=job.job_id)
        self._fetching.settle(record)

    def _changed(self, record: Record, job: Job, claims: Claims, kid: str) -> None:
        """A job that has not started is what the newest manifest says."""
        if record.job != job:
            self._performer.forget(record)
            record.job = job
        record.kid, record.rev, record.ordered_s = kid, claims.rev, claims.iat.timestamp()
        self._ledger.save(record)
        self._rejected(record)

    def _rejected(self, record: Record) -> bool:
        """Whether it may not sound here; then that is its end."""
        if record.job.priority is Priority.EMERGENCY:
            self._performer.end(record, State.REJECTED, reason=Reason.NOT_AN_EMERGENCY)
        elif objection := self._director.objection(record):
            self._performer.end(record, State.REJECTED, reason=objection)
        return record.ended

    def _doubted(self, record: Record) -> bool:
        """Whether the memory of its start may have been lost: it must not sound twice; then that is its end."""
        if record.job.start_at.timestamp() < self._rebirth.since_s:
            self._performer.end(record, State.MISSED, reason=Reason.OFF)
        return record.ended

    def _supersede(self, job: Job) -> None:
        record = self._ledger.get(job.job_id, job.attempt)
        if record is not None and record.state is State.REJECTED:
            return
        for job_id in job.supersedes:
            for other in self._ledger.of_job(job_id):
                if not other.ended and not other.emergency and job_id != job.job_id:
                    self._performer.end(other, State.SUPERSEDED, by=job.job_id)

    def _cancel(self, cancel: Cancel) -> None:
        """A request: what has ended stays as it ended; what never came here is cancelled before it came."""
        record = self._ledger.get(cancel.job_id, cancel.attempt)
        if record is None:
            name = f"cancelled:{cancel.job_id}/{cancel.attempt}"
            if self._store.fact(name) is None:
                self._store.set_fact(name, cancel.reason)
                report = JobReport(
                    job_id=cancel.job_id, attempt=cancel.attempt, state=State.CANCELLED, reason=cancel.reason
                )
                self._outbox.add("job", report)
        elif not record.ended and not record.emergency:
            self._performer.end(record, State.CANCELLED, reason=cancel.reason)

    # ------------------------------------------------------------ emergencies

    def alert(self, token: str) -> None:
        """An emergency order came, by whatever way; raises RefusedError if it is not believed."""
        if self._store.has_alert(token):
            return
        claims = self._gate.open(Kind.ALERT, token, now=self._time.at_least)
        body = body_of(claims, Alert)
        job_id = body.job.job_id if body.job is not None else body.all_clear
        if job_id is None or (body.job is not None and body.all_clear is not None):
            raise RefusedError(Refusal.MALFORMED, "an alert begins or ends one emergency")
        if body.job is not None and body.job.priority is not Priority.EMERGENCY:
            raise RefusedError(Refusal.MALFORMED, "an alert's job is an emergency")
        if body.job is not None:
            _make_sense(body.job)
        known = self._store.alert(job_id)
        floor = known.rev if known is not None else int(self._store.fact("alert_floor") or 0)
        if claims.rev <= floor:
            self._cleared_before(body, claims, kid_of(token), known)
            raise RefusedError(Refusal.STALE, f"{claims.rev} after {floor}")
        with self._store.transaction():
            self._store.set_alert(job_id, Message(claims.rev, token))
            if (forgotten := self._store.prune_alerts(KEEP_ALERTS)) is not None:
                self._store.set_fact("alert_floor", str(forgotten))
            for_us = body.devices is None or self._device_id in body.devices
            if body.job is not None and for_us:
                self._emergency(body.job, claims, kid_of(token))
            else:
                self._all_clear(job_id)

    def _emergency(self, job: Job, claims: Claims, kid: str) -> None:
        log.warning("emergency", job_id=job.job_id, title=job.title)
        record = self._ledger.get(job.job_id, job.attempt)
        if record is not None and record.emergency:
            if not record.ended:
                self._change_emergency(record, job, claims, kid)
            return
        for other in self._ledger.of_job(job.job_id):  # an older attempt, or something else under its name
            if not other.ended:
                self._performer.end(other, State.SUPERSEDED, by=job.job_id)
        record = self._ledger.accept(job, kid=kid, rev=claims.rev, ordered_s=claims.iat.timestamp())
        self._fetching.settle(record)
        self._director.prepare(record)  # it is decoded while the disk still writes the order down

    def _change_emergency(self, record: Record, job: Job, claims: Claims, kid: str) -> None:
        """The same emergency with other words or another end: new words begin at their beginning."""
        if record.audio != job.audio:
            self._performer.forget(record)
            record.position_ms = 0
        record.job, record.kid, record.rev, record.ordered_s = job, kid, claims.rev, claims.iat.timestamp()
        self._ledger.save(record)

    def _all_clear(self, job_id: str) -> None:
        for record in self._ledger.of_job(job_id):
            if record.emergency and not record.ended:
                self._performer.end(record, State.CANCELLED, reason=Reason.ALL_CLEAR)

    def _cleared_before(self, body: Alert, claims: Claims, kid: str, known: Message | None) -> None:
        """An order that its own all-clear has overtaken on the way never sounds, and its end is still told."""
        if body.job is None or known is None or self._ledger.of_job(body.job.job_id):
            return
        try:
            newest = body_of(self._gate.open(Kind.ALERT, known.token, now=None), Alert)
        except RefusedError:
            return
        if newest.all_clear is not None:
            with self._store.transaction():
                record = self._ledger.accept(body.job, kid=kid, rev=claims.rev, ordered_s=claims.iat.timestamp())
                self._performer.end(record, State.CANCELLED, reason=Reason.ALL_CLEAR)


def _make_sense(job: Job) -> None:
    """Raises RefusedError for a job whose times no calendar can hold: its sender has made a mistake, which must not be ours."""
    instants = [job.not_before, job.start_at, job.not_after, *([job.stream.until] if job.stream else [])]
    too_long = job.audio is not None and job.audio.duration_ms > LONGEST_MS
    if too_long or any(not EARLIEST_YEAR <= instant.year <= LATEST_YEAR for instant in instants):
        raise RefusedError(Refusal.MALFORMED, f"job {job.job_id}: times")
