"""Each command is answered, whatever happens in the middle, and none is done twice."""

import pytest
from pydantic import BaseModel

from edge_agent.folder import finish_wipe, promise_wipe, wipe
from edge_agent.identity import IDENTITY_FILE, KEY_FILE
from protocol.envelope import Kind
from protocol.messages import Command, CommandResult, Operation, Problem
from protocol.states import Reason, State
from tests.edge_agent.world import MINUTE


@pytest.fixture
def ready(world):
    world.configure()
    world.run(2)
    return world


def answers(world, command_id):
    return [(result.ok, result.detail) for result in world.results if result.command_id == command_id]


@pytest.mark.parametrize(
    ("op", "args", "answer"),
    [
        (Operation.LOGS, {}, (False, Problem.INTERRUPTED)),
        (Operation.TEST_TONE, {}, (False, Problem.INTERRUPTED)),
        (Operation.SELF_TEST, {}, (False, Problem.INTERRUPTED)),
        (Operation.VOLUME, {"percent": 30}, (False, Problem.INTERRUPTED)),
        (Operation.DECOMMISSION, {}, (False, Problem.INTERRUPTED)),
        (Operation.UPDATE, {"version": "2"}, (False, Problem.INTERRUPTED)),
        (Operation.UPDATE, {"version": "1"}, (True, "")),  # what runs now is what was ordered
        (Operation.RESTART, {}, (True, "")),
    ],
)
def test_what_is_cut_off_in_the_middle_is_answered_once_it_runs_again(ready, op, args, answer):
    command_id = ready.command(op, **args)
    tasks = len(ready.caretaker.tasks)
    ready.crash(off_s=40)
    ready.boot()
    assert answers(ready, command_id) == []
    ready.run(30)
    assert answers(ready, command_id) == [answer]
    assert len(ready.caretaker.tasks) == tasks  # not again
    ready.crash()
    ready.boot()
    ready.run(30)
    assert len(answers(ready, command_id)) == 1


def test_the_same_command_again_is_not_done_again(ready):
    body = Command(command_id="c", op=Operation.LOGS)
    token = ready.seal(Kind.CMD, body, expires=ready.now + MINUTE)
    ready.send("cmd", token)
    ready.crash()
    ready.boot()
    ready.send("cmd", token)
    ready.run(5)
    assert len(ready.caretaker.tasks) == 1
    assert answers(ready, "c") == [(False, Problem.INTERRUPTED)]


def test_an_answer_that_the_broker_never_had_goes_again(ready):
    command_id = ready.command(Operation.LOGS)
    ready.agent.task_done(CommandResult(command_id=command_id, ok=True, detail="done"))
    assert ready.link.published[-1][0].endswith("/res")
    ready.crash()  # on its way
    ready.boot()
    ready.run(30)
    assert answers(ready, command_id) == [(True, "done")]


def test_an_answer_waits_for_the_line(ready):
    ready.broker_up = ready.connected = False
    ready.agent.disconnected("cut")
    command_id = ready.command(Operation.LOGS)
    ready.agent.task_done(CommandResult(command_id=command_id, ok=True))
    ready.run(60)
    assert answers(ready, command_id) == []
    ready.broker_up = True
    ready.run(400)
    assert answers(ready, command_id) == [(True, "")]


def test_a_stop_that_was_written_down_was_done(ready):
    job = ready.job(5, 60)
    ready.order(job)
    ready.run(10)
    command_id = ready.command(Operation.STOP_ALL)
    ready.crash()
    ready.boot()
    ready.run(10)
    assert answers(ready, command_id) == [(True, "")]
    assert (ready.last(job).state, ready.last(job).reason) == (State.CUT, Reason.STOP_ALL)


def test_what_a_newer_station_asks_is_answered_too(ready):
    class Newer(BaseModel):
        command_id: str
        op: str
        args: dict

    body = Newer(command_id="new", op="dance", args={"a": 1})
    token = ready.seal(Kind.CMD, body, expires=ready.now + MINUTE)
    ready.send("cmd", token)
    ready.send("cmd", token)
    ready.run(2)
    assert answers(ready, "new") == [(False, Problem.NOT_AVAILABLE)]
    assert ready.refusals() == []


# ------------------------------------------------------------ the mixer's own word


def test_the_volume_told_is_what_the_mixer_says(ready):
    ready.volume.now, ready.volume.stuck = 77, True
    command_id = ready.command(Operation.VOLUME, percent=30)
    ready.run(2)
    (result,) = [result for result in ready.results if result.command_id == command_id]
    assert (result.ok, result.detail, result.data) == (False, Problem.MIXER, {"percent": 77})
    ready.volume.stuck = False
    again = ready.command(Operation.VOLUME, percent=30)
    first = ready.command(Operation.VOLUME, percent=40)
    assert answers(ready, first) == []
    ready.run(2)
    assert [result.data for result in ready.results if result.command_id in {again, first}] == [
        {"percent": 40},
        {"percent": 40},
    ]


def test_a_mixer_that_falls_silent_is_no_mixer(ready):
    ready.volume.now, ready.volume.stuck = None, True
    silent = ready.command(Operation.VOLUME, percent=30)
    ready.run(1)
    ready.volume.there = False
    none = ready.command(Operation.VOLUME, percent=30)
    ready.run(1)
    assert answers(ready, silent) == answers(ready, none) == [(False, Problem.NO_MIXER)]


# ------------------------------------------------------------ the horn's own tests


def test_a_test_gives_way_to_stop_all(ready):
    gone: list[str] = []
    ready.output.unload = gone.append
    test = ready.command(Operation.TEST_TONE)
    ready.command(Operation.STOP_ALL)
    assert gone == ["care"]
    ready.agent.task_done(CommandResult(command_id=test, ok=True))
    ready.run(1)
    assert answers(ready, test) == [(False, Problem.DISTURBED)]


def test_two_tests_at_once_are_one_too_many(ready):
    first = ready.command(Operation.TEST_TONE)
    second = ready.command(Operation.SELF_TEST)
    ready.run(1)
    assert answers(ready, second) == [(False, Problem.BUSY)]
    ready.agent.task_done(CommandResult(command_id=first, ok=True))
    third = ready.command(Operation.TEST_TONE)
    ready.run(200)
    fourth = ready.command(Operation.TEST_TONE)  # nobody waits for ever for one that hangs
    ready.agent.task_done(CommandResult(command_id=fourth, ok=True))
    ready.run(1)
    assert answers(ready, first) == answers(ready, fourth) == [(True, "")]
    assert answers(ready, third) == []


def test_a_test_tone_that_could_not_come_out_was_not_played(ready):
    test = ready.command(Operation.TEST_TONE)
    ready.agent.voice_failed("care", "no_output", "unplugged")
    ready.agent.task_done(CommandResult(command_id=test, ok=True))
    ready.run(1)
    assert answers(ready, test) == [(False, Problem.NO_OUTPUT)]


def test_stop_all_on_a_box_without_a_clock_leaves_the_plans_of_the_days_to_come(ready):
    job = ready.job(3600)
    ready.order(job)
    ready.crash()
    ready.clock.vouched = None
    ready.clock.step(400 * 86_400.0)
    ready.web.up = False
    ready.boot()
    ready.run(5)
    ready.agent.button()
    ready.run(5)
    assert State.CANCELLED not in ready.states(job)


# ------------------------------------------------------------ a promised wipe


def state_folder(tmp_path):
    for name in (KEY_FILE, IDENTITY_FILE, "agent.db", "agent.db.bad-1", "box.toml"):
        (tmp_path / name).write_text("secret")
    (tmp_path / "audio" / "files").mkdir(parents=True)
    (tmp_path / "audio" / "files" / ("0" * 64)).write_text("sound")
    return tmp_path


def test_a_wipe_that_the_power_cut_short_is_finished(tmp_path, monkeypatch):
    state = state_folder(tmp_path)
    promise_wipe(state)
    with monkeypatch.context() as patch:
        patch.setattr("edge_agent.folder.shutil.rmtree", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            wipe(state)
    assert (state / IDENTITY_FILE).exists()  # without it the unit would not start us to finish
    assert "secret" not in (state / IDENTITY_FILE).read_text() + (state / KEY_FILE).read_text()
    finish_wipe(state)
    assert sorted(path.name for path in state.iterdir()) == ["box.toml"]


def test_what_was_not_promised_is_not_wiped(tmp_path):
    state = state_folder(tmp_path)
    finish_wipe(state)
    assert (state / KEY_FILE).read_text() == "secret"


def test_a_mixer_that_was_not_there_at_first_is_told_again(ready):
    ready.volume.now, ready.volume.stuck = None, True
    job = ready.job(2, 30)
    ready.order(job)
    ready.run(10)
    ready.volume.stuck = False
    ready.run(10)
    assert ready.volume.now == 80
