"""Keys of the station change in order: believed first, signed with then, revoked last."""

import contextlib
import stat

import pytest

from protocol.envelope import Kind
from protocol.keys import Keyring, Role, TrustSet
from protocol.messages import ClockState, Reported
from server.air.keys import KeyStore
from server.errors import ConflictError
from server.tables import StationKey


def newest_config(device):
    return [claims for _, claims in device.received if claims.kind is Kind.CONFIG][-1]


def trusted(device):
    configured = any(claims.kind is Kind.CONFIG for _, claims in device.received)
    return {key["x"] for key in newest_config(device).body["trust"]["keys"]} if configured else set()


def test_private_keys_are_for_the_owners_eyes_and_stay_over_restarts(station):
    for role in ("station", "emergency"):
        file = station.settings.key_dir / f"{role}.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kid = station.air.keys.station.kid
    station.air.keys.open()
    assert station.air.keys.station.kid == kid
    assert station.air.keys.emergency.kid != kid


def test_a_key_is_believed_before_it_signs_and_the_old_one_can_then_be_revoked(station, devices, wait_until):
    device = devices(station.speaker("loa-a"))
    occurrence = station.broadcast("loa-a")
    station.air.kick()
    device.wait_for(lambda d: len(d.body.jobs) == 1 and any(claims.kind is Kind.CONFIG for _, claims in d.received))
    keys, old = station.air.keys, station.air.keys.station
    with station.database.write() as session:
        prepared = keys.prepare(session, Role.STATION)
    with station.database.write() as session, pytest.raises(ConflictError):
        keys.adopt(session, Role.STATION, force=False)
    station.air.kick()
    device.wait_for(lambda d: prepared.public["x"] in trusted(d))
    device.keyring = Keyring.of(TrustSet.model_validate(newest_config(device).body["trust"]))
    device.say(Kind.REPORTED, Reported(config_rev=newest_config(device).rev, clock=ClockState.SYNCED), retain=True)
    wait_until(lambda: station.row("loa-a").reported.get("config_rev") == newest_config(device).rev)
    with station.database.write() as session, pytest.raises(ConflictError):
        keys.revoke(session, old.kid, "still signs")
    before = device.desired.rev
    with station.database.write() as session:
        keys.adopt(session, Role.STATION, force=False)
    station.air.kick()
    assert station.air.keys.station.kid == prepared.kid
    device.wait_for(lambda d: d.desired.rev > before)
    assert [job.job_id for job in device.body.jobs] == [occurrence]
    with station.database.write() as session:
        keys.revoke(session, old.kid, "lost")
    station.air.kick()
    device.wait_for(lambda d: newest_config(d).body["trust"].get("revoked") == [old.kid])
    assert old.public.x not in trusted(device)
    assert device.refused == []


def test_another_process_takes_up_the_adopted_key(station):
    other = KeyStore(station.database, station.settings.key_dir, "thu")
    other.open()
    with station.database.write() as session:
        prepared = station.air.keys.prepare(session, Role.EMERGENCY)
        station.air.keys.adopt(session, Role.EMERGENCY, force=True)
    assert other.emergency.kid != prepared.kid
    other.refresh()
    assert other.emergency.kid == prepared.kid


def test_a_switch_that_was_cut_off_after_the_file_is_completed_at_the_next_start(station, devices):
    device = devices(station.speaker("loa-a"))
    station.broadcast("loa-a")
    keys, old = station.air.keys, station.air.keys.station
    with station.database.write() as session:
        successor = keys.prepare(session, Role.STATION)
    station.air.kick()
    device.wait_for(lambda d: successor.public["x"] in trusted(d) and len(d.body.jobs) == 1)
    device.keyring = Keyring.of(TrustSet.model_validate(newest_config(device).body["trust"]))
    before = device.desired.rev
    with contextlib.suppress(KeyboardInterrupt), station.database.write() as session:
        keys.adopt(session, Role.STATION, force=True)
        raise KeyboardInterrupt  # the power, before the commit
    keys.open()
    with station.database.read() as session:
        assert session.get(StationKey, old.kid).retired_at is not None
        assert session.get(StationKey, successor.kid).retired_at is None
    station.air.kick()
    device.wait_for(lambda d: d.desired.rev > before)
    assert device.refused == []
