"""The relay of the amplifier and the stop button, on GPIO lines by libgpiod."""

import threading
from collections.abc import Callable
from datetime import timedelta

import gpiod
import structlog
from gpiod.line import Bias, Direction, Edge, Value

from edge_agent.box_settings import ButtonSettings, RelaySettings
from edge_agent.errors import PermanentError

log = structlog.get_logger(__name__)

CONSUMER = "loa-agent"
DEBOUNCE = timedelta(milliseconds=50)


class RelayAmplifier:
    """Implements `edge_agent.ports.Amplifier`. Raises PermanentError if the line cannot be had.

    The kernel gives the line back when the process dies, and the relay's board must then fall to off: wire it so.
    """

    def __init__(self, settings: RelaySettings) -> None:
        self.warm_up_s = settings.warm_up_s
        self.release_s = settings.release_s
        self.on: bool | None = False
        self._line = settings.line
        config = gpiod.LineSettings(
            direction=Direction.OUTPUT, output_value=Value.INACTIVE, active_low=settings.active_low
        )
        try:
            self._request = gpiod.request_lines(settings.chip, {settings.line: config}, consumer=CONSUMER)
        except (OSError, ValueError) as error:
            raise PermanentError(_cannot("rơ-le công suất", settings.chip, settings.line, error)) from error

    def switch(self, *, on: bool) -> None:
        """Give or take power."""
        self._request.set_value(self._line, Value.ACTIVE if on else Value.INACTIVE)
        self.on = on
        log.info("amplifier", on=on)


class CurrentSense:
    """Whether the amplifier draws current. Raises PermanentError if the line cannot be had."""

    def __init__(self, settings: RelaySettings) -> None:
        assert settings.sense_line is not None
        self._line = settings.sense_line
        config = gpiod.LineSettings(direction=Direction.INPUT)
        try:
            self._request = gpiod.request_lines(settings.chip, {self._line: config}, consumer=CONSUMER)
        except (OSError, ValueError) as error:
            raise PermanentError(_cannot("cảm biến dòng", settings.chip, self._line, error)) from error

    def draws(self) -> bool:
        """Now."""
        return self._request.get_value(self._line) is Value.ACTIVE


class StopButton:
    """Calls `pressed` from a thread of its own. Raises PermanentError if the line cannot be had."""

    def __init__(self, settings: ButtonSettings, pressed: Callable[[], None]) -> None:
        config = gpiod.LineSettings(
            direction=Direction.INPUT, edge_detection=Edge.FALLING, bias=Bias.PULL_UP, debounce_period=DEBOUNCE
        )
        try:
            self._request = gpiod.request_lines(settings.chip, {settings.line: config}, consumer=CONSUMER)
        except (OSError, ValueError) as error:
            raise PermanentError(_cannot("nút dừng", settings.chip, settings.line, error)) from error
        self._pressed = pressed
        threading.Thread(target=self._run, name="stop-button", daemon=True).start()

    def _run(self) -> None:
        while True:
            self._request.wait_edge_events()
            if self._request.read_edge_events():
                self._pressed()


def _cannot(what: str, chip: str, line: int, error: Exception) -> str:
    return f"Không dùng được {what} ở {chip}, chân {line}: {error}. Hãy kiểm tra box.toml và quyền của nhóm gpio."
