"""Nobody speaks for another: by signature on every broker, and by topic rules where the broker has them (tested by delivery)."""

import pytest

from loa.simulated_device import SimulatedDevice, new_key
from protocol import topics
from protocol.envelope import Kind, seal
from protocol.keys import Role, SigningKey, TrustSet, station_owner
from protocol.messages import ClockState, EventBatch, Heartbeat, JobReport, Reported
from protocol.states import State
from server import speakers
from server.tables.columns import now


def test_a_report_signed_by_another_device_is_not_believed(station, devices):
    victim, forger = devices(station.speaker("loa-a")), devices(station.speaker("loa-b"))
    occurrence = station.broadcast("loa-a")
    station.air.kick()
    victim.wait_for(lambda d: len(d.body.jobs) == 1)
    batch = EventBatch(epoch="e1", events=(victim.event(JobReport(job_id=occurrence, state=State.PLAYED)),))
    pretender = SigningKey(role=Role.DEVICE, owner=victim.key.owner, jwk=forger.key.jwk)
    for key in (forger.key, pretender, new_key(station.settings.station, "loa-a")):
        token = forger.sealed(Kind.EVT, batch, key=key)
        forger.publish(topics.device(forger.station, "loa-a", "evt"), token)
        station.air.inbox.take([(topics.device(forger.station, "loa-a", "evt"), token.encode())])
    forger.say(
        Kind.EVT, EventBatch(epoch="mine", events=(forger.event(JobReport(job_id=occurrence, state=State.PLAYED)),))
    )
    forger.wait_for(lambda d: d.acked == {"mine": 1})
    assert station.delivery(occurrence, "loa-a").state is State.UNKNOWN
    assert victim.acked == {}


@pytest.mark.parametrize(
    "payload",
    [b"", b"x", b"a.b.c", b"\xff" * 300, b"." * 100, b'{"v":1}', b"A" * 270_000],
    ids=["empty", "short", "dots", "binary", "only dots", "json", "too large"],
)
def test_rubbish_is_refused_without_a_trace(station, payload):
    station.speaker("loa-a")
    for leaf in topics.FROM_DEVICE:
        assert station.air.inbox.take([(topics.device("thu", "loa-a", leaf), payload)]) == []
    assert station.air.inbox.take([("loa/v1/thu/dev/loa-a/desired", payload), ("elsewhere", payload)]) == []
    assert station.row("loa-a").last_heard_at is None


def test_a_message_for_another_station_or_of_another_kind_is_not_believed(station):
    device = station.speaker("loa-a")
    body = Reported(desired_rev=99, clock=ClockState.SYNCED)
    elsewhere = seal(Kind.REPORTED, body, key=device.key, audience=station_owner("other"), rev=1, now=now())
    wrong_kind = device.sealed(Kind.HB, Heartbeat(uptime_s=1, clock=ClockState.SYNCED))
    topic = topics.device("thu", "loa-a", "reported")
    station.air.inbox.take([(topic, elsewhere.encode()), (topic, wrong_kind.encode())])
    assert station.row("loa-a").reported == {}


def test_a_replayed_report_changes_nothing(station):
    device = station.speaker("loa-a")
    topic = topics.device("thu", "loa-a", "reported")
    old = device.sealed(Kind.REPORTED, Reported(desired_rev=1, clock=ClockState.SYNCED))
    new = device.sealed(Kind.REPORTED, Reported(desired_rev=2, clock=ClockState.SYNCED))
    station.air.inbox.take([(topic, old.encode()), (topic, new.encode()), (topic, old.encode())])
    assert station.row("loa-a").reported["desired_rev"] == 2


def test_one_message_that_cannot_be_stored_does_not_stop_the_others(station, devices):
    device = devices(station.speaker("loa-a"))
    occurrence = station.broadcast("loa-a")
    station.air.kick()
    device.wait_for(lambda d: len(d.body.jobs) == 1)
    event = device.event(JobReport(job_id=occurrence, state=State.ACCEPTED))
    monster = event.model_copy(update={"seq": 2**70})
    device.say(Kind.EVT, EventBatch(epoch="monster", events=(monster,)))
    device.tell(event)
    station.wait_state(occurrence, "loa-a", State.ACCEPTED)


def test_a_replaced_box_is_believed_no_longer(station, devices):
    old = devices(station.speaker("loa-a"))
    occurrence = station.broadcast("loa-a")
    station.air.kick()
    old.wait_for(lambda d: len(d.body.jobs) == 1)
    new = devices(station.box("loa-a"))
    new.wait_for(lambda d: len(d.body.jobs) == 1)
    token = old.sealed(
        Kind.EVT, EventBatch(epoch="e1", events=(old.event(JobReport(job_id=occurrence, state=State.PLAYED)),))
    )
    station.air.inbox.take([(topics.device("thu", "loa-a", "evt"), token.encode())])
    assert station.delivery(occurrence, "loa-a").state is State.UNKNOWN
    new.report(occurrence, State.ACCEPTED)
    station.wait_state(occurrence, "loa-a", State.ACCEPTED)


def test_a_box_that_was_replaced_in_the_middle_does_not_make_the_new_one_start_again(station, devices):
    old = devices(station.speaker("loa-a"))
    occurrence = station.broadcast("loa-a")
    station.air.kick()
    old.wait_for(lambda d: len(d.body.jobs) == 1)
    before = old.desired.rev  # it may be told of the new list, too, before it is put out
    old.report(occurrence, State.PLAYING)
    station.wait_state(occurrence, "loa-a", State.PLAYING)
    new = devices(station.box("loa-a"))
    new.wait_for(lambda d: d.desired is not None and d.desired.rev > before)
    assert new.body.jobs == ()


# ---------------------------------------------------------------- where the broker has rules


def test_without_the_right_password_there_is_no_connection(guarded_station):
    device = guarded_station.speaker("loa-a")
    for username, password in (("loa-a", "wrong"), ("", ""), ("_gateway", device.access.password)):
        access = device.access.model_copy(update={"username": username, "password": password})
        intruder = SimulatedDevice("thu", "loa-a", device.key, TrustSet(keys=()), access)
        with pytest.raises(TimeoutError):
            intruder.connect(wait_s=1)
        intruder.close()


def test_a_device_reads_only_what_is_its_own(guarded_station, devices):
    victim, curious = devices(guarded_station.speaker("loa-a")), devices(guarded_station.speaker("loa-b"))
    wanted = [topics.device("thu", "loa-a", leaf) for leaf in (*topics.TO_DEVICE, *topics.FROM_DEVICE)]
    curious.client.subscribe([(topic, 1) for topic in (*wanted, "loa/v1/thu/dev/+/desired", "#", "$SYS/#")])
    occurrence = guarded_station.broadcast("loa-a", "loa-b")
    guarded_station.air.kick()
    for device in (victim, curious):
        device.wait_for(lambda d: len(d.body.jobs) == 1)
    victim.report(occurrence, State.ACCEPTED)
    victim.wait_for(lambda d: d.acked == {"e1": 1})
    curious.report(occurrence, State.ACCEPTED)
    curious.wait_for(lambda d: d.acked == {"e1": 1})
    seen = {topic for topic, _ in curious.received} | {topic for topic, _ in curious.refused}
    own = set(topics.device_subscriptions("thu", "loa-b"))
    assert {topic for topic in seen if topic not in own} <= {
        topics.device("thu", "loa-b", leaf) for leaf in topics.FROM_DEVICE
    }


def test_a_device_writes_only_what_is_its_own(guarded_station, devices):
    victim, forger = devices(guarded_station.speaker("loa-a")), devices(guarded_station.speaker("loa-b"))
    everywhere = [
        topics.device("thu", device_id, leaf) for device_id in ("loa-a", "loa-b") for leaf in topics.TO_DEVICE
    ]
    for topic in (*everywhere, topics.alert("thu"), topics.station_state("thu")):
        forger.client.publish(topic, "rubbish", qos=1, retain=True).wait_for_publish(20)
    occurrence = guarded_station.broadcast("loa-a", "loa-b")
    guarded_station.air.kick()
    for device in (victim, forger):  # what the broker had taken before would have come before
        device.wait_for(lambda d: [job.job_id for job in d.body.jobs] == [occurrence])
        assert device.refused == []


def test_another_client_id_takes_nobodys_session(guarded_station, devices):
    victim, thief = devices(guarded_station.speaker("loa-a")), guarded_station.speaker("loa-b")
    disguised = SimulatedDevice("thu", "loa-a", thief.key, TrustSet(keys=()), thief.access)
    devices(disguised)
    occurrence = guarded_station.broadcast("loa-a")
    guarded_station.air.kick()
    victim.wait_for(lambda d: [job.job_id for job in d.body.jobs] == [occurrence])
    assert victim.connected.is_set()


def test_an_expelled_box_is_put_out_and_not_believed(guarded_station, devices, wait_until):
    device = devices(guarded_station.speaker("loa-a"))
    with guarded_station.database.write() as session:
        speakers.expel(session, guarded_station.officer, "loa-a", "lost")
    guarded_station.air.admit()
    wait_until(lambda: not device.client.is_connected())
    token = device.sealed(Kind.HB, Heartbeat(uptime_s=1, clock=ClockState.SYNCED))
    guarded_station.air.inbox.take([(topics.device("thu", "loa-a", "hb"), token.encode())])
    assert guarded_station.row("loa-a").health == {}
