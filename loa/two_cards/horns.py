"""A sound server with two horns: the left and the right channel of one null sink, so that both run on one clock."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

SIDES = ("left", "right")
PROGRAMS = ("pulseaudio", "parec", "pactl")
_PATIENCE_S = 10.0


def lacking() -> list[str]:
    """Programs that are needed and not here."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


@contextlib.contextmanager
def horns(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of programs that use it, with `PULSE_SINK` set to one of SIDES for a player. Raises TimeoutError."""
    runtime = folder / "pulse"
    runtime.mkdir(mode=0o700)
    environment = os.environ | {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(runtime)}
    modules = ["module-native-protocol-unix", "module-null-sink sink_name=both channels=2 rate=48000"]
    modules += [
        f"module-remap-sink sink_name={side} master=both channels=1 master_channel_map=front-{side} channel_map=mono remix=no"
        for side in SIDES
    ]
    arguments = [part for module in modules for part in ("-L", module)]
    server = subprocess.Popen(
        ["pulseaudio", "-n", "--exit-idle-time=-1", "--daemonize=no", *arguments],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + _PATIENCE_S
        while subprocess.run(["pactl", "info"], env=environment, capture_output=True, check=False).returncode != 0:
            if time.monotonic() > end:
                raise TimeoutError("PulseAudio không khởi động được")
            time.sleep(0.1)
        yield environment
    finally:
        server.terminate()
        server.wait()
