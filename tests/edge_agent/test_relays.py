"""Relays tell the truth of what was heard of them."""

from datetime import timedelta

import pytest

from protocol.jobs import Stream
from protocol.priorities import Priority
from protocol.states import Reason, State


@pytest.fixture
def relay(world):
    world.configure()
    stream = Stream(urls=("http://vov/live",), until=world.now + timedelta(seconds=65))
    job = world.job(5, 60, priority=Priority.RELAY, stream=stream)
    world.order(job)
    return job


def test_a_relay_that_was_silent_for_its_whole_slot_was_not_played(world, relay, monkeypatch):
    silence = world.output._silence
    monkeypatch.setattr(world.output, "_silence", lambda voice: None if silence(voice) is None else 0)
    monkeypatch.setattr(world.output, "position_ms", lambda voice: 0 if voice in world.output.sounding else None)
    world.run(90)
    assert (world.last(relay).state, world.last(relay).reason) == (State.FAILED, Reason.NO_AUDIO)
    assert world.states(relay)[-2] is State.PLAYING


def test_a_relay_that_was_heard_was_played(world, relay):
    world.run(90)
    assert world.last(relay).state is State.PLAYED
    assert world.last(relay).played_ms == pytest.approx(60_000, abs=1000)
