"""Meters for the two lines of a speaker: they are given to a `loa.tap.Tap` and know the wire, not the agent."""

from collections.abc import Iterator
from dataclasses import dataclass

from loa.tap import Passed
from loa.traffic.tally import Kind, Tally

_PUBLISH = 3
_LEAVES = {
    "desired": Kind.MANIFESTS, "config": Kind.SETTINGS, "state": Kind.SETTINGS, "alert": Kind.ALERTS, "evt": Kind.EVENTS,
    "ack": Kind.ACKS, "presence": Kind.PRESENCE, "hb": Kind.HEALTH, "reported": Kind.REPORTED, "cmd": Kind.COMMANDS,
    "res": Kind.COMMANDS,
}  # fmt: skip
"""Last part of a topic: docs/protocol.md."""
_PATHS = {"/agent/v1/audio": Kind.AUDIO, "/agent/v1/poll": Kind.POLL, "/agent/v1/events": Kind.EVENTS}


@dataclass(frozen=True)
class Packet:
    """One MQTT control packet: its type (MQTT 5, 2.1.2), size on the wire and, of a PUBLISH, the topic."""

    type: int
    size: int
    topic: str = ""


def packets(buffer: bytearray) -> Iterator[Packet]:
    """The whole packets at the beginning of `buffer`, which are taken out of it."""
    while (ends := _end_of_packet(buffer)) is not None:
        header, size = ends
        topic = ""
        if buffer[0] >> 4 == _PUBLISH:
            length = int.from_bytes(buffer[header : header + 2], "big")
            topic = buffer[header + 2 : header + 2 + length].decode("utf-8", "replace")
        yield Packet(buffer[0] >> 4, size, topic)
        del buffer[:size]


def _end_of_packet(buffer: bytearray) -> tuple[int, int] | None:
    """Length of the fixed header and of the whole first packet; None if it is not all there."""
    remaining = 0
    for place, byte in enumerate(buffer[1:5]):
        remaining |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            header = place + 2
            return (header, header + remaining) if len(buffer) >= header + remaining else None
    return None


class MqttMeter:
    """Counts whole packets. `sizes`: of each PUBLISH by kind, in the order of coming."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._buffers: dict[tuple[int, bool], bytearray] = {}
        self.sizes: dict[Kind, list[int]] = {kind: [] for kind in Kind}

    def look(self, passed: Passed) -> None:
        """What a tap shows."""
        buffer = self._buffers.setdefault((passed.line, passed.up), bytearray())
        buffer += passed.data
        for packet in packets(buffer):
            kind = _LEAVES.get(packet.topic.rpartition("/")[2], Kind.LINE)
            self._tally.add(kind, packet.size)
            self.sizes[kind].append(packet.size)


class HttpMeter:
    """Counts everything on a connection for the request that was made last on it."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._kinds: dict[int, Kind] = {}
        self.requests: dict[Kind, int] = dict.fromkeys(Kind, 0)
        self.connections: dict[Kind, int] = dict.fromkeys(Kind, 0)
        """Opened for a request of that kind."""

    def look(self, passed: Passed) -> None:
        """What a tap shows."""
        if passed.up and passed.data.startswith((b"GET ", b"POST ")):
            path = passed.data.split(b" ", 2)[1].decode("ascii", "replace")
            kind = next((kind for prefix, kind in _PATHS.items() if path.startswith(prefix)), Kind.LINE)
            self.connections[kind] += passed.line not in self._kinds
            self.requests[kind] += 1
            self._kinds[passed.line] = kind
        self._tally.add(self._kinds.get(passed.line, Kind.LINE), len(passed.data))
