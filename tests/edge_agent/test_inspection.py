"""Files that lie ready are read again while there is still time to fetch them anew."""

import threading
from queue import SimpleQueue

from edge_agent.library import FolderLibrary
from edge_agent.runtime.inspector import LibraryInspector
from protocol.priorities import Priority
from protocol.states import State
from tests.edge_agent.sounds import name_of

S = State


def test_a_file_that_has_gone_bad_is_fetched_again_long_before_its_start(world):
    job, other = world.job(3600), world.job(7200)
    world.configure()
    world.order(job, other)
    world.run(30)
    world.library.bad.add(job.audio.sha256)
    world.run(120)
    assert world.inspector.read == [job.audio.sha256, other.audio.sha256]
    assert world.refusals() == ["bad_hash"]
    world.run(3000)
    assert world.states(job) == [S.ACCEPTED, S.READY, S.FETCHING, S.READY]
    assert world.states(other) == [S.ACCEPTED, S.READY]
    world.run(3600)
    assert world.sounded(job)


def test_what_is_kept_ready_for_an_emergency_is_looked_at_too(world):
    world.configure()
    spare = world.audio()
    world.order(prefetch=(spare,))
    world.library.bad.add(spare.sha256)
    world.run(1300)
    assert world.library.has(spare.sha256)
    assert not world.library.bad


def test_each_file_once_a_day_and_none_while_something_begins(world):
    world.configure()
    job, alarm = world.job(200_000), world.job(62, 20, priority=Priority.URGENT)
    world.order(job, alarm)
    world.run(59)
    assert world.inspector.read == []
    world.run(2)
    assert world.inspector.read == []  # the other one is loaded and about to begin
    world.run(60)
    assert job.audio.sha256 in world.inspector.read
    world.run(80_000)
    assert world.inspector.read.count(job.audio.sha256) == 1
    world.run(10_000)
    assert world.inspector.read.count(job.audio.sha256) == 2


def test_the_real_one_reads_what_lies_there(tmp_path):
    library, told, heard = FolderLibrary(tmp_path), SimpleQueue(), {}
    data = bytes(200_000)
    names = {name_of(data): data, name_of(b"x"): b"y"}
    for name, content in names.items():
        library.path(name).write_bytes(content)
    inspector = LibraryInspector(library, told.put)
    agent = type("Agent", (), {"inspected": lambda _self, sha256, *, good: heard.update({sha256: good})})()
    for name in (*names, "gone"):
        inspector.inspect(name)
        told.get(timeout=30)(agent)
    assert heard == {name_of(data): True, name_of(b"x"): False, "gone": True}
    assert any(thread.name == "care-inspect" for thread in threading.enumerate())
