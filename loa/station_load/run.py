"""One run: fill, start, connect, publish to all, take in what all report, ask the API."""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from loa.station_load import pages
from loa.station_load.crowd import Crowd
from loa.station_load.serving import STATION, serving
from loa.station_load.world import TOKEN, Commune
from protocol.envelope import Kind, seal
from protocol.keys import SigningKey, station_owner
from protocol.messages import ClockState, Event, EventBatch, JobReport
from protocol.states import State
from server.broker import open_broker
from server.settings import Settings

_STATES = (State.ACCEPTED, State.READY, State.PLAYING, State.PLAYED)
_PAST = 10_000
_WAIT_S = 300.0


def run(devices: int) -> dict[str, Any]:
    """The measurements with that many devices."""
    with tempfile.TemporaryDirectory(prefix="loa-bench-", ignore_cleanup_errors=True) as folder:
        settings = Settings(data_dir=Path(folder), station=STATION)
        commune = Commune(settings, devices, _PAST)
        broker = open_broker(settings)  # only to know where it will listen; the station starts it
        with serving(Path(folder)) as (url, pid):
            crowd = Crowd(STATION, broker.address.host, broker.address.port)
            try:
                return {"devices": devices, "broker": broker.name, **_measure(commune, crowd, url, pid)}
            finally:
                crowd.close()


def _measure(commune: Commune, crowd: Crowd, url: str, pid: int) -> dict[str, Any]:
    client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=_WAIT_S)
    devices = len(commune.logins)
    connect_s = crowd.connect(commune.logins, _WAIT_S)
    crowd.wait(lambda: len(crowd.told["desired"]) == devices, _WAIT_S)
    idle_mb = _memory_mb(pid)
    crowd.told["desired"].clear()
    began = time.monotonic()
    start_at = datetime.now(UTC) + timedelta(hours=1)
    body = {"version_id": commune.version_id, "area_id": "xa", "start_at": start_at.isoformat()}
    answer = client.post("/api/v1/schedules", json=body)
    answer.raise_for_status()
    accepted_s = time.monotonic() - began
    crowd.wait(lambda: len(crowd.told["desired"]) == devices, _WAIT_S)
    told = sorted(at - began for at in crowd.told["desired"].values())
    job_id = answer.json()["occurrences"][0]["id"]
    events_s = _report_all(commune, crowd, job_id)
    played = client.get(f"/api/v1/occurrences/{job_id}").json()["deliveries"]
    assert {delivery["state"] for delivery in played} == {State.PLAYED}
    return {
        "connect_s": round(connect_s, 2),
        "schedule_request_s": round(accepted_s, 2),
        "publish_first_s": round(told[0], 3),
        "publish_all_s": round(told[-1], 2),
        "events": devices * len(_STATES),
        "events_s": round(events_s, 2),
        "events_per_s": round(devices * len(_STATES) / events_s),
        "memory_idle_mb": idle_mb,
        "memory_peak_mb": _memory_mb(pid, "VmHWM"),
        "api_p95_ms": pages.p95_ms(client),
    }


def _report_all(commune: Commune, crowd: Crowd, job_id: str) -> float:
    """Every device tells its whole story in one batch at the same time; seconds until each has its acknowledgement."""
    tokens = {device_id: _batch(key, job_id) for device_id, key in commune.keys.items()}
    began = time.monotonic()
    for number, (device_id, token) in enumerate(tokens.items()):
        crowd.publish(device_id, "evt", token)
        if number % 20 == 0:
            crowd.turn(0)
    crowd.wait(lambda: len(crowd.told["ack"]) == len(tokens), _WAIT_S)
    return max(crowd.told["ack"].values()) - began


def _batch(key: SigningKey, job_id: str) -> str:
    now = datetime.now(UTC)
    events = tuple(
        Event(
            seq=number,
            at=now,
            mono_ms=number,
            boot_id="b",
            clock=ClockState.SYNCED,
            type="job",
            data=JobReport(job_id=job_id, state=state).model_dump(mode="json", exclude_defaults=True),
        )
        for number, state in enumerate(_STATES, start=1)
    )
    body = EventBatch(epoch="e1", oldest=1, events=events)
    return seal(Kind.EVT, body, key=key, audience=station_owner(STATION), rev=len(events), now=now)


def _memory_mb(pid: int, what: str = "VmRSS") -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) // 1024
    raise RuntimeError(what)
