"""The plan as a picture: stretches of the day in which something sounds, and in each of them who does what. Pure.

A day is mostly silence: drawn as a whole, a bulletin of two minutes would be a hair. So the silence between is left out, and every
stretch has a scale of its own.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from protocol.priorities import Priority
from server.planner import Affair, Plan, Segment
from server.planner.views import SpeakerName

WIDTH = 1000.0
"""Of a picture, in its own units."""
MOST_LANES = 16
"""More are not drawn: nobody reads them, and the page stays light."""
_QUIET = timedelta(minutes=15)
"""So long a silence ends a stretch."""
_SHORT_S, _ROUND_S = 300, 300
_STEPS_MIN = (1, 2, 5, 10, 15, 30, 60, 120, 240)
_MOST_TICKS = 13
_THIN = 4.0
"""Nothing is drawn narrower, and silences narrower than this are not drawn."""


class Block(NamedTuple):
    """A stretch of sound; `number` is that of its row."""

    number: int
    title: str
    priority: Priority
    x: float
    width: float
    ducked: bool


class Pause(NamedTuple):
    """It waits or is held: it would sound, but another one has the horn."""

    number: int
    x: float
    width: float


class Lane(NamedTuple):
    """Speakers that do the same in this stretch. `silent`: numbers of what will not be heard, and where it would have begun."""

    speakers: tuple[SpeakerName, ...]
    blocks: tuple[Block, ...]
    pauses: tuple[Pause, ...]
    silent: tuple[tuple[int, float], ...]


class Fate(NamedTuple):
    """What becomes of a broadcast on some speakers."""

    affair: Affair
    speakers: tuple[SpeakerName, ...]


class Row(NamedTuple):
    """A broadcast in the list beside the picture, with every fate it has: of equal ones there is one."""

    number: int
    affair: Affair
    fates: tuple[Fate, ...]


class Stretch(NamedTuple):
    """Something sounds, or should, from `start` to `end`."""

    start: datetime
    end: datetime
    lanes: tuple[Lane, ...]
    left_out: int
    """Lanes that are not drawn."""
    quiet: tuple[SpeakerName, ...]
    """Speakers that have nothing to do in it."""
    rows: tuple[Row, ...]
    ticks: tuple[tuple[datetime, float], ...]


class Mark(NamedTuple):
    """A stretch on the line of the whole time."""

    x: float
    width: float


def stretches(plan: Plan, zone: ZoneInfo) -> list[Stretch]:
    """The plan cut at its silences, in order."""
    spans: list[tuple[datetime, datetime]] = []
    for start, end in sorted(_busy(plan)):
        if spans and start - spans[-1][1] < _QUIET:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return [_stretch(plan, start, end, zone) for start, end in spans]


def overview(plan: Plan, found: Sequence[Stretch]) -> list[Mark]:
    """Where the stretches lie in the whole time."""
    return [
        Mark((x := _x(one.start, plan.start, plan.end)), max(_THIN, _x(one.end, plan.start, plan.end) - x))
        for one in found
    ]


def ticks(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[tuple[datetime, float], ...]:
    """Round times of day from `start` to `end`, as many as can be read, with their places."""
    minutes = (end - start) / timedelta(minutes=1)
    step = next((one for one in _STEPS_MIN if minutes / one <= _MOST_TICKS), _STEPS_MIN[-1])
    local = start.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = -(-(local - midnight) // timedelta(minutes=step))
    at = midnight + passed * timedelta(minutes=step)
    found = []
    while at <= end:
        found.append((at, _x(at, start, end)))
        at += timedelta(minutes=step)
    return tuple(found)


def _busy(plan: Plan) -> Iterable[tuple[datetime, datetime]]:
    for track in plan.tracks:
        for segment in track.segments:
            yield max(segment.start, plan.start), min(segment.end, plan.end)
        for affair in track.affairs:
            at = min(max(affair.due_at, plan.start), plan.end)
            yield at, at


def _stretch(plan: Plan, first: datetime, last: datetime, zone: ZoneInfo) -> Stretch:
    start, end = _rounded(first, last)
    shared: dict[tuple[tuple[Segment, ...], tuple[Affair, ...]], list[SpeakerName]] = {}
    for track in plan.tracks:
        segments = tuple(one for one in track.segments if one.end > first and one.start <= last)
        affairs = tuple(one for one in track.affairs if _concerns(one, first, last))
        shared.setdefault((segments, affairs), []).extend(track.speakers)
    quiet = shared.pop(((), ()), [])
    numbers = _numbers(affair for _, affairs in shared for affair in affairs)
    largest = sorted(shared.items(), key=lambda one: -len(one[1]))
    lanes = tuple(
        _lane(segments, affairs, tuple(speakers), numbers, start, end)
        for (segments, affairs), speakers in largest[:MOST_LANES]
    )
    return Stretch(
        start=start,
        end=end,
        lanes=lanes,
        left_out=len(largest) - len(lanes),
        quiet=tuple(quiet),
        rows=_rows(shared, numbers),
        ticks=ticks(start, end, zone),
    )


def _concerns(affair: Affair, first: datetime, last: datetime) -> bool:
    begins = min(affair.due_at, affair.starts_at or affair.due_at)
    return begins <= last and max(affair.due_at, affair.ends_at or affair.due_at) >= first


def _rounded(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """Outwards to five minutes, of what is shorter than that to whole ones, with some air at the end."""
    round_s = 60 if (last - first).total_seconds() < _SHORT_S else _ROUND_S
    begin_s = first.timestamp() // round_s * round_s
    end_s = -(-(last.timestamp() + 20) // round_s) * round_s
    return datetime.fromtimestamp(begin_s, first.tzinfo), datetime.fromtimestamp(end_s, first.tzinfo)


def _key(affair: Affair) -> tuple[datetime, str, str]:
    return affair.due_at, affair.title, affair.schedule_id


def _numbers(affairs: Iterable[Affair]) -> dict[tuple[datetime, str, str], int]:
    """A number for every broadcast, in the order of their times."""
    return {key: number for number, key in enumerate(sorted({_key(one) for one in affairs}), 1)}


def _lane(
    segments: Sequence[Segment],
    affairs: Sequence[Affair],
    speakers: tuple[SpeakerName, ...],
    numbers: dict[tuple[datetime, str, str], int],
    start: datetime,
    end: datetime,
) -> Lane:
    blocks: list[Block] = []
    for segment in segments:
        owner = next((one for one in affairs if _sounds_in(one, segment)), None)
        number = numbers[_key(owner)] if owner else 0
        x = _x(segment.start, start, end)
        width = max(_THIN, _x(segment.end, start, end) - x)
        before = blocks[-1] if blocks else None
        if before and before[0] == number and before.ducked == segment.ducked and x - before.x - before.width < _THIN:
            blocks[-1] = before._replace(width=round(x + width - before.x, 1))
        else:
            blocks.append(Block(number, segment.title, segment.priority, x, round(width, 1), segment.ducked))
    return Lane(
        speakers=speakers,
        blocks=tuple(blocks),
        pauses=tuple(_pauses(affairs, numbers, start, end)),
        silent=tuple((numbers[_key(one)], _x(one.due_at, start, end)) for one in affairs if one.starts_at is None),
    )


def _sounds_in(affair: Affair, segment: Segment) -> bool:
    return (
        (affair.occurrence_id, affair.title) == (segment.occurrence_id, segment.title)
        and affair.starts_at is not None
        and affair.ends_at is not None
        and affair.starts_at <= segment.start < affair.ends_at
    )


def _pauses(
    affairs: Sequence[Affair], numbers: dict[tuple[datetime, str, str], int], start: datetime, end: datetime
) -> Iterable[Pause]:
    for affair in affairs:
        waits = [(affair.due_at, affair.starts_at)] if affair.starts_at and not affair.known else []
        for begin, over in (*waits, *((one.at, one.resumes_at) for one in affair.interruptions)):
            x = _x(begin, start, end)
            width = round(_x(over, start, end) - x, 1) if over else 0.0
            if width >= _THIN:
                yield Pause(numbers[_key(affair)], x, width)


def _rows(
    shared: dict[tuple[tuple[Segment, ...], tuple[Affair, ...]], list[SpeakerName]],
    numbers: dict[tuple[datetime, str, str], int],
) -> tuple[Row, ...]:
    fates: dict[int, dict[Affair, list[SpeakerName]]] = {}
    for (_, affairs), speakers in shared.items():
        for affair in affairs:
            fates.setdefault(numbers[_key(affair)], {}).setdefault(affair, []).extend(speakers)
    return tuple(
        Row(number, next(iter(found)), tuple(Fate(affair, tuple(who)) for affair, who in found.items()))
        for number, found in sorted(fates.items())
    )


def _x(at: datetime, start: datetime, end: datetime) -> float:
    """The place of an instant in a picture, within it."""
    return round(min(max((at - start) / (end - start), 0.0), 1.0) * WIDTH, 1)


__all__ = ["WIDTH", "Stretch", "overview", "stretches", "ticks"]
