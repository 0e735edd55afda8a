"""When something sounds, and who may sound when: pure functions over instants and rules. No sockets, no tables."""

from schedules.allowed_hours import Span, WeeklyWindow, intersect, within
from schedules.errors import BadRuleError, ScheduleError
from schedules.recurrence import check_rule, instants

__all__ = ["BadRuleError", "ScheduleError", "Span", "WeeklyWindow", "check_rule", "instants", "intersect", "within"]
