"""What goes wrong, when: drawn before the simulation begins, over by the healing."""

from collections.abc import Callable
from functools import partial

from loa.chaos.box import Box
from loa.chaos.broker import Broker, Faults
from loa.chaos.kernel import Kernel
from loa.chaos.programme import DAY_S, Planned, sound_file
from loa.chaos.station import Station

NTP_AFTER_S = 30.0
NTP_LOST_S = 3600.0


class Weather:
    """Troubles of a fleet between now and `until`. `planned`: what they like to hit."""

    def __init__(
        self,
        kernel: Kernel,
        *,
        boxes: list[Box],
        broker: Broker,
        station: Station,
        planned: list[Planned],
        until: float,
    ) -> None:
        self._kernel = kernel
        self._boxes = boxes
        self._broker = broker
        self._station = station
        self._until = until
        self._random = kernel.random("weather")
        self._down: dict[str, list[int]] = {box.device: [0, 0, 0] for box in boxes}
        self._planned = {
            box.device: [p for p in planned if p.device == box.device and p.start_s < until] for box in boxes
        }
        self._broken_broker = 0

    def begin(self) -> None:
        """Everything that will go wrong."""
        self._broker.faults = Faults(lost=0.01, twice=0.05, slow=0.05)
        for box in self._boxes:
            box.set_lines(broker=True, web=True, slow=False)
            self._times(4, lambda b=box: self._line(b))  # type: ignore[misc]  # mypy does not type defaults of lambdas
            self._times(2.0, lambda b=box: self._power(b))  # type: ignore[misc]
            self._times(2.5, lambda b=box: self._near(b, self._cut(b)))  # type: ignore[misc]
            self._times(1.0, lambda b=box: self._near(b, b.crash))  # type: ignore[misc]
            self._times(0.4, lambda b=box: self._full(b))  # type: ignore[misc]
            self._times(1.5, lambda b=box: self._flip(b))  # type: ignore[misc]
            self._times(0.12, lambda b=box: self._damage(b))  # type: ignore[misc]
            self._times(0.5, lambda b=box: self._near(b, b.button))  # type: ignore[misc]
            self._times(1.0, lambda b=box: self._step_clock(b))  # type: ignore[misc]
            self._ntp(box)
        self._times(1.0, self._broker_down)
        self._times(2.0, self._spoil)
        self._kernel.at(self._until, self._heal)

    # ------------------------------------------------------------ each kind

    def _line(self, box: Box) -> None:
        """Broker, web or both are out of reach, or the line is narrow."""
        random = self._random
        at, lasting = self._some_time(), min(random.lognormvariate(6.5, 1.6), DAY_S)
        which = random.choice([(1, 1, 0), (1, 1, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)])
        self._during(at, lasting, lambda sign: self._switch(box, which, sign))

    def _switch(self, box: Box, which: tuple[int, int, int], sign: int) -> None:
        down = self._down[box.device]
        for place in range(3):
            down[place] += sign * which[place]
        self._apply(box)

    def _apply(self, box: Box) -> None:
        down = self._down[box.device]
        box.set_lines(broker=not down[0] and not self._broken_broker, web=not down[1], slow=bool(down[2]))

    def _broker_down(self) -> None:
        """For everybody; sometimes it forgets what waited."""
        random = self._random

        def turn(sign: int) -> None:
            self._broken_broker += sign
            for box in self._boxes:
                self._apply(box)
            if sign < 0 and random.random() < 0.4:
                self._broker.forget_sessions()

        self._during(self._some_time(), random.lognormvariate(5.0, 1.5), turn)

    def _power(self, box: Box) -> None:
        random = self._random
        lasting = min(random.lognormvariate(5.0, 2.0), 40_000.0)
        self._during(self._some_time(), max(lasting, 1.0), lambda sign: box.power(on=sign < 0))

    def _cut(self, box: Box) -> Callable[[], None]:
        random = self._random
        lasting = max(1.0, min(random.lognormvariate(2.5, 1.2), 10_000.0))
        return lambda: box.cut_in_commit(lasting)

    def _near(self, box: Box, act: Callable[[], None]) -> None:
        """At an awkward moment: around a start, in the middle of a sound."""
        random = self._random
        if not self._planned[box.device]:
            return
        planned = random.choice(self._planned[box.device])
        chance = random.random()
        if chance < 0.5:
            at = planned.start_s + random.uniform(-1.2, 0.3)
        elif chance < 0.9:
            at = planned.start_s + random.uniform(0.0, planned.length_s)
        else:
            at = planned.start_s - random.uniform(0, 600)
        if self._kernel.now < at < self._until:
            self._kernel.at(at, act)

    def _full(self, box: Box) -> None:
        self._during(self._some_time(), self._random.uniform(600, 20_000), lambda sign: box.set_full(full=sign > 0))

    def _flip(self, box: Box) -> None:
        """A file goes bad on the disk, some time before it is needed."""
        random = self._random
        if not self._planned[box.device]:
            return
        planned = random.choice(self._planned[box.device])
        if planned.file is not None:
            self._kernel.at(planned.start_s - random.expovariate(1 / 600), partial(box.flip, planned.file))

    def _damage(self, box: Box) -> None:
        lasting = self._random.uniform(5, 600)
        self._kernel.at(self._some_time(), lambda: box.damage(lasting))

    def _step_clock(self, box: Box) -> None:
        seconds = self._random.choice([-1, 1]) * self._random.lognormvariate(5.0, 3.0)
        self._kernel.at(self._some_time(), lambda: box.step_clock(seconds))

    def _ntp(self, box: Box) -> None:
        """Time servers are reached when the web is, some time after; asked every half hour; lost an hour after the web."""
        random = self._random
        state = {"down_s": 0.0, "synced": 0.0, "alive": 0.0}

        def look() -> None:
            state["down_s"] = 0.0 if box.lines.web else state["down_s"] + NTP_AFTER_S
            due = self._kernel.now - state["synced"] > 1800.0 or not box.alive or state["alive"] == 0.0
            state["alive"] = float(box.alive)
            if box.alive and box.lines.web and due:
                state["synced"] = self._kernel.now
                box.ntp(reached=True)
            elif NTP_LOST_S <= state["down_s"] < NTP_LOST_S + NTP_AFTER_S:
                box.ntp(reached=False)
            self._kernel.after(NTP_AFTER_S, look)

        self._kernel.after(random.uniform(1, NTP_AFTER_S), look)

    def _spoil(self) -> None:
        """The HTTP server gives out rubbish for one file, or nothing."""
        random = self._random
        rubbish = sound_file(random) if random.random() < 0.5 else b""
        chosen: list[str] = []

        def turn(sign: int) -> None:
            if sign > 0:
                files = self._station.files()
                chosen[:] = [random.choice(files)] if files else []
            for sha256 in chosen:
                self._station.spoil(sha256, rubbish if sign > 0 else None)

        self._during(self._some_time(), random.uniform(600, 20_000), turn)

    def _heal(self) -> None:
        """From here on nothing is in the way."""
        self._broker.faults = Faults()
        self._broken_broker = 0
        for box in self._boxes:
            self._down[box.device] = [0, 0, 0]
            self._apply(box)
            box.heal()

    # ------------------------------------------------------------ chance

    def _times(self, a_day: float, make: Callable[[], None]) -> None:
        """`make` so often a day on average."""
        mean = a_day * (self._until - self._kernel.now) / DAY_S
        for _ in range(int(mean) + (self._random.random() < mean % 1)):
            make()

    def _some_time(self) -> float:
        return self._random.uniform(self._kernel.now + 60, self._until - 60)

    def _during(self, at: float, lasting: float, turn: Callable[[int], None]) -> None:
        """+1 at its beginning, -1 at its end, both before the healing."""
        end = min(at + lasting, self._until - 1)
        if at < end:
            self._kernel.at(at, lambda: turn(1))
            self._kernel.at(end, lambda: turn(-1))
