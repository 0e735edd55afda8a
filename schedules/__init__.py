"""When something sounds, and who may sound when: pure functions over instants and rules. No sockets, no tables.

`recurrence` is imported by its own name: it needs the calendars of the station's extra, which a speaker does not install.
"""

from schedules.errors import BadRuleError, ScheduleError
from schedules.weekly import Weekly, intersect

__all__ = ["BadRuleError", "ScheduleError", "Weekly", "intersect"]
