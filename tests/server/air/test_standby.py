"""Several station processes on one PostgreSQL: one is the gateway, the others answer and stand by, and take over."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from protocol.states import State
from server.air import lease
from server.air.lease import LeaseLostError
from server.broker import open_broker
from server.broker.mosquitto import find_program
from server.live import Watch
from server.tables import Lease, Speaker


@pytest.fixture
def broker(settings):
    """A broker that no station owns."""
    if find_program() is None:
        pytest.skip("mosquitto is not installed")
    own = open_broker(settings)
    own.admit({})
    own.start()
    yield own
    own.stop()


@pytest.fixture
def pair(settings, broker, postgresql, open_station) -> Iterator[tuple]:
    """Two processes' air sides, the second under another name, for here they share a process."""
    address = broker.address
    url = f"mqtt://{address.username}:{address.password}@{address.host}:{address.port}"
    shared = replace(settings, database_url=postgresql.new_database(), broker_url=url)
    first = open_station(shared).start()
    second = open_station(shared)
    second.air._holder = "elsewhere 1 1"
    second.air.start()
    yield first, second
    first.stop()
    second.stop()


def test_a_standby_plans_and_watches_and_takes_over(pair, broker, devices, wait_until):
    first, second = pair
    assert not second.air.connected
    box = first.speaker("loa-a")
    with first.database.read() as session:
        broker.admit({"loa-a": session.get(Speaker, "loa-a").broker_password_hash})
    device = devices(box)

    one = second.broadcast("loa-a")  # written by the standby, published by the gateway
    device.wait_for(lambda d: [job.job_id for job in d.body.jobs] == [one])
    watch = Watch(second.areas["xa"].id)
    device.report(one, State.ACCEPTED)

    def seen_by_the_standby():
        with second.database.read() as session:
            found = [data["state"] for name, data in watch.changes(session) if name == "delivery"]
        return State.ACCEPTED in found

    wait_until(seen_by_the_standby)
    first.air.stop()
    wait_until(lambda: second.air.connected)
    with second.database.read() as session:
        assert session.get(Lease, "gateway").holder == "elsewhere 1 1"
    two = second.broadcast("loa-a")
    device.wait_for(lambda d: {job.job_id for job in d.body.jobs} == {one, two})
    device.report(two, State.PLAYED)
    second.wait_state(two, "loa-a", State.PLAYED)


def test_who_has_not_the_lease_is_refused_where_it_would_publish(pair):
    first, second = pair
    with second.database.write() as session, pytest.raises(LeaseLostError):
        lease.require(session, "elsewhere 1 1")
    with first.database.write() as session:
        lease.require(session, first.air._holder)
