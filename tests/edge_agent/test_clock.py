"""What time it is: believed only when vouched for."""

from datetime import UTC, datetime, timedelta

import pytest

from edge_agent.ports import ClockSource
from edge_agent.timekeeping import Timekeeper
from protocol.envelope import Kind
from protocol.messages import Alert, ClockState, StationState
from protocol.states import Reason, State
from tests.edge_agent.fakes import FakeClock
from tests.edge_agent.world import HOUR, NOON, World

S = State
WAY = 1_700_000_000.0


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


def test_the_station_s_word_confirms_a_clock_that_is_right_and_corrects_one_that_is_not():
    clock = FakeClock(WAY)
    clock.vouched = None
    time = Timekeeper(clock)
    assert time.state is ClockState.UNSYNCED
    time.station_said(datetime.fromtimestamp(WAY + 0.02, UTC), clock.mono, clock.mono)
    assert time.now_s() == WAY
    assert time.state is ClockState.SYNCED
    time.station_said(datetime.fromtimestamp(WAY + 90, UTC), clock.mono, clock.mono)
    assert time.now_s() == pytest.approx(WAY + 90)
    clock.advance(7200)
    assert time.state is ClockState.HOLDOVER
    assert time.now_s() == pytest.approx(WAY + 90 + 7200)


def test_a_step_with_nobody_vouching_is_not_followed_and_one_by_ntp_is():
    clock = FakeClock(WAY)
    time = Timekeeper(clock)
    assert time.now_s() == WAY
    clock.vouched = None
    clock.step(-3600)
    assert time.now_s() == pytest.approx(WAY)
    assert time.state is ClockState.HOLDOVER
    clock.vouched = ClockSource.NTP
    assert time.now_s() == pytest.approx(WAY - 3600)


def test_nobody_can_vouch_for_a_time_before_the_newest_signed_message():
    clock = FakeClock(WAY)
    clock.vouched = ClockSource.RTC
    time = Timekeeper(clock)
    time.raise_floor(datetime.fromtimestamp(WAY + 86_400, UTC))
    assert time.state is ClockState.UNSYNCED
    assert time.now_s() == WAY + 86_400


def test_without_a_clock_timed_jobs_are_held_and_missed_by_the_clocks_fault(dark):
    job, later = dark.job(60), dark.job(3600)
    dark.order(job, later)
    dark.run(600)
    assert dark.sounded(job) == []
    dark.web.up = dark.broker_up = True
    dark.run(4000)
    assert (dark.last(job).state, dark.last(job).reason) == (S.MISSED, Reason.CLOCK)
    assert dark.last(later).state is S.PLAYED
    assert dark.events[0].clock is ClockState.UNSYNCED


def test_without_a_clock_a_newer_signed_message_proves_that_a_job_is_past(dark):
    job = dark.job(60)
    dark.order(job)
    dark.run(300)
    dark.clock.step(-300)  # the box's own clock stands still
    dark.configure()
    body_now = NOON + timedelta(seconds=300)
    dark.send("state", dark.seal(Kind.STATE, StationState(online=True, at=body_now), now=body_now))
    dark.run(1)
    record = dark.agent.ledger.get(job.job_id, 1)
    assert record.state is S.MISSED


def test_an_order_for_now_needs_no_clock(dark):
    dark.clock.step(-86_400 * 365)
    true_now = NOON
    alarm = dark.job(true_now, 10, priority=1, max_start_delay_s=600)
    dark.send("alert", dark.seal(Kind.ALERT, Alert(job=alarm), now=true_now, expires=true_now + HOUR))
    dark.run(30)
    assert len(dark.output.heard) == 1
    assert dark.agent.ledger.get(alarm.job_id, 1).state is S.PLAYED


def test_a_start_follows_a_clock_that_ntp_steps(world):
    job = world.job(300)
    world.order(job)
    world.run(100)
    world.clock.step(60)  # it was a minute behind
    world.run(300)
    assert world.last(job).state is S.PLAYED
    start_mono_s = world.output.heard[0][1]
    assert start_mono_s == pytest.approx(100 + 300 - 60)
    assert world.reports(job)[-2].start_error_ms == pytest.approx(0, abs=1)


def test_what_a_step_has_jumped_over_is_missed_by_the_clocks_fault(world):
    job = world.job(300)
    world.order(job)
    world.run(100)
    world.clock.step(3600)
    world.run(10)
    assert (world.last(job).state, world.last(job).reason) == (S.MISSED, Reason.CLOCK)


def test_a_step_back_does_not_play_again(world):
    job = world.job(30)
    world.order(job)
    world.run(60)
    world.clock.step(-50)
    world.run(200)
    assert len(world.sounded(job)) == 1


def test_three_days_without_network_under_a_clock_that_nobody_holds(world):
    jobs = [world.job(3600 * hours) for hours in (1, 30, 50, 71)]
    world.order(*jobs)
    world.run(10)
    world.broker_up = world.connected = world.web.up = False
    world.agent.disconnected("gone")
    world.clock.vouched = None
    world.run(100)
    world.clock.step(5000)
    world.run(3600 * 72)
    starts = [round(mono - 100) for _, mono, _, _ in world.output.heard]
    assert starts == [3600, 3600 * 30, 3600 * 50, 3600 * 71]
    world.broker_up = world.web.up = True
    world.run(1000)
    assert {world.last(job).state for job in jobs} == {S.PLAYED}


def test_a_station_far_ahead_does_not_mute_a_box_that_ntp_holds(world):
    job = world.job(300)
    world.order(job)
    ahead = NOON + timedelta(days=400)
    world.send("state", world.seal(Kind.STATE, StationState(online=True, at=ahead), now=ahead))
    world.run(400)
    assert world.last(job).state is S.PLAYED
