"""Who may sound when: pure functions over a policy's data. The station asks before it schedules, the speaker before it plays.

The types are structural: whatever has these fields is a policy, so that this room need not know the wire contract.
Source of the rules: provinces and communes set hours, minutes a session and volume by themselves; an emergency is exempt.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAY = timedelta(days=1)


class WindowLike(Protocol):
    """A span of local time on some weekdays (Monday is 0); `end` at or before `start` goes over midnight."""

    @property
    def start(self) -> time: ...
    @property
    def end(self) -> time: ...
    @property
    def weekdays(self) -> Sequence[int]: ...


class CeilingLike(Protocol):
    """No louder than `percent` inside the window."""

    @property
    def window(self) -> WindowLike: ...
    @property
    def percent(self) -> int: ...


class PolicyLike(Protocol):
    """Allowed windows, minutes a session, ceilings of volume, in one time zone, and whose rule it is."""

    @property
    def timezone(self) -> str: ...
    @property
    def allowed(self) -> Sequence[WindowLike]: ...
    @property
    def session_minutes(self) -> int: ...
    @property
    def ceilings(self) -> Sequence[CeilingLike]: ...
    @property
    def owner(self) -> str: ...


class Rule(StrEnum):
    """Which rule an item breaks."""

    HOURS = "hours"
    SESSION = "session"


@dataclass(frozen=True)
class Objection:
    """Why something may not sound; `str` is Vietnamese, for the one who scheduled it."""

    rule: Rule
    message: str

    def __str__(self) -> str:
        """The message itself."""
        return self.message


@dataclass(frozen=True)
class Span:
    """From `start` up to, not including, `end`; aware, in UTC."""

    start: datetime
    end: datetime


def judge(policy: PolicyLike, start: datetime, duration: timedelta, *, emergency: bool = False) -> Objection | None:
    """Why an item that sounds from `start` for `duration` may not, or None if it may.

    The whole of it must lie inside the allowed windows (touching windows count as one) and be no longer than a session.
    `emergency`: it is one, proven by its signature; then nothing is refused. `start` must be aware.
    """
    if emergency:
        return None
    whose = f" (quy định của {policy.owner})" if policy.owner else ""
    if duration > timedelta(minutes=policy.session_minutes):
        minutes = -(-duration // timedelta(minutes=1))
        message = f"Bài dài {minutes} phút, quá {policy.session_minutes} phút cho một buổi phát{whose}. Hãy rút ngắn hoặc chia nhỏ."
        return Objection(Rule.SESSION, message)
    end = start + duration
    if any(span.start <= start and end <= span.end for span in allowed_spans(policy, start, end)):
        return None
    zone = ZoneInfo(policy.timezone)
    hours = ", ".join(f"{window.start:%H:%M}–{window.end:%H:%M}" for window in policy.allowed) or "không giờ nào"
    message = (
        f"Không được phát từ {start.astimezone(zone):%H:%M} đến {end.astimezone(zone):%H:%M} ngày {start.astimezone(zone):%d/%m}: "
        f"giờ được phép là {hours}{whose}. Hãy chọn giờ khác."
    )
    return Objection(Rule.HOURS, message)


def allowed_spans(policy: PolicyLike, start: datetime, end: datetime) -> list[Span]:
    """The allowed spans that touch [start, end], whole, in order; those that touch or overlap each other are merged."""
    found = sorted(_spans(policy.allowed, policy.timezone, start, end), key=lambda span: span.start)
    merged: list[Span] = []
    for span in found:
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return [span for span in merged if span.start <= end and span.end >= start]


def known_zone(policy: PolicyLike) -> bool:
    """Whether this machine knows the policy's time zone; nothing else here may be asked about one that it does not know."""
    try:
        ZoneInfo(policy.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def ceiling_percent(policy: PolicyLike, at: datetime) -> int:
    """The highest volume allowed at this instant: the lowest of the ceilings in force, 100 if there is none."""
    in_force = (
        ceiling.percent
        for ceiling in policy.ceilings
        if any(span.start <= at < span.end for span in _spans((ceiling.window,), policy.timezone, at, at))
    )
    return min(in_force, default=100)


def _spans(windows: Sequence[WindowLike], timezone: str, start: datetime, end: datetime) -> Iterator[Span]:
    """Every window on every local day that may touch [start, end], a day of margin on both sides."""
    zone = ZoneInfo(timezone)
    day = start.astimezone(zone).date() - _DAY
    last = end.astimezone(zone).date() + _DAY
    while day <= last:
        for window in windows:
            if day.weekday() in window.weekdays:
                closing = day if window.end > window.start else day + _DAY
                yield Span(_instant(day, window.start, zone), _instant(closing, window.end, zone))
        day += _DAY


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock.replace(tzinfo=None), tzinfo=zone).astimezone(UTC)
