"""A broker nobody trusts: retained messages, sessions that queue, and everything that may go wrong between."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from loa.chaos.kernel import Kernel

QUEUE = 1000
"""Mosquitto's default: more messages than this for an absent client are thrown away."""


@dataclass
class Faults:
    """Chances per message."""

    lost: float = 0.0
    twice: float = 0.0
    slow: float = 0.0
    """Chance of a delay of up to half a minute; otherwise it is below a second."""


@dataclass
class _Session:
    deliver: Callable[[str, bytes, Callable[[], None]], None] | None = None
    """None while the client is away. The last argument acknowledges."""
    queue: deque[tuple[str, bytes]] = field(default_factory=deque)
    connection: int = 0


class Broker:
    """`to_station` takes what devices publish."""

    def __init__(self, kernel: Kernel, to_station: Callable[[str, bytes], None]) -> None:
        self._kernel = kernel
        self._random: Random = kernel.random("broker")
        self._to_station = to_station
        self._retained: dict[str, bytes] = {}
        self._sessions: dict[str, _Session] = {}
        self._subscribers: dict[str, list[str]] = defaultdict(list)
        self._stations: dict[str, bytes] = {}
        self.faults = Faults()

    def register(self, client: str, topics: tuple[str, ...]) -> None:
        """Who will subscribe to what."""
        self._sessions[client] = _Session()
        for topic in topics:
            self._subscribers[topic].append(client)

    def connect(self, client: str, deliver: Callable[[str, bytes, Callable[[], None]], None], *, fresh: bool) -> None:
        """A client is here: what is retained, and what has waited for it."""
        session = self._sessions[client]
        if fresh:
            session.queue.clear()
        session.deliver = deliver
        session.connection += 1
        waiting = list(session.queue)
        session.queue.clear()
        for topic, payload in waiting:
            self._send(session, topic, payload, queued=True)
        for topic, clients in self._subscribers.items():
            if client in clients and topic in self._retained:
                self._send(session, topic, self._retained[topic], queued=False)

    def disconnect(self, client: str) -> None:
        """A client is gone."""
        session = self._sessions[client]
        session.deliver = None
        session.connection += 1

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """From the station, or from whoever has got into the broker."""
        if retain:
            self._retained[topic] = payload
        for client in self._subscribers[topic]:
            session = self._sessions[client]
            if session.deliver is None:
                self._keep(session, topic, payload)
            else:
                self._send(session, topic, payload, queued=True)

    def inject(self, client: str, topic: str, payload: bytes) -> None:
        """Only to one client, not retained."""
        session = self._sessions[client]
        if session.deliver is not None:
            self._send(session, topic, payload, queued=False)

    def from_device(self, topic: str, payload: bytes) -> None:
        """A device's message goes on to the station, or not, or twice."""
        if self._random.random() < self.faults.lost:
            return
        for _ in range(2 if self._random.random() < self.faults.twice else 1):
            self._kernel.after(self._delay(), lambda: self._to_station(topic, payload))

    def forget_sessions(self) -> None:
        """It was killed and had not saved: what waited is lost, what was retained is sent again by the station."""
        for session in self._sessions.values():
            session.queue.clear()

    def _send(self, session: _Session, topic: str, payload: bytes, *, queued: bool) -> None:
        if self._random.random() < self.faults.lost:
            return
        for copy in range(2 if self._random.random() < self.faults.twice else 1):
            self._schedule(session, topic, payload, queued=queued and copy == 0)

    def _schedule(self, session: _Session, topic: str, payload: bytes, *, queued: bool) -> None:
        connection = session.connection
        acknowledged: list[bool] = []

        def arrive() -> None:
            if session.connection == connection and session.deliver is not None:
                session.deliver(topic, payload, lambda: acknowledged.append(True))
            if queued and not acknowledged:
                self._keep(session, topic, payload)

        self._kernel.after(self._delay(), arrive)

    def _keep(self, session: _Session, topic: str, payload: bytes) -> None:
        if session.deliver is not None:
            self._send(session, topic, payload, queued=True)
        elif len(session.queue) < QUEUE:
            session.queue.append((topic, payload))

    def _delay(self) -> float:
        if self._random.random() < self.faults.slow:
            return self._random.uniform(1.0, 30.0)
        return self._random.uniform(0.02, 0.6)
