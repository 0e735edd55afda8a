"""From a row in the database to a signed manifest on the device, and back to a state on the screen."""

from datetime import timedelta

from sqlmodel import select

from protocol import topics
from protocol.envelope import Kind
from protocol.messages import ClockState, Config, EventBatch, Heartbeat, JobReport, Presence
from protocol.states import State
from server import deliveries, speakers
from server.tables import Delivery, DeviceEvent, Occurrence, OccurrenceStatus, Schedule
from server.tables.columns import now


def test_a_queued_delivery_becomes_a_signed_job_and_its_reports_become_states(station, devices):
    device = devices(station.speaker("loa-a"))
    occurrence = station.broadcast("loa-a")
    station.air.kick()
    device.wait_for(lambda d: [job.job_id for job in d.body.jobs] == [occurrence])
    assert device.refused == []
    assert device.body.jobs[0].audio.urls[0].endswith(device.body.jobs[0].audio.sha256)
    delivery = station.delivery(occurrence, "loa-a")
    assert delivery.state is State.UNKNOWN
    assert delivery.published_at is not None

    device.report(occurrence, State.ACCEPTED, State.READY)
    station.wait_state(occurrence, "loa-a", State.READY)
    start = now()
    device.tell(
        device.event(JobReport(job_id=occurrence, state=State.PLAYING, start_error_ms=3.5, output="card"), at=start),
        device.event(JobReport(job_id=occurrence, state=State.PLAYED, played_ms=2000, evidence="E2")),
    )
    played = station.wait_state(occurrence, "loa-a", State.PLAYED)
    assert (played.started_at, played.start_error_ms, played.played_ms) == (start, 3.5, 2000)
    assert (played.evidence, played.output) == ("E2", "card")
    device.wait_for(lambda d: d.acked == {"e1": 4})
    with station.database.read() as session:
        assert session.get(Occurrence, occurrence).status is OccurrenceStatus.PUBLISHED


def test_every_device_gets_its_own_manifest_and_config(station, devices):
    one, two = devices(station.speaker("loa-a")), devices(station.speaker("loa-b", "thon-2"))
    occurrence = station.broadcast("loa-b")
    station.air.kick()
    two.wait_for(lambda d: [job.job_id for job in d.body.jobs] == [occurrence])
    one.wait_for(lambda d: d.desired is not None)
    assert one.body.jobs == ()
    for device in (one, two):
        device.wait_for(lambda d: any(claims.kind is Kind.CONFIG for _, claims in d.received))
        config = next(claims for _, claims in device.received if claims.kind is Kind.CONFIG)
        assert len(Config.model_validate(config.body).trust.keys) == 2


def test_nothing_is_published_twice_for_the_same_body(station, devices):
    device = devices(station.speaker("loa-a"))
    station.broadcast("loa-a")
    station.air.kick()
    device.wait_for(lambda d: len(d.body.jobs) == 1)
    rev = device.desired.rev
    other = station.broadcast("loa-a")
    for _ in range(5):
        station.air.kick()
    device.wait_for(lambda d: len(d.body.jobs) == 2)
    revisions = {claims.rev for _, claims in device.received if claims.kind is Kind.DESIRED and claims.rev > rev}
    assert len(revisions) == 1
    assert other in {job.job_id for job in device.body.jobs}


def test_a_device_that_was_away_is_right_after_one_message(station, devices):
    box, there = station.speaker("loa-a"), devices(station.speaker("loa-b"))
    first = station.broadcast("loa-a")
    station.air.kick()
    station.wait_state(first, "loa-a", State.UNKNOWN)  # that was one message, and the next is another
    second = station.broadcast("loa-a", "loa-b")
    station.air.kick()
    there.wait_for(lambda d: [job.job_id for job in d.body.jobs] == [second])  # so the broker has both
    device = devices(box)
    device.wait_for(lambda d: {job.job_id for job in d.body.jobs} == {first, second})
    told = [claims.body["jobs"] for _, claims in device.received if claims.kind is Kind.DESIRED]
    assert len([jobs for jobs in told if jobs]) == 1  # an empty one from before may have been met on its way out


def test_a_late_report_never_undoes_an_end(station, devices):
    device = devices(station.speaker("loa-a"))
    occurrence = station.broadcast("loa-a")
    station.air.kick()
    device.wait_for(lambda d: len(d.body.jobs) == 1)
    device.report(occurrence, State.MISSED)
    station.wait_state(occurrence, "loa-a", State.MISSED)
    device.report(occurrence, State.PLAYING, State.PLAYED)
    device.wait_for(lambda d: d.acked == {"e1": 3})
    assert station.delivery(occurrence, "loa-a").state is State.MISSED
    with station.database.read() as session:
        assert len(session.exec(select(DeviceEvent)).all()) == 3


def test_a_batch_that_comes_twice_changes_nothing_and_is_acknowledged_again(station, devices):
    device = devices(station.speaker("loa-a"))
    occurrence = station.broadcast("loa-a")
    station.air.kick()
    device.wait_for(lambda d: len(d.body.jobs) == 1)
    token = device.report(occurrence, State.ACCEPTED, State.READY)
    device.wait_for(lambda d: d.acked == {"e1": 2})
    before = max(claims.rev for _, claims in device.received if claims.kind is Kind.ACK)
    device.publish(topics.device(device.station, "loa-a", "evt"), token)
    device.wait_for(lambda d: any(claims.rev > before for _, claims in d.received if claims.kind is Kind.ACK))
    assert device.acked == {"e1": 2}
    with station.database.read() as session:
        assert len(session.exec(select(DeviceEvent)).all()) == 2


def test_what_lies_beyond_a_gap_waits_until_the_gap_is_closed(station, devices):
    device = devices(station.speaker("loa-a"))
    occurrence = station.broadcast("loa-a")
    station.air.kick()
    device.wait_for(lambda d: len(d.body.jobs) == 1)
    events = [
        device.event(JobReport(job_id=occurrence, state=state))
        for state in (State.ACCEPTED, State.READY, State.PLAYING)
    ]
    device.tell(events[0], oldest=1)
    device.wait_for(lambda d: d.acked == {"e1": 1})
    before = max(claims.rev for _, claims in device.received if claims.kind is Kind.ACK)
    device.tell(events[2], oldest=1)
    device.say(Kind.HB, Heartbeat(uptime_s=7, clock=ClockState.SYNCED))
    device.wait_for(lambda d: any(claims.rev > before for _, claims in d.received if claims.kind is Kind.ACK))
    assert device.acked == {"e1": 1}
    assert station.delivery(occurrence, "loa-a").state is State.ACCEPTED
    device.tell(*events[1:], oldest=2)
    device.wait_for(lambda d: d.acked == {"e1": 3})
    assert station.delivery(occurrence, "loa-a").state is State.PLAYING


def test_a_device_whose_outbox_was_pruned_is_believed_when_the_station_lost_its_memory(station, devices):
    device = devices(station.speaker("loa-a"))
    occurrence = station.broadcast("loa-a")
    station.air.kick()
    device.wait_for(lambda d: len(d.body.jobs) == 1)
    for _ in range(100):
        last = device.event(JobReport(job_id=occurrence, state=State.PLAYED))
    device.tell(last, oldest=100)
    device.wait_for(lambda d: d.acked == {"e1": 100})
    assert station.delivery(occurrence, "loa-a").state is State.PLAYED


def test_an_older_life_of_the_outbox_sent_late_is_kept_and_does_not_take_over(station, devices):
    device = devices(station.speaker("loa-a"))
    occurrence = station.broadcast("loa-a")
    station.air.kick()
    device.wait_for(lambda d: len(d.body.jobs) == 1)
    old = [device.event(JobReport(job_id=occurrence, state=state)) for state in (State.ACCEPTED, State.READY)]
    device.say(Kind.EVT, EventBatch(epoch="old", oldest=1, events=(old[0],)))
    device.say(Kind.EVT, EventBatch(epoch="new", oldest=1, events=(old[0],)))
    device.say(Kind.EVT, EventBatch(epoch="old", oldest=2, events=(old[1],)))
    device.wait_for(lambda d: d.acked == {"old": 2, "new": 1})
    assert (station.row("loa-a").epoch, station.row("loa-a").acked_seq) == ("new", 1)


def test_presence_follows_births_and_wills_and_no_replay(station, devices, wait_until):
    device = devices(station.speaker("loa-a"))
    topic = topics.device(device.station, "loa-a", "presence")
    wait_until(lambda: station.row("loa-a").online)
    session = station.row("loa-a").session
    birth = device.say(Kind.PRESENCE, Presence(online=True, session=session + 1))
    device.say(Kind.PRESENCE, Presence(online=False, session=session + 1))
    wait_until(lambda: not station.row("loa-a").online)
    device.publish(topic, birth)
    device.report("0" * 36, State.ACCEPTED)
    device.wait_for(lambda d: d.acked == {"e1": 1})
    assert not station.row("loa-a").online


def test_a_lost_connection_is_seen_by_the_will(station, wait_until):
    device = station.speaker("loa-a").connect()
    wait_until(lambda: station.row("loa-a").online)
    device.lose_connection()
    wait_until(lambda: not station.row("loa-a").online)


def test_a_withdrawn_job_is_a_request_until_the_device_answers(station, devices):
    device = devices(station.speaker("loa-a"))
    kept, withdrawn = station.broadcast("loa-a"), station.broadcast("loa-a")
    station.air.kick()
    device.wait_for(lambda d: len(d.body.jobs) == 2)
    with station.database.write() as session:
        deliveries.withdraw(session, withdrawn, now())
    station.air.kick()
    device.wait_for(lambda d: [cancel.job_id for cancel in d.body.cancels] == [withdrawn])
    assert [job.job_id for job in device.body.jobs] == [kept]
    delivery = station.delivery(withdrawn, "loa-a")
    assert delivery.state is State.UNKNOWN
    assert delivery.cancel_published_at is not None
    device.report(withdrawn, State.CANCELLED)
    station.wait_state(withdrawn, "loa-a", State.CANCELLED)


def test_what_was_never_published_and_can_no_longer_start_has_expired(station):
    with station.database.write() as session:
        speakers.create(session, station.officer, speaker_id="no-box", name="x", area_id=station.areas["thon-1"].id)
    gone = station.broadcast("no-box", start_at=now() - timedelta(seconds=2), delay_s=1)
    waiting = station.broadcast("no-box", start_at=now() - timedelta(seconds=2), delay_s=3600)
    station.wait_state(gone, "no-box", State.EXPIRED)
    assert station.delivery(waiting, "no-box").state is State.QUEUED
    with station.database.read() as session:
        assert session.get(Occurrence, gone).status is OccurrenceStatus.EXPIRED


def test_a_job_beyond_the_horizon_waits_in_the_queue(station, devices):
    device = devices(station.speaker("loa-a"))
    far, near = station.broadcast("loa-a", start_at=now() + timedelta(days=9)), station.broadcast("loa-a")
    station.air.kick()
    device.wait_for(lambda d: [job.job_id for job in d.body.jobs] == [near])
    assert station.delivery(far, "loa-a").state is State.QUEUED


def test_a_manifest_never_outgrows_a_packet_and_what_is_due_soon_goes_first(station, devices):
    device = devices(station.speaker("loa-a"))
    version = station.approved()
    begin = now() + timedelta(hours=1)
    with station.database.write() as session:
        first = None
        for number in range(600):
            at = begin + timedelta(minutes=15 * number)
            first = first or at
            schedule = Schedule(
                version_id=version,
                area_id=station.areas["xa"].id,
                start_at=at,
                created_by=station.officer.id,
                duration_ms=1,
            )
            session.add(schedule)
            session.flush()
            occurrence = Occurrence(
                schedule_id=schedule.id, version_id=version, due_at=at, not_after=at + timedelta(minutes=1)
            )
            session.add(occurrence)
            session.flush()
            session.add(Delivery(occurrence_id=occurrence.id, speaker_id="loa-a"))
    station.air.kick()
    device.wait_for(lambda d: len(d.body.jobs) > 100)
    times = [job.start_at for job in device.body.jobs]
    assert times == [begin + timedelta(minutes=15 * number) for number in range(len(times))]
    with station.database.read() as session:
        states = [delivery.state for delivery in session.exec(select(Delivery))]
    assert states.count(State.UNKNOWN) == len(times)
    assert states.count(State.QUEUED) == 600 - len(times)
