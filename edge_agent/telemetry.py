"""What the station sees of this device between events: `reported` on change, `hb` as a pulse."""

import math
from datetime import UTC, datetime

from edge_agent.director import Director
from edge_agent.ledger import Ledger
from edge_agent.ports import Ports
from edge_agent.signing import Voucher
from edge_agent.store import Store
from edge_agent.timekeeping import Timekeeper
from protocol import topics
from protocol.envelope import Kind
from protocol.messages import Heartbeat, Reported
from protocol.states import State

REPORT_PAUSE_S = 60.0
"""`reported` goes out at most this often."""
PLAYING_S = 30.0
"""Pause between heartbeats while something sounds."""
READY_TOLD = 200
"""Most job ids in one report: the nearest ones."""


class Telemetry:
    """Sends while the line is up; nothing here is kept for later."""

    def __init__(
        self,
        *,
        ports: Ports,
        store: Store,
        ledger: Ledger,
        director: Director,
        time: Timekeeper,
        voucher: Voucher,
        station: str,
        device_id: str,
    ) -> None:
        self._ports = ports
        self._store = store
        self._ledger = ledger
        self._director = director
        self._time = time
        self._voucher = voucher
        self._reported_topic = topics.device(station, device_id, "reported")
        self._hb_topic = topics.device(station, device_id, "hb")
        self._told: Reported | None = None
        self._told_mono_s = -REPORT_PAUSE_S
        self._pulse_mono_s = -1e9
        self._seen: tuple[int, int, int] | None = None
        self.heartbeat_s = 300.0

    def line_opened(self) -> None:
        """A new connection: say everything again."""
        self._told = None
        self._seen = None

    def step(self) -> float:
        """Send what is due; when to be called again."""
        mono_s = self._time.mono_s()
        wakes = [self._report(mono_s)]
        sounding = self._director.sounding()
        pause_s = min(PLAYING_S, self.heartbeat_s) if sounding else self.heartbeat_s
        if mono_s >= self._pulse_mono_s + pause_s:
            self._pulse_mono_s = mono_s
            body = self._heartbeat(sounding[0].job.job_id if sounding else None)
            self._ports.link.publish(self._hb_topic, self._voucher.seal(Kind.HB, body).encode(), qos=0)
        wakes.append(self._pulse_mono_s + pause_s)
        return min(wakes)

    def _report(self, mono_s: float) -> float:
        """Send `reported` if what it says has changed and the last one is a minute old; with a change comes the next step."""
        due_mono_s = self._told_mono_s + REPORT_PAUSE_S if self._told is not None else mono_s
        seen = (self._ledger.version, self._rev(Kind.DESIRED), self._rev(Kind.CONFIG))
        if seen == self._seen:
            return math.inf
        if mono_s < due_mono_s:
            return due_mono_s
        self._seen = seen
        body = self._state()
        if body != self._told:
            self._told, self._told_mono_s = body, mono_s
            self._ports.link.publish(
                self._reported_topic, self._voucher.seal(Kind.REPORTED, body).encode(), retain=True
            )
        return math.inf

    def _state(self) -> Reported:
        ready = sorted(
            (record for record in self._ledger if record.state is State.READY), key=lambda record: record.job.start_at
        )
        waiting = [record.job.start_at.timestamp() for record in self._ledger if record.waiting]
        free = self._ports.library.free_bytes()
        return Reported(
            desired_rev=self._rev(Kind.DESIRED),
            config_rev=self._rev(Kind.CONFIG),
            ready=tuple(record.job.job_id for record in ready[:READY_TOLD]),
            next_start_at=datetime.fromtimestamp(min(waiting), UTC) if waiting else None,
            clock=self._time.state,
            disk_free_mb=None if free is None else free // (64 * 2**20) * 64,
            volume_percent=self._ports.volume.percent(),
        )

    def _heartbeat(self, job_id: str | None) -> Heartbeat:
        measured = self._ports.health.measure()
        offset_ms = measured.clock_offset_ms if measured.clock_offset_ms is not None else self._time.fixed_offset_ms
        return Heartbeat(
            uptime_s=int(self._time.mono_s()),
            clock=self._time.state,
            clock_offset_ms=offset_ms,
            temperature_c=measured.temperature_c,
            disk_free_mb=measured.disk_free_mb,
            memory_free_mb=measured.memory_free_mb,
            signal_dbm=measured.signal_dbm,
            under_voltage=measured.under_voltage,
            throttled=measured.throttled,
            amplifier_on=self._ports.amplifier.on,
            sound_device=measured.sound_device,
            job_id=job_id,
        )

    def _rev(self, kind: Kind) -> int:
        message = self._store.message(kind)
        return 0 if message is None else message.rev
