"""How loud: the configured volume, a technician's for now, and never above the ceiling of the hour."""

from edge_agent.ledger import Record
from edge_agent.ports import Volume
from edge_agent.timekeeping import Timekeeper
from protocol.messages import Config
from schedules.policy import ceiling_percent

NEAR_PERCENT = 5
"""Mixers know steps, not percent: one that stands this close to what it was told has obeyed."""


class Loudness:
    """Sets the mixer when something begins to sound or the hour changes."""

    def __init__(self, volume: Volume, time: Timekeeper) -> None:
        self._volume = volume
        self._time = time
        self._config: Config | None = None
        self._asked: int | None = None
        self._set: int | None = None

    def configure(self, config: Config) -> None:
        """A new configuration ends what a technician has set by hand."""
        self._config, self._asked, self._set = config, None, None

    def ask(self, percent: int, *, alarmed: bool) -> int | None:
        """A technician wants this until the next configuration; what the mixer is told, None if there is none.

        It says by itself where it stands then. `alarmed`: an emergency sounds, which knows no ceiling.
        """
        self._asked = percent
        if not self._volume.there:
            return None
        wanted = percent if alarmed else self._within_ceiling(percent)
        self._volume.set_percent(wanted)
        self._set = wanted
        return wanted

    def settled(self, told: int) -> bool:
        """Whether that is the last that the mixer was told."""
        return told == self._set

    def for_record(self, record: Record) -> None:
        """As loud as this may be now: an emergency knows no ceiling."""
        percent = self._wanted()
        if percent is not None:
            self._apply(percent if record.emergency else self._within_ceiling(percent))

    def for_test(self) -> None:
        """A test is as loud as an ordinary job."""
        percent = self._wanted()
        if percent is not None:
            self._apply(self._within_ceiling(percent))

    def _wanted(self) -> int | None:
        if self._asked is not None:
            return self._asked
        return None if self._config is None else self._config.volume_percent

    def _within_ceiling(self, percent: int) -> int:
        if self._config is None or not self._time.trusted:
            return percent
        return min(percent, ceiling_percent(self._config.policy, self._time.now()))

    def _apply(self, percent: int) -> None:
        if percent != self._set or self._astray(percent):
            self._volume.set_percent(percent)
            self._set = percent

    def _astray(self, percent: int) -> bool:
        """Whether the mixer has not done as it was told last, or was not there yet."""
        if not self._volume.there:
            return False
        stands = self._volume.percent()
        return stands is None or abs(stands - percent) > NEAR_PERCENT
