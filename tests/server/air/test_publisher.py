"""Who has something to be told, and what stands in nobody's way: asked of the database, without a broker."""

from dataclasses import replace
from datetime import timedelta

import pytest

from protocol.errors import TooLargeError
from protocol.messages import Operation
from protocol.states import State
from server import deliveries, speakers
from server.air import commands
from server.air import publisher as module
from server.air.lease import hold
from server.air.manifest import plans
from server.air.publisher import Publisher, stale_speakers
from server.errors import InvalidInputError
from server.tables import Delivery
from server.tables.columns import now


@pytest.fixture
def silent_station(open_station, settings):
    """Its keys are there, its broker is not."""
    opened = open_station(replace(settings, broker_choice="iotcore"))
    opened.air.keys.open()
    with opened.database.write() as session:
        hold(session, "test", now())
    yield opened
    opened.database.close()


@pytest.fixture
def publisher(silent_station):
    return Publisher(silent_station.database, silent_station.air.keys, "thu", "test")


def publish(publisher):
    return [topic.split("/")[4] for messages in publisher.desired() for topic, _ in messages]


def stale(station):
    with station.database.read() as session:
        return sorted(stale_speakers(session, now()))


def test_what_nobody_can_be_told_is_not_tried_every_second(silent_station, publisher):
    for name in ("expelled", "late"):
        silent_station.speaker(name)
    occurrence = silent_station.broadcast("expelled", "late")
    assert publish(publisher) == ["expelled", "late"]
    assert stale(silent_station) == []
    with silent_station.database.write() as session:
        deliveries.withdraw(session, occurrence, now())
        speakers.expel(session, silent_station.officer, "expelled", "bị mất")
    assert stale(silent_station) == ["late"]
    with silent_station.database.write() as session:
        old = session.get(Delivery, silent_station.delivery(occurrence, "late").id)
        old.start_at = old.not_after = now() - timedelta(days=9)  # so long ago that its manifest asks for it no more
        session.add(old)
    assert stale(silent_station) == []


def test_what_found_no_room_costs_nothing_until_something_changes(silent_station, publisher, monkeypatch):
    silent_station.speaker("loa-a")
    version, far = silent_station.approved(), now() + timedelta(days=2)
    for number in range(160):
        silent_station.broadcast("loa-a", start_at=far + timedelta(minutes=number), version_id=version)
    assert publish(publisher) == ["loa-a"]
    made = []
    monkeypatch.setattr(module, "_LOOK_AGAIN", timedelta(days=1))
    monkeypatch.setattr(module, "plans", lambda *arguments: made.append(arguments) or plans(*arguments))
    assert publish(publisher) == publish(publisher) == []
    assert made == []
    silent_station.broadcast("loa-a", start_at=now() + timedelta(hours=1), version_id=version)
    assert publish(publisher) == ["loa-a"]
    assert publish(publisher) == []
    assert len(made) == 1
    monkeypatch.setattr(module, "_LOOK_AGAIN", timedelta(0))
    assert publish(publisher) == []
    assert len(made) == 2


def test_one_speaker_whose_manifest_fits_no_packet_does_not_silence_the_others(silent_station, publisher, monkeypatch):
    for name in ("full", "well"):
        silent_station.speaker(name)
    occurrence = silent_station.broadcast("full", "well")
    sealed = Publisher._sealed

    def crowded(self, speaker_id, *rest):
        if speaker_id == "full":
            raise TooLargeError("desired: 300000 bytes")
        return sealed(self, speaker_id, *rest)

    monkeypatch.setattr(Publisher, "_sealed", crowded)
    assert publish(publisher) == ["well"]
    assert silent_station.delivery(occurrence, "full").state is State.QUEUED
    assert silent_station.delivery(occurrence, "well").state is State.UNKNOWN


def test_a_commands_arguments_fit_a_packet(silent_station):
    silent_station.speaker("loa-a")
    with silent_station.database.write() as session, pytest.raises(InvalidInputError, match="quá dài"):
        commands.order(session, silent_station.officer, "loa-a", Operation.UPDATE, {"version": "1" * 5000})


def test_stop_all_ends_what_was_sent_again_although_the_first_attempts_time_is_over(silent_station, publisher):
    silent_station.speaker("loa-a")
    occurrence = silent_station.broadcast("loa-a", start_at=now() - timedelta(hours=2))
    with silent_station.database.write() as session:
        first = session.get(Delivery, silent_station.delivery(occurrence, "loa-a").id)
        first.state = State.MISSED
        began = now() - timedelta(seconds=5)
        again = Delivery(
            occurrence_id=occurrence,
            speaker_id="loa-a",
            attempt=2,
            start_at=began,
            not_after=began + timedelta(minutes=5),
        )
        session.add_all([first, again])
    assert publish(publisher) == ["loa-a"]
    with silent_station.database.write() as session:
        commands.stop_all(session, silent_station.officer, "thon-1")
    asked = silent_station.delivery(occurrence, "loa-a")
    assert (asked.attempt, asked.cancel_requested_at is not None) == (2, True)
