"""Over everything, at once, until the all-clear; and the table of priorities below it."""

from datetime import UTC, datetime, timedelta

import pytest

from edge_agent.ports import FetchOutcome, Lane
from protocol.envelope import Kind
from protocol.jobs import Stream
from protocol.messages import Alert, Desired
from protocol.policy import Policy
from protocol.priorities import DUCK_DB, Priority
from protocol.states import Reason, State
from tests.edge_agent.world import NOON, SECOND

S = State


def test_it_breaks_into_a_bulletin_which_goes_on_afterwards(world):
    bulletin = world.job(10, 60)
    world.order(bulletin)
    world.run(30)
    alarm = world.emergency(0, 12)
    world.alert(alarm)
    world.run(120)
    ((alarm_from, alarm_to, _),) = world.sounded(alarm)
    assert alarm_from == pytest.approx(30, abs=0.3)
    first, second = world.sounded(bulletin)
    assert first[1] <= alarm_from
    assert second[0] >= alarm_to
    assert second[2] == pytest.approx((first[1] - first[0]) * 1000, abs=1)
    assert world.states(bulletin)[-4:] == [S.PLAYING, S.INTERRUPTED, S.RESUMED, S.PLAYED]
    assert world.last(bulletin).played_ms == 60_000
    assert world.reports(bulletin)[-3].by == alarm.job_id


def test_with_the_amplifier_on_it_sounds_within_300_ms(world):
    bulletin = world.job(5, 60)
    world.order(bulletin)
    world.run(30)
    alarm = world.emergency()
    world.alert(alarm)
    world.run(5)
    assert world.sounded(alarm)[0][0] - 30 <= 0.3


def test_with_the_amplifier_off_it_sounds_after_the_warm_up(world):
    world.run(30)
    alarm = world.emergency()
    world.alert(alarm)
    world.run(5)
    assert 2.0 <= world.sounded(alarm)[0][0] - 30 <= 2.0 + 0.3


def test_a_bulletin_goes_on_until_the_alarms_audio_is_here(world):
    bulletin = world.job(5, 60)
    world.order(bulletin)
    world.run(10)
    alarm = world.emergency(here=False)
    world.web.fetch_s = 20.0
    world.alert(alarm)
    world.run(15)
    assert world.sounded(alarm) == []
    assert len(world.sounded(bulletin)) == 1
    world.run(10)
    assert world.sounded(alarm)[0][0] == pytest.approx(30, abs=0.3)


def test_its_download_overtakes_bulk(world):
    jobs = [world.job(60 + i, here=False) for i in range(3)]
    world.web.fetch_s = 5.0
    world.order(*jobs)
    world.run(1)
    world.alert(alarm := world.emergency(here=False))
    world.run(10)
    names = [order.sha256 for order in world.web.orders]
    assert names[1] == alarm.audio.sha256


def test_it_repeats_until_the_all_clear(world):
    alarm = world.emergency(0, 5, count=1000, gap_s=2)
    world.alert(alarm)
    world.run(60)
    world.alert(all_clear=alarm.job_id)
    world.run(60)
    assert 8 <= len(world.sounded(alarm)) <= 9
    assert world.last(alarm).state is S.CANCELLED
    assert world.last(alarm).reason is Reason.ALL_CLEAR
    assert world.last(alarm).played_ms > 38_000


def test_it_ends_by_itself_before_its_not_after(world):
    alarm = world.emergency(0, 5, count=1000, gap_s=2, not_after=NOON + 33 * SECOND)
    world.alert(alarm)
    world.run(120)
    assert world.sounded(alarm)[-1][1] <= 33.5
    assert world.last(alarm).state is S.PLAYED


def test_a_replayed_order_does_not_sound_again_after_its_all_clear(world):
    alarm = world.emergency(0, 5)
    token = world.alert(alarm)
    world.run(4)
    world.alert(all_clear=alarm.job_id)
    world.run(2)
    world.send("alert", token)
    world.run(60)
    assert world.refusals() == ["stale"]
    assert len(world.sounded(alarm)) == 1


def test_an_all_clear_that_overtakes_its_order_keeps_it_silent(world):
    alarm = world.emergency()
    token = world.seal(Kind.ALERT, Alert(job=alarm))
    world.alert(all_clear=alarm.job_id)
    world.send("alert", token)
    world.run(30)
    assert world.sounded(alarm) == []
    assert world.states(alarm) == [S.ACCEPTED, S.CANCELLED]


@pytest.mark.parametrize("way", ["alert", "desired", "poll"])
def test_all_three_ways_lead_to_the_same(world, way):
    alarm = world.emergency(seconds=5)
    token = world.seal(Kind.ALERT, Alert(job=alarm))
    if way == "alert":
        world.send("alert", token)
    elif way == "desired":
        world.order(alerts=(token,))
    else:
        world.run(1)
        world.broker_up, world.connected = False, False
        world.agent.disconnected("gone")
        world.desired_token = world.seal(Kind.DESIRED, Desired(valid_until=NOON + timedelta(days=9), alerts=(token,)))
        world.run(320)
    world.send("alert", token)  # the same bytes once more, another way
    world.run(30)
    assert len(world.sounded(alarm)) == 1
    assert world.refusals() == []


def test_an_emergency_for_other_devices_is_not_for_us(world):
    alarm = world.emergency()
    world.alert(alarm, devices=("loa-2",))
    world.run(30)
    assert world.states(alarm) == []


def test_it_sounds_at_night_whatever_the_policy(world):
    world.configure(policy=Policy(allowed=(), session_minutes=1))
    alarm = world.emergency(0, 90)
    world.alert(alarm)
    world.run(120)
    assert world.last(alarm).state is S.PLAYED


def test_two_emergencies_take_turns_at_their_repetitions(world):
    one, two = world.emergency(0, 10, count=3, gap_s=3), world.emergency(5, 4, count=2, gap_s=3)
    world.alert(one)
    world.run(5)
    world.alert(two)
    world.run(120)
    order = [voice[:36] for voice, *_ in world.output.heard]
    assert order == [one.job_id, two.job_id, one.job_id, two.job_id, one.job_id]
    assert world.last(one).played_ms == 30_000
    assert world.last(two).played_ms == 8_000
    assert {world.last(one).state, world.last(two).state} == {S.PLAYED}


def test_a_changed_emergency_goes_on_with_its_new_words(world):
    alarm = world.emergency(0, 10, count=100, gap_s=1)
    world.alert(alarm)
    world.run(15)
    world.alert(alarm.model_copy(update={"audio": world.audio(4), "not_after": NOON + 60 * SECOND}))
    world.run(120)
    ends = [b - a for a, b, _ in world.sounded(alarm)]
    assert ends[0] == pytest.approx(10)
    assert ends[-1] == pytest.approx(4)
    assert world.sounded(alarm)[-1][1] <= 60.5
    assert world.last(alarm).state is S.PLAYED


def test_urgent_waits_for_the_end_of_a_bulletin_and_goes_before_the_next(world):
    first = world.job(10, 30)
    normal = world.job(20, 10, max_start_delay_s=120)
    urgent = world.job(25, 10, priority=Priority.URGENT, max_start_delay_s=120)
    world.order(first, normal, urgent)
    world.run(120)
    assert [voice[:36] for voice, *_ in world.output.heard] == [first.job_id, urgent.job_id, normal.job_id]


def test_what_had_to_wait_too_long_is_missed_as_busy(world):
    first, second = world.job(10, 120), world.job(20, 10, max_start_delay_s=30)
    world.order(first, second)
    world.run(180)
    assert (world.last(second).state, world.last(second).reason) == (S.MISSED, Reason.BUSY)


def test_an_interrupted_job_that_no_longer_fits_is_cut(world):
    job = world.job(10, 60, not_after=NOON + 80 * SECOND)
    world.order(job)
    world.run(30)
    world.alert(world.emergency(0, 40))
    world.run(60)
    assert (world.last(job).state, world.last(job).reason) == (S.CUT, Reason.PREEMPTED)
    assert world.last(job).played_ms == pytest.approx(20_000, abs=400)


def relay(world, start: float, seconds: float):
    at = world.now + timedelta(seconds=start)
    stream = Stream(urls=("http://vov",), until=at + timedelta(seconds=seconds))
    return world.job(start, seconds, priority=Priority.RELAY, stream=stream)


def test_a_relay_is_ducked_under_the_communes_voice_and_ends_with_its_slot(world):
    radio, bulletin = relay(world, 10, 100), world.job(40, 20)
    world.order(radio, bulletin)
    world.run(150)
    assert world.sounded(radio) == [(pytest.approx(10), pytest.approx(110), 0)]
    assert world.sounded(bulletin) == [(pytest.approx(40), pytest.approx(60), 0)]
    gains = [gain for voice, gain in world.output.gains if voice.startswith(radio.job_id)]
    assert gains == [0.0, DUCK_DB, 0.0]
    assert world.last(radio).state is S.PLAYED


def test_a_later_relay_takes_over(world):
    one, two = relay(world, 10, 100), relay(world, 50, 100)
    world.order(one, two)
    world.run(200)
    assert (world.last(one).state, world.last(one).by) == (S.CUT, two.job_id)
    assert world.last(two).state is S.PLAYED


def test_an_emergency_silences_the_relay_too(world):
    radio = relay(world, 10, 100)
    world.order(radio)
    world.run(30)
    alarm = world.emergency(0, 10)
    world.alert(alarm)
    world.run(120)
    (first, second) = world.sounded(radio)
    ((alarm_from, alarm_to, _),) = world.sounded(alarm)
    assert first[1] <= alarm_from
    assert second[0] >= alarm_to
    assert second[1] == pytest.approx(110)


def test_the_audio_of_prepared_emergencies_is_kept_ready(world):
    prepared = world.audio(10, here=False)
    world.order(prefetch=(prepared,))
    world.run(700)
    assert world.library.has(prepared.sha256)
    world.alert(alarm := world.emergency(0, 10, audio=prepared))
    world.run(3)
    assert world.sounded(alarm)


def test_an_emergency_has_the_line_for_itself(world):
    """Also before what begins in a few minutes; that is taken up again afterwards and costs it nothing but time."""
    world.configure()
    world.web.fetch_s = 20.0
    bulletin, later = world.job(300, here=False), world.job(50_000, here=False)
    world.order(bulletin, later)
    world.run(1)
    assert [order.lane for order in world.web.orders] == [Lane.SOON]
    alarm = world.emergency(here=False, count=1)
    world.alert(alarm)
    world.run(1)
    assert world.web.orders[-1].lane is Lane.ALARM
    assert world.web.preferred == {alarm.audio.sha256}
    world.run(18.5)  # what was on its way has given way
    assert world.states(bulletin) == [S.ACCEPTED, S.FETCHING]
    assert [order.lane for order in world.web.orders] == [Lane.SOON, Lane.ALARM]
    world.run(25)
    assert world.web.preferred == frozenset()
    assert world.last(alarm).state is S.PLAYED
    world.run(30)
    assert world.states(bulletin)[-1] is S.READY


def test_an_emergency_that_is_over_no_longer_has_the_line(world):
    world.configure()
    world.web.fetch_s = 1000.0
    alarm = world.emergency(here=False)
    world.alert(alarm)
    world.run(1)
    assert world.web.preferred
    world.alert(all_clear=alarm.job_id)
    world.run(1)
    assert not world.web.preferred


def test_a_full_disk_makes_room_for_an_emergency(world):
    world.library.free = 0
    bulletin = world.job(7200)
    world.order(bulletin)
    alarm = world.emergency(here=False)
    world.web.broken[alarm.audio.sha256] = FetchOutcome.NO_SPACE
    world.alert(alarm)
    world.run(2)
    assert not world.library.has(bulletin.audio.sha256)
    world.library.free = 10**9
    world.web.broken.clear()
    world.run(30)
    assert world.sounded(alarm)


def test_an_expired_order_is_refused(world):
    alarm = world.emergency()
    token = world.seal(Kind.ALERT, Alert(job=alarm), expires=datetime(2026, 3, 2, 4, 0, tzinfo=UTC))
    world.send("alert", token)
    world.run(30)
    assert world.refusals() == ["expired"]
    assert world.states(alarm) == []


def test_a_clock_behind_the_stations_does_not_hold_an_emergency_up(world):
    world.configure()
    world.run(1)
    alarm = world.emergency(20, 5)  # the station's clock is so much ahead
    world.send("alert", world.seal(Kind.ALERT, Alert(job=alarm), now=alarm.start_at))
    world.run(2.5)
    assert world.states(alarm)[-1] is S.PLAYING


def test_an_emergency_that_was_planned_waits_for_its_time(world):
    world.configure()
    world.run(1)
    alarm = world.emergency(20, 5)
    world.alert(alarm)
    world.run(15)
    assert world.states(alarm)[-1] is S.READY
    world.run(20)
    assert world.last(alarm).state is S.PLAYED
