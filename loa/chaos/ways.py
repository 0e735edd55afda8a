"""The two ways out of a box, as the agent's ports see them: the line to the broker and HTTP to the station."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from edge_agent.agent import Agent
from edge_agent.ports import FetchOrder, FetchOutcome
from loa.chaos.broker import Broker
from loa.chaos.clock import BoxClock
from loa.chaos.disk import Shelf
from loa.chaos.kernel import Kernel
from protocol.enrolment import PollRequest

Tell = Callable[[Callable[[Agent], None]], None]

FAST_BYTES_S = 20_000.0
SLOW_BYTES_S = 400.0
CHUNK_S = 4.0


@dataclass
class Lines:
    """What is open now."""

    broker: bool = True
    web: bool = True
    slow: bool = False


class Wire:
    """The agent's Link port. `receive` hands a message to the agent; a message is acknowledged when it returns True."""

    def __init__(
        self,
        kernel: Kernel,
        client: str,
        *,
        broker: Broker,
        lines: Lines,
        random: Random,
        tell: Tell,
        receive: Callable[[str, bytes], bool],
    ) -> None:
        self._kernel = kernel
        self._client = client
        self._broker = broker
        self._lines = lines
        self._random = random
        self._tell = tell
        self._receive = receive
        self._attempt = 0
        self._up = False
        self._unsent: list[tuple[str, bytes]] = []

    def connect(self, will: bytes, *, fresh: bool) -> None:  # noqa: ARG002  the simulated station does not show presence
        """Answer after a while."""
        self._attempt += 1
        attempt = self._attempt
        seconds = self._random.uniform(0.2, 2.0) if self._lines.broker else self._random.uniform(1.0, 15.0)
        self._kernel.after(seconds, lambda: self._answer(attempt, fresh=fresh))

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retain: bool = False,  # noqa: ARG002  only the station's messages are retained here
        receipt: bool = False,
    ) -> None:
        """On its way, if there is one; what is not acknowledged goes again with the next connection."""
        attempt = self._attempt

        def arrive() -> None:
            if self._up and self._attempt == attempt and self._lines.broker:
                self._broker.from_device(topic, payload)
                if receipt:
                    self._tell(lambda agent: agent.handed_over(payload))
            elif qos:
                self._unsent.append((topic, payload))

        if self._up:
            self._kernel.after(self._random.uniform(0.02, 0.4), arrive)

    def disconnect(self) -> None:
        """Leave."""
        self._up = False
        self._attempt += 1
        self._broker.disconnect(self._client)

    def lost(self) -> None:
        """The line is cut; the agent's side notices when its keep-alive says so."""
        if not self._up:
            return
        self._broker.disconnect(self._client)
        attempt = self._attempt
        self._kernel.after(self._random.uniform(0.5, 90.0), lambda: self._notice(attempt))

    def die(self) -> None:
        """The process is gone, and what it had not sent."""
        self._broker.disconnect(self._client)
        self._up = False
        self._attempt += 1
        self._unsent.clear()

    def _notice(self, attempt: int) -> None:
        if self._attempt == attempt and self._up:
            self._up = False
            self._tell(lambda agent: agent.disconnected("timeout"))

    def _answer(self, attempt: int, *, fresh: bool) -> None:
        if self._attempt != attempt:
            return
        if not self._lines.broker:
            self._tell(lambda agent: agent.disconnected("no route"))
            return
        self._up = True
        self._broker.connect(self._client, self._deliver, fresh=fresh)
        unsent, self._unsent = self._unsent, []
        self._tell(lambda agent: agent.connected())
        for topic, payload in unsent:
            self.publish(topic, payload)

    def _deliver(self, topic: str, payload: bytes, acknowledge: Callable[[], None]) -> None:
        if self._up and self._lines.broker and self._receive(topic, payload):
            acknowledge()


class StationHttp(Protocol):
    """What the station answers over HTTP."""

    def audio(self, sha256: str) -> bytes | None:
        """A file's bytes, right or not; None is 404."""
        ...

    def poll(self, device: str, request: PollRequest) -> str | None:
        """The sealed answer; None if it is refused."""
        ...

    def post_events(self, device: str, token: str) -> str | None:
        """The sealed acknowledgement."""
        ...


class Http:
    """The agent's Web port. `polled` hands each answer, with its uncertainty in seconds, to the agent."""

    def __init__(
        self,
        kernel: Kernel,
        device: str,
        *,
        station: StationHttp,
        lines: Lines,
        clock: BoxClock,
        library: Shelf,
        random: Random,
        tell: Tell,
        polled: Callable[[str, float, Callable[[Agent], None]], None],
        filed: Callable[[str], None],
    ) -> None:
        self._kernel = kernel
        self._device = device
        self._station = station
        self._lines = lines
        self._clock = clock
        self._library = library
        self._random = random
        self._tell = tell
        self._polled = polled
        self._filed = filed
        self._preferred: frozenset[str] = frozenset()
        self._life = 0

    def die(self) -> None:
        """The process is gone with its requests."""
        self._life += 1
        self._preferred = frozenset()

    def fetch(self, order: FetchOrder) -> None:
        """Bytes come in chunks; each may be the last."""
        if not self._library.holds(order.size):
            self._fetched(order, FetchOutcome.NO_SPACE, 0.1)
        elif not self._lines.web:
            self._fetched(order, FetchOutcome.FAILED, self._random.uniform(1.0, 15.0))
        else:
            self._kernel.after(self._random.uniform(0.1, 1.0), self._alive(lambda: self._chunk(order)))

    def prefer(self, sha256s: frozenset[str]) -> None:
        """Chunks of anything else are the last of theirs."""
        self._preferred = sha256s

    def poll(self, request: PollRequest) -> None:
        """There, and back again."""
        sent_mono_s = self._clock.mono_s()
        if not self._lines.web:
            wait_s = self._random.uniform(1.0, 15.0)
            self._kernel.after(wait_s, self._alive(lambda: self._poll_failed(sent_mono_s)))
            return
        there_s, back_s = self._random.uniform(0.05, 0.8), self._random.uniform(0.05, 0.8)

        def at_station() -> None:
            token = self._station.poll(self._device, request) if self._lines.web else None
            self._kernel.after(back_s, self._alive(lambda: at_home(token)))

        def at_home(token: str | None) -> None:
            if token is None or not self._lines.web:
                self._poll_failed(sent_mono_s)
                return
            received_mono_s = self._clock.mono_s()
            self._polled(
                token, (there_s + back_s) / 2 + 0.01, lambda agent: agent.polled(token, sent_mono_s, received_mono_s)
            )

        self._kernel.after(there_s, self._alive(at_station))

    def post_events(self, token: str) -> None:
        """There, and perhaps back again."""

        def at_station() -> None:
            if self._lines.web:
                answer = self._station.post_events(self._device, token)
                if answer is not None:
                    self._kernel.after(self._random.uniform(0.05, 0.8), self._alive(lambda: at_home(answer)))

        def at_home(answer: str) -> None:
            if self._lines.web:
                self._tell(lambda agent: agent.posted(answer))

        self._kernel.after(self._random.uniform(0.05, 0.8), self._alive(at_station))

    # ------------------------------------------------------------ inside

    def _alive(self, act: Callable[[], None]) -> Callable[[], None]:
        life = self._life

        def only_then() -> None:
            if self._life == life:
                act()

        return only_then

    def _poll_failed(self, sent_mono_s: float) -> None:
        now_mono_s = self._clock.mono_s()
        self._tell(lambda agent: agent.polled(None, sent_mono_s, now_mono_s))

    def _fetched(self, order: FetchOrder, outcome: FetchOutcome, seconds: float) -> None:
        tell = self._alive(lambda: self._tell(lambda agent: agent.fetched(order.sha256, outcome, "simulated")))
        self._kernel.after(seconds, tell)

    def _chunk(self, order: FetchOrder) -> None:
        source = self._station.audio(order.sha256) if self._lines.web else None
        room = self._library.holds(order.size)
        if source is None or not room:
            self._fetched(order, FetchOutcome.FAILED if room else FetchOutcome.NO_SPACE, 0.2)
            return
        if self._preferred and order.sha256 not in self._preferred:
            self._fetched(order, FetchOutcome.GAVE_WAY, 0.1)
            return
        part = self._library.part(order.sha256)
        have = part.stat().st_size if part.exists() else 0
        rate = SLOW_BYTES_S if self._lines.slow else FAST_BYTES_S
        more = source[have : have + int(rate * CHUNK_S)]
        with part.open("ab") as file:
            file.write(more)
        seconds = len(more) / rate
        if have + len(more) < len(source):
            self._kernel.after(seconds, self._alive(lambda: self._chunk(order)))
        else:
            self._kernel.after(seconds, self._alive(lambda: self._whole(order)))

    def _whole(self, order: FetchOrder) -> None:
        good = self._library.part(order.sha256).exists() and self._library.take_in(order.sha256)
        if good:
            self._filed(order.sha256)
        self._fetched(order, FetchOutcome.DONE if good else FetchOutcome.BAD_HASH, 0.0)
