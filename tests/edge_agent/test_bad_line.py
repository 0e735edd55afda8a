"""The agent as a process behind a line that cuts, stalls and crawls; and alone for three days under clocks that move."""

import json
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from protocol.messages import Evidence
from protocol.states import State
from tests.edge_agent import moved_clock
from tests.edge_agent.real_station import MOSQUITTO, RealStation
from tests.edge_agent.sounds import RATE, begins, decoded, opus
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")
S = State
NARROW = 32_000 / 8
HOUR = 3600.0


@pytest.fixture
def station(tmp_path):
    with RealStation(tmp_path) as found:
        yield found


@pytest.mark.long
def test_a_line_that_crawls_stalls_and_breaks_costs_nothing_but_time(station):
    line = station.by_line()
    assert station.enrol().returncode == 0
    station.configure()
    station.start()
    line.bytes_per_s = NARROW
    data = opus(3.0)
    job = station.job(25.0, data, 3.0)
    station.order(job)
    wait_until(lambda: station.ranges)
    before = line.carried
    wait_until(lambda: line.carried > before + len(data) // 4, 40)
    line.stalled = True
    time.sleep(3.0)
    line.stalled = False
    wait_until(lambda: line.carried > before + len(data) // 2, 40)
    line.cut()
    time.sleep(2.0)
    line.mend()
    wait_until(lambda: station.state(job) is S.PLAYED, 90)
    assert station.ranges[0] == ""
    assert all(asked.startswith("bytes=") for asked in station.ranges[1:])  # it went on where the line broke
    assert len(station.ranges) > 1
    wait_until(station.in_order)
    assert station.refusals() == []


@pytest.mark.long
def test_three_days_alone_under_moving_clocks(station, tmp_path):
    """Both clocks go on by hours at a time, the wall clock besides is set wrong: what was ordered sounds at its instant."""
    line = station.by_line()
    assert station.enrol().returncode == 0
    station.configure()
    clocks = tmp_path / "clocks"
    moved_clock.move(clocks, 0.0, 0.0)
    station.start((str(Path(moved_clock.__file__)), str(clocks)))
    data = opus(1.0)
    hours = (0.0, 11.0, 35.0, 71.9)
    jobs = [station.job(6.0 + hour * HOUR, data, 1.0) for hour in hours]
    station.order(*jobs)
    wait_until(lambda: station.state(jobs[0]) is S.PLAYED)
    wait_until(lambda: all(station.state(job) is S.READY for job in jobs[1:]))
    line.cut()
    ahead_s = 0.0
    for job, wrong_s in zip(jobs[1:], (-5 * HOUR, 40 * HOUR, -400 * HOUR), strict=True):
        ahead_s = job.start_at.timestamp() - time.time() - 4.0
        moved_clock.move(clocks, ahead_s, ahead_s + wrong_s)
        time.sleep(7.0)
    assert [station.state(job) for job in jobs[1:]] == [S.READY] * 3  # nobody could tell us
    station.ahead = timedelta(seconds=ahead_s)
    line.mend()
    wait_until(lambda: all(station.state(job) is S.PLAYED for job in jobs), 60)
    for job in jobs:
        reports = {report.state: report for report in station.reports(job)}
        assert reports[S.PLAYED].evidence is Evidence.E1
        sounded = _around(tmp_path, job.start_at.timestamp())
        (frame,) = begins(sounded, decoded(data))
        assert abs(frame / RATE - 1.0) < 0.1
    wait_until(station.in_order)


def _around(folder: Path, at_s: float) -> np.ndarray:
    """Three seconds of what came out, from a second before that instant on; read without any code of ours."""

    for about in folder.glob("out*.json"):
        epoch_s = json.loads(about.read_text())["output_epoch"]
        samples = np.memmap(about.with_suffix(".wav"), np.int16, "r", offset=44)
        begin = round((at_s - 1.0 - epoch_s) * RATE)
        if -RATE <= begin < len(samples):  # a file may begin with the very sound
            before = np.zeros(max(0, -begin))
            return np.concatenate([before, samples[max(0, begin) : begin + 3 * RATE] / 32768, np.zeros(RATE // 2)])
    raise AssertionError("no file has this instant")
