"""The parts of one station process, as handlers reach them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from server.database import Database
from server.feedback import Pace
from server.inbox import Feed
from server.notifications import ApprisePost, Post
from server.people.sign_in import Attempts
from server.productions import Workshop
from server.settings import Settings


class BrokerSide(Protocol):
    """The broker in use."""

    @property
    def name(self) -> str:
        """As shown: "mosquitto", "iotcore" or "configured"."""


class AirSide(Protocol):
    """The side of the station that speaks with the devices. `server.air.Air` is the real one; tests share a full fake."""

    @property
    def broker(self) -> BrokerSide:
        """What carries the messages."""

    def start(self) -> None:
        """Broker, gateway and ticks; ready when it returns."""

    def stop(self) -> None:
        """Leave the devices with what they have."""

    def kick(self) -> None:
        """Something changed: recompute the manifests now. Never blocks, never raises."""


@dataclass
class Station:
    """One process of a station."""

    settings: Settings
    database: Database
    workshop: Workshop
    air: AirSide
    feeds: Sequence[Feed] = ()
    """Systems of the province and centre that fill the inbox."""
    attempts: Attempts = field(default_factory=Attempts)
    post: Post = field(default_factory=ApprisePost)
    trying: Lock = field(default_factory=Lock)
    """Held while somebody tries an address: one at a time."""
    feedback_pace: Pace = field(default_factory=Pace)
