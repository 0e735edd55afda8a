"""A sound device that is away for a moment costs nothing; one that stays away is told as what it is."""

import threading

import pytest

from edge_agent.ports import LoadProblem
from edge_agent.runtime import assembly
from edge_agent.runtime.assembly import mourn
from edge_agent.runtime.loop import Loop
from protocol.states import Reason, State


@pytest.fixture
def ready(world):
    world.configure()
    world.run(1)
    return world


def test_a_card_that_comes_back_before_the_start_costs_nothing(ready):
    job = ready.job(30)
    ready.order(job)
    ready.output.refusing = True
    ready.run(25)
    ready.output.refusing = False
    ready.run(30)
    assert ready.last(job).state is State.PLAYED
    assert abs(ready.reports(job)[-2].start_error_ms) < 20


def test_a_card_that_stays_away_is_told_when_it_is_too_late(ready):
    job = ready.job(30)
    ready.order(job)
    ready.output.refusing = True
    ready.run(150)
    assert (ready.last(job).state, ready.last(job).reason) == (State.FAILED, Reason.NO_OUTPUT)
    assert State.PLAYING not in ready.states(job)


def test_an_emergency_waits_for_the_card_and_sounds_when_it_is_back(ready):
    alarm = ready.emergency(0, 5, count=3)
    ready.output.refusing = True
    ready.alert(alarm)
    ready.run(60)
    assert ready.states(alarm)[-1] is State.READY
    ready.output.refusing = False
    ready.run(60)
    assert ready.last(alarm).state is State.PLAYED


def test_an_emergency_whose_card_dies_under_it_begins_again(ready):
    alarm, bulletin = ready.emergency(0, 20), ready.job(2, 20)
    ready.order(bulletin)
    ready.alert(alarm)
    ready.run(8)
    ready.output.refusing = True
    for job in (alarm,):
        voice = f"{job.job_id}/{job.attempt}"
        ready.agent.voice_failed(voice, LoadProblem.NO_OUTPUT, "unplugged")
    ready.run(10)
    assert ready.states(alarm)[-1] is State.INTERRUPTED
    ready.output.refusing = False
    ready.run(60)
    assert ready.last(alarm).state is State.PLAYED
    assert ready.last(alarm).played_ms > 20_000
    assert ready.last(bulletin).state in {State.PLAYED, State.MISSED}


def test_an_emergency_that_never_found_a_card_failed(ready):
    alarm = ready.emergency(0, 5)
    ready.output.refusing = True
    ready.alert(alarm)
    ready.run(1200)
    assert (ready.last(alarm).state, ready.last(alarm).reason) == (State.FAILED, Reason.NO_OUTPUT)


def test_a_bulletin_whose_card_dies_under_it_failed(ready):
    job = ready.job(2, 30)
    ready.order(job)
    ready.run(10)
    ready.agent.voice_failed(f"{job.job_id}/1", LoadProblem.NO_OUTPUT, "unplugged")
    ready.run(5)
    assert (ready.last(job).state, ready.last(job).reason) == (State.FAILED, Reason.NO_OUTPUT)
    assert ready.last(job).played_ms > 5_000


@pytest.mark.parametrize(("name", "fatal"), [("web-soon", True), ("care-logs", False)])
def test_a_thread_that_dies_takes_the_process_with_it_unless_the_box_plays_on_without(world, monkeypatch, name, fatal):
    loop = Loop()
    monkeypatch.setattr(threading, "excepthook", mourn(loop))
    thread = threading.Thread(target=lambda: {}["nothing"], name=name)
    thread.start()
    thread.join(30)
    loop.stop()
    if fatal:
        with pytest.raises(RuntimeError, match=name):
            loop.run(world.agent)
    else:
        loop.run(world.agent)


def test_a_box_that_finds_no_card_says_so_and_begins_anew_when_there_is_one(world, monkeypatch):
    cards = iter([None, None, "usb"])
    monkeypatch.setattr(assembly, "CARD_EVERY_S", 0.01)
    monkeypatch.setattr("edge_agent.sound.card.card_name", lambda: next(cards))
    loop = Loop()
    assembly._without_card(loop)
    loop.run(world.agent)  # until it is told to stop
    world.crash()
    world.boot()
    world.run(5)
    assert [event.data["kind"] for event in world.events if event.type == "fault"] == ["sound_card"]
