"""When approved bulletins sound: schedules, their occurrences and deliveries, and taking them back."""

from server.scheduling.materialise import materialise
from server.scheduling.plan import Wish, schedule
from server.scheduling.withdrawal import withdraw_occurrence, withdraw_schedule, withdraw_version

__all__ = ["Wish", "materialise", "schedule", "withdraw_occurrence", "withdraw_schedule", "withdraw_version"]
