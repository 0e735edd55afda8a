"""One device's life as the world saw it, and what its agent could know at each instant. Derived from the history alone."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from loa.chaos import history as h
from loa.chaos.intervals import FOREVER, Intervals

DRIFT = 2e-4
"""No simulated clock runs further off than this."""


class Truth:
    """Facts about one device; intervals are true time."""

    def __init__(self, device: str, opening: h.Opening, records: Iterable[h.Record]) -> None:
        self.device = device
        self.opening = opening
        self.orders: dict[h.Key, h.Ordered] = {}
        self.messages: dict[str, h.Message] = {}
        self.deliveries: list[h.Delivered] = []
        self.sounds: list[h.Sound] = []
        self.recorded: list[h.Recorded] = []
        self.committed: list[h.Committed] = []
        self.remembered: dict[h.Key, str] = {}
        self.believed: dict[h.Key, str] = {}
        self.wiped: list[float] = []
        self.buttons: list[float] = []
        self.fixes: list[h.Fixed] = []
        self.clocks: list[h.Clock] = []
        self.falls: list[h.Running] = []
        self.waiting = 0
        self._switches: dict[str | tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
        for record in records:
            self._take(record)
        end = opening.end_s
        self.running = Intervals.of_switch(self._switches["running"], end)
        self.amplified = Intervals.of_switch(self._switches["amplifier"], end)
        self.full = Intervals.of_switch(self._switches["full"], end)
        self._web = Intervals.of_switch(self._switches["web"], end)
        self._sound_keys: dict[h.Key, list[h.Sound]] = defaultdict(list)
        self.sounds.sort(key=lambda sound: (sound.start_s, sound.t))
        for sound in self.sounds:
            self._sound_keys[sound.key].append(sound)
        self._vouched = Intervals.of_switch([(clock.t, clock.vouched) for clock in self.clocks], end) & self.running

    def _take(self, record: h.Record) -> None:  # noqa: C901, PLR0912  one line a kind of record
        match record:
            case h.Ordered():
                self.orders[record.job_id, record.attempt] = record
            case h.Message():
                self.messages[record.token] = record
            case h.Delivered():
                self.deliveries.append(record)
            case h.Sound():
                self.sounds.append(record)
            case h.Recorded():
                self.recorded.append(record)
            case h.Committed():
                self.committed.append(record)
            case h.Remembered():
                self.remembered[record.job_id, record.attempt] = record.state
            case h.Believed():
                self.believed[record.job_id, record.attempt] = record.state
            case h.Outbox():
                self.waiting = record.waiting
            case h.Wiped():
                self.wiped.append(record.t)
            case h.Button():
                self.buttons.append(record.t)
            case h.Fixed():
                self.fixes.append(record)
            case h.Clock():
                self.clocks.append(record)
            case h.Running():
                self._switches["running"].append((record.t, record.on))
                if record.cause.startswith(h.FELL):
                    self.falls.append(record)
            case h.Line():
                self._switches["web"].append((record.t, record.web and not record.slow))
            case h.Amplifier():
                self._switches["amplifier"].append((record.t, record.on))
            case h.Room():
                self._switches["full"].append((record.t, record.full))
            case h.File():
                self._switches["file", record.sha256].append((record.t, record.state == "good"))
                self._switches["there", record.sha256].append((record.t, record.state != "gone"))
            case h.Source():
                self._switches["source", record.sha256].append((record.t, record.good))
            case h.Opening():
                pass

    # ------------------------------------------------------------ questions

    def sounds_of(self, key: h.Key) -> list[h.Sound]:
        """What was heard of a job, in order."""
        return self._sound_keys.get(key, [])

    def file_good(self, sha256: str) -> Intervals:
        """When a file lay whole on the disk."""
        return Intervals.of_switch(self._switches["file", sha256], self.opening.end_s)

    def file_there(self, sha256: str) -> Intervals:
        """When a file lay on the disk, whole or not: that it has gone bad is seen only when it is read."""
        return Intervals.of_switch(self._switches["there", sha256], self.opening.end_s)

    def fetchable(self, sha256: str) -> Intervals:
        """When nothing kept a running agent from fetching a file at full speed."""
        source = Intervals.of_switch(self._switches["source", sha256], self.opening.end_s)
        return (self.running & self._web & source) - self.full

    def newest_known_s(self, t: float) -> float:
        """When the newest message was signed that had been delivered by an instant: it cannot be earlier than that."""
        told = (self.messages[delivered.token] for delivered in self.deliveries if delivered.t <= t)
        return max(
            (message.t for message in told if message.flaw is None and message.device in {None, self.device}),
            default=0.0,
        )

    @property
    def clock_known(self) -> Intervals:
        """When the running agent could know the time: somebody has vouched, or the station has told it, since it was started."""
        known = [
            (span[0], life[1])
            for life in self.running
            for span in [_first(self._vouched.clip(*life), self.fixes, life)]
            if span
        ]
        return Intervals(known)

    def warm(self, t: float) -> bool:
        """Whether the amplifier has had power since its warm-up; off and on again in one instant begins a new one."""
        power = self.amplified.at(t)
        switched_on = (at for at, on in self._switches["amplifier"] if on and at <= t)
        return power is not None and t - max(switched_on, default=power[0]) >= self.opening.warm_up_s

    def clock_moved_s(self, start: float, end: float) -> float:
        """By how much the wall clock was put forward at most between two instants: so much less time was left for what was due."""
        moves = [
            new.error_s - (old.error_s + old.drift * (new.t - old.t))
            for old, new in pairwise(self.clocks)
            if start <= new.t <= end
        ]
        return max(moves, default=0.0)

    def clock_tolerance_s(self, t: float) -> float:
        """How far the agent's best knowledge of the time may be off at an instant."""
        life = self.running.at(t) or (t, t)
        start = life[0]
        last, worst = start, 0.0
        for index, clock in enumerate(self.clocks):
            until = self.clocks[index + 1].t if index + 1 < len(self.clocks) else FOREVER
            a, b = max(clock.t, start), min(until, t)
            if clock.vouched and a <= b:
                errors = [abs(clock.error_s + clock.drift * (at - clock.t)) for at in (a, b)]
                worst, last = max(worst, *errors), b
        for fix in self.fixes:
            if start <= fix.t <= t:
                worst, last = max(worst, fix.error_s), max(last, fix.t)
        return worst + DRIFT * (t - last) + 0.1


def _first(vouched: Intervals, fixes: list[h.Fixed], life: tuple[float, float]) -> tuple[float, float] | None:
    """From the first instant of a life at which time was known."""
    instants = [a for a, _ in vouched] + [fix.t for fix in fixes if life[0] <= fix.t < life[1]]
    return (min(instants), life[1]) if instants else None
