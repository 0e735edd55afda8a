"""What happens by the clock happens by itself: other tests stop the timers and ask for it (see `no_timers`)."""

from apscheduler.schedulers.background import BackgroundScheduler

from server import ticks
from tests.waiting import wait_until


def test_a_standing_rule_approves_without_anybody_asking(commune, monkeypatch):
    everything = [{"start": "00:00", "end": "00:00"}]
    rules = {"allowed": everything, "village": {"approval": False}}
    commune.call("lanhdao", "PUT", "/areas/khuoi-nan/policy", json=rules)
    version = commune.bulletin("truongthon")["version"]["id"]
    commune.rendered(version)
    commune.call("truongthon", "POST", f"/versions/{version}/submit")
    monkeypatch.setattr(ticks, "BackgroundScheduler", BackgroundScheduler)
    monkeypatch.setattr(ticks, "_DEADLINES_S", 0.1)
    running = ticks.Ticks(commune.station())
    running.start()
    try:
        wait_until(lambda: commune.call("canbo", "GET", f"/versions/{version}")["status"] == "approved")
    finally:
        running.stop()
