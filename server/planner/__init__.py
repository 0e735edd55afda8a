"""What each speaker will do, minute by minute: reckoned from the database by the table of priorities that the speakers obey."""

from server.planner.course import Course, Item, Span, perform
from server.planner.hours import Hours
from server.planner.plan import LONGEST, plan
from server.planner.views import Affair, Conflict, Effect, Interruption, Plan, Segment, Track, Waiting

__all__ = [
    "LONGEST", "Affair", "Conflict", "Course", "Effect", "Hours", "Interruption", "Item", "Plan", "Segment", "Span", "Track",
    "Waiting", "perform", "plan",
]  # fmt: skip
