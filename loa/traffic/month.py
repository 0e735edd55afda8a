"""A month computed from what was counted. Every factor is named here and printed with the result."""

from dataclasses import dataclass
from typing import Any

from loa.traffic.tally import SEGMENT_COST_BYTES, Kind, Tally, ip_bytes

DAYS = 30
BULLETINS_A_DAY = 20
BULLETIN_S = 180
IDLE_HEARTBEAT_S, PING_S = 420, 60
"""The agent's own, while nothing is new; the heartbeats around a bulletin are counted with the bulletin."""
POLLS_A_DAY = 10
"""The agent asks an hour after the last acknowledgement: in eight hours of night. By day a bulletin comes every 48 minutes."""
RECONNECTIONS_A_DAY = 6
"""Assumed: a mobile line that breaks every four hours."""
_PING_BYTES = 2
_OPENING_SEGMENTS = 7
"""Segments without payload that open and close a TCP connection."""
ALL_MB, NOT_AUDIO_MB = 450, 25
_MB = 1_000_000


@dataclass(frozen=True)
class Counted:
    """What was measured, of one speaker."""

    reconnection: Tally
    """A new connection to the broker: connect, subscribe, birth, report of what it holds."""
    planning: Tally
    """The manifests of a day's bulletins, planned one by one."""
    bulletin: Tally
    """One bulletin fetched, played and reported; without its manifest, which is in the planning."""
    report: Tally
    """One report of what it holds. The last change of a bulletin is told later than the counting lasts."""
    poll: Tally
    """One poll over HTTP that finds nothing new."""
    heartbeat: Tally
    opened: dict[Kind, int]
    """HTTP connections opened for one bulletin, by what for."""
    handshake: int
    """Bytes of a TLS handshake."""
    manifest_bytes: int
    """Of the manifest with a day's bulletins in it."""
    bytes_a_job: float
    """What one job more makes it longer."""


def month(counted: Counted) -> dict[str, Any]:
    """Megabytes (10⁶) by kind: what the tap counted and TLS; TCP and IP headers, which no endpoint sees, are beside it."""
    total = Tally()
    bulletins = DAYS * BULLETINS_A_DAY
    total.add_times(counted.bulletin, bulletins)
    total.add_times(counted.report, bulletins)
    total.add_times(counted.planning, DAYS)
    total.add_times(counted.reconnection, DAYS * RECONNECTIONS_A_DAY)
    total.add_times(counted.heartbeat, DAYS * (86_400 - BULLETINS_A_DAY * BULLETIN_S) / IDLE_HEARTBEAT_S)
    polls = DAYS * POLLS_A_DAY
    total.add_times(counted.poll, polls)
    ping = Tally()
    ping.add(Kind.LINE, _PING_BYTES)
    ping.add(Kind.LINE, _PING_BYTES)
    total.add_times(ping, DAYS * 86_400 / PING_S)
    openings = {kind: count * bulletins for kind, count in counted.opened.items()}
    openings[Kind.POLL] = openings.get(Kind.POLL, 0) + polls
    openings[Kind.LINE] = DAYS * RECONNECTIONS_A_DAY
    for kind, count in openings.items():
        total.tls[kind] += count * counted.handshake
        total.ip[kind] += count * (ip_bytes(counted.handshake) + _OPENING_SEGMENTS * SEGMENT_COST_BYTES)
    return {**_judged(total), **_manifests(counted), "assumed": _assumed(counted)}


def _judged(total: Tally) -> dict[str, Any]:
    by_kind = {kind: total.payload[kind] + total.tls[kind] for kind in Kind}
    all_mb = sum(by_kind.values()) / _MB
    other_mb = all_mb - by_kind[Kind.AUDIO] / _MB
    ip_mb, other_ip_mb = total.ip.total() / _MB, (total.ip.total() - total.ip[Kind.AUDIO]) / _MB
    return {
        "ok": all_mb <= ALL_MB and other_mb <= NOT_AUDIO_MB,
        "all_mb": round(all_mb, 1),
        "all_limit_mb": ALL_MB,
        "all_ratio": round(all_mb / ALL_MB, 3),
        "not_audio_mb": round(other_mb, 1),
        "not_audio_limit_mb": NOT_AUDIO_MB,
        "not_audio_ratio": round(other_mb / NOT_AUDIO_MB, 3),
        "by_kind_mb": {str(kind): round(size / _MB, 2) for kind, size in by_kind.items()},
        "tls_of_it_mb": {str(kind): round(total.tls[kind] / _MB, 2) for kind in Kind},
        "tcp_ip_headers_mb": {str(kind): round(total.ip[kind] / _MB, 2) for kind in Kind},
        "all_with_headers_mb": round(all_mb + ip_mb, 1),
        "not_audio_with_headers_mb": round(other_mb + other_ip_mb, 1),
    }


def _manifests(counted: Counted) -> dict[str, Any]:
    """Planned a week ahead by rules the list is long, and goes out once a day, when a day comes into the horizon."""
    week = counted.manifest_bytes + counted.bytes_a_job * 7 * BULLETINS_A_DAY
    return {
        "manifest_bytes": {"a_day_ahead": counted.manifest_bytes, "a_week_ahead": round(week)},
        "manifests_if_planned_a_week_ahead_mb": round(DAYS * week / _MB, 1),
    }


def _assumed(counted: Counted) -> dict[str, int]:
    return {
        "days": DAYS, "bulletins_a_day": BULLETINS_A_DAY, "bulletin_s": BULLETIN_S, "reconnections_a_day": RECONNECTIONS_A_DAY,
        "idle_heartbeat_s": IDLE_HEARTBEAT_S, "polls_a_day": POLLS_A_DAY, "ping_s": PING_S, "handshake_bytes": counted.handshake,
    }  # fmt: skip
