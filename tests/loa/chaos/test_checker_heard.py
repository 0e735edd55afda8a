"""Honest histories pass, and each kind of lie, mistake and bad luck is told from the others."""

import pytest

from loa.chaos.history import Key
from loa.chaos.verdict import Fault

KEY: Key = ("a", 1)


def test_a_job_that_sounds_well_passes(story):
    story.told(-1000, "a")
    story.played("a")
    report = story.verdict()
    assert report.violations == ()
    assert (report.ok, report.jobs, report.played, report.missed) == (True, 1, 1, {})
    assert report.device_days == pytest.approx(9000 / 86400, abs=0.001)


def test_a_job_that_starts_late_and_says_so_passes(story):
    story.told(-1000, "a", "b")
    story.played("a")
    story.played("b", 5, late=10)
    assert story.faults() == set()


def test_a_late_start_must_be_told(story):
    story.told(-1000, "a")
    story.played("a", late=20, told=0)
    assert story.faults() == {Fault.START_UNTOLD}


# ---------------------------------------------------------------- what may not be heard


def test_what_nobody_ordered_is_unsigned(story):
    story.played("a")
    assert Fault.UNSIGNED in story.faults()


def test_what_a_forger_ordered_is_unsigned(story):
    story.told(-1000, "a", flaw="wrong_key")
    story.played("a")
    report = story.verdict()
    assert any(v.fault is Fault.UNSIGNED and v.detail == "wrong_key" for v in report.violations)


def test_what_another_device_was_told_is_unsigned_here(story):
    story.records[0] = story.records[0].model_copy(update={"devices": ("loa-01", "loa-02")})
    story.told(-1000, "a", device="loa-02")
    story.played("a")
    assert Fault.UNSIGNED in story.faults()


def test_what_arrived_too_late_cannot_have_been_heard_before(story):
    story.told(5, "a")
    story.played("a")
    assert Fault.UNSIGNED in story.faults()


def test_an_expired_message_is_not_believed(story):
    story.told(-1000, "a", expires_s=1_772_420_400.0 - 2000)
    story.played("a")
    assert Fault.UNSIGNED in story.faults()


def test_an_older_manifest_is_not_believed(story):
    story.told(-1500, rev=50)
    story.told(-1000, "a", rev=40)
    story.played("a")
    assert Fault.UNSIGNED in story.faults()


def test_an_emergency_needs_the_emergency_key(story):
    story.told(-1000, "a")
    story.played("a", priority=1)
    assert Fault.NOT_AN_EMERGENCY in story.faults()


def test_a_revoked_key_is_silent(story):
    story.told(-1000, "a")
    story.told(-500, channel="config", revoked=("station-key",))
    story.played("a")
    assert Fault.REVOKED in story.faults()


@pytest.mark.parametrize("ending", [{"cancels": [KEY]}, {}])
def test_what_is_cancelled_or_vanishes_is_silent(story, ending):
    story.told(-1000, "a")
    story.told(-500, **ending)
    story.played("a")
    assert Fault.WITHDRAWN in story.faults()


def test_what_is_superseded_is_silent(story):
    story.told(-1000, "a")
    story.told(-500, "a", "b")
    story.played("a")
    story.played("b", 100, supersedes=("a",))
    assert Fault.WITHDRAWN in story.faults()


def test_stop_all_silences_what_sounds(story):
    story.told(-1000, "a")
    story.told(4, channel="cmd", op="stop_all")
    story.played("a")
    assert Fault.WITHDRAWN in story.faults()


def test_other_bytes_than_ordered(story):
    story.told(-1000, "a")
    story.played("a", contents=("something else",))
    assert story.faults() == {Fault.WRONG_CONTENT}


@pytest.mark.parametrize("late", [-3.0, 70.0])
def test_before_its_time_and_after_its_delay(story, late):
    story.told(-1000, "a")
    story.played("a", late=late)
    assert story.faults() == {Fault.OUTSIDE_WINDOW}


def test_past_its_end(story):
    story.told(-1000, "a")
    story.played("a", not_after_s=1_772_420_400.0 + 4)
    assert Fault.OUTSIDE_WINDOW in story.faults()


def test_quiet_hours(story):
    story.told(-2000, channel="config", allowed=[{"start_s": 18_000, "end_s": 36_000}])
    story.told(-1000, "a")
    story.played("a", 3)
    assert Fault.OUTSIDE_POLICY in story.faults()


def test_longer_than_a_session(story):
    story.told(-2000, channel="config", session_s=2.0)
    story.told(-1000, "a")
    story.played("a")
    assert Fault.OUTSIDE_POLICY in story.faults()


def test_without_a_clock_nothing_timed_begins(story):
    story.records = [r for r in story.records if r.kind != "clock"]
    story.clock(-3900, -5e8, vouched=False)
    story.told(-1000, "a")
    story.played("a")
    assert Fault.CLOCKLESS in story.faults()


# ---------------------------------------------------------------- once, one at a time, with power


def test_a_second_start_after_a_crash(story):
    story.told(-1000, "a")
    story.played("a")
    story.running(20, on=False, cause="crash")
    story.running(25, on=True, cause="crash")
    story.amplifier(28, 45)
    story.sound("a", 30, 40)
    assert Fault.TWICE in story.faults()


def test_more_often_than_ordered(story):
    story.told(-1000, "a")
    story.played("a")
    story.amplifier(14, 30)
    story.sound("a", 16, 26)
    assert Fault.TWICE in story.faults()


def test_two_at_once(story):
    story.told(-1000, "a", "b")
    story.amplifier(-2, 20)
    story.played("a", power=False)
    story.played("b", 5, power=False)
    assert story.faults() == {Fault.OVERLAP}


@pytest.mark.parametrize(("gain_db", "faults"), [(-24.0, set()), (0.0, {Fault.OVERLAP})])
def test_over_a_relay_only_if_it_is_ducked(story, gain_db, faults):
    story.told(-1000, "r", "b")
    story.amplifier(-2, 65)
    until = 1_772_420_400.0 + 60
    story.ordered("r", priority=4, pass_ms=0, stream_until_s=until, contents=("radio",))
    story.records = [r.model_copy(update={"file": None}) if r.kind == "ordered" else r for r in story.records]
    story.sound("r", 0, 60, content="radio", gain_db=gain_db, ended="stop")
    story.said(-900, "r", "READY")
    story.said(0.1, "r", "PLAYING", start_error_ms=0.0)
    story.said(60, "r", "PLAYED", played_ms=60_000)
    story.ends("r", "PLAYED")
    story.played("b", 20, power=False)
    assert story.faults() == faults


def test_broken_off_by_nobody(story):
    story.told(-1000, "a")
    story.ordered("a")
    story.amplifier(-2, 8)
    story.sound("a", 0, 4, ended="stop")
    story.said(-900, "a", "READY")
    story.said(0.1, "a", "PLAYING", start_error_ms=0.0)
    story.said(4, "a", "CUT", reason="preempted", played_ms=4000)
    story.ends("a", "CUT")
    assert story.faults() == {Fault.BROKEN_OFF, Fault.WRONG_REASON}


def test_sound_needs_a_warm_amplifier(story):
    story.told(-1000, "a")
    story.played("a", power=False)
    story.amplifier(-0.5, 13)
    assert story.faults() == {Fault.AMPLIFIER}


def test_the_amplifier_sleeps_when_nothing_plays(story):
    story.amplifier(0, 60)
    assert story.faults() == {Fault.AMPLIFIER}


# ---------------------------------------------------------------- emergencies


def emergency(story, first=2.0, job="e", power=(0.1, 23)):
    """Ordered now, heard once from `first` on, cleared after twenty seconds."""
    forever = {"priority": 1, "now": True, "count": 1000, "gap_s": 3.0, "device": None, "max_start_delay_s": 600.0}
    story.ordered(job, not_after_s=1_772_420_400.0 + 900, **forever)
    story.told(0, channel="alert", begins=(job, 1))
    story.told(20, channel="alert", clears=job)
    story.amplifier(*power)
    story.sound(job, first, first + 10)
    story.sound(job, first + 13, 20, ended="stop")
    story.said(0, job, "ACCEPTED")
    story.said(0.1, job, "READY")
    story.said(first, job, "PLAYING", start_error_ms=first * 1000)
    story.said(20, job, "CANCELLED", reason="all_clear", played_ms=round((10 + 7 - first) * 1000))
    story.ends(job, "CANCELLED")


def test_an_emergency_until_its_all_clear_passes_and_counts_as_played(story):
    emergency(story, 1.7)
    report = story.verdict()
    assert report.violations == ()
    assert (report.jobs, report.played) == (1, 1)


def test_an_emergency_that_waits(story):
    emergency(story, 6.0)
    assert story.faults() == {Fault.EMERGENCY_HELD}


def test_an_emergency_when_the_amplifier_was_cold_again_in_one_instant(story):
    story.told(-1000, "a")
    story.played("a", -12, power=False)
    story.amplifier(-14, 0)
    emergency(story, 1.7, power=(0, 23))
    assert story.verdict().violations == ()


def test_an_emergency_behind_something_less(story):
    story.told(-1000, "a")
    story.played("a", -4, power=False)
    emergency(story, 6.2, power=(-6, 25))
    assert story.faults() == {Fault.EMERGENCY_HELD}


def test_an_emergency_after_its_all_clear(story):
    emergency(story, 1.7)
    story.sound("e", 22.5, 25)
    assert Fault.WITHDRAWN in story.faults()
