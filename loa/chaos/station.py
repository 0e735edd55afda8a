"""A small station, written from the contract: signs what shall be, keeps what was told, acknowledges. No code of the real one."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from loa.chaos import history as h
from loa.chaos.broker import Broker
from loa.chaos.kernel import Kernel
from loa.chaos.keys import signing_key, utc
from protocol import topics
from protocol.enrolment import PollRequest
from protocol.envelope import Kind, seal, unseal
from protocol.errors import RefusedError
from protocol.ids import next_revision
from protocol.jobs import Audio, Job
from protocol.keys import Keyring, PublicKey, Role, SigningKey, TrustSet, device_owner, station_owner
from protocol.messages import Ack, Alert, Cancel, Command, Config, Desired, EventBatch, Operation, PollAnswer
from protocol.policy import Policy, Window
from protocol.states import ENDS, State

STATION = "xa-thu"
LINGER_S = 900.0
VALID_S = 9 * 86_400.0
COMMAND_S = 60.0
HOURS = (Window.model_validate({"start": "05:00", "end": "22:00"}),)


def token_id(token: str | bytes) -> str:
    """A message's name in the history."""
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).hexdigest()[:16]


@dataclass
class _Entry:
    job: Job
    state: State = State.QUEUED
    cancelled: bool = False


@dataclass
class Desk:
    """What the station holds about one device."""

    device: str
    key: PublicKey
    entries: dict[h.Key, _Entry] = field(default_factory=dict)
    prefetch: tuple[Audio, ...] = ()
    revs: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    epoch: str = ""
    events: dict[str, dict[int, h.Happening]] = field(default_factory=dict)
    contiguous: dict[str, int] = field(default_factory=dict)
    stale: bool = False
    ack_due: bool = False


class Station:
    """`record` takes the history. Topics go out through `broker`, which is set after both exist."""

    broker: Broker

    def __init__(self, kernel: Kernel, record: Callable[[h.Record], None]) -> None:
        self._kernel = kernel
        self._record = record
        random = kernel.random("keys")
        owner = station_owner(STATION)
        self._random = kernel.random("station")
        self.old_key = signing_key(random, Role.STATION, owner)
        self.new_key = signing_key(random, Role.STATION, owner)
        self.emergency_key = signing_key(random, Role.EMERGENCY, owner)
        self.key = self.old_key
        self._revoked: tuple[str, ...] = ()
        self._policies: dict[str, tuple[Window, ...]] = {}
        self.desks: dict[str, Desk] = {}
        self._alerts: dict[str, str] = {}
        self._alert_rev = 0
        self._emergencies: dict[str, Job] = {}
        self._files: dict[str, bytes] = {}
        self._bad: dict[str, bytes] = {}
        self.captured: list[tuple[str, str, str]] = []
        """Everything that ever went over the air: topic, token, device ("" for all)."""

    # ------------------------------------------------------------ set-up

    def enrol(self, device: str, key: PublicKey) -> TrustSet:
        """Take a device in."""
        self.desks[device] = Desk(device=device, key=key)
        self._policies[device] = HOURS
        return self.trust()

    def trust(self) -> TrustSet:
        """The keys in force."""
        keys = (self.old_key.public, self.new_key.public, self.emergency_key.public)
        return TrustSet(keys=keys, revoked=self._revoked)

    def put_file(self, sha256: str, data: bytes) -> None:
        """A finished bulletin."""
        self._files[sha256] = data
        self._record(h.Source(t=self._kernel.now, sha256=sha256, good=True))

    def files(self) -> list[str]:
        """Every finished bulletin, the oldest first."""
        return list(self._files)

    def spoil(self, sha256: str, data: bytes | None) -> None:
        """The server gives out other bytes, or none (b""), for a while; None mends it."""
        if data is None:
            self._bad.pop(sha256, None)
        else:
            self._bad[sha256] = data
        self._record(h.Source(t=self._kernel.now, sha256=sha256, good=data is None))

    # ------------------------------------------------------------ orders

    def order(self, device: str, job: Job) -> None:
        """A leader has approved it."""
        self.desks[device].entries[job.job_id, job.attempt] = _Entry(job)
        self._soon(device)

    def cancel(self, device: str, key: h.Key) -> None:
        """An officer takes it back."""
        entry = self.desks[device].entries.get(key)
        if entry is None or entry.state in ENDS:
            return
        if entry.state is State.QUEUED:
            entry.state = State.WITHDRAWN
        else:
            entry.cancelled = True
        self._soon(device)

    def emergency(self, job: Job, devices: tuple[str, ...] | None) -> None:
        """At once, on every way."""
        body = Alert(job=job, devices=devices, authority="UBND xã")
        self._emergencies[job.job_id] = job
        token = self._alert(body, begins=(job.job_id, job.attempt), clears=None, targets=devices)
        for device, desk in self.desks.items():
            if devices is None or device in devices:
                desk.entries[job.job_id, job.attempt] = _Entry(job, state=State.UNKNOWN)
        self._alerts[job.job_id] = token
        self._send_alert(token)

    def all_clear(self, job_id: str) -> None:
        """It is over."""
        token = self._alert(Alert(all_clear=job_id), begins=None, clears=job_id, targets=None)
        self._alerts[job_id] = token
        self._send_alert(token)

    def command(self, device: str, op: Operation) -> None:
        """One act now."""
        rev = self._rev(device, "cmd")
        body = Command(command_id=f"{op}-{rev}", op=op, args={"percent": 60} if op is Operation.VOLUME else {})
        token = self._sealed(device, Kind.CMD, body, rev, lifetime_s=COMMAND_S)
        self._message(token, "cmd", device, rev, self.key, expires_s=self._kernel.now + COMMAND_S, op=str(op))
        self.broker.publish(topics.device(STATION, device, "cmd"), token.encode(), retain=False)
        self.captured.append((topics.device(STATION, device, "cmd"), token, device))

    def configure(self, device: str, hours: tuple[Window, ...] | None = None) -> None:
        """Policy and trust; `hours` None leaves the hours as they are."""
        if hours is not None:
            self._policies[device] = hours
        allowed = self._policies[device]
        rev = self._rev(device, "config")
        body = Config(policy=Policy(allowed=allowed), trust=self.trust(), heartbeat_s=900)
        token = self._sealed(device, Kind.CONFIG, body, rev)
        windows = tuple(h.PolicyWindow(start_s=_second(w.start), end_s=_second(w.end)) for w in allowed)
        self._message(token, "config", device, rev, self.key, allowed=windows, session_s=3600.0, revoked=self._revoked)
        self._publish(device, "config", token)

    def rotate(self) -> None:
        """From now on the new key signs."""
        self.key = self.new_key
        for device in self.desks:
            self.configure(device)
            self._soon(device)

    def revoke_old(self) -> None:
        """The old key was stolen."""
        self._revoked = (self.old_key.kid,)
        for device in self.desks:
            self.configure(device)

    # ------------------------------------------------------------ what devices say

    def receive(self, topic: str, payload: bytes) -> None:
        """Over the broker."""
        parsed = topics.parse_device(topic)
        if parsed is not None and parsed.leaf == "evt":
            self._events(parsed.device_id, payload)

    def post_events(self, device: str, token: str) -> str | None:
        """Over HTTP."""
        self._events(device, token.encode())
        desk = self.desks[device]
        desk.ack_due = False
        return self._ack(desk)

    def poll(self, device: str, request: PollRequest) -> str | None:
        """The third way in, and the time."""
        desk = self.desks[device]
        now = utc(self._kernel.now)
        desired = desk.tokens.get("desired") if request.desired_rev < desk.revs.get("desired", 0) else None
        config = desk.tokens.get("config") if request.config_rev < desk.revs.get("config", 0) else None
        body = PollAnswer(nonce=request.nonce, at=now, desired=desired, config=config, ack=desk.tokens.get("ack"))
        rev = self._rev(device, "poll")
        token = self._sealed(device, Kind.POLL, body, rev)
        # What it says it has, and what it gets now: either way it has both when it has taken the answer.
        carries = tuple(token_id(desk.tokens[leaf]) for leaf in ("config", "desired") if leaf in desk.tokens)
        self._message(token, "poll", device, rev, self.key, carries=carries)
        return token

    def audio(self, sha256: str) -> bytes | None:
        """A file's bytes, right or not; None is 404."""
        found = self._bad.get(sha256, self._files.get(sha256))
        return found or None

    def finish(self) -> None:
        """At the end: what the screens show."""
        for device, desk in self.desks.items():
            for (job_id, attempt), entry in desk.entries.items():
                self._record(
                    h.Believed(t=self._kernel.now, device=device, job_id=job_id, attempt=attempt, state=entry.state)
                )

    # ------------------------------------------------------------ inside

    def _events(self, device: str, payload: bytes) -> None:
        desk = self.desks[device]
        try:
            claims = unseal(
                payload, kind=Kind.EVT, keyring=Keyring([desk.key]), audience=station_owner(STATION), now=None
            )
        except RefusedError:
            return
        batch = EventBatch.model_validate(claims.body)
        known = desk.events.setdefault(batch.epoch, {})
        for event in batch.events:
            if event.seq in known:
                continue
            happened = h.Happening(
                epoch=batch.epoch,
                seq=event.seq,
                at_s=event.at.timestamp(),
                clock=event.clock,
                type=event.type,
                data=event.data,
            )
            known[event.seq] = happened
            self._record(h.Committed(t=self._kernel.now, device=device, event=happened))
            if event.type == "job":
                self._move(desk, happened)
        upto = desk.contiguous.get(batch.epoch, 0)
        while upto + 1 in known:
            upto += 1
        desk.contiguous[batch.epoch] = upto
        desk.epoch = batch.epoch
        if not desk.ack_due:
            desk.ack_due = True
            self._kernel.after(self._random.uniform(0.1, 3.0), lambda: self._acknowledge(desk))

    def _move(self, desk: Desk, event: h.Happening) -> None:
        entry = desk.entries.get((str(event.data["job_id"]), int(event.data.get("attempt", 1))))
        if entry is not None and entry.state not in ENDS:
            entry.state = State(str(event.data["state"]))

    def _acknowledge(self, desk: Desk) -> None:
        if desk.ack_due:
            desk.ack_due = False
            self._publish(desk.device, "ack", self._ack(desk))

    def _ack(self, desk: Desk) -> str:
        body = Ack(epoch=desk.epoch, seq=desk.contiguous.get(desk.epoch, 0), desired_rev=desk.revs.get("desired"))
        token = self._sealed(desk.device, Kind.ACK, body, self._rev(desk.device, "ack"))
        desk.tokens["ack"] = token
        return token

    def _soon(self, device: str) -> None:
        desk = self.desks[device]
        if not desk.stale:
            desk.stale = True
            self._kernel.after(self._random.uniform(0.2, 2.0), lambda: self._desired(desk))

    def _desired(self, desk: Desk) -> None:
        desk.stale = False
        now_s = self._kernel.now
        open_ = {
            key: entry
            for key, entry in desk.entries.items()
            if entry.state not in ENDS and key[0] not in self._emergencies
        }
        listed = {
            key: entry
            for key, entry in open_.items()
            if not entry.cancelled and now_s <= entry.job.not_after.timestamp() + LINGER_S
        }
        cancels = tuple(key for key, entry in open_.items() if entry.cancelled)
        alerts = tuple(
            token
            for job_id, token in self._alerts.items()
            if now_s <= self._emergencies[job_id].not_after.timestamp() + LINGER_S
        )
        body = Desired(
            valid_until=utc(now_s + VALID_S),
            jobs=tuple(entry.job for entry in listed.values()),
            cancels=tuple(Cancel(job_id=job_id, attempt=attempt) for job_id, attempt in cancels),
            alerts=alerts,
            prefetch=desk.prefetch,
        )
        rev = self._rev(desk.device, "desired")
        token = self._sealed(desk.device, Kind.DESIRED, body, rev, lifetime_s=VALID_S)
        self._message(
            token,
            "desired",
            desk.device,
            rev,
            self.key,
            expires_s=now_s + VALID_S,
            jobs=tuple(listed),
            cancels=cancels,
            carries=tuple(token_id(alert) for alert in alerts),
        )
        for entry in listed.values():
            if entry.state is State.QUEUED:
                entry.state = State.UNKNOWN
        self._publish(desk.device, "desired", token)

    def _alert(self, body: Alert, *, begins: h.Key | None, clears: str | None, targets: tuple[str, ...] | None) -> str:
        self._alert_rev = next_revision(utc(self._kernel.now), self._alert_rev)
        owner = station_owner(STATION)
        token = seal(
            Kind.ALERT,
            body,
            key=self.emergency_key,
            audience=owner,
            rev=self._alert_rev,
            now=utc(self._kernel.now),
            expires=utc(self._kernel.now + VALID_S),
        )
        self._message(
            token, "alert", None, self._alert_rev, self.emergency_key, begins=begins, clears=clears, targets=targets
        )
        return token

    def _send_alert(self, token: str) -> None:
        topic = topics.alert(STATION)
        self.broker.publish(topic, token.encode(), retain=False)
        self.captured.append((topic, token, ""))
        for device in self.desks:
            self._soon(device)

    def _sealed(
        self,
        device: str,
        kind: Kind,
        body: Desired | Config | Command | Ack | PollAnswer,
        rev: int,
        lifetime_s: float | None = None,
    ) -> str:
        now = utc(self._kernel.now)
        return seal(
            kind,
            body,
            key=self.key,
            audience=device_owner(STATION, device),
            rev=rev,
            now=now,
            expires=None if lifetime_s is None else now + timedelta(seconds=lifetime_s),
        )

    def _rev(self, device: str, kind: str) -> int:
        revs = self.desks[device].revs
        revs[kind] = next_revision(utc(self._kernel.now), revs.get(kind, 0))
        return revs[kind]

    def _publish(self, device: str, leaf: str, token: str) -> None:
        topic = topics.device(STATION, device, leaf)
        self.desks[device].tokens[leaf] = token
        self.broker.publish(topic, token.encode(), retain=True)
        if leaf in {"desired", "config"}:
            self.captured.append((topic, token, device))

    def _message(
        self, token: str, channel: str, device: str | None, rev: int, key: SigningKey, **fields: object
    ) -> None:
        line = {"t": self._kernel.now, "token": token_id(token), "channel": channel, "device": device, "rev": rev}
        self._record(h.Message.model_validate({**line, "kid": key.kid, **fields}))


def _second(clock: object) -> int:
    text = str(clock)
    hour, minute = text.split(":")[:2]
    return int(hour) * 3600 + int(minute) * 60
