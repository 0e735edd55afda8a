"""Two agents' sound cards on one PulseAudio, recorded on one clock: they start together, and on time."""

import contextlib
import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from edge_agent.library import FolderLibrary
from tests.edge_agent.sounds import RATE, begins, decoded, name_of, opus

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("pulseaudio", "parec", "pactl"))), reason="pulseaudio is not installed"
)

PLAYER = """
import sys, threading, time
from pathlib import Path
from edge_agent.library import FolderLibrary
from edge_agent.sound.card import CardOutput
folder, sha256 = Path(sys.argv[1]), sys.argv[2]
told, done = [], threading.Event()
class Agent:
    def __getattr__(self, name):
        def tell(*args):
            told.append(name)
            if name in ("voice_ended", "voice_failed"): done.set()
        return tell
card = CardOutput(folder / sys.argv[3], FolderLibrary(folder / "audio"), lambda act: act(Agent()))
card.load("v", sha256)
while "voice_loaded" not in told: time.sleep(0.01)
print("loaded", flush=True)
at_s = float(sys.stdin.readline())
card.start("v", 1, at_mono_s=at_s, from_ms=0, gain_db=0)
done.wait(30)
card.unload("v")
print(*told, flush=True)
"""


@pytest.fixture
def pulse(tmp_path):
    """A sound server with two horns, left and right of one sink."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environment = os.environ | {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(runtime)}
    modules = [
        "module-native-protocol-unix",
        "module-null-sink sink_name=m channels=2 rate=48000",
        "module-remap-sink sink_name=left master=m channels=1 master_channel_map=front-left channel_map=mono remix=no",
        "module-remap-sink sink_name=right master=m channels=1 master_channel_map=front-right channel_map=mono remix=no",
    ]
    arguments = [part for module in modules for part in ("-L", module)]
    with contextlib.ExitStack() as stack:
        server = subprocess.Popen(
            ["pulseaudio", "-n", "--exit-idle-time=-1", "--daemonize=no", *arguments],
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(server.wait)
        stack.callback(server.terminate)
        for _ in range(100):
            if subprocess.run(["pactl", "info"], env=environment, capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.1)
        yield environment


def test_two_cards_start_together(pulse, tmp_path):
    library = FolderLibrary(tmp_path / "audio")
    data = opus(1.5)
    library.path(name_of(data)).write_bytes(data)
    recorded = (tmp_path / "recorded.raw").open("wb")
    recorder = subprocess.Popen(
        ["parec", "-d", "m.monitor", "--latency-msec=4", "--rate=48000", "--channels=2", "--format=s16le"],
        env=pulse,
        stdout=recorded,
    )
    players = [
        subprocess.Popen(
            [sys.executable, "-c", PLAYER, str(tmp_path), name_of(data), sink],
            env=pulse | {"PULSE_SINK": sink},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for sink in ("left", "right")
    ]
    for player in players:
        assert player.stdout is not None
        assert player.stdout.readline() == "loaded\n"
    while not (tmp_path / "recorded.raw").stat().st_size:  # a null sink's monitor begins up to 2 s after it is opened
        time.sleep(0.01)
    at_s = time.monotonic() + 1.0
    for player in players:
        assert player.stdin is not None
        player.stdin.write(f"{at_s}\n")
        player.stdin.flush()
    said = [player.communicate(timeout=40)[0] for player in players]
    recorder.terminate()
    recorder.wait()
    recorded.close()
    assert all("voice_started voice_ended" in text for text in said), said
    stereo = np.fromfile(tmp_path / "recorded.raw", np.int16).reshape(-1, 2) / 32768
    (left,), (right,) = (begins(stereo[:, side], decoded(data)) for side in (0, 1))
    assert abs(left - right) / RATE < 0.1  # the measured skew is a benchmark; here: not one after the other
    assert not list((tmp_path / "left").glob("*.wav"))
