"""The gateway's connection to the broker: MQTT 5 by paho, acknowledged by hand. Knows nothing of what is said."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from protocol import envelope
from server.broker import BrokerAddress

_KEEP_ALIVE_S = 30
_SESSION_EXPIRY_S = 7 * 24 * 3600
_RECEIVE_MAXIMUM = 1000
"""How many reports the broker hands us before the first is acknowledged: the size of the largest batch."""
_WILL_DELAY_S = 10

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Received:
    """A message as it came. `connection` tells which connection its `mid` belongs to."""

    topic: str
    payload: bytes
    mid: int
    qos: int
    connection: int


@dataclass(frozen=True)
class Will:
    """What the broker says for us when we are lost; retained."""

    topic: str
    payload: str


class Link:
    """One client that stays connected. Callbacks come on paho's thread and must be quick."""

    def __init__(
        self,
        address: BrokerAddress,
        *,
        client_id: str,
        subscriptions: tuple[str, ...],
        will: Callable[[], Will],
        on_connected: Callable[[bool], None],
        on_message: Callable[[Received], None],
    ) -> None:
        """`will` is asked before every connection; `on_connected` is told whether the broker remembered our session."""
        self._address = address
        self._subscriptions = subscriptions
        self._will = will
        self._on_connected = on_connected
        self._on_message = on_message
        self._connection = 0
        self.connected = threading.Event()
        client = self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        client.username_pw_set(address.username, address.password)
        if address.tls:
            client.tls_set_context(ssl.create_default_context())
        client.reconnect_delay_set(1, 5)
        client.on_connect = self._connected
        client.on_connect_fail = self._failed
        client.on_disconnect = self._disconnected
        client.on_message = self._message

    def start(self) -> None:
        """Connect and stay connected; returns at once."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it unannotated
        properties.SessionExpiryInterval = _SESSION_EXPIRY_S
        properties.ReceiveMaximum = _RECEIVE_MAXIMUM
        properties.MaximumPacketSize = envelope.MAX_BYTES + 4096
        self._set_will()
        self._client.connect_async(
            self._address.host, self._address.port, _KEEP_ALIVE_S, clean_start=False, properties=properties
        )
        self._client.loop_start()

    def stop(self) -> None:
        """Leave, without our will being spoken."""
        self._client.disconnect()
        self._client.loop_stop()
        self.connected.clear()

    def publish(self, topic: str, payload: str, *, retain: bool = False, valid_s: int | None = None) -> None:
        """Hand over a message, QoS 1; it waits in memory while there is no connection, in the broker for `valid_s` at most."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho leaves it unannotated
        if valid_s is not None:
            properties.MessageExpiryInterval = valid_s
        self._client.publish(topic, payload, qos=1, retain=retain, properties=properties)

    def acknowledge(self, received: Received) -> None:
        """Tell the broker that a message is safe with us. After a reconnect it comes again under a number of its own."""
        if received.connection == self._connection:
            self._client.ack(received.mid, received.qos)

    def _set_will(self) -> None:
        will = self._will()
        properties = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]  # paho leaves it unannotated
        properties.WillDelayInterval = _WILL_DELAY_S
        self._client.will_set(will.topic, will.payload, qos=1, retain=True, properties=properties)

    def _connected(
        self, client: Client, _data: object, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            log.error("broker refused the gateway", reason=str(reason))
            return
        self._connection += 1
        client.subscribe([(topic, 1) for topic in self._subscriptions])
        log.info("gateway connected", session_present=flags.session_present)
        self.connected.set()
        self._on_connected(flags.session_present)

    def _failed(self, _client: Client, _data: object) -> None:
        log.warning("broker cannot be reached", host=self._address.host, port=self._address.port)

    def _disconnected(
        self, _client: Client, _data: object, _flags: DisconnectFlags, reason: ReasonCode, _props: Properties | None
    ) -> None:
        self.connected.clear()
        log.warning("gateway disconnected", reason=str(reason))
        self._set_will()

    def _message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._on_message(Received(message.topic, bytes(message.payload), message.mid, message.qos, self._connection))
