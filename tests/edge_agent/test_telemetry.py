"""What is told between events: enough that silence is a sign, no more than a mobile line should carry."""

import base64
import json
from itertools import pairwise

import pytest
import structlog

from edge_agent.ports import Measurements
from edge_agent.runtime.logs import LogLevel
from edge_agent.telemetry import HELD_PAUSE_S, NEWS_S, QUIET, READY_TOLD, REPORT_PAUSE_S
from protocol.envelope import Kind
from protocol.messages import Ack
from tests.edge_agent.world import World

BEAT_S = 300.0
"""What the station asks for unless it says otherwise."""


@pytest.fixture
def told(world):
    """When something went out on a topic, and its body."""
    seen: list[tuple[float, str, dict]] = []
    publish = world.link.publish

    def watch(topic, payload, *, qos=1, retain=False):
        claims = payload.split(b".")[1]
        body = json.loads(base64.urlsafe_b64decode(claims + b"=" * (-len(claims) % 4)))["body"]
        seen.append((world.clock.mono, topic.rpartition("/")[2], body))
        publish(topic, payload, qos=qos, retain=retain)

    world.link.publish = watch
    return lambda leaf: [(at, body) for at, name, body in seen if name == leaf]


def test_while_nothing_is_new_the_pulse_is_slower_and_one_beat_may_still_be_lost(world, told):
    world.run(12 * 3600)
    beats = [at for at, _ in told("hb")]
    pauses = [later - earlier for earlier, later in pairwise(beats)]
    assert max(pauses) == pytest.approx(BEAT_S * QUIET, abs=1)
    assert 2 * max(pauses) < 3 * BEAT_S, "the station waits for three"
    assert len(beats) < 12 * 3600 / BEAT_S * 0.75


@pytest.mark.parametrize("news", [
    {"under_voltage": True}, {"throttled": True}, {"sound_device": None}, {"temperature_c": 70.0}, {"signal_dbm": -110},
])  # fmt: skip
def test_news_of_health_is_told_with_the_next_regular_beat(world, told, news):
    fine = {"temperature_c": 50.0, "signal_dbm": -80, "under_voltage": False, "throttled": False, "sound_device": "USB"}
    world.health.measured = Measurements(**fine)
    world.run(30)
    before = told("hb")[-1][0]
    world.health.measured = Measurements(**(fine | news))
    world.run(2 * BEAT_S)
    at, body = told("hb")[1]
    assert at - before == pytest.approx(BEAT_S, abs=1)
    ((name, value),) = news.items()
    assert body.get(name) == value


def test_small_movements_are_no_news(world, told):
    world.health.measured = Measurements(temperature_c=50.0, disk_free_mb=5000)
    world.run(30)
    for step in range(1, 20):
        world.health.measured = Measurements(temperature_c=50.0 + step % 3, disk_free_mb=5000 - step)
        world.run(BEAT_S * QUIET)
    assert len(told("hb")) <= 21


def test_what_begins_and_ends_to_sound_is_told_soon_and_a_long_job_is_not_told_again_and_again(world, told):
    job = world.job(100, seconds=200)
    world.order(job)
    world.run(600)
    beats = [(at, body.get("job_id")) for at, body in told("hb")]
    named = [at for at, job_id in beats if job_id == job.job_id]
    begun = told("evt")  # its own events say the exact instants
    assert begun
    assert len(named) == 1
    ended = next(at for at, job_id in beats if at > named[0])
    assert ended - named[0] <= 200 + NEWS_S + 1
    assert len(beats) <= 5


def test_while_an_emergency_sounds_the_pulse_is_fast(world, told):
    world.alert(world.emergency(seconds=10, count=30))
    world.run(200)
    beats = [at for at, body in told("hb") if "job_id" in body]
    assert len(beats) >= 5
    assert max(later - earlier for earlier, later in pairwise(beats)) <= NEWS_S + 1


def test_a_new_manifest_is_reported_within_a_minute_and_what_events_have_told_waits(world, told):
    jobs = [world.job(1000 + 100 * number, seconds=20) for number in range(READY_TOLD + 3)]
    world.run(120)
    world.order(*jobs)
    world.run(REPORT_PAUSE_S + 5)
    at, body = told("reported")[-1]
    assert body["ready"] == [job.job_id for job in jobs[:READY_TOLD]]
    rev = body["desired_rev"]
    world.run(1030)  # the first one plays: ready and next change, the manifest does not
    world.run(HELD_PAUSE_S + 5)
    later = [(when, found) for when, found in told("reported") if when > at]
    assert {found["desired_rev"] for _, found in later} == {rev}
    assert later[0][1]["ready"][0] == jobs[1].job_id or later[-1][1]["ready"] != body["ready"]
    assert all(b - a >= HELD_PAUSE_S - 1 for (a, _), (b, _) in pairwise([(at, body), *later]))


def test_acknowledgements_spare_the_hourly_question(world):
    world.order(world.job(80_000))
    world.run(300)
    asked = len(world.web.polls)
    for _ in range(10):
        world.run(1800)
        body = Ack(epoch=world.agent.outbox.epoch, seq=0, desired_rev=world.store.revision(Kind.DESIRED))
        world.send("ack", world.seal(Kind.ACK, body))
    assert len(world.web.polls) == asked
    world.run(3700)
    assert len(world.web.polls) == asked + 1, "and an hour after the last one it is asked"


def test_a_manifest_that_was_lost_on_the_way_is_missed_with_the_next_acknowledgement(world):
    world.order(world.job(80_000))
    world.run(300)
    asked = len(world.web.polls)
    lost = world.job(600)
    send, world.send = world.send, lambda *_: None
    world.order(lost)
    world.send = send
    world.send("ack", world.seal(Kind.ACK, Ack(epoch=world.agent.outbox.epoch, seq=0, desired_rev=world.desired_rev)))
    world.run(30)
    assert len(world.web.polls) == asked + 1
    assert world.store.revision(Kind.DESIRED) == world.desired_rev
    world.run(700)
    assert world.sounded(lost)


def test_an_acknowledgement_that_was_faster_than_its_manifest_asks_for_nothing(world):
    world.order(world.job(80_000))
    world.run(300)
    asked = len(world.web.polls)
    send, world.send = world.send, lambda *_: None
    world.order(world.job(600))
    world.send = send
    world.send("ack", world.seal(Kind.ACK, Ack(epoch=world.agent.outbox.epoch, seq=0, desired_rev=world.desired_rev)))
    world.run(3)
    world.send("desired", world.desired_token)
    world.run(60)
    assert len(world.web.polls) == asked


def test_the_station_says_how_much_the_log_tells(tmp_path):
    heard = []
    world = World(tmp_path, start=False)
    world.talk = type("Talk", (), {"set_level": lambda _self, level: heard.append(level)})()
    world.boot()
    world.configure(log_level="warning")
    world.configure()
    assert heard == ["warning", "info"]
    world.store.close()


@pytest.mark.parametrize(("level", "told"), [("warning", 1), ("debug", 3), ("INFO", 2), ("nonsense", 2), ("notset", 2)])
def test_a_log_of_that_level(level, told):
    before = structlog.get_config()
    lines = []
    try:
        structlog.configure(
            processors=[lambda *_: lines.append(1) or ""], logger_factory=structlog.ReturnLoggerFactory()
        )
        LogLevel().set_level(level)
        log = structlog.get_logger()
        for say in (log.debug, log.info, log.warning):
            say("x")
    finally:
        structlog.configure(**before)
    assert len(lines) == told
