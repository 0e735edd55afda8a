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
HELD_PAUSE_S = 600.0
"""And if nothing has changed but which jobs are ready and next, which events have told already, at most this often."""
READY_TOLD = 5
"""Most job ids in one report: the nearest ones."""
NEWS_S = 30.0
"""Pause before a heartbeat that tells what sounds now, and between those of an emergency that sounds."""
QUIET = 1.4
"""So much longer is the pause while nothing is new. The station waits for three: one may still be lost."""
_NO_NEWS = {
    "uptime_s": math.inf, "clock_offset_ms": 20.0, "temperature_c": 5.0, "disk_free_mb": 200.0, "memory_free_mb": 100.0,
    "signal_dbm": 10.0,
}  # fmt: skip
"""How far a measurement may move without being news; whatever is not here is news when it changes."""


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
        self._late_mono_s = math.inf
        """When to tell what can wait."""
        self._seen: tuple[int, int, int] | None = None
        self._beat: Heartbeat | None = None
        self._beat_mono_s = -math.inf
        self._quiet = False
        """Whether the last look found nothing new to tell."""
        self.heartbeat_s = 300.0

    def line_opened(self) -> None:
        """A new connection: say everything again."""
        self._told = None
        self._seen = None

    def look_again(self) -> None:
        """Something that `reported` tells may have changed."""
        self._seen = None

    def step(self) -> float:
        """Send what is due; when to be called again."""
        mono_s = self._time.mono_s()
        return min(self._report(mono_s), self._pulse(mono_s))

    def _pulse(self, mono_s: float) -> float:
        """Send `hb` if it is time, a little later if there is nothing new in it; when to look again."""
        sounding = self._director.sounding()
        job_id = sounding[0].job.job_id if sounding else None
        hurried = (self._beat is not None and job_id != self._beat.job_id) or any(
            record.emergency for record in sounding
        )
        pause_s = min(NEWS_S, self.heartbeat_s) if hurried else self.heartbeat_s * (QUIET if self._quiet else 1.0)
        if mono_s < self._beat_mono_s + pause_s:
            return self._beat_mono_s + pause_s
        body = self._heartbeat(job_id)
        self._quiet = not hurried and not self._quiet and self._beat is not None and not _news(self._beat, body)
        if self._quiet:
            return self._beat_mono_s + self.heartbeat_s * QUIET
        self._beat, self._beat_mono_s = body, mono_s
        self._ports.link.publish(self._hb_topic, self._voucher.seal(Kind.HB, body).encode(), qos=0)
        return mono_s + self.heartbeat_s

    def _report(self, mono_s: float) -> float:
        """Send `reported` if what it says has changed and the last one is old enough; with a change comes the next step."""
        seen = (self._ledger.version, self._store.revision(Kind.DESIRED), self._store.revision(Kind.CONFIG))
        if seen != self._seen:
            if self._told is not None and mono_s < self._told_mono_s + REPORT_PAUSE_S:
                return self._told_mono_s + REPORT_PAUSE_S
            self._seen = seen
            self._late_mono_s = mono_s if self._told is None else self._due(self._told, self._state())
        if mono_s >= self._late_mono_s:
            self._late_mono_s = math.inf
            self._told, self._told_mono_s = self._state(), mono_s
            token = self._voucher.seal(Kind.REPORTED, self._told)
            self._ports.link.publish(self._reported_topic, token.encode(), retain=True)
        return self._late_mono_s

    def _due(self, told: Reported, now: Reported) -> float:
        """When what has changed since the last report is told."""
        if told == now:
            return math.inf
        held = {"ready": now.ready, "next_start_at": now.next_start_at, "disk_free_mb": now.disk_free_mb}
        return self._told_mono_s + (HELD_PAUSE_S if told.model_copy(update=held) == now else REPORT_PAUSE_S)

    def _state(self) -> Reported:
        ready = sorted(
            (record for record in self._ledger if record.state is State.READY), key=lambda record: record.job.start_at
        )
        waiting = [record.job.start_at.timestamp() for record in self._ledger if record.waiting]
        free = self._ports.library.free_bytes()
        return Reported(
            desired_rev=self._store.revision(Kind.DESIRED),
            config_rev=self._store.revision(Kind.CONFIG),
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


def _news(told: Heartbeat, now: Heartbeat) -> bool:
    """Whether something differs that a person would want to know before the next regular heartbeat."""
    for name, old in told:
        new, tolerance = getattr(now, name), _NO_NEWS.get(name)
        unknown = tolerance is None or old is None or new is None
        if (old != new) if unknown else abs(new - old) > tolerance:
            return True
    return False
