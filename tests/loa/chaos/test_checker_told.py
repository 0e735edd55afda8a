"""What is said about a job: its end, its reason, its length, and the same on both sides."""

from pathlib import Path

import pytest

from loa.chaos.verdict import Fault

# ---------------------------------------------------------------- ends and reasons


def missed(story, reason, *, state="MISSED", **fields):
    story.ordered("a", **fields)
    story.said(-1000, "a", "ACCEPTED")
    story.said(61, "a", state, reason=reason)
    story.ends("a", state)


@pytest.mark.parametrize("reason", ["off", "clock", "no_audio", "busy", "too_late"])
def test_nothing_is_missed_without_a_reason(story, reason):
    story.told(-1000, "a")
    missed(story, reason)
    assert story.faults() == {Fault.MISSED, Fault.WRONG_REASON}


def test_missed_because_it_was_off(story):
    story.told(-1000, "a")
    story.running(-100, on=False)
    story.running(61, on=True)
    missed(story, "off")
    report = story.verdict()
    assert report.violations == ()
    assert report.missed == {"off": 1}


@pytest.mark.parametrize(("forward_s", "founded"), [(0.0, False), (0.65, True), (-0.65, False)])
def test_too_late_because_the_clock_was_put_forward_while_the_amplifier_warmed(story, forward_s, founded):
    """With no room for a late start at all."""
    story.told(-999, "a")
    story.clock(-300, -max(forward_s, 0.0))
    story.clock(-0.7, min(forward_s, 0.0))
    missed(story, "too_late", max_start_delay_s=0.0)
    assert (Fault.WRONG_REASON in story.faults()) is not founded


@pytest.mark.parametrize(("here", "founded"), [(-900, False), (-1.0, True)])
def test_too_late_because_the_audio_came_when_the_amplifier_could_no_longer_warm_in_time(story, here, founded):
    story.told(-999, "a")
    missed(story, "too_late", max_start_delay_s=0.0, here=here)
    assert (Fault.WRONG_REASON in story.faults()) is not founded


def test_missed_because_the_audio_never_came(story):
    story.told(-1000, "a")
    story.line(-1500, web=False)
    missed(story, "no_audio", here=None)
    assert story.faults() == set()


def test_an_open_line_is_no_excuse_for_missing_audio(story):
    story.told(-1000, "a")
    missed(story, "no_audio", here=None)
    assert story.faults() == {Fault.MISSED}


def test_missed_because_something_else_sounded(story):
    story.told(-1000, "a", "b")
    story.played("b", -5, lasting=80)
    missed(story, "busy")
    assert story.faults() == set()


def test_a_wrong_reason_is_no_reason(story):
    story.told(-1000, "a")
    story.running(-100, on=False)
    story.running(61, on=True)
    missed(story, "busy")
    assert story.faults() == {Fault.WRONG_REASON}


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("REJECTED", "policy"),
        ("REJECTED", "not_an_emergency"),
        ("CANCELLED", "ordered"),
        ("SUPERSEDED", None),
        ("FAILED", "bad_audio"),
        ("FAILED", "internal"),
    ],
)
def test_ends_that_the_world_did_not_ask_for(story, state, reason):
    story.told(-1000, "a")
    missed(story, reason, state=state)
    assert Fault.WRONG_REASON in story.faults()


def test_a_false_emergency_is_rejected_in_peace(story):
    story.told(-1000, "a")
    missed(story, "not_an_emergency", state="REJECTED", priority=1)
    assert story.faults() == set()


def test_a_state_that_may_not_follow(story):
    story.told(-1000, "a")
    story.played("a")
    story.said(11, "a", "PLAYING")
    assert Fault.BAD_MOVE in story.faults()


def test_an_order_without_an_end(story):
    story.told(-1000, "a")
    story.ordered("a")
    story.said(-900, "a", "READY")
    story.ends("a", "READY")
    assert Fault.NOT_ENDED in story.faults()


def test_an_order_that_never_arrived_may_stay_unknown(story):
    story.told(-1000, "a", delivered=False)
    story.ordered("a")
    story.ends("a", "UNKNOWN", "")
    report = story.verdict()
    assert report.violations == ()
    assert report.missed == {"undelivered": 1}


# ---------------------------------------------------------------- the truth, on both sides


def test_played_and_not_heard(story):
    story.told(-1000, "a")
    story.played("a")
    story.records = [r for r in story.records if r.kind != "sound"]
    assert Fault.LIE in story.faults()


def test_heard_and_called_missed(story):
    story.told(-1000, "a")
    story.amplifier(-2, 13)
    story.sound("a", 0, 10)
    missed(story, "busy")
    assert Fault.LIE in story.faults()


def test_an_event_that_never_reached_the_station(story):
    story.told(-1000, "a")
    story.played("a")
    story.event(50, "note", {}, committed=False)
    assert story.faults() == {Fault.UNTOLD}


def test_an_event_that_the_station_made_up(story):
    story.told(-1000, "a")
    story.played("a")
    story.records = [r for r in story.records if not (r.kind == "recorded" and r.event.seq == 1)]
    assert Fault.INVENTED in story.faults()


def test_the_two_sides_show_different_ends(story):
    story.told(-1000, "a")
    story.played("a")
    story.records = [r.model_copy(update={"state": "CUT"}) if r.kind == "remembered" else r for r in story.records]
    assert story.faults() == {Fault.DISAGREE}


def test_a_refused_forgery_must_be_told(story):
    story.told(-1000, "x", flaw="wrong_key")
    assert story.faults() == {Fault.FORGERY_UNTOLD}
    story.event(-999.9, "refused", {"topic": "t", "refusal": "unknown_key"})
    assert story.faults() == set()


def test_an_agent_that_falls_over(story):
    story.running(100, on=False, cause="fell: ValueError")
    story.running(105, on=True, cause="crash")
    assert story.faults() == {Fault.CRASHED}


def test_every_kind_of_fault_is_tested_here():
    source = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_checker_*.py"))
    assert [fault for fault in Fault if f"Fault.{fault.name}" not in source] == []


def test_an_old_order_after_a_newer_one_that_power_interrupted_may_be_refused_or_not(story):
    story.ordered("a")
    story.told(-500, "a", delivered=False)
    story.told(-500, delivered=False)
    story.delivered(-400, 2, interrupted=True)
    story.running(-399.9, on=False)
    story.running(-300, on=True)
    story.delivered(-200, 1)
    story.ends("a", "UNKNOWN", device="")
    assert story.faults() == set()


@pytest.mark.parametrize(("at_most", "lies"), [(9_000, False), (4_000, True)])
def test_the_range_after_a_power_cut_holds_the_truth(story, at_most, lies):
    story.told(-1000, "a")
    story.ordered("a")
    story.said(-1000, "a", "ACCEPTED")
    story.said(-900, "a", "READY")
    story.amplifier(-2, 7)
    story.sound("a", 0, 7, ended="power")
    story.said(0.01, "a", "PLAYING", start_error_ms=0.0, played_ms=0)
    story.running(7, on=False)
    story.running(40, on=True)
    story.said(40, "a", "CUT", reason="power", played_ms=3_000, played_at_most_ms=at_most)
    story.ends("a", "CUT")
    assert story.faults() == ({Fault.LIE} if lies else set())
