"""What time it is, and how far that is believed.

Trusted are, while they vouch: NTP, a real-time clock, and the station's signed answer to a nonce. Once any of them has vouched
since boot, the monotonic clock carries the time on (holdover), and a wall clock that steps with nobody vouching is not followed.
"""

from datetime import UTC, datetime

import structlog

from edge_agent.ports import Clock, ClockSource
from protocol.messages import ClockState

log = structlog.get_logger(__name__)

STATION_FIX_S = 3600.0
"""How long the station's word counts as fresh; later it is holdover."""
BEFORE_FLOOR_S = 300.0
"""A clock this much before the newest signed message is wrong, whoever vouches for it."""
CONFIRMED_S = 0.05
"""If station and wall clock agree within this, beside the way's uncertainty, the wall clock itself is believed."""
ASTRAY_S = 86_400.0
"""A station whose clock is further ahead than this of a clock that NTP holds must not mute its speakers."""
STEP_S = 1.0
"""A larger change of the time is a step: whatever was due in between was missed by the clock's fault."""
NOISE_S = 20e-6
"""Two clocks cannot be read at the same instant: smaller changes are not followed, so that planned instants stand still."""


class Timekeeper:
    """The agent's only source of time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_s: float | None = None  # wall minus monotonic, as last vouched for
        self._fix_mono_s: float | None = None
        self._floor_s = 0.0
        self.steady_since_mono_s = float("inf")
        """Since when the time has been trusted without a step of more than a second; infinity: it is not trusted yet."""
        self.fixed_offset_ms: float | None = None
        """How far the wall clock was from the station's time at the last fix."""

    def raise_floor(self, iat: datetime) -> None:
        """A verified message was signed then: it cannot be earlier now, unless NTP holds ours and theirs is far ahead."""
        astray = iat.timestamp() > self._clock.wall_s() + ASTRAY_S and self._clock.source() is ClockSource.NTP
        if astray:
            log.warning("signed in the future", iat=iat.isoformat())
            return
        self._floor_s = max(self._floor_s, iat.timestamp())

    @property
    def floor_s(self) -> float:
        """The newest signed instant seen."""
        return self._floor_s

    def station_said(self, at: datetime, sent_mono_s: float, received_mono_s: float) -> None:
        """The station signed `at` for our nonce between these two instants."""
        way_s = (received_mono_s - sent_mono_s) / 2
        offset_s = at.timestamp() - (sent_mono_s + way_s)
        system_s = self._clock.wall_s() - self._clock.mono_s()
        self.fixed_offset_ms = (system_s - offset_s) * 1000
        self._fix_mono_s = received_mono_s
        confirmed = abs(offset_s - system_s) <= way_s + CONFIRMED_S
        self._vouch(system_s if confirmed else offset_s)

    def now_s(self) -> float:
        """Unix time, best known."""
        mono_s = self._clock.mono_s()
        self._observe(mono_s)
        if self._offset_s is None:
            return max(self._clock.wall_s(), self._floor_s)
        return mono_s + self._offset_s

    def now(self) -> datetime:
        """The same, aware, in UTC."""
        return datetime.fromtimestamp(self.now_s(), UTC)

    def mono_s(self) -> float:
        """Seconds since boot."""
        return self._clock.mono_s()

    def mono_at(self, wall_s: float) -> float:
        """The monotonic instant at which it is `wall_s`, as far as is known now."""
        now_s = self.now_s()
        return wall_s - (self._offset_s if self._offset_s is not None else now_s - self._clock.mono_s())

    @property
    def trusted(self) -> bool:
        """Whether timed jobs may start by this clock."""
        return self.state is not ClockState.UNSYNCED

    @property
    def trusted_now(self) -> datetime | None:
        """The time, or None if it is not to be trusted."""
        return self.now() if self.trusted else None

    @property
    def at_least(self) -> datetime | None:
        """An instant that is over for certain: now, or without a clock the newest signed one; None if not even that is known."""
        if self.trusted:
            return self.now()
        return datetime.fromtimestamp(self._floor_s, UTC) if self._floor_s else None

    @property
    def state(self) -> ClockState:
        """As reported in every event."""
        mono_s = self._clock.mono_s()
        if self._observe(mono_s):
            return ClockState.SYNCED
        if self._fix_mono_s is not None and mono_s - self._fix_mono_s < STATION_FIX_S:
            return ClockState.SYNCED
        return ClockState.UNSYNCED if self._offset_s is None else ClockState.HOLDOVER

    @property
    def wants_fix(self) -> bool:
        """Whether asking the station for the time would help."""
        mono_s = self._clock.mono_s()
        fresh = self._fix_mono_s is not None and mono_s - self._fix_mono_s < STATION_FIX_S / 2
        return not self._observe(mono_s) and not fresh

    def _observe(self, mono_s: float) -> bool:
        """Follow the wall clock while somebody vouches for it; whether somebody does."""
        wall_s = self._clock.wall_s()
        if self._clock.source() is None or wall_s < self._floor_s - BEFORE_FLOOR_S:
            return False
        self._vouch(wall_s - mono_s)
        return True

    def _vouch(self, offset_s: float) -> None:
        if self._offset_s is None or abs(offset_s - self._offset_s) > STEP_S:
            self.steady_since_mono_s = self._clock.mono_s()
        elif abs(offset_s - self._offset_s) < NOISE_S:
            return
        self._offset_s = offset_s
