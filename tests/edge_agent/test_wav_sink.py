"""The sink that keeps real time: what it writes is what came out, when it came out."""

import itertools
import os
import queue
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from edge_agent.library import FolderLibrary
from edge_agent.ports import LoadProblem
from edge_agent.sound.chime import chime
from edge_agent.sound.wav import WavSink
from protocol.jobs import CHIME_MS
from tests.edge_agent.sounds import RATE, begins, decoded, heard, name_of, opus
from tests.heard import without_gaps
from tests.waiting import wait_until


class Ear:
    """Takes what the sink posts to the agent."""

    def __init__(self) -> None:
        self.told: queue.SimpleQueue = queue.SimpleQueue()

    def __call__(self, act) -> None:
        act(self)

    def __getattr__(self, name):
        return lambda *args: self.told.put((name, *args))

    def next(self, name: str, timeout: float = 30.0):
        while True:
            found = self.told.get(timeout=timeout)
            if found[0] == name:
                return found[1:]


@pytest.fixture
def library(tmp_path):
    return FolderLibrary(tmp_path / "audio")


def put(library, data: bytes) -> str:
    sha256 = name_of(data)
    library.path(sha256).write_bytes(data)
    return sha256


@pytest.fixture
def sink(tmp_path, library):
    ear = Ear()
    found = WavSink(tmp_path / "out.wav", library, "boot", ear)
    found.ear = ear
    yield found
    found.close()


def begun(sink, at_mono_s: float) -> float:
    """Start "v" then, by the monotonic clock; when it said it started. Not before, and to the sample if the machine let it."""
    sink.start("v", 1, at_mono_s=at_mono_s, from_ms=0, gain_db=0)
    voice, take, started_s = sink.ear.next("voice_started")
    assert (voice, take) == ("v", 1)
    assert started_s > at_mono_s - 1 / RATE
    return started_s


def test_the_first_sample_is_where_the_file_says_it_came_out(tmp_path, library, sink):
    data = opus(0.8)
    sink.load("v", put(library, data))
    assert sink.ear.next("voice_loaded") == ("v",)
    starts = []
    for _ in range(20):
        at_mono_s = time.monotonic() + 0.5
        starts.append(begun(sink, at_mono_s))
        assert sink.ear.next("voice_ended")[:2] == ("v", 1)
        if on_time := starts[-1] == pytest.approx(at_mono_s, abs=1 / RATE):
            break
    assert on_time
    wall_s = time.time() - time.monotonic()
    samples, epoch = heard(tmp_path / "out.wav")
    sounded = [epoch + frame / RATE - wall_s for frame in begins(samples, decoded(data))]
    assert sounded == pytest.approx(starts, abs=0.002)


def test_stopping_keeps_the_position_and_going_on_is_seamless(tmp_path, library, sink):
    data = opus(3.0)
    sink.load("v", put(library, data))
    sink.ear.next("voice_loaded")
    sink.start("v", 1, at_mono_s=time.monotonic(), from_ms=0, gain_db=0)
    sink.ear.next("voice_started")
    while (sink.position_ms("v") or 0) < 400:
        time.sleep(0.01)
    position = sink.stop("v")
    assert position is not None
    assert 400 <= position < 2400
    sink.start("v", 2, at_mono_s=time.monotonic() + 0.3, from_ms=position, gain_db=0)
    assert sink.ear.next("voice_started")[1] == 2
    assert sink.ear.next("voice_ended")[2] == pytest.approx(3000, abs=20)
    samples, _ = heard(tmp_path / "out.wav")
    rest = decoded(data)[position * RATE // 1000 :]
    assert len(begins(samples, rest)) == 1


def test_two_voices_are_mixed_and_one_can_be_ducked(tmp_path, library, sink):
    under, over = opus(2.0, seed=1, level=0.2), opus(1.0, seed=2, level=0.2)
    for name, data in (("under", under), ("over", over)):
        sink.load(name, put(library, data))
        sink.ear.next("voice_loaded")
    begin_s = time.monotonic() + 0.2
    sink.start("under", 1, at_mono_s=begin_s, from_ms=0, gain_db=0)
    sink.start("over", 1, at_mono_s=begin_s + 0.6, from_ms=0, gain_db=0)
    while (sink.position_ms("under") or 0) < 600:
        time.sleep(0.01)
    sink.set_gain("under", -24)
    sink.ear.next("voice_ended")
    sink.ear.next("voice_ended")
    samples, _ = heard(tmp_path / "out.wav")
    assert len(begins(samples, decoded(under))) == 1
    assert len(begins(samples, decoded(over))) == 1


def test_a_start_that_is_taken_back_in_time_makes_no_sound(tmp_path, library, sink):
    sink.load("v", put(library, opus(0.5)))
    sink.ear.next("voice_loaded")
    sink.start("v", 1, at_mono_s=time.monotonic() + 1.0, from_ms=0, gain_db=0)
    assert sink.stop("v") is None
    time.sleep(1.3)
    samples, _ = heard(tmp_path / "out.wav")
    assert not np.any(samples)


@pytest.mark.parametrize(
    ("data", "problem"),
    [(b"RIFFnot a sound", LoadProblem.UNDECODABLE), (b"", LoadProblem.UNDECODABLE), (None, LoadProblem.MISSING)],
)
def test_what_cannot_sound_says_why(library, sink, data, problem):
    sha256 = put(library, data) if data is not None else "0" * 64
    sink.load("v", sha256)
    assert sink.ear.next("voice_failed")[:2] == ("v", problem)


def test_a_flipped_bit_is_found_before_it_is_heard(library, sink):
    data = bytearray(opus(0.5))
    sha256 = put(library, bytes(data))
    data[len(data) // 2] ^= 1
    library.path(sha256).write_bytes(bytes(data))
    sink.load("v", sha256)
    assert sink.ear.next("voice_failed")[:2] == ("v", LoadProblem.BAD_HASH)


def test_a_file_of_another_rate_with_two_channels_sounds_too(tmp_path, library, sink):
    import io

    import soundfile

    tone = np.sin(np.arange(22_050) * 2 * np.pi * 440 / 22_050) * 0.5
    out = io.BytesIO()
    soundfile.write(out, np.stack([tone, tone], axis=1), 22_050, format="WAV", subtype="PCM_16")
    sink.load("v", put(library, out.getvalue()))
    sink.ear.next("voice_loaded")
    sink.start("v", 1, at_mono_s=time.monotonic(), from_ms=0, gain_db=-6)
    assert sink.ear.next("voice_ended")[2] == pytest.approx(1000, abs=2)
    samples, _ = heard(tmp_path / "out.wav")
    sounding = samples[np.abs(samples) > 0.01]
    assert np.max(np.abs(sounding)) == pytest.approx(0.25, abs=0.02)


CHILD = """
import sys, time
from pathlib import Path
from edge_agent.library import FolderLibrary
from edge_agent.sound.wav import WavSink
folder, sha256 = Path(sys.argv[1]), sys.argv[2]
told = []
class Agent:
    def __getattr__(self, name): return lambda *args: (print(name, flush=True), told.append(name))
sink = WavSink(folder / "out.wav", FolderLibrary(folder / "audio"), "boot", lambda act: act(Agent()))
sink.load("v", sha256)
while not told: time.sleep(0.01)
sink.start("v", 1, at_mono_s=time.monotonic(), from_ms=0, gain_db=0)
time.sleep(60)
"""


def test_after_kill_9_the_file_can_be_read_and_the_next_life_goes_on_in_it(tmp_path, library):
    data = opus(5.0)
    sha256 = put(library, data)
    lives = []
    for _ in range(2):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path), sha256], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == "voice_loaded\n"
            assert child.stdout.readline() == "voice_started\n"
            wait_until(lambda: len(begins(heard(tmp_path / "out.wav")[0], decoded(data))) > len(lives))
        finally:
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
            child.stdout.close()
        lives.append(heard(tmp_path / "out.wav"))
    (first, epoch), (second, same_epoch) = lives
    assert epoch == same_epoch
    assert len(begins(first, decoded(data))) == 1
    assert len(begins(second, decoded(data))) == 2
    assert np.array_equal(second[: len(first) - RATE // 10], first[: len(first) - RATE // 10])


def test_silence_takes_no_room(tmp_path, library, sink):
    sink.load("v", put(library, opus(0.3)))
    sink.ear.next("voice_loaded")
    time.sleep(1.0)
    sink.start("v", 1, at_mono_s=time.monotonic(), from_ms=0, gain_db=0)
    sink.ear.next("voice_ended")
    found = (tmp_path / "out.wav").stat()
    assert found.st_size > 1 * RATE * 2
    assert found.st_blocks * 512 < found.st_size / 2


def test_a_full_file_is_followed_by_another_without_a_break_in_the_sound(tmp_path, library, monkeypatch):
    monkeypatch.setattr("edge_agent.sound.wav.LONGEST_FRAMES", RATE)
    data = opus(2.4)
    sink = WavSink(tmp_path / "out.wav", library, "boot", Ear())
    ear = sink._post
    sink.load("v", put(library, data))
    ear.next("voice_loaded")
    at_mono_s = time.monotonic() + 0.3
    wall_s = time.time() - time.monotonic()
    sink.start("v", 1, at_mono_s=at_mono_s, from_ms=0, gain_db=0)
    _, _, started_s = ear.next("voice_started")
    ear.next("voice_ended")
    sink.close()
    paths = [tmp_path / "out.wav", *sorted(tmp_path.glob("out-*.wav"))]
    assert len(paths) >= 3
    assert sink.name == str(paths[-1])
    files = [heard(path) for path in paths]
    for (samples, epoch), (_, next_epoch) in itertools.pairwise(files):
        assert len(samples) <= RATE
        assert next_epoch - epoch == pytest.approx(len(samples) / RATE, abs=1e-5)
    whole = np.concatenate([samples for samples, _ in files])
    (frame,) = begins(whole, decoded(data))
    assert files[0][1] + frame / RATE - wall_s == pytest.approx(started_s, abs=0.005)
    sounding = without_gaps(whole, RATE)
    (frame,) = begins(sounding, decoded(data))
    for second in (0.5, 1.0, 1.5):  # the seams lie in it
        later = begins(sounding, decoded(data)[int(second * RATE) :])
        assert later == [frame + int(second * RATE)]


def test_a_chime_sounds_before_the_job_and_the_job_right_after_it(tmp_path, library, sink):
    data = opus(1.2)
    sink.load("v", put(library, data), chime=True)
    sink.ear.next("voice_loaded")
    sink.start("v", 1, at_mono_s=time.monotonic() + 0.2, from_ms=0, gain_db=0)
    sink.ear.next("voice_started")
    assert sink.ear.next("voice_ended")[2] == CHIME_MS + 1200
    samples = without_gaps(heard(tmp_path / "out.wav")[0], RATE)
    (job,) = begins(samples, decoded(data))
    before = without_gaps(np.trunc(chime() * 32767), RATE)
    assert abs(job - len(before)) <= RATE // 1000
    assert np.corrcoef(samples[job - RATE // 2 : job], before[-RATE // 2 :])[0, 1] > 0.98
