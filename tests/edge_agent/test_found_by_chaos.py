"""What the simulated fleet (`loa bench chaos`) found in this agent, in small."""

from datetime import timedelta

import pytest

from edge_agent.folder import set_aside
from edge_agent.ports import ClockSource
from protocol.envelope import Kind
from protocol.jobs import Stream
from protocol.keys import Role, SigningKey, TrustSet, station_owner
from protocol.messages import Alert, Config, Desired
from protocol.priorities import Priority
from protocol.states import Reason, State
from tests.edge_agent.world import HOUR, STATION, World


@pytest.fixture
def dark(tmp_path):
    """A box that wakes up with a clock nobody vouches for, and no way to the station."""
    world = World(tmp_path, start=False)
    world.clock.vouched = None
    world.web.up = False
    world.broker_up = False
    world.boot()
    yield world
    world.store.close()


def test_an_old_emergency_that_waited_in_the_broker_is_silent_once_a_newer_message_shows_its_age(dark):
    alarm = dark.emergency()
    token = dark.seal(Kind.ALERT, Alert(job=alarm))
    later = dark.now + 5 * HOUR
    manifest = dark.seal(Kind.DESIRED, Desired(valid_until=later + 9 * 24 * HOUR), now=later)
    dark.send("alert", token)
    dark.send("desired", manifest)
    dark.run(30)
    assert not dark.sounded(alarm)
    record = dark.agent.ledger.get(alarm.job_id, alarm.attempt)
    assert record.state is State.MISSED


def test_a_sound_that_was_loaded_before_its_file_went_starts_by_the_table(world):
    job = world.job(30)
    world.order(job)
    world.run(20)
    world.web.up = False
    world.library.discard(job.audio.sha256)
    world.order(job, world.job(7200))
    world.run(60)
    assert world.sounded(job)
    assert world.states(job)[-3:] == [State.READY, State.PLAYING, State.PLAYED]


def test_supersedes_holds_whichever_comes_first_in_the_manifest(world):
    old = world.job(60)
    new = world.job(600, supersedes=(old.job_id,))
    world.order(new)
    world.order(new, old)
    world.run(120)
    assert not world.sounded(old)
    assert world.states(old)[-1] is State.SUPERSEDED


def test_a_relay_overtaken_before_its_first_frame_is_missed(world):
    bulletin = world.job(10, seconds=60)
    ends = world.now + timedelta(minutes=20)
    streams = [
        world.job(
            start, priority=Priority.RELAY, stream=Stream(urls=("http://radio/",), until=ends), max_start_delay_s=900.0
        )
        for start in (20, 40)
    ]
    world.order(bulletin, *streams)
    world.run(180)
    assert world.states(streams[0])[-1] is State.MISSED
    assert world.reports(streams[0])[-1].reason is Reason.BUSY
    assert world.sounded(streams[1])


def test_the_emergencies_inside_a_manifest_are_on_disk_with_it_or_not_at_all(world, monkeypatch):
    class PowerCutError(BaseException):
        pass

    def cut(_token):
        raise PowerCutError

    alarm = world.emergency()
    token = world.seal(Kind.ALERT, Alert(job=alarm))
    with monkeypatch.context() as patch:
        patch.setattr(world.agent._orders, "alert", cut)
        with pytest.raises(PowerCutError):
            world.order(alerts=(token,))
    assert world.store.message(Kind.DESIRED) is None
    world.send("desired", world.seal(Kind.DESIRED, Desired(valid_until=world.now + HOUR, alerts=(token,))))
    world.run(30)
    assert world.sounded(alarm)


def after_a_bulletin(path, seconds):
    path.mkdir()
    world = World(path)
    world.order(world.job(5, seconds=10))
    world.run(seconds)
    return world


def test_the_amplifier_is_not_released_under_an_emergency_that_is_being_loaded(tmp_path):
    scout = after_a_bulletin(tmp_path / "scout", 60)
    off_s = next(at for at, on in scout.amplifier.switched if not on) - (scout.clock.mono - 60)
    world = after_a_bulletin(tmp_path / "world", off_s - 0.01)
    assert world.amplifier.on
    alarm = world.emergency()
    ordered_s = world.clock.mono
    world.alert(alarm)
    world.run(20)
    (_, begun_s, _, _) = next(heard for heard in world.output.heard if heard[0].startswith(alarm.job_id))
    assert begun_s - ordered_s <= 0.3
    scout.store.close()
    world.store.close()


def test_a_memory_lost_without_a_clock_does_not_play_again_once_there_is_one(world):
    """Its manifest comes back before the time does."""
    sounded, later = world.job(10, 20, max_start_delay_s=600), world.job(300)
    world.order(sounded, later)
    world.run(15)
    token = world.desired_token
    world.crash(off_s=20)
    set_aside(world.path)
    world.clock.vouched, world.web.up = None, False
    world.boot(reborn=True)
    world.send("desired", token)
    world.run(5)
    world.clock.vouched = ClockSource.NTP
    world.run(400)
    assert len(world.sounded(sounded)) == 1
    assert (world.last(sounded).state, world.last(sounded).reason) == (State.MISSED, Reason.OFF)
    assert world.last(later).state is State.PLAYED


def test_what_was_missed_before_its_key_was_revoked_was_not_missed_for_that(tmp_path):
    """Both are learnt at once: three days without clock and line, then the station's time and its new keys."""
    world = World(tmp_path)
    job = world.job(600)
    world.order(job)
    world.run(30)
    world.crash(off_s=10)
    world.clock.vouched, world.web.up, world.broker_up = None, False, False
    world.boot()
    world.run(1200)
    heir = SigningKey.generate(Role.STATION, station_owner(STATION))
    trust = TrustSet(keys=(heir.public, world.emergency_key.public), revoked=(world.station_key.kid,))
    both = TrustSet(keys=(world.station_key.public, heir.public, world.emergency_key.public))
    world.configure(trust=both)
    config = world.seal(Kind.CONFIG, Config(trust=trust), key=heir)
    world.clock.vouched = ClockSource.NTP
    world.agent.message(world.topic("config"), config.encode())
    world.broker_up = world.web.up = True
    world.station_key = heir
    world.run(200)
    assert (world.last(job).state, world.last(job).reason) == (State.MISSED, Reason.CLOCK)
    world.store.close()
