"""Emergencies and other orders that count at once."""

from datetime import timedelta

import pytest

from protocol.envelope import Kind, unseal
from protocol.errors import RefusedError
from protocol.keys import Keyring, Role
from protocol.messages import Alert, Command, CommandResult, JobReport, Operation
from protocol.priorities import Priority
from protocol.states import Reason, State
from server import groups, policy, speakers
from server.air import commands, emergencies
from server.air.again import send_again
from server.air.emergencies import Order
from server.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from server.tables import DeviceCommand, Person, RoleName
from server.tables.columns import now

AUTHORITY = "Chủ tịch UBND xã Hoàng Văn Khuê"


def order(station, *, person=None, **wish):
    wish = {"area_id": "xa", "authority": AUTHORITY, "confirm": True, **wish}
    with station.database.write() as session:
        made = emergencies.order(
            session, person or station.officer, Order(**wish), key=station.air.keys.emergency, station="thu"
        )
    station.air.kick()
    return made


def clear(station, emergency_id):
    with station.database.write() as session:
        emergencies.all_clear(session, station.officer, emergency_id, key=station.air.keys.emergency, station="thu")
    station.air.kick()


def alerts(device):
    return [Alert.model_validate(claims.body) for _, claims in device.received if claims.kind is Kind.ALERT]


def test_an_emergency_reaches_every_device_twice_over_and_names_the_authority(station, devices):
    both = [devices(station.speaker("loa-a")), devices(station.speaker("loa-b", "thon-2"))]
    emergency = order(station, version_id=station.approved(priority=Priority.EMERGENCY))
    for device in both:
        device.wait_for(lambda d: len(alerts(d)) == 1 and len(d.body.alerts) == 1)
        alert = alerts(device)[0]
        assert alert.authority == AUTHORITY
        assert alert.devices is None
        assert alert.job.job_id == emergency.id
        assert alert.job.priority is Priority.EMERGENCY
        assert alert.job.repeat.count > 100
        assert device.body.alerts == (emergency.alert_token,)
        assert device.body.jobs == ()
        assert device.refused == []
        device.report(emergency.id, State.PLAYING)
        station.wait_state(emergency.id, device.device_id, State.PLAYING)


def test_the_alert_is_signed_by_the_emergency_key_and_no_other_key_will_do(station, devices):
    device = devices(station.speaker("loa-a"))
    order(station, version_id=station.approved())
    device.wait_for(lambda d: len(d.body.alerts) == 1)
    token = device.body.alerts[0]
    roles = {}
    for role, key in ((Role.STATION, station.air.keys.station), (Role.EMERGENCY, station.air.keys.emergency)):
        try:
            unseal(token, kind=Kind.ALERT, keyring=Keyring([key.public]), audience="station:thu", now=now())
            roles[role] = True
        except RefusedError:
            roles[role] = False
    assert roles == {Role.STATION: False, Role.EMERGENCY: True}


def test_only_the_devices_of_the_area_are_named(station, devices):
    inside, outside = devices(station.speaker("loa-a")), devices(station.speaker("loa-b", "thon-2"))
    order(station, area_id="thon-1", version_id=station.approved())
    outside.wait_for(lambda d: len(alerts(d)) == 1)
    assert alerts(outside)[0].devices == ("loa-a",)
    inside.wait_for(lambda d: len(d.body.alerts) == 1)
    assert outside.body.alerts == ()


def test_a_group_across_villages_is_named_and_nobody_else(station, devices):
    boxes = [
        devices(station.speaker(name, place))
        for name, place in (("loa-a", "thon-1"), ("loa-b", "thon-2"), ("loa-c", "thon-2"))
    ]
    with station.database.write() as session:
        group = groups.create(session, station.officer, name="Dọc sông", area_id="xa", speaker_ids=["loa-a", "loa-b"])
    emergency = order(station, group_id=group.id, version_id=station.approved())
    for device in boxes[:2]:
        device.wait_for(lambda d: len(d.body.alerts) == 1)
    boxes[2].wait_for(lambda d: len(alerts(d)) == 1)
    assert alerts(boxes[2])[0].devices == ("loa-a", "loa-b")
    assert boxes[2].body.alerts == ()
    clear(station, emergency.id)
    with pytest.raises(InvalidInputError, match="không thuộc"):
        order(station, area_id="thon-1", group_id=group.id, version_id=station.approved())


def test_the_all_clear_goes_out_at_once_and_each_device_says_how_it_ended(station, devices):
    device = devices(station.speaker("loa-a"))
    emergency = order(station, version_id=station.approved())
    device.wait_for(lambda d: len(alerts(d)) == 1)
    device.report(emergency.id, State.PLAYING)
    station.wait_state(emergency.id, "loa-a", State.PLAYING)
    clear(station, emergency.id)
    device.wait_for(lambda d: [alert.all_clear for alert in alerts(d)] == [None, emergency.id])
    delivery = station.delivery(emergency.id, "loa-a")
    assert delivery.state is State.PLAYING
    assert delivery.cancel_requested_at is not None
    device.tell(
        device.event(JobReport(job_id=emergency.id, state=State.CANCELLED, reason=Reason.ALL_CLEAR, played_ms=900))
    )
    ended = station.wait_state(emergency.id, "loa-a", State.CANCELLED)
    assert (ended.reason, ended.played_ms) == ("all_clear", 900)
    with station.database.write() as session, pytest.raises(ConflictError):
        emergencies.all_clear(session, station.officer, emergency.id, key=station.air.keys.emergency, station="thu")


def test_a_device_that_was_away_learns_of_order_and_all_clear_from_its_manifest(station, devices):
    box = station.speaker("loa-a")
    emergency = order(station, version_id=station.approved())
    clear(station, emergency.id)
    device = devices(box)
    device.wait_for(lambda d: len(d.body.alerts) == 2)
    assert device.body.alerts[0] == emergency.alert_token
    device.report(emergency.id, State.CANCELLED)
    station.wait_state(emergency.id, "loa-a", State.CANCELLED)


def test_a_box_enrolled_during_an_emergency_is_told(station, devices):
    with station.database.write() as session:
        speakers.create(session, station.officer, speaker_id="loa-a", name="x", area_id=station.areas["thon-1"].id)
    emergency = order(station, version_id=station.approved())
    assert station.delivery(emergency.id, "loa-a").state is State.QUEUED
    device = devices(station.box("loa-a"))
    device.wait_for(lambda d: d.body.alerts == (emergency.alert_token,))
    station.wait_state(emergency.id, "loa-a", State.UNKNOWN)


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({"confirm": False}, InvalidInputError),
        ({"authority": " "}, InvalidInputError),
        ({"lasts": timedelta(days=9)}, InvalidInputError),
        ({"prepared_id": "x"}, InvalidInputError),
        ({"version_id": ""}, InvalidInputError),
        ({"area_id": "thon-2"}, ConflictError),  # no speaker there
    ],
)
def test_an_emergency_needs_confirmation_authority_and_somebody_to_hear_it(station, wish, error):
    station.speaker("loa-a")
    version = station.approved()
    with pytest.raises(error):
        order(station, **{"version_id": version, **wish})


def test_not_everybody_may_raise_one(station):
    station.speaker("loa-a")
    with pytest.raises(ForbiddenError):
        order(station, person=station.people[RoleName.TECHNICIAN], version_id=station.approved())


def test_what_somebody_may_not_read_he_cannot_send_out(station):
    station.speaker("loa-a")
    version = station.approved()
    village = Person(
        username="xom", name="Lý Thị Súa", role=RoleName.LEADER, area_id=station.areas["thon-1"].id, password_hash="-"
    )
    with station.database.write() as session:
        session.add(village)
    with pytest.raises(NotFoundError):
        order(station, person=village, area_id="thon-1", version_id=version)
    with station.database.write() as session, pytest.raises(NotFoundError):
        emergencies.prepare(session, village, hazard="flood", version_id=version, area_id="thon-1")
    with station.database.write() as session:
        prepared = emergencies.prepare(session, station.officer, hazard="flood", version_id=version, area_id="thon-1")
    assert order(station, person=village, area_id="thon-1", prepared_id=prepared.id).ordered_by == village.id
    with station.database.write() as session:
        other = emergencies.prepare(session, station.officer, hazard="flood", version_id=version, area_id="thon-2")
    with pytest.raises(NotFoundError):
        order(station, person=village, area_id="thon-1", prepared_id=other.id)


def test_prepared_messages_wait_on_the_devices_of_their_area(station, devices):
    inside, outside = devices(station.speaker("loa-a")), devices(station.speaker("loa-b", "thon-2"))
    version = station.approved(b"flood")
    with station.database.write() as session:
        prepared = emergencies.prepare(session, station.officer, hazard="flood", version_id=version, area_id="thon-1")
    station.air.kick()
    inside.wait_for(lambda d: len(d.body.prefetch) == 1)
    outside.wait_for(lambda d: d.desired is not None)
    assert outside.body.prefetch == ()
    order(station, area_id="thon-1", prepared_id=prepared.id)
    inside.wait_for(lambda d: len(d.body.alerts) == 1)
    assert alerts(inside)[0].job.audio == inside.body.prefetch[0]
    with station.database.write() as session:
        emergencies.retire(session, station.officer, prepared.id)
    station.air.kick()
    inside.wait_for(lambda d: d.body.prefetch == ())


def test_a_command_is_answered(station, devices, wait_until):
    device = devices(station.speaker("loa-a"))
    with station.database.write() as session:
        command = commands.order(session, station.officer, "loa-a", Operation.VOLUME, {"percent": 40})
    station.air.kick()
    device.wait_for(lambda d: any(claims.kind is Kind.CMD for _, claims in d.received))
    claims = next(claims for _, claims in device.received if claims.kind is Kind.CMD)
    assert Command.model_validate(claims.body).args == {"percent": 40}
    assert claims.exp - claims.iat <= timedelta(seconds=61)
    device.say(Kind.RES, CommandResult(command_id=command.id, ok=True, data={"percent": 40}))

    def answered():
        with station.database.read() as session:
            return session.get(DeviceCommand, command.id).ok is True

    wait_until(answered)
    device.wait_for(lambda d: any(c.kind is Kind.CONFIG and c.body.get("volume_percent") == 40 for _, c in d.received))


def test_a_command_that_nobody_fetches_does_not_wait_in_the_broker(station, devices):
    """A box without a clock cannot see that it is old."""
    device = devices(station.speaker("loa-a"))
    left_s, take = [], device.client.on_message

    def watch(client, data, message):
        if message.topic.endswith("/cmd"):
            left_s.append(getattr(message.properties, "MessageExpiryInterval", None))
        take(client, data, message)

    device.client.on_message = watch
    with station.database.write() as session:
        commands.order(session, station.officer, "loa-a", Operation.TEST_TONE, {})
    station.air.kick()
    device.wait_for(lambda d: any(claims.kind is Kind.CMD for _, claims in d.received))
    assert left_s[0] is not None
    assert 0 < left_s[0] <= 60


def test_another_device_cannot_answer_for_it(station, devices):
    device, other = devices(station.speaker("loa-a")), devices(station.speaker("loa-b"))
    with station.database.write() as session:
        command = commands.order(session, station.officer, "loa-a", Operation.SELF_TEST, {})
    station.air.kick()
    device.wait_for(lambda d: any(claims.kind is Kind.CMD for _, claims in d.received))
    other.say(Kind.RES, CommandResult(command_id=command.id, ok=True))
    other.report(command.id, State.ACCEPTED)
    other.wait_for(lambda d: d.acked == {"e1": 1})
    with station.database.read() as session:
        assert session.get(DeviceCommand, command.id).answered_at is None


def test_stop_all_silences_an_area_and_asks_for_the_end_of_what_is_on(station, devices):
    inside, outside = devices(station.speaker("loa-a")), devices(station.speaker("loa-b", "thon-2"))
    on, later = station.broadcast("loa-a", "loa-b", start_at=now()), station.broadcast("loa-a")
    station.air.kick()
    inside.wait_for(lambda d: len(d.body.jobs) == 2)
    with station.database.write() as session:
        told = commands.stop_all(session, station.officer, "thon-1")
    station.air.kick()
    assert len(told) == 1
    inside.wait_for(lambda d: [cancel.job_id for cancel in d.body.cancels] == [on])
    assert [job.job_id for job in inside.body.jobs] == [later]
    inside.wait_for(lambda d: any(claims.kind is Kind.CMD for _, claims in d.received))  # on a topic of its own
    assert {claims.body["op"] for _, claims in inside.received if claims.kind is Kind.CMD} == {"stop_all"}
    outside.wait_for(lambda d: len(d.body.jobs) == 1)
    assert outside.body.cancels == ()


def test_what_did_not_sound_is_sent_again_as_a_further_attempt(station, devices, monkeypatch):
    monkeypatch.setattr(policy.Hours, "check", lambda *_: None)  # the clock of the test may be at night
    missed, heard = devices(station.speaker("loa-a")), devices(station.speaker("loa-b"))
    occurrence = station.broadcast("loa-a", "loa-b")
    station.air.kick()
    for device in (missed, heard):
        device.wait_for(lambda d: len(d.body.jobs) == 1)
    with station.database.write() as session, pytest.raises(ConflictError):
        send_again(session, station.officer, occurrence, "Asia/Ho_Chi_Minh")
    missed.report(occurrence, State.MISSED)
    heard.report(occurrence, State.PLAYED)
    station.wait_state(occurrence, "loa-a", State.MISSED)
    station.wait_state(occurrence, "loa-b", State.PLAYED)
    with station.database.write() as session:
        made = send_again(session, station.officer, occurrence, "Asia/Ho_Chi_Minh")
    station.air.kick()
    assert [(delivery.speaker_id, delivery.attempt) for delivery in made] == [("loa-a", 2)]
    missed.wait_for(lambda d: [(job.job_id, job.attempt) for job in d.body.jobs] == [(occurrence, 2)])
    missed.report(occurrence, State.PLAYED, attempt=2)
    station.wait_state(occurrence, "loa-a", State.PLAYED)
