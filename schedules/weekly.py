"""Weekly windows of local time: what two rules leave in common.

A window belongs to the weekday on which it starts; one whose end is not after its start goes over midnight, so equal ends mean
twenty-four hours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time

from schedules.policy import WindowLike

_DAY_S = 86_400
_WEEK_S = 7 * _DAY_S


@dataclass(frozen=True)
class Weekly:
    """A window of local time on some weekdays, made by `intersect`."""

    start: time
    end: time
    weekdays: tuple[int, ...]


def intersect(one: Iterable[WindowLike], other: Iterable[WindowLike]) -> tuple[Weekly, ...]:
    """What both allow, as windows that do not cross midnight, ordered by time of day."""
    common: list[tuple[float, float]] = []
    others = _merged(_spans(other))
    for first, last in _merged(_spans(one)):
        for begin, end in others:
            if max(first, begin) < min(last, end):
                common.append((max(first, begin), min(last, end)))
    weekdays: dict[tuple[time, time], list[int]] = {}
    for first, last in common:
        for day in range(7):
            begin, end = max(first, day * _DAY_S), min(last, (day + 1) * _DAY_S)
            if begin < end:
                weekdays.setdefault((_time(begin), _time(end)), []).append(day)
    return tuple(
        Weekly(start=start, end=end, weekdays=tuple(sorted(set(days))))
        for (start, end), days in sorted(weekdays.items())
    )


def _spans(windows: Iterable[WindowLike]) -> list[tuple[float, float]]:
    """Seconds of the week, cut at its end: [first, last) within 0…604 800."""
    spans: list[tuple[float, float]] = []
    for window in windows:
        start, end = _second_of_day(window.start), _second_of_day(window.end)
        if end <= start:
            end += _DAY_S
        for weekday in window.weekdays:
            first, last = weekday * _DAY_S + start, weekday * _DAY_S + end
            spans.append((first, min(last, _WEEK_S)))
            if last > _WEEK_S:
                spans.append((0, last - _WEEK_S))
    return spans


def _merged(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _second_of_day(at: time) -> float:
    return at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6


def _time(second_of_week: float) -> time:
    second = second_of_week % _DAY_S
    return time(int(second // 3600), int(second % 3600 // 60), int(second % 60), round(second % 1 * 1e6))
