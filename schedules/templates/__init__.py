"""Ready-made day plans (05:30 relay, 17:00 the commune's bulletin …), as data in day_plans.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

_FILE = Path(__file__).parent / "day_plans.toml"
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


class SlotKind(StrEnum):
    """What a slot is meant for."""

    RELAY = "relay"
    OWN = "own"  # the commune's own bulletin or programme


@dataclass(frozen=True)
class Slot:
    """A time of day with a length, on some weekdays (Monday is 0) or on days of the lunar month."""

    key: str
    name: str
    kind: SlotKind
    at: time
    minutes: int
    weekdays: tuple[int, ...] = EVERY_DAY
    lunar: tuple[int, ...] = ()

    @property
    def rule(self) -> str:
        """Its rule of recurrence."""
        if self.lunar:
            return f"RSCALE=VIETNAMESE;FREQ=MONTHLY;BYMONTHDAY={','.join(map(str, self.lunar))}"
        if self.weekdays == EVERY_DAY:
            return "FREQ=DAILY"
        return f"FREQ=WEEKLY;BYDAY={','.join(_WEEKDAYS[day] for day in self.weekdays)}"

    def first(self, day: date, zone: ZoneInfo) -> datetime:
        """Its instant on that local day: where the rule begins."""
        return datetime.combine(day, self.at, tzinfo=zone)


@dataclass(frozen=True)
class DayPlan:
    """Slots of a day, for a commune to fill."""

    id: str
    name: str
    about: str
    slots: tuple[Slot, ...]


@cache
def day_plans() -> Mapping[str, DayPlan]:
    """The plans by id, in the file's order."""
    with _FILE.open("rb") as file:
        found = tomllib.load(file)["plan"]
    return {plan["id"]: _plan(plan) for plan in found}


def _plan(row: Mapping[str, Any]) -> DayPlan:
    return DayPlan(row["id"], row["name"], row["about"], tuple(_slot(slot) for slot in row["slot"]))


def _slot(row: Mapping[str, Any]) -> Slot:
    return Slot(
        key=row["key"],
        name=row["name"],
        kind=SlotKind(row["kind"]),
        at=time.fromisoformat(row["at"]),
        minutes=row["minutes"],
        weekdays=tuple(row.get("weekdays", EVERY_DAY)),
        lunar=tuple(row.get("lunar", ())),
    )
