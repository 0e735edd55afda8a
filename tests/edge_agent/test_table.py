"""The table of priorities is data: whatever a cell says is done, also what no cell of ours says today."""

import pytest

from protocol.priorities import TABLE, Afterwards, Entry, Priority, Rule
from protocol.states import Reason, State

SOUNDS = {
    (Entry.CUT, Afterwards.RESUME): ([(10.0, 19.7, 0), (30.0, 60.3, 9700)], [(20.0, 30.0, 0)]),
    (Entry.CUT, Afterwards.RESTART): ([(10.0, 19.7, 0), (30.0, 70.0, 0)], [(20.0, 30.0, 0)]),
    (Entry.CUT, Afterwards.SKIP): ([(10.0, 19.7, 0)], [(20.0, 30.0, 0)]),
    (Entry.DUCK, Afterwards.RESUME): ([(10.0, 50.0, 0)], [(20.0, 30.0, 0)]),
    (Entry.WAIT, Afterwards.RESUME): ([(10.0, 50.0, 0)], [(50.0, 60.0, 0)]),
}
"""Forty seconds from 10 on, into which ten seconds are due at 20: when each is heard, and from where in it (ms)."""


@pytest.mark.parametrize("arriving", [Priority.URGENT, Priority.NORMAL], ids=str)
@pytest.mark.parametrize("cell", SOUNDS, ids="-".join)
def test_a_cell_is_done(world, monkeypatch, cell, arriving):
    monkeypatch.setitem(TABLE, (Priority.NORMAL, arriving), Rule(*cell))
    world.configure()
    world.run(2)
    begin_s = world.clock.mono
    first, second = world.job(10, 40), world.job(20, 10, priority=arriving)
    world.order(first, second)
    world.run(200)
    found = tuple(
        [(round(start - begin_s, 1), round(end - begin_s, 1), ms) for _, start, end, ms in heard]
        for heard in ([h for h in world.output.heard if h[0].startswith(job.job_id)] for job in (first, second))
    )
    assert found == SOUNDS[cell]
    skipped = cell == (Entry.CUT, Afterwards.SKIP)
    ended = (State.CUT, Reason.PREEMPTED) if skipped else (State.PLAYED, None)
    assert (world.last(first).state, world.last(first).reason) == ended
    assert world.last(second).state is State.PLAYED
