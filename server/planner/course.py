"""How the jobs of one speaker will share its horn: a rehearsal of them all, by `protocol.priorities.TABLE`. Pure.

What a speaker does that is well, has its audio in time and knows the hour. The device decides by the same table in
`edge_agent.director`; a test holds this rehearsal against that code, job by job. Instants are Unix seconds.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple, Self

from protocol.jobs import Job
from protocol.priorities import Afterwards, Entry, Priority, rule
from protocol.states import Reason, State
from server.planner.hours import Hours

LEAD_S = 0.3
"""A device decides a start this long before its first frame, and silences then what gives way."""
TOLERANCE_S = 0.5
"""How far an end may lie behind its limit: as on the device."""
_AFTER_S = 0.001
_NOW_S = 2.0


class Item(NamedTuple):
    """A job as far as its turn is concerned. `until_s` is the end of a stream's slot; then it has no passes."""

    key: str
    """The job's id: of equals the lower one goes first, as on the device."""
    priority: Priority
    start_s: float
    latest_s: float
    """It may begin this late."""
    not_after_s: float
    pass_s: float
    times: int = 1
    """How often it sounds, with `gap_s` of silence between."""
    gap_s: float = 0.0
    until_s: float | None = None

    @classmethod
    def of(cls, job: Job) -> Self:
        """The turn of a job of the contract."""
        start_s = job.start_at.timestamp()
        return cls(
            key=job.job_id,
            priority=job.priority,
            start_s=start_s,
            latest_s=start_s + job.max_start_delay_s,
            not_after_s=job.not_after.timestamp(),
            pass_s=job.audio.duration_ms / 1000 if job.audio else 0.0,
            times=job.repeat.count,
            gap_s=job.repeat.gap_s,
            until_s=job.stream.until.timestamp() if job.stream else None,
        )


class Span(NamedTuple):
    """One stretch of sound."""

    start_s: float
    end_s: float
    from_s: float
    """Position in the audio at which it begins."""
    ducked: bool = False
    """It lies quietly under something else."""


class Break(NamedTuple):
    """It was silenced by another one; `resumed_s` is None when it did not go on."""

    at_s: float
    by: str
    resumed_s: float | None


@dataclass(frozen=True)
class Course:
    """What becomes of one item."""

    item: Item
    end: State
    """PLAYED, CUT, MISSED or REJECTED."""
    reason: Reason | None = None
    by: str = ""
    """Whose sound kept it waiting, cut it or made it late."""
    spans: tuple[Span, ...] = ()
    breaks: tuple[Break, ...] = ()

    @property
    def late_s(self) -> float:
        """How much after its time it begins; 0 for one that never does."""
        return max(0.0, self.spans[0].start_s - self.item.start_s) if self.spans else 0.0


def perform(items: Iterable[Item], hours: Hours) -> list[Course]:
    """The course of every item, by start."""
    coming = sorted(items, key=lambda item: (item.start_s, item.key))
    courses: list[Course] = []
    place = 0
    while place < len(coming):
        item = coming[place]
        place += 1
        following_s = coming[place].start_s - LEAD_S if place < len(coming) else math.inf
        if not _allowed(item, hours, item.start_s, _length_s(item)):
            courses.append(Course(item, State.REJECTED, Reason.POLICY))
        elif (alone := _alone(item)) is not None and alone.end_s < following_s:
            courses.append(Course(item, State.PLAYED, spans=(alone,)))
        else:
            rehearsal = _Rehearsal(hours, item)
            while (at_s := rehearsal.next_s()) is not None:
                while place < len(coming) and coming[place].start_s - LEAD_S <= at_s:
                    courses += rehearsal.join(coming[place])
                    at_s = min(at_s, coming[place].start_s - LEAD_S)
                    place += 1
                rehearsal.step(at_s)
            courses += rehearsal.courses()
    return sorted(courses, key=lambda course: (course.item.start_s, course.item.key))


def _alone(item: Item) -> Span | None:
    """Its only sound when nobody is in the way; None for what is not that simple."""
    if item.until_s is not None:
        end_s = min(item.until_s, item.not_after_s)
        return Span(item.start_s, end_s, 0.0) if end_s > item.start_s else None
    if item.times > 1 or item.start_s + item.pass_s > item.not_after_s + TOLERANCE_S:
        return None
    return Span(item.start_s, item.start_s + item.pass_s, 0.0)


def _length_s(item: Item) -> float:
    if item.until_s is not None:
        return max(0.0, min(item.until_s, item.not_after_s) - item.start_s)
    return item.pass_s * item.times + item.gap_s * (item.times - 1)


def _allowed(item: Item, hours: Hours, start_s: float, length_s: float) -> bool:
    return item.priority is Priority.EMERGENCY or hours.allow(start_s, length_s)


class _Phase(Enum):
    WAITING = auto()
    SOUNDING = auto()  # or ordered: its first frame may still be ahead
    GAP = auto()
    HELD = auto()
    OVER = auto()


_ON_STAGE = (_Phase.SOUNDING, _Phase.GAP)


@dataclass
class _Part:
    """One item on its way."""

    item: Item
    phase: _Phase = _Phase.WAITING
    started: bool = False
    passes: int = 0
    position_s: float = 0.0
    since_s: float = 0.0
    """When the present stretch began, or will."""
    sounded_s: float = -1.0
    gap_until_s: float = 0.0
    ducked: bool = False
    waited: bool = False
    by: str = ""
    end: State = State.PLAYED
    reason: Reason | None = None
    spans: list[Span] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)

    def remaining_s(self, at_s: float) -> float:
        item = self.item
        if item.until_s is not None:
            return max(0.0, self.limit_s() - max(at_s, item.start_s))
        left = item.times - self.passes
        return max(0.0, item.pass_s * left - self.position_s + item.gap_s * (left - 1))

    def needed_s(self, at_s: float) -> float:
        if self.item.until_s is not None:
            return 0.0
        if self.item.priority is Priority.EMERGENCY:
            return max(0.0, self.item.pass_s - self.position_s)
        return self.remaining_s(at_s)

    def limit_s(self) -> float:
        until_s = self.item.until_s
        return self.item.not_after_s if until_s is None else min(until_s, self.item.not_after_s)

    def start_by_s(self) -> float:
        if self.item.until_s is not None:
            return min(self.item.latest_s, self.limit_s())
        return min(self.item.latest_s, self.item.not_after_s - self.needed_s(self.item.latest_s) + TOLERANCE_S)

    def finishes_s(self) -> float:
        """When the present stretch comes to its end by itself."""
        if self.item.until_s is not None:
            return self.limit_s()
        return self.since_s + self.item.pass_s - self.position_s

    def next_s(self, at_s: float) -> Iterator[float]:
        """Instants after `at_s` at which something may become of it."""
        if self.phase is _Phase.WAITING:
            yield self.item.start_s - LEAD_S
            yield self.start_by_s() + _AFTER_S
        elif self.phase is _Phase.SOUNDING:
            yield self.finishes_s()
            yield self.limit_s() + TOLERANCE_S + _AFTER_S
        elif self.phase is _Phase.GAP:
            yield self.gap_until_s - LEAD_S
        elif self.phase is _Phase.HELD:
            yield self.limit_s() - max(0.0, self.needed_s(at_s) - TOLERANCE_S) + _AFTER_S

    def silence(self, at_s: float) -> bool:
        """Stop the present stretch; whether anything of it was heard."""
        if self.phase is not _Phase.SOUNDING or at_s <= self.since_s:
            return False
        self._mark(at_s)
        if self.item.until_s is None:
            self.position_s += at_s - self.since_s
        return True

    def duck(self, at_s: float, *, under: bool) -> None:
        if self.ducked == under:
            return
        if self.phase is _Phase.SOUNDING and at_s > self.since_s:
            self._mark(at_s)
            if self.item.until_s is None:
                self.position_s += at_s - self.since_s
            self.since_s = at_s
        self.ducked = under

    def over(self, state: State, reason: Reason | None = None) -> None:
        self.phase, self.end, self.reason = _Phase.OVER, state, reason

    def _mark(self, at_s: float) -> None:
        self.spans.append(Span(self.since_s, at_s, self.position_s, self.ducked))


class _Rehearsal:
    """Items that meet, from the first one's instant until the last of them is over."""

    def __init__(self, hours: Hours, first: Item) -> None:
        self._hours = hours
        self._parts = [_Part(first)]
        self._open = list(self._parts)
        self._at_s = -math.inf

    def join(self, item: Item) -> list[Course]:
        """One more is about due; its course, if policy ends it at once."""
        if not _allowed(item, self._hours, item.start_s, _length_s(item)):
            return [Course(item, State.REJECTED, Reason.POLICY)]
        part = _Part(item)
        self._parts.append(part)
        self._open.append(part)
        return []

    def next_s(self) -> float | None:
        """The next instant at which something happens, None when all are over."""
        found = [at_s for part in self._open for at_s in part.next_s(self._at_s) if at_s > self._at_s]
        return min(found, default=None)

    def courses(self) -> list[Course]:
        """What became of all of them."""
        return [
            Course(part.item, part.end, part.reason, part.by, tuple(part.spans), tuple(part.breaks))
            for part in self._parts
        ]

    def step(self, at_s: float) -> None:
        """What happens at that instant: ends, deadlines, and then who goes on."""
        self._at_s = at_s
        for part in self._open:
            if part.phase is _Phase.SOUNDING and part.finishes_s() <= at_s:
                self._finish(part, part.finishes_s())
        for part in self._open:
            self._watch(part, at_s)
        while self._try_all(at_s):
            pass
        for part in self._open:
            if part.ducked and not any(
                other.phase in _ON_STAGE and other.item.priority < part.item.priority for other in self._open
            ):
                part.duck(at_s, under=False)
        self._open = [part for part in self._open if part.phase is not _Phase.OVER]

    def _finish(self, part: _Part, at_s: float) -> None:
        part.silence(at_s)
        if part.item.until_s is not None:
            part.over(State.PLAYED)
            return
        part.position_s = 0.0
        part.passes += 1
        fits = at_s + part.item.gap_s + part.needed_s(at_s) <= part.item.not_after_s + TOLERANCE_S
        if part.passes < part.item.times and fits:
            part.phase, part.gap_until_s = _Phase.GAP, at_s + part.item.gap_s
        else:
            part.over(State.PLAYED)

    @staticmethod
    def _watch(part: _Part, at_s: float) -> None:
        if part.phase is _Phase.WAITING and at_s > part.start_by_s():
            part.over(State.MISSED, Reason.BUSY if part.waited else Reason.TOO_LATE)
        elif part.phase in _ON_STAGE and at_s > part.limit_s() + TOLERANCE_S:
            part.silence(at_s)
            part.over(State.CUT, Reason.TOO_LATE)
        elif part.phase is _Phase.HELD:
            left_s = part.limit_s() - at_s
            if left_s < part.needed_s(at_s) - TOLERANCE_S or (part.item.until_s is not None and left_s <= 0):
                part.over(State.CUT, Reason.PREEMPTED)

    def _try_all(self, at_s: float) -> bool:
        """Let go on who may; whether somebody was refused, so that the others must be asked again."""
        refused = False
        for part in sorted((part for part in self._open if _is_ready(part, at_s)), key=_turn):
            refused = self._try(part, at_s) or refused
        return refused

    def _try(self, part: _Part, at_s: float) -> bool:
        if not _is_ready(part, at_s):  # one that went on before it has ended it
            return False
        others = [other for other in self._open if other.phase in _ON_STAGE and other is not part]
        for other in others:
            if _must_wait(other, part):
                part.waited, part.by = True, other.item.key
                return False
        planned_s = part.gap_until_s if part.phase is _Phase.GAP else part.item.start_s
        begins_s = at_s if part.phase is _Phase.HELD else max(planned_s, at_s)
        if part.phase is not _Phase.GAP and not self._may(part, begins_s):
            part.over(State.CUT if part.started else State.REJECTED, Reason.POLICY)
            return True
        for other in others:
            _give_way(other, part, at_s)
        self._begin(part, begins_s)
        return False

    def _may(self, part: _Part, begins_s: float) -> bool:
        if not part.started and abs(begins_s - part.item.start_s) < _NOW_S:
            begins_s = part.item.start_s
        return _allowed(part.item, self._hours, begins_s, part.remaining_s(begins_s))

    @staticmethod
    def _begin(part: _Part, begins_s: float) -> None:
        if part.phase is _Phase.HELD and part.breaks and part.breaks[-1].resumed_s is None:
            part.breaks[-1] = part.breaks[-1]._replace(resumed_s=begins_s)
        if not part.started and begins_s <= part.item.start_s:
            part.by = ""
        part.phase, part.started, part.ducked = _Phase.SOUNDING, True, False
        part.since_s = part.sounded_s = begins_s


def _is_ready(part: _Part, at_s: float) -> bool:
    if part.phase is _Phase.WAITING:
        return part.item.start_s - LEAD_S <= at_s
    return part.phase is _Phase.HELD or (part.phase is _Phase.GAP and part.gap_until_s - LEAD_S <= at_s)


def _turn(part: _Part) -> tuple[int, float, float, str]:
    """The first class first; of emergencies the one not heard for longest; of others an interrupted one, then by plan."""
    fresh = 1.0 if part.phase is _Phase.WAITING else 0.0
    order = part.sounded_s if part.item.priority is Priority.EMERGENCY else fresh
    return part.item.priority, order, part.item.start_s, part.item.key


def _must_wait(other: _Part, arriving: _Part) -> bool:
    if rule(other.item.priority, arriving.item.priority).entry is not Entry.WAIT:
        return False
    both = other.item.priority is Priority.EMERGENCY and arriving.item.priority is Priority.EMERGENCY
    return not (other.phase is _Phase.GAP and both)


def _give_way(other: _Part, arriving: _Part, at_s: float) -> None:
    cell = rule(other.item.priority, arriving.item.priority)
    if cell.entry is Entry.DUCK:
        other.duck(at_s, under=True)
        other.by = arriving.item.key
        return
    heard = other.silence(at_s)
    other.by = arriving.item.key
    if cell.entry is Entry.CUT and cell.afterwards is Afterwards.SKIP:
        never = not heard and not other.spans
        other.over(*((State.MISSED, Reason.BUSY) if never else (State.CUT, Reason.PREEMPTED)))
        return
    if cell.afterwards is Afterwards.RESTART:
        other.position_s = 0.0
    if not heard and not other.spans:
        other.phase, other.started, other.waited = _Phase.WAITING, False, True
        return
    other.phase = _Phase.HELD
    other.breaks.append(Break(at_s, arriving.item.key, None))
