"""MQTT 5 by paho, with manual acknowledgement: a message is acknowledged when what it asked for is on disk."""

import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge_agent.agent import Agent
from protocol import topics
from protocol.enrolment import EnrolAnswer
from protocol.envelope import MAX_BYTES

log = structlog.get_logger(__name__)

KEEP_ALIVE_S = 60
SESSION_S = 7 * 86_400
WILL_DELAY_S = 30
RECEIVE_MAXIMUM = 20
CONNECT_TIMEOUT_S = 15.0
ONLY_IF_NEW = 1
"""Retain handling: a resumed session has everything already; only a new subscription brings the retained messages."""


class PahoLink:
    """One paho client a connection, so that every connection has its own will."""

    def __init__(self, answer: EnrolAnswer, post: Callable[[Callable[[Agent], None]], None]) -> None:
        self._answer = answer
        self._post = post
        self._client: mqtt.Client | None = None
        self._receipts: dict[int, bytes] = {}
        """What the broker shall say that it has, by packet of this connection; for the agent's thread alone."""
        self._topics = topics.device_subscriptions(answer.station, answer.device_id)
        self._will_topic = topics.device(answer.station, answer.device_id, "presence")

    def connect(self, will: bytes, *, fresh: bool) -> None:
        """Connect in a thread of its own: name look-up and handshake may take long."""
        self._drop()
        broker = self._answer.broker
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._answer.device_id,
            protocol=mqtt.MQTTv5,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            client.tls_set_context(ssl.create_default_context())
        client.connect_timeout = CONNECT_TIMEOUT_S
        delay = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]  # paho leaves it unannotated
        delay.WillDelayInterval = WILL_DELAY_S
        client.will_set(self._will_topic, will, qos=1, retain=True, properties=delay)
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        self._client = client
        self._receipts.clear()
        threading.Thread(target=self._open, args=(client, fresh), name="broker-connect", daemon=True).start()

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False, receipt: bool = False) -> None:
        """Hand over; a client that is going down drops it, and the outbox sends again."""
        if self._client is not None:
            sent = self._client.publish(topic, payload, qos=qos, retain=retain)
            if receipt:
                self._receipts[sent.mid] = payload

    def disconnect(self) -> None:
        """Leave in good order, giving what was just published a moment to go out."""
        client, self._client = self._client, None
        if client is not None and client.is_connected():
            deadline_s = time.monotonic() + 1.0
            while client.want_write() and time.monotonic() < deadline_s:
                time.sleep(0.01)
            client.disconnect()

    def _open(self, client: mqtt.Client, fresh: bool) -> None:
        broker = self._answer.broker
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it unannotated
        properties.SessionExpiryInterval = SESSION_S
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        properties.MaximumPacketSize = MAX_BYTES + 1024
        try:
            client.connect(broker.host, broker.port, KEEP_ALIVE_S, clean_start=fresh, properties=properties)
        except (OSError, ValueError) as error:
            self._lost(client, f"{type(error).__name__}: {error}")
            return
        client.loop_start()

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _properties: Any) -> None:
        if code.is_failure:
            self._lost(client, str(code))
            return
        options = SubscribeOptions(qos=1, retainHandling=ONLY_IF_NEW)
        client.subscribe([(topic, options) for topic in self._topics])
        if client is self._client:
            self._post(Agent.connected)

    def _on_message(self, client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        def act(agent: Agent) -> None:
            agent.message(message.topic, bytes(message.payload))
            client.ack(message.mid, message.qos)

        self._post(act)

    def _on_publish(self, client: mqtt.Client, _data: Any, mid: int, code: ReasonCode, _properties: Any) -> None:
        def act(agent: Agent) -> None:
            payload = self._receipts.pop(mid, None) if client is self._client else None
            if payload is not None and not code.is_failure:
                agent.handed_over(payload)

        self._post(act)

    def _on_disconnect(self, client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _properties: Any) -> None:
        self._lost(client, str(code))

    def _lost(self, client: mqtt.Client, reason: str) -> None:
        """Tell it once for each client that was the current one."""

        def act(agent: Agent) -> None:
            if client is self._client:
                self._client = None
                agent.disconnected(reason)

        self._post(act)

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
