"""Full fakes of every port of the agent, driven by a `World`."""

from typing import TYPE_CHECKING

from edge_agent.ports import ClockSource, FetchOrder, FetchOutcome, LoadProblem, Measurements, Task
from protocol.enrolment import PollRequest
from protocol.jobs import CHIME_MS, Stream
from protocol.messages import Evidence

if TYPE_CHECKING:
    from tests.edge_agent.world import World


class FakeClock:
    def __init__(self, wall_s: float, mono_s: float = 100.0) -> None:
        self.offset, self.mono = wall_s - mono_s, mono_s
        self.vouched: ClockSource | None = ClockSource.NTP

    @property
    def wall(self) -> float:
        return self.mono + self.offset

    def wall_s(self) -> float:
        return self.wall

    def mono_s(self) -> float:
        return self.mono

    def source(self) -> ClockSource | None:
        return self.vouched

    def advance(self, seconds: float) -> None:
        self.mono += seconds

    def step(self, seconds: float) -> None:
        self.offset += seconds


class FakeLink:
    def __init__(self, world: "World") -> None:
        self.world = world
        self.connects: list[tuple[bytes, bool]] = []
        self.published: list[tuple[str, bytes, int, bool]] = []
        self.left = False

    def connect(self, will: bytes, *, fresh: bool) -> None:
        self.connects.append((will, fresh))
        self.world.after(0.05, self._answer)

    def _answer(self) -> None:
        if self.world.broker_up:
            self.world.connected = True
            self.world.agent.connected()
        else:
            self.world.agent.disconnected("refused")

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False, receipt: bool = False) -> None:
        if self.world.connected:
            self.published.append((topic, payload, qos, retain))
            if receipt:
                self.world.after(0.1, lambda: self._take(topic, payload))
            else:
                self.world.heard(topic, payload)

    def _take(self, topic: str, payload: bytes) -> None:
        if self.world.connected:
            self.world.heard(topic, payload)
            self.world.agent.handed_over(payload)

    def disconnect(self) -> None:
        self.left = True


class FakeWeb:
    """The station's HTTP side: `files` are what it serves, by name; `broken` maps a name to how a fetch ends instead."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.orders: list[FetchOrder] = []
        self.broken: dict[str, FetchOutcome] = {}
        self.polls: list[PollRequest] = []
        self.posted: list[str] = []
        self.up = True
        self.answer_alerts: tuple[str, ...] | None = None
        self.fetch_s = 1.0
        self.preferred: frozenset[str] = frozenset()

    def fetch(self, order: FetchOrder) -> None:
        self.orders.append(order)

        def answer() -> None:
            outcome = self.broken.get(order.sha256, FetchOutcome.DONE if self.up else FetchOutcome.FAILED)
            if self.preferred and order.sha256 not in self.preferred:
                outcome = FetchOutcome.GAVE_WAY
            if outcome is FetchOutcome.DONE:
                self.world.library.held[order.sha256] = order.size
            self.world.agent.fetched(order.sha256, outcome, "fake")

        self.world.after(self.fetch_s, answer)

    def prefer(self, sha256s: frozenset[str]) -> None:
        self.preferred = sha256s

    def poll(self, request: PollRequest) -> None:
        self.polls.append(request)
        sent_s = self.world.clock.mono

        def answer() -> None:
            token = self.world.poll_answer(request) if self.up else None
            self.world.agent.polled(token, sent_s, self.world.clock.mono)

        self.world.after(0.1, answer)

    def post_events(self, token: str) -> None:
        self.posted.append(token)
        if self.up:
            self.world.after(0.1, lambda: self.world.agent.posted(self.world.take_events(token)))


class FakeLibrary:
    def __init__(self) -> None:
        self.held: dict[str, int] = {}
        self.bad: set[str] = set()
        self.free: int | None = 10**10

    def has(self, sha256: str) -> bool:
        return sha256 in self.held

    def discard(self, sha256: str) -> None:
        self.held.pop(sha256, None)
        self.bad.discard(sha256)

    def clean(self, keep: frozenset[str]) -> None:
        pass

    def files(self) -> dict[str, int]:
        return dict(self.held)

    def free_bytes(self) -> int | None:
        return self.free


class FakeOutput:
    """Sounds are lengths; what sounded is `heard`: (voice, from mono, to mono, from ms)."""

    evidence = Evidence.E2
    name = "fake"

    def __init__(self, world: "World") -> None:
        self.world = world
        self.lengths: dict[str, int] = {}
        self.voices: dict[str, int] = {}
        self.sounding: dict[str, tuple[int, float, int]] = {}
        self.ordered: dict[str, tuple[int, float, int]] = {}
        self.heard: list[tuple[str, float, float, int]] = []
        self.gains: list[tuple[str, float]] = []
        self.undecodable: set[str] = set()
        self.streams: list[Stream] = []
        self.refusing = False

    def load(self, voice: str, sha256: str, *, chime: bool = False) -> None:
        def answer() -> None:
            agent, library = self.world.agent, self.world.library
            if self.refusing:
                agent.voice_failed(voice, LoadProblem.NO_OUTPUT)
            elif sha256 not in library.held:
                agent.voice_failed(voice, LoadProblem.MISSING)
            elif sha256 in library.bad:
                agent.voice_failed(voice, LoadProblem.BAD_HASH, "flipped")
            elif sha256 in self.undecodable:
                agent.voice_failed(voice, LoadProblem.UNDECODABLE)
            else:
                self.voices[voice] = self.lengths[sha256] + (CHIME_MS if chime else 0)
                agent.voice_loaded(voice)

        self.world.after(0.02, answer)

    def load_stream(self, voice: str, stream: Stream) -> None:
        self.streams.append(stream)
        self.voices[voice] = 10**9
        self.world.after(0.02, lambda: self.world.agent.voice_loaded(voice))

    def start(self, voice: str, take: int, *, at_mono_s: float, from_ms: int, gain_db: float) -> None:
        at_s = max(at_mono_s, self.world.clock.mono)
        self.ordered[voice] = (take, at_s, from_ms)
        self.gains.append((voice, gain_db))
        self.world.after(at_s - self.world.clock.mono, lambda: self._begin(voice, take))

    def _begin(self, voice: str, take: int) -> None:
        if self.ordered.get(voice, (None,))[0] != take:
            return
        self.sounding[voice] = self.ordered.pop(voice)
        _, at_s, from_ms = self.sounding[voice]
        left_s = (self.voices[voice] - from_ms) / 1000
        self.world.after(left_s, lambda: self._finish(voice, take))
        self.world.agent.voice_started(voice, take, at_s)

    def _finish(self, voice: str, take: int) -> None:
        if self.sounding.get(voice, (None,))[0] == take:
            self._silence(voice)
            self.world.agent.voice_ended(voice, take, self.voices[voice])

    def _silence(self, voice: str) -> int | None:
        self.ordered.pop(voice, None)
        if voice not in self.sounding:
            return None
        _, at_s, from_ms = self.sounding.pop(voice)
        now_s = self.world.clock.mono
        self.heard.append((voice, at_s, now_s, from_ms))
        return from_ms + round((now_s - at_s) * 1000)

    def stop(self, voice: str) -> int | None:
        return self._silence(voice)

    def position_ms(self, voice: str) -> int | None:
        if voice not in self.sounding:
            return None
        _, at_s, from_ms = self.sounding[voice]
        return from_ms + round((self.world.clock.mono - at_s) * 1000)

    def set_gain(self, voice: str, gain_db: float) -> None:
        self.gains.append((voice, gain_db))

    def unload(self, voice: str) -> None:
        self._silence(voice)
        self.voices.pop(voice, None)


class FakeAmplifier:
    def __init__(self, world: "World") -> None:
        self.world = world
        self.warm_up_s, self.release_s = 2.0, 5.0
        self.on: bool | None = False
        self.switched: list[tuple[float, bool]] = []

    def switch(self, *, on: bool) -> None:
        self.on = on
        self.switched.append((self.world.clock.mono, on))


class FakeVolume:
    """`stuck` is what a mixer that does not obey shows; `there` is False on a box without one."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.now: int | None = 50
        self.there = True
        self.stuck = False

    def set_percent(self, percent: int) -> None:
        if not self.there:
            return
        if not self.stuck:
            self.now = percent
        self.world.after(0.05, lambda: self.world.agent.mixer_said(percent, self.now))

    def percent(self) -> int | None:
        return self.now


class FakeHealth:
    def __init__(self) -> None:
        self.measured = Measurements()

    def measure(self) -> Measurements:
        return self.measured


class FakeCaretaker:
    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.hears = False

    def begin(self, task: Task) -> None:
        self.tasks.append(task)


class FakeInspector:
    """Reads what the library holds: what is in its `bad` is found bad."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.read: list[str] = []

    def inspect(self, sha256: str) -> None:
        self.read.append(sha256)
        good = sha256 not in self.world.library.bad
        self.world.after(3.0, lambda: self.world.agent.inspected(sha256, good=good))
