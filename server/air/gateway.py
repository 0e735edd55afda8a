"""The one process that speaks MQTT: a connection, a thread that publishes and a thread that takes in."""

import queue
import threading
from collections.abc import Iterator
from datetime import timedelta

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from protocol import topics
from protocol.envelope import Kind, seal
from protocol.keys import station_owner
from protocol.messages import StationState
from server.air import commands, revisions
from server.air.configs import Configurator
from server.air.inbox import Inbox
from server.air.keys import KeyStore
from server.air.lease import LeaseLostError
from server.air.link import Link, Received, Will
from server.air.orders import Orders
from server.air.publisher import Publisher
from server.broker import BrokerAddress
from server.database import Database
from server.tables.columns import now as present

_SUBSCRIBED = ("presence", "reported", "evt", "hb", "res")
_BATCH = 500
"""Messages a transaction: few enough that an acknowledgement is not long in coming."""
_RETRY_S = 1.0
_COMMAND_S = int(commands.VALID.total_seconds())
_RECENT = timedelta(minutes=10)
"""A broker that remembers us may still have lost, in a power cut, what was retained this lately."""
_CONNECTIONS_AHEAD = 10_000

log = structlog.get_logger(__name__)


class Gateway:
    """Runs between `start` and `stop`, while this process holds the lease."""

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        station: str,
        address: BrokerAddress,
        *,
        publisher: Publisher,
        configurator: Configurator,
        orders: Orders,
        inbox: Inbox,
    ) -> None:
        self._station = station
        self._keys = keys
        self._publisher = publisher
        self._configurator = configurator
        self._orders = orders
        self._inbox = inbox
        self._received: queue.SimpleQueue[Received | None] = queue.SimpleQueue()
        self._kicked = threading.Event()
        self._stopping = threading.Event()
        self._resend: list[bool] = []
        with database.write() as session:
            self._state_rev = revisions.rise(session, "state", present(), by=2 * _CONNECTIONS_AHEAD)
        self._link = Link(
            address,
            client_id=f"_gateway-{station}",
            subscriptions=tuple(topics.all_devices(station, leaf) for leaf in _SUBSCRIBED),
            will=self._will,
            on_connected=self._connected,
            on_message=self._received.put,
        )
        self._threads = [
            threading.Thread(target=self._publish, name="air-publisher", daemon=True),
            threading.Thread(target=self._take_in, name="air-inbox", daemon=True),
        ]

    def start(self) -> None:
        """Connect; returns at once."""
        for thread in self._threads:
            thread.start()
        self._link.start()

    def stop(self) -> None:
        """Say goodbye and end the threads. What was not committed is not acknowledged, and comes again."""
        self._link.publish(*self._state(online=False), retain=True)
        self._stopping.set()
        self._kicked.set()
        self._received.put(None)
        for thread in self._threads:
            thread.join(10)
        self._link.stop()

    def kick(self) -> None:
        """Something changed: publish what follows from it."""
        self._kicked.set()

    @property
    def alive(self) -> bool:
        """Whether both threads run: one that died of something unforeseen has said so, and we are to be started anew."""
        return all(thread.is_alive() for thread in self._threads)

    @property
    def connected(self) -> bool:
        """Whether the broker hears us now."""
        return self._link.connected.is_set()

    # ------------------------------------------------------------ connection

    def _will(self) -> Will:
        self._state_rev += 2
        return Will(*self._state(online=False))

    def _state(self, *, online: bool) -> tuple[str, str]:
        """Our own presence. Each connection has two revisions: its birth, and above it the will or goodbye that ends it."""
        now = present()
        token = seal(
            Kind.STATE,
            StationState(online=online, at=now),
            key=self._keys.station,
            audience=station_owner(self._station),
            rev=self._state_rev + (0 if online else 1),
            now=now,
        )
        return topics.station_state(self._station), token

    def _connected(self, session_present: bool) -> None:
        self._link.publish(*self._state(online=True), retain=True)
        self._resend.append(session_present)
        self._kicked.set()

    # ------------------------------------------------------------ out

    def _publish(self) -> None:
        while not self._stopping.is_set():
            self._kicked.wait()
            self._kicked.clear()
            try:
                self._send_all(self._orders.due(), retain=False)
                self._send_all(self._due(), retain=True)
            except LeaseLostError:
                log.warning("no longer the gateway")
            except DBAPIError as error:
                log.error("publishing failed, will try again", error=str(error.orig))  # noqa: TRY400  no traceback: it passes
                if not self._stopping.wait(_RETRY_S):
                    self._kicked.set()

    def _due(self) -> Iterator[list[tuple[str, str]]]:
        """Everything to send now. One thread only, so that no older message is ever sent after a newer one."""
        while self._resend:
            remembered = self._resend.pop()
            self._orders.again()
            yield from self._publisher.stored(present() - _RECENT if remembered else None)
        yield from self._publisher.desired()
        yield from self._configurator.configs()

    def _send_all(self, lists: Iterator[list[tuple[str, str]]], *, retain: bool) -> None:
        for messages in lists:
            for topic, token in messages:
                # A box without a clock cannot tell a command that has waited for it since yesterday.
                valid_s = _COMMAND_S if topic.endswith("/cmd") else None
                self._link.publish(topic, token, retain=retain, valid_s=valid_s)
            if self._stopping.is_set():
                return

    # ------------------------------------------------------------ in

    def _take_in(self) -> None:
        while not self._stopping.is_set():
            first = self._received.get()
            if first is None:
                return
            batch = [first, *self._more()]
            if self._commit(batch):
                for each in batch:
                    self._link.acknowledge(each)

    def _commit(self, batch: list[Received]) -> bool:
        """Take a batch in; whether it may be acknowledged. Waits as long as the database is away."""
        while not self._stopping.is_set():
            try:
                acks = self._inbox.take([(each.topic, each.payload) for each in batch])
            except OperationalError as error:
                log.error("taking in failed, will try again", error=str(error.orig))  # noqa: TRY400  no traceback: it passes
                self._stopping.wait(_RETRY_S)
                continue
            except (DBAPIError, ValueError, OverflowError) as error:
                if len(batch) > 1:  # one of them cannot be stored: find it, keep the others
                    return all(self._commit([each]) for each in batch)
                log.error("message cannot be stored, dropped", topic=batch[0].topic, error=str(error))  # noqa: TRY400  no traceback
                return True
            for topic, token in acks:
                self._link.publish(topic, token, retain=True)
            return True
        return False

    def _more(self) -> list[Received]:
        """What else has come meanwhile."""
        more: list[Received] = []
        while len(more) < _BATCH:
            try:
                received = self._received.get_nowait()
            except queue.Empty:
                break
            if received is None:
                self._received.put(None)
                break
            more.append(received)
        return more
