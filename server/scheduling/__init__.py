"""When approved bulletins sound: schedules, their occurrences and deliveries, and taking them back."""

from server.scheduling.materialise import materialise
from server.scheduling.moving import move_occurrence
from server.scheduling.plan import Wish, begin_waiting, confirm, schedule
from server.scheduling.unconfirmed import Unconfirmed, may_confirm, unconfirmed
from server.scheduling.withdrawal import (
    OPEN_SCHEDULES,
    withdraw_day,
    withdraw_occurrence,
    withdraw_schedule,
    withdraw_version,
)

__all__ = [
    "OPEN_SCHEDULES",
    "Unconfirmed",
    "Wish",
    "begin_waiting",
    "confirm",
    "materialise",
    "may_confirm",
    "move_occurrence",
    "schedule",
    "unconfirmed",
    "withdraw_day",
    "withdraw_occurrence",
    "withdraw_schedule",
    "withdraw_version",
]
