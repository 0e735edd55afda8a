"""The picture of a plan: cut at its silences, one lane for speakers that do the same, everything within the frame."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from protocol.priorities import Priority
from protocol.states import State
from server.console import lanes
from server.planner import Affair, Effect, Interruption, Plan, Segment, Track
from server.planner.views import SpeakerName

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAWN = datetime(2026, 12, 1, 5, 30, tzinfo=ZONE).astimezone(UTC)
MINUTE = timedelta(minutes=1)


def affair(name, due, spans=(), **fields):
    facts = {
        "occurrence_id": name, "schedule_id": name, "title": name, "priority": Priority.NORMAL, "area_name": "Xã", "due_at": due,
        "starts_at": spans[0][0] if spans else None, "ends_at": spans[-1][1] if spans else None, "end": State.PLAYED, "reason": "",
        "by": "", "by_title": "", "late_s": 0.0, "interruptions": (), "test": False, "known": False, "effect": None, "message": "",
    }  # fmt: skip
    return Affair(**{**facts, **fields})


def segments(one, spans):
    return tuple(
        Segment(
            occurrence_id=one.occurrence_id, title=one.title, priority=one.priority, start=start, end=end, from_ms=0, ducked=False
        )
        for start, end in spans
    )  # fmt: skip


def track(names, *affairs_with_spans):
    speakers = tuple(SpeakerName(id=name, name=name, area_name="Xã") for name in names)
    heard = [one for affair, spans in affairs_with_spans for one in segments(affair, spans)]
    return Track(
        speakers=speakers,
        segments=tuple(sorted(heard, key=lambda one: one.start)),
        affairs=tuple(affair for affair, _ in affairs_with_spans),
    )


def plan(*tracks):
    start = DAWN - 30 * MINUTE
    return Plan(
        area_id="xa", area_name="Xã", start=start, end=start + timedelta(days=1), tracks=tracks, conflicts=(), waiting=(),
        speakers=sum(len(one.speakers) for one in tracks),
    )  # fmt: skip


def test_silence_is_left_out_and_speakers_that_do_the_same_share_a_lane():
    both = [(DAWN, DAWN + 10 * MINUTE)]
    own = [(DAWN + 12 * MINUTE, DAWN + 14 * MINUTE)]
    evening = [(DAWN + 700 * MINUTE, DAWN + 705 * MINUTE)]
    first, second, third = (
        affair("Sáng", DAWN, both),
        affair("Thôn", own[0][0], own),
        affair("Chiều", evening[0][0], evening),
    )
    made = plan(track("a", (first, both), (third, evening)), track("bc", (first, both), (second, own)))
    morning, late = lanes.stretches(made, ZONE)
    assert (morning.start, morning.end) == (DAWN, DAWN + 15 * MINUTE)
    assert [[one.id for one in lane.speakers] for lane in morning.lanes] == [["b", "c"], ["a"]]
    assert [(row.number, row.affair.title) for row in morning.rows] == [(1, "Sáng"), (2, "Thôn")]
    assert [block.number for block in morning.lanes[0].blocks] == [1, 2]
    assert [len(fate.speakers) for row in morning.rows for fate in row.fates] == [3, 2]
    assert [one.id for one in late.quiet] == ["b", "c"]
    assert [clock.astimezone(ZONE).strftime("%H:%M") for clock, _ in morning.ticks][:3] == ["05:30", "05:32", "05:34"]
    assert len(lanes.overview(made, [morning, late])) == 2


def test_what_is_held_and_what_never_sounds_has_its_place():
    spans = [(DAWN, DAWN + 4 * MINUTE), (DAWN + 6 * MINUTE, DAWN + 10 * MINUTE)]
    urgent = [(DAWN + 4 * MINUTE, DAWN + 6 * MINUTE)]
    broken = affair(
        "Tin", DAWN, spans, effect=Effect.INTERRUPTED, message="bị ngắt",
        interruptions=(Interruption(at=spans[0][1], by="Gấp", by_title="Gấp", resumes_at=spans[1][0]),),
    )  # fmt: skip
    missed = affair("Lỡ", DAWN + 5 * MINUTE, effect=Effect.MISSED, end=State.MISSED, message="không phát")
    made = plan(
        track(
            "a", (broken, spans), (affair("Gấp", urgent[0][0], urgent, priority=Priority.URGENT), urgent), (missed, [])
        )
    )
    (stretch,) = lanes.stretches(made, ZONE)
    (lane,) = stretch.lanes
    assert [(block.number, block.x) for block in lane.blocks] == [(1, 0.0), (2, 266.7), (1, 400.0)]
    assert lane.pauses == (lanes.Pause(1, 266.7, 133.3),)
    assert lane.silent == ((3, 333.3),)


def test_nothing_hangs_over_the_edge_of_the_day():
    start = DAWN - 30 * MINUTE
    spans = [(start - 5 * MINUTE, start + 5 * MINUTE)]
    over = [(start + timedelta(days=1) - MINUTE, start + timedelta(days=1) + 30 * MINUTE)]
    made = plan(track("a", (affair("Trước", spans[0][0], spans), spans), (affair("Sau", over[0][0], over), over)))
    for stretch in lanes.stretches(made, ZONE):
        for block in stretch.lanes[0].blocks:
            assert block.x >= 0
            assert block.x + block.width <= lanes.WIDTH + 4
    assert all(0 <= mark.x <= lanes.WIDTH for mark in lanes.overview(made, lanes.stretches(made, ZONE)))
    assert lanes.stretches(plan(track("a")), ZONE) == []
