"""The form that puts something on the schedule: one for bulletins, programmes and relays, read and refilled in one way."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from server.console import repetition
from server.console.instants import instant
from server.tables.columns import now

_SOON = timedelta(minutes=10)
"""What an empty form proposes: far enough to look it over, near enough to be meant."""


class AiringForm(BaseModel):
    """Where, when and how often, as the browser sends it; a page with more fields adds them."""

    model_config = ConfigDict(frozen=True)

    area_id: str = Field("", max_length=64)
    """An area's id, or a group's as `places.chosen` reads it."""
    day: str = Field("", max_length=10)
    hour: str = Field("", max_length=8)
    repeat: str = Field("once", max_length=10)
    days: list[str] = []
    until: str = Field("", max_length=10)
    skip_holidays: bool = False
    test: bool = False

    def start_at(self, zone: ZoneInfo) -> datetime:
        """The first time. Raises InvalidInputError."""
        return instant(self.day, self.hour, zone)

    def rule(self) -> str:
        """The rule of recurrence, "" for once. Raises InvalidInputError."""
        return repetition.rule(self.repeat, self.days, self.until)


def fresh(area_id: str, zone: ZoneInfo) -> dict[str, Any]:
    """What the fields hold before anybody has touched them."""
    soon = (now() + _SOON).astimezone(zone)
    return AiringForm(area_id=area_id, day=f"{soon:%Y-%m-%d}", hour=f"{soon:%H:%M}").model_dump()
