"""The loop ends when it is told to: at once, or when nothing is lost by it."""

from edge_agent.runtime.loop import Loop
from protocol.policy import Policy
from protocol.states import State


def test_a_box_that_is_updated_ends_when_nothing_sounds_or_is_about_to(world, monkeypatch):
    monkeypatch.setattr("edge_agent.runtime.loop.LONGEST_SLEEP_S", 0.01)
    world.configure()
    job = world.job(2, 30)
    world.order(job)
    world.run(10)
    loop = Loop()
    loop.stop_in_calm()
    looks: list[State] = []

    def time_goes_by() -> None:
        looks.append(world.states(job)[-1])
        world.run(1.0)

    monkeypatch.setattr(world.agent, "start", lambda: None)
    loop.run(world.agent, alive=time_goes_by)
    assert world.last(job).state is State.PLAYED
    assert looks.count(State.PLAYING) >= 15


def test_a_plan_that_never_ends_does_not_keep_an_update_away_for_ever(world, monkeypatch):
    monkeypatch.setattr("edge_agent.runtime.loop.LONGEST_WAIT_S", 0.05)
    world.configure(policy=Policy(session_minutes=1440))
    job = world.job(1, 30_000)
    world.order(job)
    world.run(10)
    assert world.states(job)[-1] is State.PLAYING
    loop = Loop()
    loop.stop_in_calm()
    monkeypatch.setattr(world.agent, "start", lambda: None)
    loop.run(world.agent)
