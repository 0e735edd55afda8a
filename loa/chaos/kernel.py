"""Simulated time: what happens next, in order, as fast as the machine can."""

import heapq
import random
from collections.abc import Callable
from itertools import count

Act = Callable[[], None]


class Kernel:
    """One queue of acts in true time (Unix seconds). Equal instants run in the order in which they were asked for."""

    def __init__(self, seed: int, start_s: float) -> None:
        self.now = start_s
        self.seed = seed
        self._queue: list[tuple[float, int, Act]] = []
        self._numbers = count()

    def random(self, name: str) -> random.Random:
        """Chance for one purpose: what one part of the world draws does not change what another gets."""
        return random.Random(f"{self.seed}/{name}")  # noqa: S311  a simulation must be repeatable

    def at(self, t: float, act: Act) -> None:
        """Do it then; at once if that is past."""
        heapq.heappush(self._queue, (max(t, self.now), next(self._numbers), act))

    def after(self, seconds: float, act: Act) -> None:
        """Do it so much later."""
        self.at(self.now + seconds, act)

    def run(self, until: float) -> None:
        """Let time pass up to an instant."""
        while self._queue and self._queue[0][0] <= until:
            self.now, _, act = heapq.heappop(self._queue)
            act()
        self.now = until
