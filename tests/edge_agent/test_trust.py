"""Nothing is believed that is not signed, for us, now, by the right key; and what loses its key falls silent."""

from datetime import UTC, datetime, timedelta

import pytest

from edge_agent.store import Message
from protocol.envelope import Kind
from protocol.jobs import Audio
from protocol.keys import Role, SigningKey, TrustSet, device_owner, station_owner
from protocol.messages import Alert, Command, Config, Desired, Operation
from protocol.policy import Policy
from protocol.states import Reason, State
from tests.edge_agent.world import NOON, STATION

S = State


def manifest(world, *jobs):
    return Desired(valid_until=world.now + timedelta(days=9), jobs=jobs)


def test_a_forged_manifest_is_refused_and_changes_nothing(world):
    job = world.job(30)
    stranger = SigningKey.generate(Role.STATION, station_owner(STATION))
    world.send("desired", world.seal(Kind.DESIRED, manifest(world, job), key=stranger))
    world.run(60)
    assert world.states(job) == []
    assert world.refusals() == ["unknown_key"]


def test_one_changed_byte_is_enough(world):
    job = world.job(30)
    token = world.seal(Kind.DESIRED, manifest(world, job))
    head, body, signature = token.split(".")
    world.send("desired", f"{head}.{body[:-6]}{'A' if body[-6] != 'A' else 'B'}{body[-5:]}.{signature}")
    world.run(60)
    assert world.states(job) == []
    assert world.refusals() == ["bad_signature"]


def test_a_manifest_for_another_device_is_refused(world):
    token = world.seal(Kind.DESIRED, manifest(world, world.job(30)), audience=device_owner(STATION, "loa-2"))
    world.send("desired", token)
    world.run(5)
    assert world.refusals() == ["wrong_audience"]


def test_a_lower_revision_is_stale_and_the_same_bytes_are_silence(world):
    job = world.job(30)
    old = world.seal(Kind.DESIRED, manifest(world))
    new = world.order(job)
    world.send("desired", old)
    world.send("desired", new)
    world.run(60)
    assert world.refusals() == ["stale"]
    assert world.last(job).state is S.PLAYED


def test_a_config_on_the_topic_of_the_manifest_is_refused(world):
    world.configure()
    world.send("desired", world.config_token)
    world.run(5)
    assert world.refusals() == ["wrong_kind"]


def test_the_station_key_cannot_raise_an_emergency_nor_the_emergency_key_order(world):
    alarm, job = world.emergency(), world.job(30)
    with pytest.raises(ValueError, match="may not sign"):
        world.seal(Kind.ALERT, Alert(job=alarm), key=world.station_key)
    disguised = SigningKey(role=Role.EMERGENCY, owner=world.station_key.owner, jwk=world.station_key.jwk)
    world.send("alert", world.seal(Kind.ALERT, Alert(job=alarm), key=disguised))
    disguised = SigningKey(role=Role.STATION, owner=world.emergency_key.owner, jwk=world.emergency_key.jwk)
    world.send("desired", world.seal(Kind.DESIRED, manifest(world, job), key=disguised))
    world.run(60)
    assert world.refusals() == ["wrong_role", "wrong_role"]
    assert world.states(alarm) == world.states(job) == []


def test_a_flood_of_forgeries_does_not_fill_the_outbox(world):
    for number in range(300):
        world.send("desired", f"a.b{number}.c")
    world.run(60)
    assert 1 <= len(world.refusals()) <= 50


def rotated(world, *, revoke: bool):
    """A new station key, and the old one revoked or not."""
    old, world.station_key = world.station_key, SigningKey.generate(Role.STATION, station_owner(STATION))
    keys = (old.public, world.station_key.public, world.emergency_key.public)
    return old, TrustSet(keys=keys, revoked=(old.kid,) if revoke else ())


def test_a_new_key_is_believed_once_the_old_one_has_named_it(world):
    old, trust = rotated(world, revoke=False)
    job = world.job(30)
    world.order(job)
    assert world.states(job) == []
    new, world.station_key = world.station_key, old
    world.configure(trust=trust)
    world.station_key = new
    world.order(job)
    world.run(60)
    assert world.refusals() == ["unknown_key"]
    assert world.last(job).state is S.PLAYED


def revoke(world):
    old, trust = rotated(world, revoke=True)
    new, world.station_key = world.station_key, old
    world.configure(trust=trust)
    world.station_key = new


def test_what_sounds_by_a_revoked_key_is_cut_and_what_waits_stays_silent(world):
    sounding, waiting = world.job(10, 60), world.job(100)
    world.order(sounding, waiting)
    world.run(20)
    revoke(world)
    world.run(200)
    assert (world.last(sounding).state, world.last(sounding).reason) == (S.CUT, Reason.TRUST_LOST)
    assert (world.last(waiting).state, world.last(waiting).reason) == (S.MISSED, Reason.TRUST_LOST)
    assert world.sounded(waiting) == []


def test_what_waits_plays_if_a_believed_key_orders_it_again(world):
    waiting = world.job(100)
    world.order(waiting)
    world.run(20)
    revoke(world)
    world.order(waiting)
    world.run(200)
    assert world.last(waiting).state is S.PLAYED


def test_the_trust_outlives_the_process(world):
    revoke(world)
    world.crash()
    world.boot()
    job = world.job(30)
    world.order(job)
    world.run(60)
    assert world.last(job).state is S.PLAYED


def test_stop_all_silences_what_sounds_and_what_is_due_but_not_tomorrow(world):
    sounding, due, later = world.job(10, 60), world.job(15, 10, max_start_delay_s=600), world.job(200)
    world.order(sounding, due, later)
    world.run(20)
    command = world.command(Operation.STOP_ALL)
    world.run(300)
    assert (world.last(sounding).state, world.last(sounding).reason) == (S.CUT, Reason.STOP_ALL)
    assert (world.last(due).state, world.last(due).reason) == (S.CANCELLED, Reason.STOP_ALL)
    assert world.last(later).state is S.PLAYED
    assert [(r.command_id, r.ok) for r in world.results] == [(command, True)]


def test_the_button_on_the_box_stops_an_emergency_for_good(world):
    alarm = world.emergency(0, 10, count=100)
    world.alert(alarm)
    world.run(20)
    world.agent.button()
    world.run(100)
    assert (world.last(alarm).state, world.last(alarm).reason) == (S.CUT, Reason.LOCAL_STOP)
    assert world.sounded(alarm)[-1][1] == pytest.approx(20, abs=0.1)


def test_a_command_is_acted_upon_once(world):
    world.run(1)
    command = world.command(Operation.VOLUME, percent=35)
    world.run(2)
    assert world.volume.now == 35
    assert [(r.command_id, r.ok, r.data) for r in world.results] == [(command, True, {"percent": 35})]


@pytest.mark.parametrize("percent", [101, -1, "loud", None])
def test_a_command_that_makes_no_sense_is_answered(world, percent):
    world.run(1)
    world.command(Operation.VOLUME, percent=percent)
    world.run(1)
    assert world.results[-1].ok is False
    assert world.volume.now == 50


def test_a_command_that_is_too_old_is_refused(world):
    token = world.seal(Kind.CMD, Command(command_id="c", op=Operation.STOP_ALL), expires=NOON + timedelta(seconds=60))
    world.run(120)
    world.send("cmd", token)
    world.run(5)
    assert world.refusals() == ["expired"]
    assert world.results == []


def test_a_config_with_a_time_zone_that_nobody_knows_is_refused(world):
    world.configure(policy=Policy(timezone="Asia/Ha_Noi"))
    world.run(5)
    assert set(world.refusals()) == {"malformed"}  # it came by poll, too


@pytest.mark.parametrize(
    "wrong",
    [
        {"not_after": datetime(9999, 12, 31, tzinfo=UTC)},
        {"not_before": datetime(1, 1, 1, tzinfo=UTC)},
        {"audio": Audio(sha256="0" * 64, bytes=1, duration_ms=2**62, urls=("/x",))},
    ],
)
@pytest.mark.parametrize("as_alert", [False, True])
def test_a_job_that_no_calendar_can_hold_is_refused_and_the_last_manifest_stays(world, wrong, as_alert):
    job = world.job(60)
    world.order(job)
    world.run(5)
    bad = (world.emergency() if as_alert else world.job(90)).model_copy(update=wrong)
    if as_alert:
        world.alert(bad)
    else:
        world.order(job, bad)
    world.run(100)
    assert world.refusals() == ["malformed"]
    assert world.states(bad) == []
    assert world.last(job).state is S.PLAYED


@pytest.mark.parametrize("kind", [Kind.DESIRED, Kind.CONFIG])
def test_a_stored_message_gone_bad_is_asked_for_again_and_no_older_one_is_taken(world, kind):
    old = manifest(world, world.job(900)) if kind is Kind.DESIRED else Config(trust=world.trust, heartbeat_s=77)
    older = world.seal(kind, old)
    world.configure()
    world.order(world.job(600))
    newest = world.desired_token if kind is Kind.DESIRED else world.config_token
    stored = world.store.message(kind)
    assert stored.token == newest
    world.store.set_message(kind, Message(stored.rev, f"{newest[:-9]}AAAAAAAAA"))
    world.crash()
    world.boot()
    assert world.refusals() == []
    world.send(kind.value, older)
    assert world.store.message(kind).token == ""
    world.send(kind.value, newest)
    assert world.store.message(kind) == stored
    world.run(5)
    assert world.refusals() == ["bad_signature", "stale"]
