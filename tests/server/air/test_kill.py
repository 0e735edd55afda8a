"""kill -9 of the station at the hardest moments: the states stay true, nothing is lost, nothing is asked twice."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from protocol.envelope import Kind
from protocol.messages import JobReport
from protocol.states import State
from server.broker.mosquitto import find_program
from server.tables import DeviceEvent

pytestmark = pytest.mark.skipif(find_program() is None, reason="mosquitto is not installed")
Run = Callable[[str], subprocess.Popen]


@pytest.fixture
def prepared(guarded_station):
    """A station with one enrolled box, its own air side stopped so that a process can take its place."""
    device = guarded_station.speaker("loa-a")
    guarded_station.air.stop()
    return guarded_station, device


@pytest.fixture
def run(settings) -> Iterator[Run]:
    """Starts the station's process; all are dead at the end."""
    processes = []

    def start(crash_point: str) -> subprocess.Popen:
        script = Path(__file__).with_name("station_process.py")
        process = subprocess.Popen(
            [sys.executable, str(script), str(settings.data_dir), crash_point], stdout=subprocess.PIPE, text=True
        )
        processes.append(process)
        for line in process.stdout:
            if line.startswith("started"):
                break
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("point", ["events-before-commit", "events-after-commit"])
def test_a_report_survives_the_death_of_the_station(prepared, run, devices, point, wait_until):
    station, device = prepared
    occurrence = station.broadcast("loa-a")
    process = run("")
    devices(device)
    device.wait_for(lambda d: len(d.body.jobs) == 1)
    process.kill()
    process.wait()
    process = run(point)
    wait_until(device.connected.is_set)
    device.report(occurrence, State.ACCEPTED, State.READY, State.PLAYING, State.PLAYED)
    process.wait(60)
    expected = State.UNKNOWN if point == "events-before-commit" else State.PLAYED
    assert station.delivery(occurrence, "loa-a").state is expected
    run("")  # nobody says it again: the broker kept what was not acknowledged
    device.wait_for(lambda d: d.acked == {"e1": 4})
    assert station.delivery(occurrence, "loa-a").state is State.PLAYED
    with station.database.read() as session:
        assert len(session.exec(select(DeviceEvent)).all()) == 4


@pytest.mark.parametrize("point", ["publish-before-commit", "publish-after-commit"])
def test_a_job_is_published_once_and_for_all(prepared, run, devices, point):
    station, device = prepared
    occurrence = station.broadcast("loa-a")
    run(point).wait(60)
    assert station.delivery(occurrence, "loa-a").state is (
        State.QUEUED if point == "publish-before-commit" else State.UNKNOWN
    )
    run("")
    devices(device)
    device.wait_for(lambda d: [job.job_id for job in d.body.jobs] == [occurrence])
    assert station.delivery(occurrence, "loa-a").state is State.UNKNOWN
    manifests = [claims for _, claims in device.received if claims.kind is Kind.DESIRED and claims.body.get("jobs")]
    assert {claims.rev for claims in manifests} == {device.desired.rev}


def test_after_a_restart_the_device_is_where_it_was(prepared, run, devices, wait_until):
    station, device = prepared
    occurrence = station.broadcast("loa-a")
    process = run("")
    devices(device)
    device.wait_for(lambda d: len(d.body.jobs) == 1)
    device.report(occurrence, State.ACCEPTED)
    station.wait_state(occurrence, "loa-a", State.ACCEPTED)
    for _ in range(3):
        process.kill()
        process.wait()
        process = run("")
    later = station.broadcast("loa-a")
    device.wait_for(lambda d: {job.job_id for job in d.body.jobs} == {occurrence, later})
    wait_until(device.connected.is_set)
    device.tell(device.event(JobReport(job_id=later, state=State.ACCEPTED)))
    station.wait_state(later, "loa-a", State.ACCEPTED)
    assert station.delivery(occurrence, "loa-a").state is State.ACCEPTED
    assert device.refused == []


def test_the_broker_dies_with_the_station(prepared, run, wait_until):
    station, _ = prepared
    process = run("")
    wait_until(lambda: _runs(station))
    process.kill()
    process.wait()
    wait_until(lambda: not _runs(station))


def _runs(station) -> bool:
    """Whether there is a broker with this station's settings; one that is dead, and not yet buried, has no command line."""
    wanted = str(station.settings.broker_dir / "mosquitto.conf")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (process / "cmdline").read_text().split("\0"):
                return True
        except OSError:
            continue
    return False
