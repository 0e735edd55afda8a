"""Power cuts, restarts, lost memory: the truth is told, and nothing sounds twice."""

import os

import pytest

from edge_agent.errors import PermanentError
from edge_agent.folder import BALLAST, BALLAST_BYTES, open_folder, open_store, ram_folder, set_aside, wipe
from edge_agent.identity import IDENTITY_FILE, KEY_FILE
from edge_agent.progress import RamProgress
from edge_agent.store import Store
from protocol.envelope import Kind
from protocol.messages import Ack, EventBatch
from protocol.states import Reason, State
from tests.edge_agent.world import NOON, SECOND

S = State


def test_a_crash_in_the_middle_is_a_cut_with_what_is_known(world):
    job = world.job(10, 60)
    world.order(job)
    world.run(40)
    world.crash(off_s=5)
    world.boot()
    world.run(120)
    report = world.last(job)
    assert (report.state, report.reason) == (S.CUT, Reason.POWER)
    assert 20_000 <= report.played_ms <= 30_100
    assert len(world.sounded(job)) == 1


def test_a_crash_between_decision_and_first_frame_does_not_start_again(world):
    job = world.job(10, 60)
    world.order(job)
    world.run(9.9)
    world.crash()
    world.boot()
    world.run(60)
    assert world.sounded(job) == []
    assert world.states(job)[-2:] == [S.PLAYING, S.CUT]


def test_a_crash_before_the_decision_loses_nothing(world):
    job = world.job(30)
    world.order(job)
    world.run(20)
    world.crash(off_s=2)
    world.boot()
    world.run(60)
    assert world.last(job).state is S.PLAYED
    assert len(world.sounded(job)) == 1


def test_a_box_that_was_off_says_so(world):
    job = world.job(60)
    world.order(job)
    world.run(5)
    world.crash(off_s=600)
    world.boot()
    world.run(60)
    assert (world.last(job).state, world.last(job).reason) == (S.MISSED, Reason.OFF)


def test_it_boots_and_plays_from_disk_without_network(world):
    job = world.job(600)
    world.order(job)
    world.run(5)
    world.crash(off_s=60)
    world.broker_up = world.web.up = False
    world.boot()
    world.run(700)
    assert len(world.sounded(job)) == 1
    world.broker_up = world.web.up = True
    world.run(400)
    assert world.last(job).state is S.PLAYED


def test_an_emergency_goes_on_after_a_crash_until_its_all_clear(world):
    alarm = world.emergency(0, 10, count=100, gap_s=2)
    world.alert(alarm)
    world.run(8)
    world.crash(off_s=20)
    world.boot()
    world.run(40)
    world.alert(all_clear=alarm.job_id)
    world.run(10)
    assert len(world.sounded(alarm)) >= 3
    assert world.states(alarm)[-5:] == [S.READY, S.PLAYING, S.INTERRUPTED, S.RESUMED, S.CANCELLED]


def test_an_emergency_that_was_over_meanwhile_is_cut(world):
    alarm = world.emergency(0, 10, count=100, not_after=NOON + 60 * SECOND)
    world.alert(alarm)
    world.run(8)
    world.crash(off_s=600)
    world.boot()
    world.run(40)
    assert (world.last(alarm).state, world.last(alarm).reason) == (S.CUT, Reason.POWER)


def test_every_event_arrives_exactly_once_whatever_the_line_does(world):
    world.acking = False
    jobs = [world.job(10 + 20 * n, 5) for n in range(5)]
    world.order(*jobs)
    for _ in range(4):
        world.run(30)
        world.connected = False
        world.agent.disconnected("gone")
    world.acking = True
    world.run(120)
    assert [world.states(job) for job in jobs] == [[S.ACCEPTED, S.READY, S.PLAYING, S.PLAYED]] * 5
    sequence = [event.seq for event in world.events]
    assert sequence == list(range(1, len(sequence) + 1))
    assert world.agent.outbox.waiting == 0


def test_reports_go_by_https_while_the_broker_is_silent(world):
    world.broker_up = False
    world.crash()
    world.boot()
    job = world.job(30, 5)
    world.order(job)
    world.run(300)
    assert world.web.posted
    assert world.last(job).state is S.PLAYED


def test_lost_memory_is_a_new_epoch_and_nothing_that_may_have_sounded_sounds_again(world):
    sounded, later = world.job(10, 5, max_start_delay_s=600), world.job(300)
    world.order(sounded, later)
    world.run(60)
    token, epoch = world.desired_token, world.agent.outbox.epoch
    world.crash(off_s=1)
    set_aside(world.path)
    world.boot(reborn=True)
    assert world.agent.outbox.epoch != epoch
    world.send("desired", token)
    world.run(400)
    assert len(world.sounded(sounded)) == 1
    assert world.last(sounded).state is S.MISSED
    assert world.last(later).state is S.PLAYED
    assert world.link.connects[0][1] is True  # a fresh session brings the retained messages


def test_every_batch_names_the_oldest_event_that_is_still_held(world):
    def oldest() -> set[int | None]:
        sent = [payload for topic, payload, *_ in world.link.published if topic.endswith("evt")]
        del world.link.published[:]
        return {EventBatch.model_validate(world._believed(token, Kind.EVT).body).oldest for token in sent}

    world.acking = world.web.up = False
    world.order(*(world.job(10 + 20 * n, 5) for n in range(20)))
    world.run(420)
    assert world.agent.outbox.waiting > 50  # a second batch is on its way before the first is committed
    assert oldest() == {1}
    world.send("ack", world.seal(Kind.ACK, Ack(epoch=world.agent.outbox.epoch, seq=30)))
    world.run(400)
    assert oldest() == {31}


def test_a_station_that_knows_more_than_we_do_makes_us_begin_a_new_epoch(world):
    job = world.job(10, 5)
    world.order(job)
    world.run(60)
    epoch, known = world.agent.outbox.epoch, world.events[-1].seq
    world.send("ack", world.seal(Kind.ACK, Ack(epoch=epoch, seq=known + 7)))
    world.order(job, world.job(20, 5))
    world.run(60)
    assert world.agent.outbox.epoch != epoch
    assert world.agent.outbox.waiting == 0


@pytest.mark.parametrize("damage", ["truncate", "garbage", "zeros", "wal"])
def test_a_damaged_database_is_set_aside(tmp_path, damage):
    path = tmp_path / "agent.db"
    store, reborn = open_store(path, Store)
    assert not reborn
    with store.transaction():
        for number in range(2000):
            store.set_fact(f"fact {number}", "x" * 20)
    store.close()
    data = path.read_bytes()
    if damage == "truncate":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "garbage":
        path.write_bytes(data[:5000] + b"\xa5" * 5000 + data[10_000:])
    elif damage == "zeros":
        path.write_bytes(b"\0" * len(data))
    else:
        path.with_name("agent.db-wal").write_bytes(b"torn" * 1000)
    store, reborn = open_store(path, Store)
    store.set_fact("it", "works")
    assert store.fact("it") == "works"
    assert reborn == (damage != "wal")
    assert len(list(tmp_path.glob("agent.db.bad-*"))) == int(reborn)
    store.close()


def test_the_will_is_above_the_birth_and_every_life_above_the_last(world):
    world.run(2)
    revisions = []
    for _ in range(3):
        birth = next(p for t, p, _, _ in world.link.published if t.endswith("presence"))
        revisions += [
            world._believed(birth, Kind.PRESENCE).rev,
            world._believed(world.link.connects[0][0], Kind.PRESENCE).rev,
        ]
        world.crash()
        world.clock.step(-86_400)
        world.boot()
        world.run(2)
    assert revisions == sorted(set(revisions))


def test_the_ballast_is_given_up_when_the_disk_is_full(tmp_path, monkeypatch):
    folder = open_folder(tmp_path)
    folder.close()
    assert (tmp_path / BALLAST).stat().st_blocks * 512 >= BALLAST_BYTES
    real = os.statvfs(tmp_path)
    full = os.statvfs_result((*real[:4], 0, *real[5:10]))
    monkeypatch.setattr("edge_agent.folder.os.statvfs", lambda _path: full)
    folder = open_folder(tmp_path)
    folder.close()
    assert not (tmp_path / BALLAST).exists()


def test_one_agent_a_folder(tmp_path):
    folder = open_folder(tmp_path)
    with pytest.raises(PermanentError, match="tiến trình khác"):
        open_folder(tmp_path)
    folder.close()


def test_a_process_that_dies_knows_to_a_quarter_second_what_has_sounded(world, tmp_path):
    world.progress = RamProgress(tmp_path / "progress", "boot-1")
    world.crash()
    world.boot(same_machine_boot=True)
    job = world.job(10, 60)
    world.order(job)
    world.run(33.1)
    world.crash()
    world.progress = RamProgress(tmp_path / "progress", "boot-1")
    world.boot(same_machine_boot=True)
    world.run(60)
    report = world.last(job)
    assert (report.state, report.reason) == (S.CUT, Reason.POWER)
    assert 22_800 <= report.played_ms <= 23_100 <= report.played_at_most_ms <= 23_600


def test_after_a_power_cut_a_range_is_told_that_holds_the_truth(world, tmp_path):
    world.progress = RamProgress(tmp_path / "progress", "boot-1")
    world.crash()
    world.boot(same_machine_boot=True)
    job = world.job(10, 60)
    world.order(job)
    world.run(33.1)
    world.crash(off_s=5)
    world.progress = RamProgress(tmp_path / "progress", "boot-2")
    world.boot()
    world.run(60)
    report = world.last(job)
    assert report.played_ms <= 23_100 <= report.played_at_most_ms <= report.played_ms + 6_000


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"boot": "b", "voices": {"v": 3}}', b"\xff\x00"])
def test_rubbish_in_the_note_of_progress_is_no_note(tmp_path, content):
    (tmp_path / "progress").write_bytes(content)
    assert RamProgress(tmp_path / "progress", "b").recall("v") is None


def test_decommission_leaves_no_key_no_audio_and_no_decoded_sound(tmp_path):
    state = tmp_path / "state"
    folder = open_folder(state)
    secret = b"the secret of this box"
    (state / KEY_FILE).write_bytes(secret)
    (state / IDENTITY_FILE).write_bytes(secret)
    (state / "box.toml").write_text("trust_rtc = true\n")
    (state / "agent.db.bad-1").write_bytes(secret)
    (ram_folder(state) / "1.wav").write_bytes(secret)
    for part in (folder.library.path("0" * 64), folder.library.part("1" * 64), state / "sound" / "out.wav"):
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(secret)
    still_open = (state / KEY_FILE).open("rb")  # what an unlinked file's blocks would still hold
    ram = ram_folder(state)
    folder.close()
    wipe(state)
    assert not ram.exists()
    assert {path.name for path in state.rglob("*")} == {"box.toml", "lock"}
    assert still_open.read() == b"\0" * len(secret)
    still_open.close()
