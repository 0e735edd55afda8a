"""One mpv process: told what to do, and asked whether anything moves, over its JSON socket."""

import contextlib
import json
import socket
import subprocess
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

_PATIENCE_S = 0.5
_LINE_BYTES = 65_536


class Mpv:
    """Begins to play when made. `silent`: it shall not be heard until `unmute`. `endless`: from its beginning again and again."""

    def __init__(
        self, address: str, path: Path, *, gain_db: float, silent: bool = False, endless: bool = False
    ) -> None:
        self._path = path
        self._position: object = None
        command = ["mpv", "--no-config", "--no-video", "--really-quiet", "--network-timeout=10"]
        command += [f"--volume={_percent(gain_db)}", f"--mute={'yes' if silent else 'no'}"]
        command += ["--loop-file=inf"] if endless else []
        self._process = subprocess.Popen(
            [*command, f"--input-ipc-server={path}", "--", address], stdin=subprocess.DEVNULL
        )

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def moved(self) -> bool:
        """Whether it has played on since this was asked last."""
        before, self._position = self._position, self._ask("playback-time")
        return self._position is not None and self._position != before

    def set_gain(self, gain_db: float) -> None:
        """Quieter or louder."""
        self._say("set_property", "volume", _percent(gain_db))

    def unmute(self) -> None:
        """From now on it is heard."""
        self._say("set_property", "mute", False)

    def kill(self) -> None:
        """Silence at once; the process is cleared away by `close`."""
        if self.alive:
            self._process.kill()

    def close(self) -> None:
        """No more of it."""
        self.kill()
        self._process.wait()
        self._path.unlink(missing_ok=True)

    def _ask(self, name: str) -> object:
        return self._say("get_property", name)

    def _say(self, *command: object) -> object:
        """What it answers; None if it does not, or has no such thing."""
        asked = json.dumps({"command": command, "request_id": 1}).encode() + b"\n"
        heard = b""
        with contextlib.suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_PATIENCE_S)
            line.connect(str(self._path))
            line.sendall(asked)
            while len(heard) < _LINE_BYTES and (more := line.recv(4096)):
                *whole, heard = (heard + more).split(b"\n")
                for answer in map(json.loads, whole):  # events come between
                    if answer.get("request_id") == 1:
                        return answer.get("data")
        return None


def _percent(gain_db: float) -> int:
    """Mpv's volume is cubic: 100 is 0 dB, and its cube root law gives −60 dB at 10."""
    return max(0, min(100, round(100 * 10 ** (gain_db / 60))))
