"""Thousands of MQTT clients on one thread. Made from the contract alone."""

import selectors
import time
from collections.abc import Callable
from dataclasses import dataclass

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from protocol import topics

_KEEP_ALIVE_S = 900


@dataclass(frozen=True)
class Login:
    """One device's way in."""

    device_id: str
    password: str


class Crowd:
    """Connected devices that note when each of them was told something."""

    def __init__(self, station: str, host: str, port: int) -> None:
        self._station, self._host, self._port = station, host, port
        self._selector = selectors.DefaultSelector()
        self._clients: dict[str, Client] = {}
        self._ready: set[str] = set()
        self.told: dict[str, dict[str, float]] = {"desired": {}, "ack": {}}

    def connect(self, logins: list[Login], timeout_s: float) -> float:
        """Connect and subscribe all; seconds until the last was ready. Raises TimeoutError."""
        began = time.monotonic()
        for login in logins:
            self._open(login)
            self.turn(0)
        self.wait(lambda: len(self._ready) == len(logins), timeout_s)
        return time.monotonic() - began

    def _open(self, login: Login) -> None:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=login.device_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            userdata=login.device_id,
        )
        client.username_pw_set(login.device_id, login.password)
        wanted = topics.device_subscriptions(self._station, login.device_id)
        client.on_connect = lambda c, *_: c.subscribe([(topic, 1) for topic in wanted])
        client.on_subscribe = lambda _client, device_id, *_: self._ready.add(device_id)
        client.on_message = self._message
        client.connect(self._host, self._port, _KEEP_ALIVE_S)
        self._clients[login.device_id] = client
        socket = client.socket()
        assert socket is not None
        self._selector.register(socket, selectors.EVENT_READ, client)

    def _message(self, _client: Client, device_id: str, message: MQTTMessage) -> None:
        leaf = message.topic.rpartition("/")[2]
        if leaf in self.told:
            self.told[leaf][device_id] = time.monotonic()

    def publish(self, device_id: str, leaf: str, token: str) -> None:
        """A device says something."""
        self._clients[device_id].publish(topics.device(self._station, device_id, leaf), token, qos=1)

    def turn(self, wait_s: float) -> None:
        """Read what has come."""
        for key, _ in self._selector.select(wait_s):
            client: Client = key.data
            client.loop_read()
            if client.want_write():
                client.loop_write()

    def wait(self, condition: Callable[[], bool], timeout_s: float) -> None:
        """Read until `condition` holds. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self._ready)} ready, {[len(told) for told in self.told.values()]} told")
            self.turn(0.05)

    def close(self) -> None:
        """Leave."""
        for client in self._clients.values():
            client.disconnect()
        self._selector.close()
