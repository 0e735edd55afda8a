"""How far ahead a device's list reaches: whole days come in at once, so that a week's plan goes out once a day."""

from datetime import UTC, datetime, timedelta

from server.air.manifest import HORIZON, horizon


def test_a_day_comes_in_at_once_and_at_night():
    start = datetime(2028, 2, 27, 5, 30, tzinfo=UTC)  # over a 29 February
    seen = {}
    for minute in range(0, 3 * 24 * 60, 7):
        at = start + timedelta(minutes=minute)
        assert HORIZON - timedelta(days=1) < horizon(at) - at <= HORIZON
        seen.setdefault(horizon(at), at)
    changes = sorted(seen.values())[1:]
    assert len(changes) == 3
    local = [(at + timedelta(hours=7)).hour for at in changes]  # Việt Nam
    assert set(local) == {2}


def test_the_zone_of_the_clock_does_not_matter():
    at = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    assert horizon(at) == horizon(at.astimezone(tz=None))
