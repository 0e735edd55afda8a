"""A policy laid out over some days, so that thousands of questions about it cost next to nothing."""

from bisect import bisect_right
from datetime import datetime, timedelta

from protocol.policy import Policy
from schedules.policy import allowed_spans


class Hours:
    """The same answers as `schedules.policy.judge`, for instants from `start` to `end`; in Unix seconds."""

    def __init__(self, policy: Policy, start: datetime, end: datetime) -> None:
        margin = timedelta(days=2)
        spans = allowed_spans(policy, start - margin, end + margin)
        self._starts = [span.start.timestamp() for span in spans]
        self._ends = [span.end.timestamp() for span in spans]
        self._session_s = policy.session_minutes * 60.0

    def allow(self, start_s: float, length_s: float) -> bool:
        """Whether something that is no emergency may sound from then on for so long."""
        if length_s > self._session_s:
            return False
        place = bisect_right(self._starts, start_s) - 1
        return place >= 0 and start_s + length_s <= self._ends[place]
