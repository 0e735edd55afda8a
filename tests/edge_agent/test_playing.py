"""One job after another: on time, once, in one of the contract's ends."""

from datetime import time

import pytest

from edge_agent.ports import FetchOutcome
from protocol.jobs import CHIME_MS, Job
from protocol.messages import Cancel
from protocol.policy import Policy, VolumeCeiling, Window
from protocol.states import Reason, State
from tests.edge_agent.world import NOON, SECOND

S = State


def end(world, job: Job):
    world.run(5)
    report = world.last(job)
    return report.state, report.reason


def test_a_job_is_fetched_loaded_and_starts_on_its_instant(world):
    job = world.job(120, 30, here=False)
    world.order(job)
    world.run(200)
    assert world.states(job) == [S.ACCEPTED, S.FETCHING, S.READY, S.PLAYING, S.PLAYED]
    assert world.sounded(job) == [(pytest.approx(120), pytest.approx(150), 0)]
    playing, played = world.reports(job)[-2:]
    assert playing.start_error_ms == pytest.approx(0, abs=0.1)
    assert played.played_ms == 30_000
    assert played.evidence == "E2"


def test_repetitions_sound_with_their_gaps(world):
    job = world.job(30, 10, count=3, gap_s=4)
    world.order(job)
    world.run(120)
    assert [(a, b) for a, b, _ in world.sounded(job)] == [
        (pytest.approx(30), pytest.approx(40)),
        (pytest.approx(44), pytest.approx(54)),
        (pytest.approx(58), pytest.approx(68)),
    ]
    assert world.last(job).played_ms == 30_000


def test_the_same_manifest_twice_or_with_a_new_revision_starts_it_once(world):
    job = world.job(30)
    token = world.order(job)
    world.send("desired", token)
    world.run(60)
    world.order(job)
    world.run(60)
    assert len(world.sounded(job)) == 1
    assert world.states(job).count(S.PLAYED) == 1
    assert world.refusals() == []


def test_never_the_past(world):
    job = world.job(NOON - 120 * SECOND)
    world.order(job)
    assert end(world, job) == (S.MISSED, Reason.TOO_LATE)
    assert world.sounded(job) == []


def test_a_late_start_within_its_delay_says_how_late(world):
    job = world.job(NOON - 20 * SECOND, 10, max_start_delay_s=60)
    world.order(job)
    world.run(60)
    playing = next(r for r in world.reports(job) if r.state is S.PLAYING)
    assert 20_000 < playing.start_error_ms < 25_000
    assert world.last(job).state is S.PLAYED


def test_without_its_audio_it_is_missed_and_says_why(world):
    world.web.up = False
    job = world.job(30, here=False)
    world.order(job)
    world.run(100)
    assert end(world, job) == (S.MISSED, Reason.NO_AUDIO)


def test_audio_that_comes_in_the_last_moment_still_sounds(world):
    world.web.up = False
    job = world.job(30, here=False)
    world.order(job)
    world.run(40)
    world.web.up = True
    world.run(120)
    assert world.last(job).state is S.PLAYED


def test_a_file_that_is_not_what_its_name_says_is_refused_and_never_sounds(world):
    job = world.job(120, here=False)
    world.web.broken[job.audio.sha256] = FetchOutcome.BAD_HASH
    world.order(job)
    world.run(300)
    assert end(world, job) == (S.MISSED, Reason.NO_AUDIO)
    assert "bad_hash" in world.refusals()
    assert len(world.web.orders) > 2
    assert world.sounded(job) == []


def test_a_file_that_went_bad_on_disk_is_found_before_play_and_fetched_again(world):
    job = world.job(60)
    world.order(job)
    world.run(10)
    world.library.bad.add(job.audio.sha256)
    world.run(120)
    assert world.states(job) == [S.ACCEPTED, S.READY, S.FETCHING, S.READY, S.PLAYING, S.PLAYED]
    assert world.refusals() == ["bad_hash"]


def test_right_bytes_that_are_no_sound_fail(world):
    job = world.job(30)
    world.output.undecodable.add(job.audio.sha256)
    world.order(job)
    world.run(30)
    assert end(world, job) == (S.FAILED, Reason.BAD_AUDIO)


def test_a_vanished_job_is_cancelled_before_its_start_and_goes_on_after_it(world):
    first, second = world.job(20, 30), world.job(200)
    world.order(first, second)
    world.run(30)
    world.order()
    world.run(60)
    assert world.last(first).state is S.PLAYED
    assert end(world, second) == (S.CANCELLED, Reason.ORDERED)


def test_cancelling_stops_what_sounds_and_answers_with_the_truth(world):
    sounding, done, unknown = world.job(20, 60), world.job(5, 5), world.job(500)
    world.order(sounding, done)
    world.run(30)
    cancels = tuple(Cancel(job_id=job.job_id) for job in (sounding, done, unknown))
    world.order(cancels=cancels)
    world.order(cancels=cancels)
    world.run(10)
    assert world.last(sounding).state is S.CANCELLED
    assert world.last(sounding).played_ms == pytest.approx(10_000, abs=50)
    assert world.last(done).state is S.PLAYED
    assert world.states(unknown) == [S.CANCELLED]


def test_a_changed_job_that_has_not_started_is_what_the_newest_manifest_says(world):
    job = world.job(60)
    world.order(job)
    world.run(50)  # already loaded
    moved = job.model_copy(update={"start_at": NOON + 90 * SECOND, "audio": world.audio(5)})
    world.order(moved)
    world.run(100)
    assert world.sounded(job) == [(pytest.approx(90), pytest.approx(95), 0)]


def test_a_job_supersedes_others_whatever_they_are_doing(world):
    sounding, waiting = world.job(10, 60), world.job(100)
    world.order(sounding, waiting)
    world.run(20)
    newer = world.job(200, supersedes=(sounding.job_id, waiting.job_id))
    world.order(sounding, waiting, newer)
    world.run(5)
    assert (world.last(sounding).state, world.last(sounding).by) == (S.SUPERSEDED, newer.job_id)
    assert (world.last(waiting).state, world.last(waiting).by) == (S.SUPERSEDED, newer.job_id)


def test_a_second_attempt_replaces_the_first(world):
    job = world.job(100)
    world.order(job)
    world.run(5)
    again = job.model_copy(update={"attempt": 2})
    world.order(again)
    world.run(150)
    assert world.last(job).state is S.SUPERSEDED
    assert world.last(again).state is S.PLAYED


def test_an_emergency_inside_the_manifest_is_not_one(world):
    job = world.emergency(10)
    world.order(job)
    world.run(60)
    assert world.states(job) == [S.ACCEPTED, S.REJECTED]
    assert world.last(job).reason is Reason.NOT_AN_EMERGENCY
    assert world.sounded(job) == []


NIGHT = Policy(allowed=(Window(start=time(5), end=time(22)),), session_minutes=10)


def test_policy_is_held_at_once_and_when_it_changes(world):
    world.configure(policy=NIGHT)
    at_315 = world.job(NOON.replace(hour=20, minute=15))  # 03:15 in Việt Nam
    long = world.job(60, 700)
    fine = world.job(3600)
    world.order(at_315, long, fine)
    world.run(5)
    assert [world.last(j).state for j in (at_315, long, fine)] == [S.REJECTED, S.REJECTED, S.READY]
    world.configure(policy=Policy(allowed=()))
    assert end(world, fine) == (S.REJECTED, Reason.POLICY)


def test_policy_is_held_again_when_a_late_start_would_leave_the_window(world):
    world.configure(policy=Policy(allowed=(Window(start=time(11), end=time(12, 2)),)))
    first = world.job(10, 60)
    second = world.job(60, 50, max_start_delay_s=300)  # 12:01:00–12:01:50 planned; 12:01:10–12:02:00 would just fit
    third = world.job(65, 50, max_start_delay_s=300)  # after the second there is no room before 12:02
    world.order(first, second, third)
    world.run(200)
    assert world.last(second).state is S.PLAYED
    assert (world.last(third).state, world.last(third).reason) == (S.REJECTED, Reason.POLICY)


def test_the_ceiling_of_the_hour_holds_the_volume_but_not_for_an_emergency(world):
    ceiling = VolumeCeiling(window=Window(start=time(11), end=time(13)), percent=30)
    world.configure(policy=Policy(ceilings=(ceiling,)), volume_percent=80)
    job = world.job(10)
    world.order(job)
    world.run(15)
    assert world.volume.now == 30
    world.alert(world.emergency())
    world.run(8)
    assert world.volume.now == 80


def test_the_amplifier_has_power_only_around_what_sounds(world):
    job = world.job(60, 10)
    world.order(job)
    world.run(120)
    (on_s, first), (off_s, second) = world.amplifier.switched
    start_s = world.output.heard[0][1]
    assert (first, second) == (True, False)
    assert start_s - on_s == pytest.approx(2.0 + 0.3, abs=0.05)
    assert off_s - (start_s + 10) == pytest.approx(5.0, abs=0.05)
    assert world.reports(job)[-2].start_error_ms == pytest.approx(0, abs=0.1)


def test_a_job_with_a_chime_is_so_much_longer(world):
    job = world.job(10, 20, chime=True, count=2, gap_s=3.0)
    world.order(job)
    world.run(120)
    assert world.last(job).state is S.PLAYED
    assert world.last(job).played_ms == 2 * (20_000 + CHIME_MS)
    (first, second) = world.sounded(job)
    assert first[1] - first[0] == pytest.approx(20 + CHIME_MS / 1000, abs=0.01)
    assert second[0] - first[1] == pytest.approx(3.0, abs=0.1)
