"""The amplifier has power only while a verified job plays or is about to."""

from edge_agent.ports import Amplifier
from edge_agent.timekeeping import Timekeeper


class Power:
    """Warm-up before, release after."""

    def __init__(self, amplifier: Amplifier, time: Timekeeper) -> None:
        self._amplifier = amplifier
        self._time = time
        self._warm_mono_s: float | None = None
        self._off_mono_s: float | None = None
        self._kept_until_mono_s = 0.0
        if amplifier.on:
            amplifier.switch(on=False)

    @property
    def warm_up_s(self) -> float:
        """From power to full sound, cold."""
        return 0.0 if self._amplifier.on is None else self._amplifier.warm_up_s

    @property
    def left_s(self) -> float:
        """From now to full sound; 0 while it is warm."""
        if self._amplifier.on is None:
            return 0.0
        if self._warm_mono_s is None:
            return self._amplifier.warm_up_s
        return max(0.0, self._warm_mono_s - self._time.mono_s())

    def need(self) -> None:
        """Something sounds, or shall within the warm-up."""
        self._off_mono_s = None
        if self._amplifier.on is False:
            self._amplifier.switch(on=True)
            self._warm_mono_s = self._time.mono_s() + self._amplifier.warm_up_s

    def keep(self, seconds: float) -> None:
        """On for a test: until it is warm and so many seconds more."""
        self.need()
        self._kept_until_mono_s = self._time.mono_s() + self.left_s + seconds

    def step(self, *, needed: bool) -> float | None:
        """Take the power when nothing has needed it for the release time; when to be called again."""
        if needed or self._time.mono_s() < self._kept_until_mono_s:
            self.need()
            return None if needed else self._kept_until_mono_s
        if not self._amplifier.on:
            return None
        mono_s = self._time.mono_s()
        if self._off_mono_s is None:
            self._off_mono_s = mono_s + self._amplifier.release_s
        if mono_s < self._off_mono_s:
            return self._off_mono_s
        self._amplifier.switch(on=False)
        self._warm_mono_s = None
        self._off_mono_s = None
        return None
