"""How far what sounds has come, to a quarter of a second, and how far the memory had: where the death of the process cannot reach
it, and the card is spared.

A RAM disk forgets when the power fails; then the database's last note counts, which is up to `director.PROGRESS_S` old.
"""

import contextlib
import json
import os
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

_BYTES = 4096


class RamProgress:
    """Implements `edge_agent.ports.Progress` by one small file, overwritten in place. Raises OSError if it cannot be made."""

    def __init__(self, path: Path, boot_id: str) -> None:
        self._boot_id = boot_id
        self._before = _read(path, boot_id)
        self._now: dict[str, tuple[int, int]] = {}
        self._memory: tuple[str, int] | None = None
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def note(self, voice: str, played_ms: int, position_ms: int) -> None:
        """Only the newest few voices are kept."""
        self._now.pop(voice, None)
        self._now[voice] = played_ms, position_ms
        while len(self._now) > 8:
            del self._now[next(iter(self._now))]
        self._write()

    def note_memory(self, epoch: str, seq: int) -> None:
        """The database holds the events of this epoch up to that one."""
        if self._memory != (epoch, seq):
            self._memory = epoch, seq
            self._write()

    def _write(self) -> None:
        text = json.dumps({"boot": self._boot_id, "voices": self._now, "memory": self._memory}).encode()
        if len(text) <= _BYTES:
            with contextlib.suppress(OSError):  # a full RAM disk: then the database's last note counts
                os.pwrite(self._handle, text.ljust(_BYTES), 0)

    def recall(self, voice: str) -> tuple[int, int] | None:
        """From the life before this one, if it was in the same boot."""
        return self._before.get(voice)


def noted_memory(path: Path, boot_id: str) -> tuple[str, int] | None:
    """Epoch and last event that the life before noted, if it was in the same boot: the database must hold them."""
    try:
        found = json.loads(path.read_bytes())
        epoch, seq = found["memory"]
        return (str(epoch), int(seq)) if found["boot"] == boot_id else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read(path: Path, boot_id: str) -> dict[str, tuple[int, int]]:
    try:
        found = json.loads(path.read_bytes())
        if found["boot"] != boot_id:
            return {}
        return {str(voice): (int(played), int(position)) for voice, (played, position) in found["voices"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
