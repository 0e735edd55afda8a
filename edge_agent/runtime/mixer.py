"""The main volume through amixer (ALSA) or pactl (PulseAudio, PipeWire), asked in a thread of its own."""

import re
import subprocess
import threading
from collections.abc import Callable
from queue import SimpleQueue

import structlog

from edge_agent.agent import Agent
from edge_agent.box_settings import MixerKind, MixerSettings

log = structlog.get_logger(__name__)

_PERCENT = re.compile(r"(\d{1,3})%")
_PATIENCE_S = 5.0


class CommandVolume:
    """Implements `edge_agent.ports.Volume`. `percent` is what the mixer itself said last, None if it does not answer."""

    there = True

    def __init__(
        self, settings: MixerSettings, post: Callable[[Callable[[Agent], None]], None] = lambda _act: None
    ) -> None:
        self._settings = settings
        self._post = post
        self._wanted: SimpleQueue[int] = SimpleQueue()
        self._percent: int | None = self._ask(None)
        threading.Thread(target=self._run, name="mixer", daemon=True).start()

    def set_percent(self, percent: int) -> None:
        """Soon; a mixer that refuses keeps showing its old value."""
        self._wanted.put(max(0, min(100, percent)))

    def percent(self) -> int | None:
        """As last read back."""
        return self._percent

    def _run(self) -> None:
        while True:
            wanted = self._wanted.get()
            while not self._wanted.empty():
                wanted = self._wanted.get()
            self._percent = self._ask(wanted)
            self._say(wanted, self._percent)

    def _say(self, told: int, percent: int | None) -> None:
        self._post(lambda agent: agent.mixer_said(told, percent))

    def _ask(self, percent: int | None) -> int | None:
        settings = self._settings
        if settings.kind is MixerKind.AMIXER:
            act = (
                ["sset", settings.control, f"{percent}%", "unmute"]
                if percent is not None
                else ["sget", settings.control]
            )
            return self._call(["amixer", "-M", "-D", settings.card, *act])
        sink = "@DEFAULT_SINK@" if settings.control == "Master" else settings.control
        if percent is not None:
            self._call(["pactl", "set-sink-volume", sink, f"{percent}%"])
        return self._call(["pactl", "get-sink-volume", sink])

    def _call(self, command: list[str]) -> int | None:
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            log.warning("mixer does not answer", command=command[0], error=str(error))
            return None
        found = _PERCENT.search(done.stdout)
        if done.returncode != 0 or (found is None and "set-sink-volume" not in command):
            log.warning("mixer refused", command=command, said=done.stderr.strip()[:200])
            return None
        return None if found is None else int(found.group(1))
