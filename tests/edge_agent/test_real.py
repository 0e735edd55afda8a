"""The agent as a process, with a real broker and real bytes: killed, lied to, cut off."""

import json
import signal
import subprocess
import time

import numpy as np
import pytest

from protocol.keys import Role, SigningKey, station_owner
from protocol.messages import Operation
from protocol.states import Reason, State
from tests.edge_agent.real_station import MOSQUITTO, STATION, RealStation
from tests.edge_agent.sounds import RATE, begins, decoded, heard, name_of, opus
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")
S = State


@pytest.fixture
def station(tmp_path):
    with RealStation(tmp_path) as found:
        assert found.enrol().returncode == 0
        found.configure()
        yield found


def starts(station, data: bytes) -> list[float]:
    if not (station.folder / "out.wav").exists():
        return []
    samples, epoch = heard(station.folder / "out.wav")
    return [epoch + frame / RATE for frame in begins(samples, decoded(data))]


def test_enrolment_is_safe_to_repeat_and_says_what_is_wrong(tmp_path):
    with RealStation(tmp_path) as station:
        wrong = station.loa("agent", "enrol", "--station", station.url, "--code", "WRONG", "--state", str(station.box))
        assert wrong.returncode == 1
        assert "Mã không đúng." in wrong.stderr
        assert station.enrol().returncode == 0
        identity, key = (station.box / "identity.json").read_bytes(), (station.box / "device.key").read_bytes()
        assert station.enrol().returncode == 0
        assert (station.box / "identity.json").read_bytes() == identity
        assert (station.box / "device.key").read_bytes() == key
        assert {(station.box / name).stat().st_mode & 0o077 for name in ("identity.json", "device.key")} == {0}
        away = station.loa(
            "agent", "enrol", "--station", "http://127.0.0.1:9", "--code", "X-1234", "--state", str(tmp_path / "b")
        )
        assert away.returncode == 75
        assert "Không kết nối được" in away.stderr


def test_a_job_sounds_at_its_instant_after_a_download_that_broke_off(station):
    data = opus(2.0)
    station.cut_after = len(data) // 3
    station.start()
    job = station.job(4.0, data, 2.0)
    station.order(job)
    wait_until(lambda: station.state(job) is S.PLAYED)
    assert station.ranges == ["", f"bytes={len(data) // 3}-"]
    assert [r.state for r in station.reports(job)] == [S.ACCEPTED, S.FETCHING, S.READY, S.PLAYING, S.PLAYED]
    (at,) = starts(station, data)
    late_s = station.reports(job)[3].start_error_ms / 1000  # on a busy machine; `loa bench play` measures that
    assert abs(at - job.start_at.timestamp() - late_s) < 0.02


def test_killed_in_the_middle_it_is_cut_and_never_sounds_again(station):
    data = opus(4.0)
    station.start()
    job = station.job(3.0, data, 4.0)
    station.order(job)
    wait_until(lambda: station.state(job) is S.PLAYING)
    wait_until(lambda: starts(station, data))
    station.kill()
    station.start()
    wait_until(lambda: station.state(job) is S.CUT)
    time.sleep(3.0)
    assert station.reports(job)[-1].reason is Reason.POWER
    assert len(starts(station, data)) == 1


def test_killed_before_it_still_sounds(station):
    data = opus(1.0)
    station.start()
    job = station.job(8.0, data, 1.0)
    station.order(job)
    wait_until(lambda: station.state(job) is S.READY)
    station.kill()
    station.start()
    wait_until(lambda: station.state(job) is S.PLAYED)
    assert len(starts(station, data)) == 1


def test_tampered_audio_and_forged_orders_are_refused_and_reported(station):
    station.start()
    good, evil = opus(1.0, seed=1), opus(1.0, seed=2)
    job = station.job(4.0, good, 1.0, max_start_delay_s=5)
    station.files[name_of(good)] = evil.ljust(len(good), b"\0")[: len(good)]
    station.order(job)
    stranger = SigningKey.generate(Role.STATION, station_owner(STATION))
    forged = station.job(4.0, evil, 1.0)
    station.order(job, forged, key=stranger)
    wait_until(lambda: station.state(job) is S.MISSED)
    assert station.reports(job)[-1].reason is Reason.NO_AUDIO
    wait_until(lambda: set(station.refusals()) == {"bad_hash", "unknown_key"})
    assert station.reports(forged) == []
    assert not (station.folder / "out.wav").exists() or not np.any(heard(station.folder / "out.wav")[0])


def test_a_broker_that_dies_is_found_again_and_nothing_is_lost(station):
    station.start()
    data = opus(1.0)
    job = station.job(6.0, data, 1.0)
    station.order(job)
    wait_until(lambda: station.state(job) is S.READY)
    station.broker.send_signal(signal.SIGKILL)
    station.broker.wait()
    config = station.folder / "mosquitto.conf"
    wait_until(lambda: starts(station, data))
    station.broker = subprocess.Popen([MOSQUITTO, "-c", str(config)], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: station.state(job) is S.PLAYED, 120)  # two of us must find the broker again
        wait_until(station.in_order)
    finally:
        station.broker.terminate()
        station.broker.wait()


@pytest.mark.timeout(400)
def test_remote_care(station):
    began_s = time.monotonic()
    agent = station.start()
    assert station.command(Operation.TEST_TONE).ok
    found = station.command(Operation.SELF_TEST)
    while not found.ok and time.monotonic() < began_s + 240:  # a busy machine tears the chirp, and the test says so
        found = station.command(Operation.SELF_TEST)
    assert (found.ok, found.detail) == (True, "good")
    lines = station.command(Operation.LOGS, lines=5).data["lines"]
    assert 1 <= len(lines) <= 5
    assert "event" in json.loads(lines[-1])
    assert station.command(Operation.LOGS, lines="all; rm -rf /").ok is False
    assert station.command(Operation.UPDATE).ok is False
    assert station.command(Operation.DECOMMISSION).ok
    assert agent.wait(60) == 0
    left = {path.name for path in station.box.iterdir()}
    assert left <= {"lock"}, left
    wait_until(lambda: station.presence[-1] is False)
