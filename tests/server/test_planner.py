"""The planner's rehearsal, held against the speaker's own code in its simulated world: the same jobs, the same sounds."""

from datetime import time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.jobs import Repeat, Stream
from protocol.policy import Policy, Window
from protocol.priorities import Priority
from protocol.states import Reason, State
from schedules.policy import judge
from server.planner import Hours, Item, perform
from tests.edge_agent.world import NOON, World

MINUTE = timedelta(minutes=1)
OPEN = Policy(allowed=(Window(start=time(0), end=time(0)),), session_minutes=60)
CLOSES = Policy(allowed=(Window(start=time(11), end=time(12, 10)),), session_minutes=4)
"""Shuts ten minutes after the world's noon."""


@st.composite
def orders(draw):
    """What may come within some minutes: starts that meet, waits that run out, repeats, relays, emergencies."""
    found = []
    for _ in range(draw(st.integers(1, 6))):
        priority = draw(st.sampled_from([Priority.NORMAL] * 3 + [Priority.URGENT, Priority.RELAY, Priority.EMERGENCY]))
        found.append(
            {
                "priority": priority,
                "start": draw(st.integers(30, 300)),
                "seconds": draw(st.integers(5, 120)),
                "delay": draw(st.sampled_from([0, 10, 60, 120])),
                "slack": draw(st.sampled_from([0, 30, 300])),
                "count": draw(st.sampled_from([1, 1, 1, 2, 3])) if priority is not Priority.RELAY else 1,
            }
        )
    return found


def job(world, order):
    start = world.now + timedelta(seconds=order["start"])
    length = timedelta(seconds=order["seconds"] * order["count"] + 3 * (order["count"] - 1))
    more = {
        "priority": order["priority"],
        "max_start_delay_s": float(order["delay"]),
        "repeat": Repeat(count=order["count"], gap_s=3.0),
        "not_after": start + length + timedelta(seconds=order["slack"]),
    }
    if order["priority"] is Priority.RELAY:
        more["stream"] = Stream(urls=("http://radio/",), until=start + length)
    return world.job(start, order["seconds"], **more)


def told(world, jobs, policy):
    """What the speaker's own code did: per job its spans (from, to) since noon, its end and reason."""
    world.configure(policy=policy)
    world.order(*(job for job in jobs if job.priority is not Priority.EMERGENCY))
    for emergency in jobs:
        if emergency.priority is Priority.EMERGENCY:
            world.alert(emergency)
    world.run(3600)
    heard = {job.job_id: [sound for sound in world.sounded(job) if sound[1] - sound[0] > 0.01] for job in jobs}
    return {job.job_id: (heard[job.job_id], world.last(job).state, world.last(job).reason) for job in jobs}


def rehearsed(jobs, policy):
    hours = Hours(policy, NOON, NOON + timedelta(hours=1))
    found = {}
    for course in perform([Item.of(job) for job in jobs], hours):
        spans = []
        for span in course.spans:
            start, end = span.start_s - NOON.timestamp(), span.end_s - NOON.timestamp()
            if spans and spans[-1][1] == start:  # a change of loudness is no new start
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
        found[course.item.key] = (spans, course.end, course.reason)
    return found


def agree(jobs, heard, planned):
    for job in jobs:
        (sounds, state, reason), (spans, end, why) = heard[job.job_id], planned[job.job_id]
        assert (end, why) == (state, reason or None), (job.title, sounds, spans)
        assert len(spans) == len(sounds), (sounds, spans)
        for (start, stop, _), span in zip(sounds, spans, strict=True):
            assert abs(start - span[0]) < 0.05, (sounds, spans)
            assert abs(stop - span[1]) < 0.05, (sounds, spans)


@given(orders=orders(), policy=st.sampled_from([OPEN, CLOSES]))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_plan_is_what_the_speaker_does(tmp_path_factory, orders, policy):
    world = World(tmp_path_factory.mktemp("world"))
    world.run(5)
    jobs = [job(world, order) for order in orders]
    planned = rehearsed(jobs, policy)
    agree(jobs, told(world, jobs, policy), planned)
    world.store.close()


WINDOWS = st.lists(
    st.builds(
        Window,
        start=st.times(),
        end=st.times(),
        weekdays=st.lists(st.integers(0, 6), min_size=1, unique=True).map(tuple),
    ),
    max_size=4,
).map(tuple)


@given(WINDOWS, st.integers(0, 7 * 86_400), st.integers(0, 5000))
@settings(max_examples=200, deadline=None)
def test_hours_laid_out_are_the_hours_that_the_speaker_judges_by(windows, second, length):
    policy = Policy(allowed=windows, session_minutes=60)
    start = NOON + timedelta(seconds=second)
    laid_out = Hours(policy, NOON, NOON + timedelta(days=7))
    refused = judge(policy, start, timedelta(seconds=length))
    assert laid_out.allow(start.timestamp(), length) == (refused is None)


def item(key, start, seconds, priority=Priority.NORMAL, delay=60.0):
    return Item(key, priority, float(start), start + delay, start + delay + seconds + 600, float(seconds))


def course_of(*items):
    hours = Hours(OPEN.model_copy(), NOON - timedelta(days=1), NOON + timedelta(days=1))
    shifted = [one._replace(**{n: getattr(one, n) + NOON.timestamp() for n in ("start_s", "latest_s", "not_after_s")})
               for one in items]  # fmt: skip
    return {course.item.key: course for course in perform(shifted, hours)}


def test_by_the_table_an_urgent_one_waits_and_an_emergency_breaks_in():
    found = course_of(item("a", 0, 100), item("b", 50, 10, Priority.URGENT), item("c", 60, 10))
    assert (found["b"].by, found["b"].late_s) == ("a", 50)
    assert (found["c"].by, found["c"].late_s) == ("b", 50)
    found = course_of(item("a", 0, 100), item("e", 40, 20, Priority.EMERGENCY))
    (broken,) = found["a"].breaks
    assert (broken.by, round(broken.resumed_s - broken.at_s, 3)) == ("e", 20.3)  # the start is decided a little before
    assert [round(span.from_s, 1) for span in found["a"].spans] == [0, 39.7]


def test_who_waits_too_long_is_missed_by_name():
    found = course_of(item("a", 0, 100), item("b", 10, 10, delay=60))
    assert (found["b"].end, found["b"].reason, found["b"].by) == (State.MISSED, Reason.BUSY, "a")
