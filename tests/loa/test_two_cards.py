"""The judge of the two cards on recordings whose truth is known, and the whole measurement once."""

import socket
import threading

import numpy as np
import pytest

from loa.distribution import distribution, percentile
from loa.tap import Passed, Tap
from loa.two_cards.horns import lacking
from loa.two_cards.judge import find, stops

RATE = 48_000


def noise(seconds: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(int(seconds * RATE)) * 0.1


def test_a_sound_is_found_to_the_sample():
    sound, recording = noise(0.25, 1), noise(2.0, 2) * 0.3
    recording[31_234 : 31_234 + len(sound)] += sound
    assert find(recording, sound) == 31_234


def test_what_is_not_there_is_not_found():
    assert find(noise(2.0, 2), noise(0.25, 1)) is None
    assert find(np.zeros(RATE), noise(0.25, 1)) is None
    assert find(noise(0.1, 1), noise(0.25, 1)) is None


@pytest.mark.parametrize("overlap_s", [0.0, 0.05])
def test_the_end_of_the_old_sound_is_found_under_the_new_one(overlap_s):
    old, new = noise(3.0, 1), noise(1.0, 2)
    begins, cut = -RATE // 2, RATE  # it ran half a second before the recording begins
    recording = np.zeros(2 * RATE)
    recording[:cut] = old[-begins : -begins + cut]
    first = cut - int(overlap_s * RATE)
    recording[first : first + len(new)] += new
    assert abs(stops(recording, old, begins) - cut) <= 192  # two blocks of 2 ms
    assert find(recording, new[: RATE // 4]) == first


def test_a_distribution_of_nothing_is_not_good():
    assert distribution([], limit=5.0) == {"n": 0, "limit": 5.0, "ok": False}
    assert distribution([1.0, 2.0, 9.0], limit=5.0)["ok"] is False
    assert percentile(list(range(1, 101)), 95) == 95


def test_a_tap_hands_on_what_it_shows():
    seen: list[Passed] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(line.recv(100).upper())
                line.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        with Tap("127.0.0.1", server.getsockname()[1], seen.append) as tap:
            with socket.create_connection(("127.0.0.1", tap.port), timeout=10) as line:
                line.sendall(b"loa")
                assert line.recv(100) == b"LOA"
            thread.join(30)
        assert not thread.is_alive()
    assert [(passed.up, passed.data) for passed in seen] == [(True, b"loa"), (False, b"LOA")]
    assert tap.lines == 1


@pytest.mark.long
@pytest.mark.skipif(bool(lacking()), reason="pulseaudio is not installed")
def test_two_agents_are_heard():
    from loa.two_cards.run import Trials, run

    report = run(Trials(starts=2, emergencies=1, fresh=1))
    assert report["starts_not_heard"] == report["preemptions_not_heard"] == report["fresh_not_heard"] == 0
    assert report["skew_ms"]["max"] < 1000
    assert report["fresh_emergency_ms"]["max"] > 0
