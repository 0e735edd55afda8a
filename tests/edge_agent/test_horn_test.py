"""Test tone and self-test: never against an order or the quiet hours; once a day by themselves; what is wrong is told."""

from datetime import UTC, datetime, time, timedelta

import pytest

from edge_agent.ports import TEST_VOICE
from protocol.messages import CommandResult, Operation
from protocol.policy import Policy
from protocol.states import State
from tests.edge_agent.world import MINUTE, NOON, World

EVENING = datetime(2026, 3, 2, 14, 15, tzinfo=UTC)  # 21:15 in Việt Nam, the hour of the daily test


@pytest.fixture
def hearing(world) -> World:
    """A box with a microphone, a few minutes before the hour; nothing is due."""
    world.caretaker.hears = True
    world.configure()
    world.run(5)
    world.run_to(EVENING - 5 * MINUTE)
    return world


def self_tests(world) -> list[str]:
    return [task.command_id for task in world.caretaker.tasks if task.op == Operation.SELF_TEST]


def told(world, kind: str) -> list[dict]:
    return [event.data for event in world.events if event.type == kind]


def answer(world, detail: str, **data) -> None:
    task = world.caretaker.tasks[-1]
    world.agent.task_done(CommandResult(command_id=task.command_id, ok=detail == "good", detail=detail, data=data))
    world.run(60)


def test_once_a_day_the_horn_is_tested_by_itself(hearing):
    assert self_tests(hearing) == []
    hearing.run(30 * 60)
    (task,) = hearing.caretaker.tasks
    assert hearing.amplifier.switched  # warm when the chirp begins
    answer(hearing, "good", score=300.0, level_db=-20.5, delay_ms=400.0, distortion=0.02)
    assert told(hearing, "self_test") == [
        {"finding": "good", "score": 300.0, "level_db": -20.5, "delay_ms": 400.0, "distortion": 0.02}
    ]
    assert told(hearing, "fault") == []
    assert hearing.results == []  # nobody has asked
    hearing.run(24 * 3600)
    assert len(self_tests(hearing)) == 2
    assert task.command_id != hearing.caretaker.tasks[-1].command_id


def test_a_restart_in_the_same_evening_does_not_test_again(hearing):
    hearing.run(30 * 60)
    assert len(self_tests(hearing)) == 1
    hearing.crash(off_s=30)
    hearing.boot()
    hearing.run(3600)
    assert len(self_tests(hearing)) == 1


@pytest.mark.parametrize("finding", ["silent", "weak", "distorted"])
def test_a_bad_horn_is_a_fault(hearing, finding):
    hearing.run(30 * 60)
    answer(hearing, finding, score=4.0)
    assert [fault["kind"] for fault in told(hearing, "fault")] == [f"horn_{finding}"]
    assert [report["finding"] for report in told(hearing, "self_test")] == [finding]


def test_an_ear_that_does_not_listen_is_a_fault_of_its_own(hearing):
    hearing.run(30 * 60)
    answer(hearing, "microphone: arecord is not there")
    assert [fault["kind"] for fault in told(hearing, "fault")] == ["microphone"]
    assert told(hearing, "self_test") == []


def test_it_waits_for_the_jobs_of_the_evening(hearing):
    job = hearing.job(EVENING, 25 * 60)
    hearing.order(job)
    hearing.run_to(EVENING + 24 * MINUTE)
    assert self_tests(hearing) == []
    hearing.run(10 * 60)
    assert len(self_tests(hearing)) == 1
    assert hearing.last(job).state is State.PLAYED


def test_an_order_that_comes_during_the_test_sounds_at_once_and_the_test_counts_for_nothing(hearing):
    hearing.run(30 * 60)
    alarm = hearing.emergency()
    gone: list[str] = []
    unload = hearing.output.unload
    hearing.output.unload = lambda voice: (gone.append(voice), unload(voice))
    hearing.alert(alarm)
    hearing.run(3)
    assert TEST_VOICE in gone
    answer(hearing, "silent", score=1.0)
    assert told(hearing, "self_test") == told(hearing, "fault") == []
    assert hearing.sounded(alarm)


@pytest.mark.parametrize("change", [{"self_test_at": None}, {"self_test_at": time(1, 15)}])
def test_no_test_without_an_hour_or_in_quiet_hours(world, change):
    world.caretaker.hears = True
    world.configure(**change)
    world.run(48 * 3600)
    assert self_tests(world) == []


def test_no_test_without_an_ear_or_a_clock(world):
    world.configure()
    world.run(48 * 3600)
    assert self_tests(world) == []


def test_a_technician_cannot_wake_the_village_either(world):
    world.configure(policy=Policy())
    world.run_to(NOON + timedelta(hours=15, minutes=15))
    command_id = world.command(Operation.TEST_TONE)
    world.run(5)
    assert world.caretaker.tasks == []
    (result,) = [result for result in world.results if result.command_id == command_id]
    assert (result.ok, result.detail) == (False, "quiet_hours")


def test_a_test_on_demand_is_answered_and_no_louder_than_the_ceiling(world):
    world.configure(volume_percent=60)
    world.run(5)
    command_id = world.command(Operation.SELF_TEST)
    assert world.volume.now == 60
    answer(world, "weak", score=20.0, level_db=-50.0)
    assert [(r.command_id, r.ok, r.detail) for r in world.results] == [(command_id, False, "weak")]
    assert [fault["kind"] for fault in told(world, "fault")] == ["horn_weak"]
