"""A memory that is damaged is set aside; one that only cannot be had now is not."""

import shutil
import sqlite3
from random import Random

import pytest

from edge_agent.errors import TransientError
from edge_agent.folder import DATABASE, open_folder, open_store, set_aside
from edge_agent.progress import RamProgress, noted_memory
from edge_agent.store import Message, Store
from protocol.envelope import Kind
from protocol.messages import Operation
from protocol.states import State
from tests.edge_agent.world import World


@pytest.fixture
def used(tmp_path):
    """The database of a box that has lived, closed."""
    world = World(tmp_path)
    world.configure()
    world.order(*(world.job(60 * n, 5) for n in range(1, 12)))
    world.acking = False
    world.run(200)
    world.command(Operation.LOGS)
    world.crash()
    return world


def reopen(world) -> bool:
    """A start as the process makes it; whether the memory was lost."""
    store, reborn = open_store(world.path, Store)
    store.close()
    world.boot(reborn=reborn)
    world.run(30)
    world.crash()
    return reborn


def test_bytes_that_turned_anywhere_are_never_fatal(used):
    whole, random = used.path.read_bytes(), Random(4)
    assert not reopen(used)
    for _ in range(10):
        bent = bytearray(whole)
        for _ in range(random.choice([1, 1, 3])):
            at = random.randrange(len(bent))
            bent[at : at + 8] = random.randbytes(random.choice([1, 8]))
        used.path.write_bytes(bytes(bent))
        for suffix in ("-wal", "-shm"):
            used.path.with_name(used.path.name + suffix).unlink(missing_ok=True)
        reopen(used)  # or nobody would get to the next one


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE jobs SET record = replace(record, 'state', 'stat')",
        "UPDATE jobs SET key = key || 'x'",
        "UPDATE events SET event = substr(event, 2)",
        "UPDATE facts SET value = '-7' WHERE name = 'rev'",
        "UPDATE facts SET value = '[' WHERE name = 'errands'",
        "UPDATE facts SET value = '{}' WHERE name = 'trust'",
        "UPDATE messages SET rev = 9000000000000000 WHERE kind = 'desired'",
        "UPDATE jobs SET record = CAST(x'fffe' AS TEXT)",
    ],
)
def test_a_row_that_cannot_be_what_was_written_is_found(used, damage):
    with sqlite3.connect(used.path) as db:
        assert db.execute(damage).rowcount
    db.close()
    assert reopen(used)
    assert not reopen(used)


def test_a_message_that_was_asked_for_anew_is_no_damage(used):
    store = Store(used.path)
    store.set_message(Kind.DESIRED, Message(rev=3, token=""))
    store.close()
    assert not reopen(used)


def test_a_memory_that_somebody_holds_or_that_has_no_room_is_kept(tmp_path, monkeypatch):
    open_folder(tmp_path).close()

    def refused(code, words):
        error = sqlite3.OperationalError(words)
        error.sqlite_errorcode = code

        def make(*_):
            raise error

        return make

    for code, words in (
        (sqlite3.SQLITE_FULL, "database or disk is full"),
        (sqlite3.SQLITE_BUSY, "database is locked"),
        (sqlite3.SQLITE_READONLY, "attempt to write a readonly database"),
        (sqlite3.SQLITE_IOERR_WRITE, "disk I/O error"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr("edge_agent.folder.Store", refused(code, words))
            with pytest.raises(TransientError, match=words):
                open_folder(tmp_path)
    assert list(tmp_path.glob(f"{DATABASE}.bad-*")) == []
    folder = open_folder(tmp_path)  # nor is it locked by the one that failed
    assert not folder.reborn
    folder.close()


def test_the_oldest_of_what_was_set_aside_goes(tmp_path):
    for number in (8, 9, 10):
        (tmp_path / f"{DATABASE}.bad-{number}").write_text("old")
    (tmp_path / DATABASE).write_text("bad")
    set_aside(tmp_path / DATABASE)
    assert {path.name.rpartition("-")[2] for path in tmp_path.iterdir()} == {"9", "10", "11"}


def test_a_memory_that_has_gone_back_is_lost_however_sound_it_is(tmp_path):
    """SQLite takes a journal up to its first bad frame. What the process before noted on the RAM disk tells that there was more."""
    notes, state = tmp_path / "notes", tmp_path / "box"
    world = World(tmp_path, start=False)
    state.mkdir()
    world.path = state / DATABASE
    world.progress = RamProgress(notes, "boot")
    world.boot()
    job = world.job(5, 10, max_start_delay_s=600)
    world.order(job)
    world.run(3)
    shutil.copy(world.path, tmp_path / "early")
    shutil.copy(f"{world.path}-wal", tmp_path / "early-wal")
    world.run(6)
    world.crash()
    assert noted_memory(notes, "boot") == (world.agent.outbox.epoch, world.agent.outbox.last)
    assert noted_memory(notes, "another boot") is None
    found = open_folder(state, at_least=noted_memory(notes, "boot"))
    assert not found.reborn
    found.close()
    shutil.copy(tmp_path / "early", world.path)
    shutil.copy(tmp_path / "early-wal", f"{world.path}-wal")
    found = open_folder(state, at_least=noted_memory(notes, "boot"))
    assert found.reborn
    found.close()
    world.progress = RamProgress(notes, "boot")
    world.boot(reborn=True)
    world.send("desired", world.desired_token)
    world.run(30)
    assert len(world.sounded(job)) == 1
    assert world.last(job).state is State.MISSED
    world.store.close()
