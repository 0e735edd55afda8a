"""Bytes by kind, and what carrying them costs."""

import math
from collections import Counter
from enum import StrEnum

SEGMENT_BYTES = 1400
"""Payload of a TCP segment on a mobile network."""
SEGMENT_COST_BYTES = 52
"""IPv4 (20) and TCP with time stamps (32); an acknowledgement alone is as large."""
RECORD_BYTES = 16_384
RECORD_COST_BYTES = 22
"""TLS 1.3: header (5), inner type (1), tag (16)."""


class Kind(StrEnum):
    """What the bytes are for."""

    AUDIO = "audio"
    MANIFESTS = "manifests"  # desired
    SETTINGS = "settings"  # config, state
    ALERTS = "alerts"
    EVENTS = "events"
    ACKS = "acks"
    PRESENCE = "presence"
    HEALTH = "health"  # hb
    REPORTED = "reported"  # what the box holds
    COMMANDS = "commands"  # cmd, res
    POLL = "poll"
    LINE = "line"  # MQTT's own: connect, subscribe, acknowledge, ping


class Tally:
    """Adds up; also what came between two moments."""

    def __init__(self) -> None:
        self.payload: Counter[Kind] = Counter()
        """MQTT packets and HTTP with their headers."""
        self.tls: Counter[Kind] = Counter()
        """Estimated: records, a packet or piece at a time."""
        self.ip: Counter[Kind] = Counter()
        """Estimated: TCP and IP headers, with an acknowledgement for every other segment."""
        self.pieces: Counter[Kind] = Counter()

    def add(self, kind: Kind, size: int) -> None:
        """One packet or piece of so many bytes."""
        tls = math.ceil(size / RECORD_BYTES) * RECORD_COST_BYTES
        self.payload[kind] += size
        self.tls[kind] += tls
        self.ip[kind] += ip_bytes(size + tls)
        self.pieces[kind] += 1

    def copy(self) -> "Tally":
        """As it is now."""
        found = Tally()
        found.payload, found.tls = self.payload.copy(), self.tls.copy()
        found.ip, found.pieces = self.ip.copy(), self.pieces.copy()
        return found

    def since(self, earlier: "Tally") -> "Tally":
        """What has come since `earlier` was copied from this one."""
        found = self.copy()
        found.payload.subtract(earlier.payload)
        found.tls.subtract(earlier.tls)
        found.ip.subtract(earlier.ip)
        found.pieces.subtract(earlier.pieces)
        return found

    def add_times(self, other: "Tally", times: float) -> None:
        """Add what another one holds, so many times; fractions of a byte are rounded."""
        for ours, theirs in ((self.payload, other.payload), (self.tls, other.tls), (self.ip, other.ip)):
            for kind, size in theirs.items():
                ours[kind] += round(size * times)


def ip_bytes(size: int) -> int:
    """Headers of the segments that carry so many bytes, and of their acknowledgements."""
    segments = math.ceil(size / SEGMENT_BYTES)
    return (segments + math.ceil(segments / 2)) * SEGMENT_COST_BYTES
