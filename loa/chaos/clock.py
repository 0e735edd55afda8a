"""A device's clocks: a crystal that drifts, a wall clock that steps, and somebody who vouches for it, or nobody."""

from collections.abc import Callable

from edge_agent.ports import ClockSource
from loa.chaos import history as h
from loa.chaos.kernel import Kernel

NTP_ERROR_S = 0.004


class BoxClock:
    """The agent's Clock port. `changed` is called when the wall clock has stepped or its source has changed."""

    def __init__(
        self,
        kernel: Kernel,
        device: str,
        *,
        drift: float,
        record: Callable[[h.Record], None],
        changed: Callable[[], None],
    ) -> None:
        self._kernel = kernel
        self._device = device
        self._drift = drift
        self._record = record
        self._changed = changed
        self._booted_s = kernel.now
        self._error_s = 0.0
        self._since_s = kernel.now
        self._source: ClockSource | None = None

    def wall_s(self) -> float:
        """As shown."""
        return self._kernel.now + self.error_s

    def mono_s(self) -> float:
        """Since boot."""
        return (self._kernel.now - self._booted_s) * (1 + self._drift)

    def source(self) -> ClockSource | None:
        """Who vouches."""
        return self._source

    @property
    def error_s(self) -> float:
        """Wall minus true time."""
        return self._error_s + self._drift * (self._kernel.now - self._since_s)

    def true_at(self, mono_s: float) -> float:
        """The true instant of a monotonic one."""
        return self._booted_s + mono_s / (1 + self._drift)

    def boot(self, error_s: float, source: ClockSource | None) -> None:
        """Power: the monotonic clock begins at 0."""
        self._booted_s = self._kernel.now
        self._set(error_s, source)

    def set(self, error_s: float, source: ClockSource | None) -> None:
        """The wall clock steps, or its source changes; the agent is woken as by a real step."""
        self._set(error_s, source)
        self._changed()

    def _set(self, error_s: float, source: ClockSource | None) -> None:
        self._error_s, self._since_s, self._source = error_s, self._kernel.now, source
        self._record(
            h.Clock(
                t=self._kernel.now, device=self._device, error_s=error_s, drift=self._drift, vouched=source is not None
            )
        )
