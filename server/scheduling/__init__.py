"""When approved bulletins sound: schedules, their occurrences and deliveries, and taking them back."""

from server.scheduling.materialise import materialise
from server.scheduling.plan import Wish, begin_waiting, schedule
from server.scheduling.withdrawal import withdraw_day, withdraw_occurrence, withdraw_schedule, withdraw_version

__all__ = [
    "Wish",
    "begin_waiting",
    "materialise",
    "schedule",
    "withdraw_day",
    "withdraw_occurrence",
    "withdraw_schedule",
    "withdraw_version",
]
