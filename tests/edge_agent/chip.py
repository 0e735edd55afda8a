"""A GPIO chip of wires, in the place of the kernel's: `gpiod.request_lines` of this file is a full stand-in for the library's."""

import errno
import threading
from dataclasses import dataclass
from datetime import timedelta

from gpiod import LineSettings
from gpiod.line import Bias, Direction, Edge, Value

PATH = "/dev/gpiochip0"


@dataclass
class Wire:
    """One line. `driven` is what hangs outside puts on it: None is nothing, and then the bias decides."""

    driven: bool | None = None
    out: bool = False
    settings: LineSettings | None = None
    consumer: str = ""

    @property
    def high(self) -> bool:
        """The voltage on the pin."""
        if self.settings is not None and self.settings.direction is Direction.OUTPUT:
            return self.out
        return (
            bool(self.driven) if self.driven is not None else bool(self.settings and self.settings.bias is Bias.PULL_UP)
        )


class Chip:
    """Eight wires at `/dev/gpiochip0`."""

    def __init__(self) -> None:
        self.wires = {number: Wire() for number in range(8)}
        self._changed = threading.Condition()

    def request_lines(self, path, config, consumer=None):
        """As the kernel does it: one owner a line."""
        if path != PATH:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        ((number, settings),) = config.items()
        if number not in self.wires:
            raise ValueError(f"no line {number}")
        wire = self.wires[number]
        if wire.settings is not None:
            raise OSError(errno.EBUSY, "Device or resource busy")
        wire.settings, wire.consumer = settings, consumer or ""
        wire.out = (settings.output_value is Value.ACTIVE) != settings.active_low
        return Request(self, number)

    def drive(self, number: int, *, high: bool | None) -> None:
        """Somebody outside puts a voltage on a pin, or lets go of it."""
        with self._changed:
            wire = self.wires[number]
            before = wire.high
            wire.driven = high
            if before and not wire.high and wire.settings is not None and wire.settings.edge_detection is Edge.FALLING:
                self._changed.notify_all()

    def fall(self, timeout_s: float | None) -> bool:
        """Wait for a falling edge."""
        with self._changed:
            return self._changed.wait(timeout_s)


class Request:
    """A line that is held."""

    def __init__(self, chip: Chip, number: int) -> None:
        self._chip, self._number = chip, number

    def set_value(self, line: int, value: Value) -> None:
        wire = self._wire(line)
        assert wire.settings is not None
        if wire.settings.direction is not Direction.OUTPUT:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        wire.out = (value is Value.ACTIVE) != wire.settings.active_low

    def get_value(self, line: int) -> Value:
        wire = self._wire(line)
        assert wire.settings is not None
        return Value.ACTIVE if wire.high != wire.settings.active_low else Value.INACTIVE

    def wait_edge_events(self, timeout: timedelta | float | None = None) -> bool:
        return self._chip.fall(timeout.total_seconds() if isinstance(timeout, timedelta) else timeout)

    def read_edge_events(self) -> list[str]:
        return ["falling"]

    def _wire(self, line: int) -> Wire:
        assert line == self._number
        return self._chip.wires[line]
