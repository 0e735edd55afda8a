"""A whole small world for one agent: the fakes of every port, under a clock that only this file moves."""

import heapq
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

from edge_agent.agent import Agent
from edge_agent.boot import Boot
from edge_agent.identity import Identity
from edge_agent.options import Options
from edge_agent.ports import Ports, Talk, Witness
from edge_agent.progress import RamProgress
from edge_agent.store import Store
from protocol import topics
from protocol.enrolment import BrokerAccess, EnrolAnswer, PollRequest
from protocol.envelope import Kind, seal, unseal
from protocol.jobs import Audio, Job, Repeat
from protocol.keys import Keyring, Role, SigningKey, TrustSet, device_owner, station_owner
from protocol.messages import (
    Ack,
    Alert,
    Command,
    CommandResult,
    Config,
    Desired,
    Event,
    EventBatch,
    JobReport,
    Operation,
    PollAnswer,
)
from protocol.priorities import Priority
from protocol.states import State
from tests.edge_agent.fakes import (
    FakeAmplifier,
    FakeCaretaker,
    FakeClock,
    FakeHealth,
    FakeInspector,
    FakeLibrary,
    FakeLink,
    FakeOutput,
    FakeVolume,
    FakeWeb,
)

STATION, DEVICE = "xa", "loa-1"
NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)  # 12:00 in Việt Nam
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class World:
    """One station, one device, one clock. `run` lets time go by; helpers order and look."""

    def __init__(self, path: Path, *, seed: int = 1, options: Options | None = None, start: bool = True) -> None:
        self.random = Random(seed)
        self.clock = FakeClock(NOON.timestamp())
        self.station_key = SigningKey.generate(Role.STATION, station_owner(STATION))
        self.emergency_key = SigningKey.generate(Role.EMERGENCY, station_owner(STATION))
        self.device_key = SigningKey.generate(Role.DEVICE, device_owner(STATION, DEVICE))
        self.trust = TrustSet(keys=(self.station_key.public, self.emergency_key.public))
        self.options = options or Options(report_spread_s=1.0, reconnect_jitter_s=1.0)
        self.path = path / "agent.db"
        self.broker_up = True
        self.connected = False
        self.events: list[Event] = []
        self.results: list[CommandResult] = []
        self.acking = True
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._revs = count(1)
        self.boots = 0
        self.library = FakeLibrary()
        self.web = FakeWeb(self)
        self.volume, self.health, self.caretaker = FakeVolume(self), FakeHealth(), FakeCaretaker()
        self.inspector = FakeInspector(self)
        self.progress: RamProgress | None = None
        self.witness: Witness | None = None
        self.talk: Talk | None = None
        self.desired_token: str | None = None
        self.desired_rev = 0
        self.config_token: str | None = None
        self.agent: Agent
        self.output: FakeOutput
        if start:
            self.boot()

    # ------------------------------------------------------------ life and death

    def boot(self, *, reborn: bool = False, same_machine_boot: bool = False) -> None:
        """A new process on the same disk."""
        self.boots += 0 if same_machine_boot else 1
        self._timers.clear()
        self.connected = False
        self.store = Store(self.path, synchronous="OFF")
        self.link = FakeLink(self)
        old = getattr(self, "output", None)
        self.output = FakeOutput(self)
        self.amplifier = FakeAmplifier(self)
        if old is not None:
            self.output.lengths, self.output.heard = old.lengths, old.heard
        self.agent = Agent(
            identity=Identity(
                station_url="http://station",
                answer=EnrolAnswer(
                    station=STATION,
                    device_id=DEVICE,
                    name="Loa 1",
                    trust=self.trust,
                    broker=BrokerAccess(host="h", port=1, username=DEVICE, password="p"),
                ),
            ),
            key=self.device_key,
            store=self.store,
            ports=Ports(
                clock=self.clock,
                link=self.link,
                web=self.web,
                library=self.library,
                output=self.output,
                amplifier=self.amplifier,
                volume=self.volume,
                health=self.health,
                caretaker=self.caretaker,
                progress=self.progress,
                witness=self.witness,
                inspector=self.inspector,
                talk=self.talk,
            ),
            boot=Boot(boot_id=f"boot-{self.boots}", reason="test", version="1", reborn=reborn),
            options=self.options,
            random=self.random,
        )
        self.agent.start()

    def crash(self, *, off_s: float = 0.0) -> None:
        """The process is gone in the middle of whatever it did; what sounded stops."""
        for voice in list(self.output.sounding):
            self.output._silence(voice)
        self.store.close()
        self._timers.clear()
        self.clock.advance(off_s)

    # ------------------------------------------------------------ time

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (self.clock.mono + max(seconds, 0.0), next(self._order), act))

    def run(self, seconds: float) -> None:
        """Let time go by, everything in its order."""
        end_s = self.clock.mono + seconds
        for _ in range(20_000):
            wake_s = self.agent.step()
            next_s = min(wake_s, self._timers[0][0] if self._timers else float("inf"))
            if next_s > end_s:
                self.clock.advance(end_s - self.clock.mono)
                return
            self.clock.advance(max(next_s - self.clock.mono, 0.0))
            while self._timers and self._timers[0][0] <= self.clock.mono:
                heapq.heappop(self._timers)[2]()
        raise AssertionError("the agent spins")

    def run_to(self, instant: datetime) -> None:
        self.run(instant.timestamp() - self.clock.wall)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.wall, UTC)

    # ------------------------------------------------------------ the station speaks

    def seal(self, kind: Kind, body, *, key: SigningKey | None = None, audience: str | None = None, **claims) -> str:
        signer = key or (self.emergency_key if kind is Kind.ALERT else self.station_key)
        everybody = kind in {Kind.ALERT, Kind.STATE}
        return seal(
            kind,
            body,
            key=signer,
            audience=audience or (station_owner(STATION) if everybody else device_owner(STATION, DEVICE)),
            rev=claims.pop("rev", None) or next(self._revs),
            now=claims.pop("now", self.now),
            expires=claims.pop("expires", None),
        )

    def topic(self, leaf: str) -> str:
        if leaf == "alert":
            return topics.alert(STATION)
        return topics.station_state(STATION) if leaf == "state" else topics.device(STATION, DEVICE, leaf)

    def send(self, leaf: str, token: str) -> None:
        self.agent.message(self.topic(leaf), token.encode())

    def order(self, *jobs: Job, **more) -> str:
        """A new manifest."""
        body = Desired(valid_until=self.now + timedelta(days=9), jobs=jobs, **more)
        self.desired_rev = next(self._revs)
        self.desired_token = self.seal(Kind.DESIRED, body, rev=self.desired_rev)
        self.send("desired", self.desired_token)
        return self.desired_token

    def configure(self, **more) -> None:
        self.config_token = self.seal(Kind.CONFIG, Config(trust=more.pop("trust", self.trust), **more))
        self.send("config", self.config_token)

    def alert_token(self, job: Job | None = None, *, all_clear: str | None = None, **more) -> str:
        return self.seal(Kind.ALERT, Alert(job=job, all_clear=all_clear, **more))

    def alert(self, job: Job | None = None, *, all_clear: str | None = None, **more) -> str:
        token = self.alert_token(job, all_clear=all_clear, **more)
        self.send("alert", token)
        return token

    def command(self, op: Operation, **args) -> str:
        command_id = str(uuid.UUID(int=self.random.getrandbits(128)))
        body = Command(command_id=command_id, op=op, args=args)
        self.send("cmd", self.seal(Kind.CMD, body, expires=self.now + MINUTE))
        return command_id

    def audio(self, seconds: float = 10.0, *, here: bool = True) -> Audio:
        sha256 = f"{self.random.getrandbits(256):064x}"
        self.output.lengths[sha256] = round(seconds * 1000)
        if here:
            self.library.held[sha256] = 1000
        return Audio(sha256=sha256, bytes=1000, duration_ms=round(seconds * 1000), urls=(f"/agent/v1/audio/{sha256}",))

    def job(self, start: datetime | float, seconds: float = 10.0, *, here: bool = True, **more) -> Job:
        """A job `start` seconds from now (or at an instant), whose audio is already on disk unless said otherwise."""
        at = start if isinstance(start, datetime) else self.now + timedelta(seconds=start)
        count_, gap_s = more.pop("count", 1), more.pop("gap_s", 3.0)
        length = timedelta(seconds=seconds * count_ + gap_s * (count_ - 1))
        if "stream" not in more:
            more.setdefault("audio", self.audio(seconds, here=here))
        fields = {
            "job_id": str(uuid.UUID(int=self.random.getrandbits(128))),
            "priority": Priority.NORMAL,
            "not_before": at,
            "start_at": at,
            "not_after": at + timedelta(seconds=more.get("max_start_delay_s", 60.0)) + length + timedelta(minutes=5),
            "repeat": Repeat(count=count_, gap_s=gap_s),
        }
        return Job(**(fields | more))

    def emergency(self, start: float = 0.0, seconds: float = 10.0, **more) -> Job:
        return self.job(start, seconds, **({"max_start_delay_s": 600.0, "priority": Priority.EMERGENCY} | more))

    # ------------------------------------------------------------ the station hears

    def _believed(self, token: bytes | str, kind: Kind):
        ring = Keyring([self.device_key.public])
        return unseal(token, kind=kind, keyring=ring, audience=station_owner(STATION), now=None)

    def heard(self, topic: str, payload: bytes) -> None:
        leaf = topic.rpartition("/")[2]
        claims = self._believed(payload, Kind(leaf))
        if leaf == "evt" and self.acking:
            ack = self.take_events(payload.decode())
            self.after(0.2, lambda: self.send("ack", ack))
        elif leaf == "res":
            self.results.append(CommandResult.model_validate(claims.body))

    def take_events(self, token: str) -> str:
        """Commit a batch; the sealed acknowledgement."""
        batch = EventBatch.model_validate(self._believed(token, Kind.EVT).body)
        known = {(event.boot_id, event.seq) for event in self.events}
        self.events += [event for event in batch.events if (event.boot_id, event.seq) not in known]
        return self.seal(Kind.ACK, Ack(epoch=batch.epoch, seq=batch.events[-1].seq))

    def poll_answer(self, request: PollRequest) -> str:
        body = PollAnswer(nonce=request.nonce, at=self.now, desired=self.desired_token, config=self.config_token)
        return self.seal(Kind.POLL, body)

    # ------------------------------------------------------------ what became of it

    def reports(self, job: Job) -> list[JobReport]:
        found = [JobReport.model_validate(e.data) for e in self.events if e.type == "job"]
        return [report for report in found if (report.job_id, report.attempt) == (job.job_id, job.attempt)]

    def states(self, job: Job) -> list[State]:
        return [report.state for report in self.reports(job)]

    def last(self, job: Job) -> JobReport:
        return self.reports(job)[-1]

    def refusals(self) -> list[str]:
        return [str(event.data["refusal"]) for event in self.events if event.type == "refused"]

    def sounded(self, job: Job) -> list[tuple[float, float, int]]:
        """(from, to) in seconds since noon, and the position in ms at which it began."""
        shift = NOON.timestamp() - (self.clock.wall - self.clock.mono)
        voice = f"{job.job_id}/{job.attempt}"
        done = [(a - shift, b - shift, ms) for name, a, b, ms in self.output.heard if name == voice]
        running = [
            (at - shift, self.clock.mono - shift, ms)
            for name, (_, at, ms) in self.output.sounding.items()
            if name == voice
        ]
        return done + running
