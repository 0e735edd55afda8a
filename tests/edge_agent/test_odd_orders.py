"""Orders that are signed well and make little sense: what a newer, a mistaken or a hurried station may say."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from joserfc import jws

from protocol.envelope import ALGORITHM, Kind
from protocol.messages import Ack, Alert, Command, Config, Desired, Operation, PollAnswer
from protocol.policy import Policy
from protocol.states import Reason, State
from tests.edge_agent.world import NOON, World

EXTREMES = [
    None, -1, 0, 2**31, 2**53 + 1, 2**63, 2**70, -(2**70), 10**400, 0.5, 1e308, float("inf"), float("nan"), "", "x", "1e999",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2024-02-29T00:00:00Z", "24:00", 86_399, "\x00", "../..", [], {},
]  # fmt: skip


def places(found, path=()):
    """Every place in a message."""
    if path:
        yield path
    if isinstance(found, dict | list):
        for key in found if isinstance(found, dict) else range(len(found)):
            yield from places(found[key], (*path, key))


def bent(world: World, random: Random, kind: Kind, body) -> str:
    """A message with one or two values replaced, signed by the right key."""
    token = world.seal(kind, body)
    claims = json.loads(jws.extract_compact(token.encode()).payload)
    claims["body"] = json.loads(body.model_dump_json())
    for _ in range(random.choice([1, 1, 2])):
        *way, last = random.choice(list(places(claims)))
        inner = claims
        for key in way:
            inner = inner[key]
        inner[last] = random.choice(EXTREMES)
    key = world.emergency_key if kind is Kind.ALERT else world.station_key
    header = {"alg": ALGORITHM, "kid": key.kid}
    return jws.serialize_compact(header, json.dumps(claims).encode(), key.jwk, algorithms=[ALGORITHM])


def bombard(tmp_path, count: int, seed: int) -> None:
    random = Random(seed)
    for number in range(count):
        if number % 100 == 0:  # what was believed of it may be odd enough to silence the rest
            world = World(tmp_path / str(number)) if (tmp_path / str(number)).mkdir() is None else None
        leaf, kind, body = random.choice(
            [
                ("desired", Kind.DESIRED, Desired(valid_until=world.now + timedelta(days=9), jobs=(world.job(2, count=2),))),
                ("alert", Kind.ALERT, Alert(job=world.emergency(0, 5, count=3), devices=("loa-1",))),
                ("config", Kind.CONFIG, Config(trust=world.trust, policy=Policy(), heartbeat_s=60)),
            ]
        )  # fmt: skip
        world.send(leaf, bent(world, random, kind, body))
        world.run(random.choice([0.1, 5.0]))
        if random.random() < 0.05:
            world.crash()
            world.boot()


def test_no_value_under_a_good_signature_is_fatal(tmp_path):
    bombard(tmp_path, 120, 1)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_nor_any_of_twenty_thousand(tmp_path):
    bombard(tmp_path, 20_000, 2)


@pytest.mark.parametrize(
    ("kind", "place", "value"),
    [
        (Kind.CONFIG, ("body", "trust", "keys", 0, "x"), "AAAA"),
        (Kind.CONFIG, ("body", "policy", "session_minutes"), 10**12),
        (Kind.CONFIG, ("body", "policy", "allowed", 0, "end"), "22:00:00Z"),
        (Kind.CONFIG, ("body", "heartbeat_s"), 10**400),
        (Kind.DESIRED, ("rev",), 2**64),
        (Kind.DESIRED, ("iat",), "0001-01-01T00:00:00+14:00"),
        (Kind.DESIRED, ("body", "jobs", 0, "max_start_delay_s"), float("inf")),
        (Kind.DESIRED, ("body", "jobs", 0, "repeat", "gap_s"), float("nan")),
        (Kind.DESIRED, ("body", "jobs", 0, "attempt"), 2**40),
        (Kind.ALERT, ("iat",), "9999-12-31T23:59:59Z"),
        (Kind.ALERT, ("body", "job", "gain_db"), float("nan")),
    ],
)
def test_what_no_box_can_hold_is_malformed(world, kind, place, value):
    bodies = {
        Kind.CONFIG: Config(trust=world.trust),
        Kind.DESIRED: Desired(valid_until=world.now + timedelta(days=9), jobs=(world.job(60),)),
        Kind.ALERT: Alert(job=world.emergency()),
    }
    claims = json.loads(jws.extract_compact(world.seal(kind, bodies[kind]).encode()).payload)
    claims["body"] = json.loads(bodies[kind].model_dump_json())
    inner = claims
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    key = world.emergency_key if kind is Kind.ALERT else world.station_key
    header = {"alg": ALGORITHM, "kid": key.kid}
    world.send(str(kind), jws.serialize_compact(header, json.dumps(claims).encode(), key.jwk, algorithms=[ALGORITHM]))
    world.run(5)
    assert world.refusals() == ["malformed"]


def test_an_order_that_never_expires_is_an_order(world):
    job = world.job(5)
    body = Desired(valid_until=datetime.max.replace(tzinfo=UTC), jobs=(job,))
    world.send("desired", world.seal(Kind.DESIRED, body, expires=datetime.max.replace(tzinfo=UTC)))
    world.run(30)
    assert world.last(job).state is State.PLAYED


def test_of_two_attempts_the_newer_one_counts_whatever_their_order(world):
    first = world.job(5)
    second = first.model_copy(update={"attempt": 2})
    world.order(second, first)
    world.run(60)
    assert world.states(first)[-1] is State.SUPERSEDED
    assert world.last(second).state is State.PLAYED
    assert len(world.sounded(first)) == 0


def test_a_job_twice_in_one_manifest_sounds_once(world):
    job = world.job(5)
    world.order(job, job.model_copy(update={"title": "again"}), job)
    world.run(60)
    assert world.states(job).count(State.PLAYING) == 1


def test_a_reason_of_a_newer_station_cancels_like_any_other(world):
    job = world.job(60)
    world.order(job)
    body = {
        "valid_until": (NOON + timedelta(days=9)).isoformat(),
        "cancels": [{"job_id": job.job_id, "reason": "flood"}],
    }
    world.send("desired", world.seal(Kind.DESIRED, Desired.model_validate(body)))
    world.run(5)
    assert (world.last(job).state, world.last(job).reason) == (State.CANCELLED, Reason.ORDERED)


# ------------------------------------------------------------ before the station has said which hours hold


def test_without_any_policy_the_contracts_own_hours_hold(world):
    night = world.job(NOON.replace(hour=20, minute=15))  # 03:15
    world.order(night)
    world.run_to(night.start_at + timedelta(minutes=2))
    assert (world.last(night).state, world.last(night).reason) == (State.REJECTED, Reason.POLICY)
    assert world.sounded(night) == []
    assert world.amplifier.switched == []


def test_hours_that_come_before_the_start_decide(world):
    night = world.job(NOON.replace(hour=20, minute=15))
    world.order(night)
    world.configure(policy=Policy(allowed=({"start": "03:00", "end": "22:00"},)))
    world.run_to(night.start_at + timedelta(minutes=2))
    assert world.last(night).state is State.PLAYED


def test_a_station_time_that_no_calendar_holds_sets_no_clock(world):
    world.clock.vouched = None
    answer = world.poll_answer

    def astray(request):
        body = PollAnswer(nonce=request.nonce, at=datetime.max.replace(tzinfo=UTC), desired=world.desired_token)
        return world.seal(Kind.POLL, body)

    world.poll_answer = astray
    world.crash()
    world.boot()
    world.run(30)
    assert "malformed" in world.refusals()
    assert not world.agent.time.trusted
    world.poll_answer = answer
    world.run(700)
    assert world.agent.time.trusted


def test_without_a_clock_a_newer_signed_message_shows_that_a_command_is_old(world):
    world.clock.vouched = None
    world.web.up = False
    world.crash()
    world.boot()
    old = world.seal(
        Kind.CMD, Command(command_id="old", op=Operation.LOGS), now=NOON, expires=NOON + timedelta(seconds=60)
    )
    world.send("ack", world.seal(Kind.ACK, Ack(epoch="e", seq=0), now=NOON + timedelta(hours=3)))
    world.send("cmd", old)
    world.run(5)
    assert world.refusals() == ["expired"]
    assert world.caretaker.tasks == []
