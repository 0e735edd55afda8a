"""Test tone and acoustic self-test: something short is played and, for the self-test, recorded while it sounds."""

import io
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from edge_agent.box_settings import MicrophoneSettings
from edge_agent.library import FolderLibrary, digest
from edge_agent.ports import TEST_VOICE, Output, Task
from edge_agent.sound import acoustics
from edge_agent.sound.decoding import RATE_HZ, Samples
from protocol.messages import CommandResult, Finding, Problem

Recorder = Callable[[Callable[[], None], float], Samples]
"""Given what to do while recording and for how many seconds, the recording from before it on."""

LOAD_S = 1.0


def tone() -> Samples:
    """Two seconds of two notes, soft at the ends."""
    at = np.arange(2 * RATE_HZ) / RATE_HZ
    pitch_hz = np.where(at < 1.0, 523.25, 659.25)
    ends = np.minimum(1.0, np.minimum(at % 1.0, 1.0 - at % 1.0) / 0.03)
    return np.asarray(0.3 * np.sin(2 * np.pi * pitch_hz * at) * ends, np.float32)


class HornTests:
    """The two acts of remote care that make a sound. `recorder` is None where nothing can record.

    `monitor`: it records what the sound server plays, not what is in the air.
    """

    def __init__(
        self, output: Output, library: FolderLibrary, recorder: Recorder | None, *, monitor: bool = False
    ) -> None:
        self._output = output
        self._library = library
        self._recorder = recorder
        self._monitor = monitor

    def test_tone(self, task: Task) -> CommandResult:
        """Play it; whether anybody heard it is for the technician to say."""
        self._play(tone(), task.warm_in_s)
        return CommandResult(command_id=task.command_id, ok=True)

    def self_test(self, task: Task) -> CommandResult:
        """Play the chirp, record it, judge it."""
        if self._recorder is None:
            return CommandResult(command_id=task.command_id, ok=False, detail=Problem.NO_MICROPHONE)
        sound = acoustics.chirp()
        try:
            recording = self._recorder(lambda: self._play(sound, task.warm_in_s), task.warm_in_s + LOAD_S + 3.0)
        except OSError as error:
            return CommandResult(command_id=task.command_id, ok=False, detail=f"{Problem.MICROPHONE}: {error}"[:200])
        found = acoustics.judge(recording)
        data = {
            "score": found.score,
            "level_db": found.level_db,
            "delay_ms": found.delay_ms,
            "distortion": found.distortion,
            "monitor": self._monitor,
        }
        return CommandResult(
            command_id=task.command_id, ok=found.finding is Finding.GOOD, detail=found.finding, data=data
        )

    def _play(self, sound: Samples, warm_in_s: float) -> None:
        """Through the same output as everything else; blocks until it has sounded."""
        begin_mono_s = time.monotonic() + max(warm_in_s, LOAD_S)
        out = io.BytesIO()
        soundfile.write(out, sound, RATE_HZ, format="WAV", subtype="PCM_16")
        sha256 = digest(iter([out.getvalue()]))
        self._library.path(sha256).write_bytes(out.getvalue())
        self._output.load(TEST_VOICE, sha256)
        time.sleep(max(0.0, begin_mono_s - 0.1 - time.monotonic()))
        self._output.start(TEST_VOICE, 1, at_mono_s=begin_mono_s, from_ms=0, gain_db=0.0)
        time.sleep(max(0.0, begin_mono_s + len(sound) / RATE_HZ + 0.3 - time.monotonic()))
        self._output.unload(TEST_VOICE)
        self._library.discard(sha256)


def microphone(settings: MicrophoneSettings) -> Recorder:
    """Records by the box's own command. Raises OSError if that cannot be started."""

    def record(act: Callable[[], None], seconds: float) -> Samples:
        chunks: list[bytes] = []
        with subprocess.Popen(settings.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            stdout = process.stdout
            assert stdout is not None
            reader = threading.Thread(target=lambda: chunks.extend(iter(lambda: stdout.read(9600), b"")), daemon=True)
            reader.start()
            until_s = time.monotonic() + seconds
            act()
            time.sleep(max(0.0, until_s - time.monotonic()))
            process.terminate()
            reader.join(5.0)
        data = b"".join(chunks)
        return (np.frombuffer(data[: len(data) // 2 * 2], np.int16) / np.float32(32768)).astype(np.float32)

    return record


def own_file(output: Output) -> Recorder:
    """What a sink that is a file has written: the sink's own monitor."""

    def record(act: Callable[[], None], _seconds: float) -> Samples:
        act()
        path = Path(output.name)
        with soundfile.SoundFile(path) as file:
            file.seek(max(0, file.frames - 4 * RATE_HZ))
            return np.asarray(file.read(dtype="float32"), np.float32)

    return record
