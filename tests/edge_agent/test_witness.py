"""Evidence that a job was heard: what a microphone or a current sensor tells goes with PLAYED, and no more than that."""

import queue
import time

import numpy as np
import pytest

from edge_agent.library import FolderLibrary
from edge_agent.sound import witness as module
from edge_agent.sound.acoustics import HEARD, recognised
from edge_agent.sound.decoding import RATE_HZ
from edge_agent.sound.witness import BoxWitness
from protocol.messages import Evidence
from protocol.states import State
from tests.edge_agent.sounds import decoded, name_of, opus
from tests.edge_agent.test_acoustics import horn

E1, E2, E3, E4 = Evidence


def speech(seconds: float, seed: int) -> np.ndarray:
    """Syllables of moving pitch and three formants with pauses: nobody's words, but built like words."""
    random = np.random.default_rng(seed)
    parts: list[np.ndarray] = []
    while sum(map(len, parts)) < seconds * RATE_HZ:
        at = np.arange(int(random.uniform(0.12, 0.3) * RATE_HZ)) / RATE_HZ
        pitch_hz = random.uniform(110, 220) * (1 + random.uniform(-0.3, 0.3) * at / at[-1])
        phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
        formants_hz = random.uniform([300, 900, 2200], [800, 2200, 3300])
        voice = np.zeros(len(at))
        for k in range(1, 28):
            level = np.sum(np.exp(-(((k * pitch_hz.mean() - formants_hz) / 150) ** 2)))
            voice += level * np.sin(k * phase + random.uniform(0, 6))
        voice *= np.hanning(len(at)) * 0.4 / np.max(np.abs(voice))
        parts += [voice, np.zeros(int(random.uniform(0.02, 0.25) * RATE_HZ))]
    return np.concatenate(parts)[: int(seconds * RATE_HZ)].astype(np.float32)


def street(sound: np.ndarray, *, from_s: float, noise_db: float, seed: int, clock_ppm: float = 0.0) -> np.ndarray:
    """Four seconds at the pole: the horn with the echoes of houses, noise, a recorder whose clock is not the player's."""
    recording = np.random.default_rng(seed).standard_normal(4 * RATE_HZ) * 10 ** (noise_db / 20)
    played = horn(sound) * 0.2
    for delay_s, factor in ((0.03, 1.0), (0.12, 0.5), (0.25, 0.25), (0.41, 0.15)):
        late = np.concatenate([np.zeros(int(delay_s * RATE_HZ)), played])[int(from_s * RATE_HZ) :][: len(recording)]
        recording[: len(late)] += factor * late
    frames = np.arange(len(recording))
    return np.interp(frames * (1 + clock_ppm * 1e-6), frames, recording).astype(np.float32)


@pytest.mark.parametrize("noise_db", [-60, -30, -20])
@pytest.mark.parametrize("seed", range(4))
def test_a_job_is_recognised_in_a_street(noise_db, seed):
    sound = speech(8.0, seed)
    at_pole = street(sound, from_s=0.1 + 0.6 * seed, noise_db=noise_db, seed=seed + 50, clock_ppm=40)
    assert recognised(at_pole, sound) > HEARD


@pytest.mark.parametrize("noise_db", [-60, -30, -20])
@pytest.mark.parametrize("seed", range(4))
def test_what_somebody_else_says_is_not_the_job(noise_db, seed):
    other = street(speech(8.0, seed + 100), from_s=0.3, noise_db=noise_db, seed=seed)
    assert recognised(other, speech(8.0, seed)) < HEARD


@pytest.mark.parametrize(
    "recording", [np.zeros(0), np.zeros(100), np.zeros(4 * RATE_HZ), np.sin(np.arange(200_000) / 8)]
)
def test_silence_and_a_hum_are_not_the_job(recording):
    assert recognised(recording.astype(np.float32), speech(8.0, 1)) < HEARD


class Told:
    def __init__(self) -> None:
        self.found: queue.SimpleQueue = queue.SimpleQueue()

    def __call__(self, act) -> None:
        act(self)

    def voice_witnessed(self, voice, evidence) -> None:
        self.found.put((voice, evidence))

    def all(self) -> list:
        found = []
        while not self.found.empty():
            found.append(self.found.get())
        return found


def attend(tmp_path, monkeypatch, heard, *, draws=None) -> list:
    """What a witness tells of a job of ten seconds that is at its third second, when its ear hears `heard(samples)`."""
    monkeypatch.setattr(module, "SETTLE_S", 0.0)
    library = FolderLibrary(tmp_path / "audio")
    data = opus(10.0)
    library.path(name_of(data)).write_bytes(data)
    told = Told()
    ear = None if heard is None else lambda _act, _seconds: heard(decoded(data)).astype(np.float32)
    found = BoxWitness(library, ear, draws, told)
    found.attend("v", name_of(data), 3000, chime=False)
    with found._busy:
        pass
    time.sleep(0.05)
    return told.all()


def test_the_witness_compares_with_what_sounds_at_that_moment(tmp_path, monkeypatch):
    assert attend(tmp_path, monkeypatch, lambda job: job[int(3.4 * RATE_HZ) :][: 4 * RATE_HZ]) == [("v", E4)]


def test_another_part_of_the_job_was_heard_at_another_time(tmp_path, monkeypatch):
    assert attend(tmp_path, monkeypatch, lambda job: job[: 2 * RATE_HZ]) == []


def test_current_is_less_than_hearing(tmp_path, monkeypatch):
    assert attend(tmp_path, monkeypatch, None, draws=lambda: True) == [("v", E3)]
    assert attend(tmp_path, monkeypatch, lambda job: job[:0], draws=lambda: False) == []


class FakeWitness:
    def __init__(self, world, *evidence: Evidence) -> None:
        self.world, self.evidence = world, evidence
        self.attended: list[tuple[str, int]] = []

    def attend(self, voice: str, _sha256: str, position_ms: int, *, chime: bool) -> None:
        assert not chime
        self.attended.append((voice, position_ms))
        for each in self.evidence:
            self.world.after(2.0, lambda each=each: self.world.agent.voice_witnessed(voice, each))


@pytest.mark.parametrize(("seen", "told"), [((), E2), ((E3,), E3), ((E3, E4), E4), ((E4, E3), E4)])
def test_the_best_evidence_goes_with_played(world, seen, told):
    world.witness = FakeWitness(world, *seen)
    world.crash()
    world.boot()
    job = world.job(5)
    world.order(job)
    world.run(60)
    assert (world.last(job).state, world.last(job).evidence) == (State.PLAYED, told)
    assert len(world.witness.attended) == 1
