"""What leaves for the station: reports, over the broker, or by HTTPS while the broker is silent."""

from edge_agent.line import Line
from edge_agent.options import Options
from edge_agent.outbox import Batch, Outbox
from edge_agent.ports import Ports
from edge_agent.signing import Voucher
from edge_agent.timekeeping import Timekeeper
from protocol import topics
from protocol.envelope import Kind

SETTLING_S = 15.0
"""A line that has been down for less is only being made."""
POST_PAUSE_S = 60.0
"""Pause between tries to hand reports over by HTTPS while the broker is silent."""


class Despatch:
    """Sends; the outbox decides what and when."""

    def __init__(
        self,
        *,
        ports: Ports,
        outbox: Outbox,
        line: Line,
        voucher: Voucher,
        time: Timekeeper,
        options: Options,
        station: str,
        device_id: str,
    ) -> None:
        self._ports = ports
        self._outbox = outbox
        self._line = line
        self._voucher = voucher
        self._time = time
        self._options = options
        self._events_topic = topics.device(station, device_id, "evt")
        self._posted_mono_s = -POST_PAUSE_S
        self.station_online = True
        """What the station's gateway said of itself last."""

    def silent(self) -> bool:
        """Whether the broker seems dead: no line, nobody behind it, or no acknowledgements."""
        unanswered = self._outbox.unanswered_s > self._options.silent_broker_s
        return self._line.down_s >= SETTLING_S or not self.station_online or unanswered

    def batch(self, batch: Batch) -> None:
        """Over the broker."""
        token = self._voucher.seal(Kind.EVT, batch.body, rev=batch.last)
        self._ports.link.publish(self._events_topic, token.encode())

    def step(self) -> float | None:
        """By HTTPS while the broker is silent; when to be called again."""
        if not self._outbox.waiting:
            return None
        if not self.silent():
            return self._line.lost_mono_s + SETTLING_S if self._line.down_s else None
        mono_s = self._time.mono_s()
        if mono_s < self._posted_mono_s + POST_PAUSE_S:
            return self._posted_mono_s + POST_PAUSE_S
        self._posted_mono_s = mono_s
        batch = self._outbox.next_batch()
        if batch is not None:
            self._ports.web.post_events(self._voucher.seal(Kind.EVT, batch.body, rev=batch.last))
        return mono_s + POST_PAUSE_S
