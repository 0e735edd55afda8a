"""When approved bulletins sound: schedules, their occurrences and deliveries, and taking them back."""

from server.scheduling.materialise import materialise
from server.scheduling.moving import move_occurrence
from server.scheduling.plan import Wish, begin_waiting, confirm, schedule
from server.scheduling.withdrawal import (
    OPEN_SCHEDULES,
    withdraw_day,
    withdraw_occurrence,
    withdraw_schedule,
    withdraw_version,
)

__all__ = [
    "OPEN_SCHEDULES",
    "Wish",
    "begin_waiting",
    "confirm",
    "materialise",
    "move_occurrence",
    "schedule",
    "withdraw_day",
    "withdraw_occurrence",
    "withdraw_schedule",
    "withdraw_version",
]
