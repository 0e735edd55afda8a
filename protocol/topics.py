"""Topics of version 1. One function a topic, so that nobody writes one by hand; the table is in docs/protocol.md."""

from dataclasses import dataclass

ROOT = "loa/v1"

FROM_DEVICE = ("presence", "reported", "evt", "hb", "res")
"""What a device may publish, below its own `dev/{device}/`."""
TO_DEVICE = ("desired", "config", "cmd", "ack")
"""What a device may read there."""


def station_state(station: str) -> str:
    """Retained; the gateway's will says offline."""
    return f"{ROOT}/{station}/state"


def alert(station: str) -> str:
    """Emergency orders to all devices."""
    return f"{ROOT}/{station}/alert"


def device(station: str, device_id: str, leaf: str) -> str:
    """A topic of one device; `leaf` is one of TO_DEVICE or FROM_DEVICE."""
    if leaf not in TO_DEVICE and leaf not in FROM_DEVICE:
        raise ValueError(leaf)
    return f"{ROOT}/{station}/dev/{device_id}/{leaf}"


def all_devices(station: str, leaf: str) -> str:
    """The station's subscription to one leaf of every device."""
    return device(station, "+", leaf)


def device_subscriptions(station: str, device_id: str) -> tuple[str, ...]:
    """Everything a device reads. No wildcard: overlapping subscriptions deliver twice."""
    own = tuple(device(station, device_id, leaf) for leaf in TO_DEVICE)
    return (*own, alert(station), station_state(station))


@dataclass(frozen=True)
class DeviceTopic:
    """A parsed topic of one device."""

    station: str
    device_id: str
    leaf: str


def parse_device(topic: str) -> DeviceTopic | None:
    """The parts of a device's topic, or None for any other topic."""
    parts = topic.split("/")
    if len(parts) != 6 or "/".join(parts[:2]) != ROOT or parts[3] != "dev":
        return None
    if parts[5] not in FROM_DEVICE and parts[5] not in TO_DEVICE:
        return None
    return DeviceTopic(station=parts[2], device_id=parts[4], leaf=parts[5])
