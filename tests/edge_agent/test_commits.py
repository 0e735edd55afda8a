"""Before a sound, the disk is waited for as often as the contract needs and not once more: counted, not timed."""

import pytest

from edge_agent import store
from protocol.states import State


class Disk:
    """Counts what a full sync waits for: each commit, and each write that stands alone."""

    WRITES = ("INSERT", "DELETE", "UPDATE", "REPLACE")

    def __init__(self, world) -> None:
        self.waits = 0
        self.at: dict[str, int] = {}
        self._open = False
        world.store._db.set_trace_callback(self._saw)
        start = world.output.start

        def marked(voice, take, **more):
            self.at.setdefault(voice, self.waits)
            start(voice, take, **more)

        world.output.start = marked

    def _saw(self, statement: str) -> None:
        word = statement.split(None, 1)[0].upper()
        if word == "BEGIN":
            self._open = True
        elif word == "COMMIT" or (word in self.WRITES and not self._open):
            self._open = self._open and word != "COMMIT"
            self.waits += 1


@pytest.fixture
def disk(world):
    return Disk(world)


def voice(job) -> str:
    return f"{job.job_id}/{job.attempt}"


@pytest.mark.parametrize("into", ["silence", "a bulletin", "a bulletin about to start"])
def test_an_emergency_waits_for_its_order_and_its_start(world, disk, into):
    world.amplifier.on = None  # no relay: while one warms up there is time for anything
    bulletin = world.job(30, seconds=120)
    if into != "silence":
        world.order(bulletin)
    world.run(60 if into == "a bulletin" else 29.8)
    alarm = world.emergency(seconds=20)
    before = disk.waits
    world.alert(alarm)
    world.run(5)
    assert disk.at[voice(alarm)] - before == 2
    assert world.states(alarm)[:2] == [State.ACCEPTED, State.READY]
    world.run(600)
    if into == "a bulletin":
        assert State.INTERRUPTED in world.states(bulletin)


def test_an_emergency_inside_a_manifest_waits_for_no_more(world, disk):
    world.amplifier.on = None
    plan = [world.job(3600 + 100 * number) for number in range(20)]
    world.order(*plan)
    world.run(60)
    alarm = world.emergency(seconds=20)
    token = world.alert_token(alarm)
    before = disk.waits
    world.order(*plan[1:], alerts=(token,))
    world.run(5)
    assert disk.at[voice(alarm)] - before == 2


def test_between_its_decision_and_its_instant_a_planned_start_waits_once(world, disk):
    job = world.job(100)
    world.order(job)
    world.run(100 - world.options.lead_s - 0.01)
    before = disk.waits
    world.run(world.options.lead_s + 0.5)
    assert disk.at[voice(job)] - before == 1


def test_the_journal_is_written_back_in_calm_moments_only(world, monkeypatch):
    monkeypatch.setattr(store, "TIDY_AFTER", 50)
    tidied = []
    tidy = world.store.tidy
    monkeypatch.setattr(world.store, "tidy", lambda: (tidied.append(world.agent.director.calm), tidy()))
    world.order(*[world.job(40 + 30 * number, seconds=10) for number in range(10)])
    world.run(400)
    assert len(tidied) > 1
    assert all(tidied)
