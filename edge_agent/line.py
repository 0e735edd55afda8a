"""The line to the broker: when to connect, birth and will, and what the station sees of this device between events."""

from random import Random

import structlog

from edge_agent.options import Options
from edge_agent.ports import Link
from edge_agent.signing import Voucher
from edge_agent.timekeeping import Timekeeper
from protocol import topics
from protocol.envelope import Kind
from protocol.messages import Presence

log = structlog.get_logger(__name__)


class Line:
    """Connects, and connects again with growing, random pauses."""

    def __init__(
        self,
        *,
        link: Link,
        voucher: Voucher,
        time: Timekeeper,
        random: Random,
        options: Options,
        station: str,
        device_id: str,
        version: str,
        boot_reason: str,
        fresh: bool,
    ) -> None:
        self._link = link
        self._voucher = voucher
        self._time = time
        self._random = random
        self._options = options
        self._topic = topics.device(station, device_id, "presence")
        self._version = version
        self._boot_reason = boot_reason
        self._fresh = fresh
        self._session = 0
        self._failures = 0
        self._trying = False
        self._due_mono_s = time.mono_s()
        self.up = False
        """Whether the broker hears us."""
        self.lost_mono_s = time.mono_s()
        """When it was last up, or this life began."""

    @property
    def down_s(self) -> float:
        """For how long the broker has not heard us."""
        return 0.0 if self.up else self._time.mono_s() - self.lost_mono_s

    def connected(self) -> None:
        """The broker has taken us: say that we are here."""
        self.up, self._trying, self._fresh = True, False, False
        self._failures = 0
        self._link.publish(self._topic, self._presence(online=True).encode(), retain=True)

    def disconnected(self, reason: str) -> None:
        """The line is gone, or an attempt has failed."""
        if self.up or self._trying:
            log.warning("broker lost", reason=reason, failures=self._failures)
        pause_s = min(self._options.retry_s * 2**self._failures, self._options.retry_max_s) if self._failures else 0.0
        self._failures = min(self._failures + 1, 16)
        jitter_s = min(self._options.reconnect_jitter_s, self._options.retry_s * 2**self._failures)
        if self.up:
            self.lost_mono_s = self._time.mono_s()
        self.up, self._trying = False, False
        self._due_mono_s = self._time.mono_s() + pause_s + self._random.uniform(0, jitter_s)

    def step(self) -> float | None:
        """Connect when it is time; when to be called again."""
        if self.up or self._trying:
            return None
        if self._time.mono_s() < self._due_mono_s:
            return self._due_mono_s
        self._trying = True
        self._session = self._voucher.revision()
        self._voucher.revision()  # the will's: it must be above the birth's
        self._link.connect(self._presence(online=False).encode(), fresh=self._fresh)
        return None

    def leave(self) -> None:
        """Say goodbye and close."""
        if self.up:
            self._link.publish(self._topic, self._presence(online=False).encode(), retain=True)
        self._link.disconnect()
        self.up = False

    def _presence(self, *, online: bool) -> str:
        body = Presence(online=online, session=self._session, version=self._version, boot_reason=self._boot_reason)
        return self._voucher.seal(Kind.PRESENCE, body, rev=self._session if online else self._session + 1)
