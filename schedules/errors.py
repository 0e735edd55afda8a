"""What can be wrong with a schedule. `str(error)` is Vietnamese, for the person who made it."""


class ScheduleError(Exception):
    """Root of this room's errors."""


class BadRuleError(ScheduleError):
    """A recurrence rule cannot be understood, or is of a kind that loudspeakers have no use for."""
