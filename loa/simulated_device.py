"""A device made from the contract alone: for tests and benchmarks. Shares nothing with the station or the real agent.

It verifies what it is told, keeps the newest manifest, and says what it is asked to say; it plays nothing by itself.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import BaseModel

from protocol import topics
from protocol.enrolment import BrokerAccess
from protocol.envelope import Claims, Kind, seal, unseal
from protocol.errors import RefusedError
from protocol.keys import Keyring, Role, SigningKey, TrustSet, device_owner, station_owner
from protocol.messages import (
    Ack,
    ClockState,
    Desired,
    Event,
    EventBatch,
    JobReport,
    Presence,
)
from protocol.states import State


def new_key(station: str, device_id: str) -> SigningKey:
    """A device's own key."""
    return SigningKey.generate(Role.DEVICE, device_owner(station, device_id))


class SimulatedDevice:
    """One device on one connection. Thread-safe; `received` and `refused` grow as messages come."""

    def __init__(
        self, station: str, device_id: str, key: SigningKey, trust: TrustSet, access: BrokerAccess, *, epoch: str = "e1"
    ) -> None:
        self.station = station
        self.device_id = device_id
        self.key = key
        self.access = access
        self.epoch = epoch
        self.keyring = Keyring.of(trust)
        self.received: list[tuple[str, Claims]] = []
        self.refused: list[tuple[str, RefusedError]] = []
        self.desired: Claims | None = None
        self.acked: dict[str, int] = {}
        self.on_desired: Callable[[Desired], None] | None = None
        self.on_ack: Callable[[Ack], None] | None = None
        self.on_connected: Callable[[], None] | None = None
        self._changed = threading.Condition()
        self._rev = int(time.time() * 1000)
        self._seq = 0
        self._session = 0
        self.connected = threading.Event()
        client = self.client = Client(
            CallbackAPIVersion.VERSION2, client_id=device_id, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        client.username_pw_set(access.username, access.password)
        client.reconnect_delay_set(1, 2)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_message = self._message

    # ------------------------------------------------------------ connection

    def connect(self, *, wait_s: float = 60.0) -> "SimulatedDevice":
        """Connect and subscribe: what is sent when this has returned comes to us. Raises TimeoutError."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it unannotated
        properties.SessionExpiryInterval = 3600
        properties.ReceiveMaximum = 20
        self._set_will()
        self.client.connect_async(self.access.host, self.access.port, 30, clean_start=False, properties=properties)
        self.client.loop_start()
        if not self.connected.wait(wait_s):
            raise TimeoutError(self.device_id)
        return self

    def close(self) -> None:
        """Leave politely."""
        self.client.disconnect()
        self.client.loop_stop()

    def lose_connection(self) -> None:
        """Be gone without a word, as in a power cut; the will is spoken."""
        self.client.on_disconnect = None
        socket = self.client.socket()
        self.client.loop_stop()
        if socket is not None:
            socket.close()

    def _set_will(self) -> None:
        self._session = max(self._session + 1, int(time.time() * 1000))
        will = self.sealed(Kind.PRESENCE, Presence(online=False, session=self._session))
        self.client.will_set(topics.device(self.station, self.device_id, "presence"), will, qos=1, retain=True)

    def _connected(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            return
        client.subscribe([(topic, 1) for topic in topics.device_subscriptions(self.station, self.device_id)])
        self.say(Kind.PRESENCE, Presence(online=True, session=self._session, version="simulated"), retain=True)
        if self.on_connected is not None:
            self.on_connected()

    def _subscribed(self, *_: object) -> None:
        self.connected.set()

    def _disconnected(self, *_: object) -> None:
        self.connected.clear()
        self._set_will()

    # ------------------------------------------------------------ in

    def _message(self, client: Client, _data: object, message: MQTTMessage) -> None:
        leaf = message.topic.rpartition("/")[2]
        everybody = leaf in {"alert", "state"}
        owner = station_owner(self.station) if everybody else device_owner(self.station, self.device_id)
        with self._changed:
            try:
                claims = unseal(
                    bytes(message.payload),
                    kind=Kind(leaf),
                    keyring=self.keyring,
                    audience=owner,
                    now=datetime.now(UTC),
                )
            except RefusedError as error:
                self.refused.append((message.topic, error))
            else:
                self.received.append((message.topic, claims))
                self._act(claims)
            self._changed.notify_all()
        client.ack(message.mid, message.qos)

    def _act(self, claims: Claims) -> None:
        if claims.kind is Kind.DESIRED and (self.desired is None or claims.rev > self.desired.rev):
            self.desired = claims
            if self.on_desired is not None:
                self.on_desired(Desired.model_validate(claims.body))
        elif claims.kind is Kind.ACK:
            ack = Ack.model_validate(claims.body)
            self.acked[ack.epoch] = max(ack.seq, self.acked.get(ack.epoch, 0))
            if self.on_ack is not None:
                self.on_ack(ack)

    @property
    def body(self) -> Desired:
        """The manifest in force; an empty one before the first."""
        if self.desired is None:
            return Desired(valid_until=datetime.now(UTC))
        return Desired.model_validate(self.desired.body)

    def wait_for(self, condition: Callable[["SimulatedDevice"], bool], wait_s: float = 60.0) -> None:
        """Wait until `condition` holds, which is asked whenever something has come to the device; raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self), wait_s):
                raise TimeoutError(f"{self.device_id}: {len(self.received)} received, {self.refused} refused")

    # ------------------------------------------------------------ out

    def next_rev(self) -> int:
        """A revision above all before."""
        self._rev = max(self._rev + 1, int(time.time() * 1000))
        return self._rev

    def sealed(
        self,
        kind: Kind,
        body: BaseModel,
        *,
        key: SigningKey | None = None,
        rev: int | None = None,
        expires_s: float | None = None,
    ) -> str:
        """A message of this device; with another's `key` a forgery."""
        now = datetime.now(UTC)
        return seal(
            kind,
            body,
            key=key or self.key,
            audience=station_owner(self.station),
            rev=self.next_rev() if rev is None else rev,
            now=now,
            expires=now + timedelta(seconds=expires_s) if expires_s is not None else None,
        )

    def publish(self, topic: str, token: str, *, retain: bool = False) -> MQTTErrorCode:
        """Hand any text to the broker, on any topic; whether it took it is told by the client alone."""
        info = self.client.publish(topic, token, qos=1, retain=retain)
        return info.rc

    def say(self, kind: Kind, body: BaseModel, *, retain: bool = False) -> str:
        """Say something under our own name; the token that was sent."""
        token = self.sealed(kind, body)
        self.publish(topics.device(self.station, self.device_id, kind.value), token, retain=retain)
        return token

    def event(self, report: JobReport, *, at: datetime | None = None) -> Event:
        """The next event of our outbox."""
        self._seq += 1
        return Event(
            seq=self._seq,
            at=at or datetime.now(UTC),
            mono_ms=int(time.monotonic() * 1000),
            boot_id="boot-1",
            clock=ClockState.SYNCED,
            type="job",
            data=report.model_dump(mode="json", exclude_defaults=True),
        )

    def tell(self, *events: Event, oldest: int | None = None) -> str:
        """Send a batch; the token that was sent."""
        return self.say(Kind.EVT, EventBatch(epoch=self.epoch, oldest=oldest, events=events))

    def report(self, job_id: str, *states: State, attempt: int = 1) -> str:
        """Tell that a job went through these states."""
        return self.tell(*(self.event(JobReport(job_id=job_id, attempt=attempt, state=state)) for state in states))
