"""Sets of instants on a line, as sorted, disjoint, half-open intervals."""

from collections.abc import Iterable, Iterator
from typing import Self

Interval = tuple[float, float]
FOREVER = float("inf")


class Intervals:
    """Immutable; empty intervals are dropped, touching ones merged."""

    def __init__(self, parts: Iterable[Interval] = ()) -> None:
        merged: list[Interval] = []
        for start, end in sorted(part for part in parts if part[0] < part[1]):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        self._parts = tuple(merged)

    @classmethod
    def of_switch(cls, changes: Iterable[tuple[float, bool]], end: float = FOREVER) -> Self:
        """Where a switch was on; off before its first change."""
        parts: list[Interval] = []
        since: float | None = None
        for t, on in changes:
            if on and since is None:
                since = t
            elif not on and since is not None:
                parts.append((since, t))
                since = None
        if since is not None:
            parts.append((since, end))
        return cls(parts)

    def __iter__(self) -> Iterator[Interval]:
        return iter(self._parts)

    def __bool__(self) -> bool:
        return bool(self._parts)

    def __and__(self, other: Self) -> Self:
        """Both."""
        found: list[Interval] = []
        mine, theirs = list(self._parts), list(other._parts)
        i = j = 0
        while i < len(mine) and j < len(theirs):
            start, end = max(mine[i][0], theirs[j][0]), min(mine[i][1], theirs[j][1])
            if start < end:
                found.append((start, end))
            if mine[i][1] < theirs[j][1]:
                i += 1
            else:
                j += 1
        return type(self)(found)

    def __sub__(self, other: Self) -> Self:
        """Without the other."""
        return self & other.complement()

    def __or__(self, other: Self) -> Self:
        """Either."""
        return type(self)([*self._parts, *other._parts])

    def complement(self) -> Self:
        """Everything else."""
        found: list[Interval] = []
        last = -FOREVER
        for start, end in self._parts:
            found.append((last, start))
            last = end
        found.append((last, FOREVER))
        return type(self)(found)

    def clip(self, start: float, end: float) -> Self:
        """The part within [start, end)."""
        return type(self)((max(start, a), min(end, b)) for a, b in self._parts if a < end and b > start)

    def grown(self, before: float, after: float) -> Self:
        """Each interval longer on both sides."""
        return type(self)((a - before, b + after) for a, b in self._parts)

    def shrunk(self, before: float) -> Self:
        """Each interval beginning later."""
        return type(self)((a + before, b) for a, b in self._parts)

    def at(self, t: float) -> Interval | None:
        """The interval that holds the instant."""
        return next(((a, b) for a, b in self._parts if a <= t < b), None)

    @property
    def longest(self) -> float:
        """Length of the longest interval; 0 if there is none."""
        return max((b - a for a, b in self._parts), default=0.0)

    @property
    def total(self) -> float:
        """All lengths together."""
        return sum(b - a for a, b in self._parts)
