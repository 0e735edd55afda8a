"""Days of the Vietnamese lunar calendar, reckoned for UTC+7: Tết can differ from China's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Self

from lunar_vn import convert_solar_to_lunar

from schedules.errors import BadRuleError

FIRST, LAST = date(1900, 1, 1), date(2199, 1, 1)
"""Days for which the calendar is reckoned."""
_LONGEST_MONTH = 30


@dataclass(frozen=True)
class LunarDay:
    """A day of the lunar calendar."""

    day: int
    month: int
    year: int
    leap: bool
    """In a leap month (tháng nhuận)."""


@lru_cache(maxsize=4096)
def lunar_day(day: date) -> LunarDay:
    """The lunar day of a solar one. Raises BadRuleError outside FIRST…LAST."""
    if not FIRST <= day <= LAST:
        raise BadRuleError(f"Lịch âm chỉ tính được từ năm {FIRST.year} đến năm {LAST.year - 1}.")
    found = convert_solar_to_lunar(day.day, day.month, day.year)
    return LunarDay(day=found.day, month=found.month, year=found.year, leap=bool(found.leap))


def month_length(day: date) -> int:
    """How many days the lunar month of this solar day has: 29 or 30."""
    thirtieth = day + timedelta(days=_LONGEST_MONTH - lunar_day(day).day)
    return 30 if lunar_day(thirtieth).day == _LONGEST_MONTH else 29


@dataclass(frozen=True)
class LunarRule:
    """Days of lunar months. A negative day counts from the month's end: 12/−1 is the last day of the year (giao thừa)."""

    days: frozenset[int]
    months: frozenset[tuple[int, bool]] | None
    """(month, in its leap month); None is every month, leap ones too."""
    skip_backward: bool = False
    """Day 30 of a month of 29 days falls on the 29th instead of being left out (RFC 7529 SKIP=BACKWARD)."""

    @classmethod
    def parse(cls, parts: Mapping[str, str]) -> Self:
        """From the parts of a rule with RSCALE=VIETNAMESE. Raises BadRuleError."""
        if parts["RSCALE"] != "VIETNAMESE":
            raise BadRuleError("Lịch âm được viết là RSCALE=VIETNAMESE.")
        if parts["FREQ"] not in {"MONTHLY", "YEARLY"}:
            raise BadRuleError("Theo lịch âm chỉ lặp được hằng tháng hoặc hằng năm.")
        if parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts:
            raise BadRuleError("Lặp hằng năm theo lịch âm phải có tháng (BYMONTH).")
        if parts.get("SKIP", "OMIT") not in {"OMIT", "BACKWARD"}:
            raise BadRuleError("SKIP chỉ được là OMIT hoặc BACKWARD.")
        try:
            days = frozenset(int(day) for day in parts["BYMONTHDAY"].split(","))
            months = frozenset(_month(month) for month in parts["BYMONTH"].split(",")) if "BYMONTH" in parts else None
        except (KeyError, ValueError) as error:
            raise BadRuleError("Lặp theo lịch âm phải có ngày, ví dụ: BYMONTHDAY=1,15") from error
        if any(not 1 <= abs(day) <= _LONGEST_MONTH for day in days) or any(
            not 1 <= month <= 12 for month, _ in months or ()
        ):
            raise BadRuleError("Ngày âm lịch từ 1 đến 30, tháng từ 1 đến 12.")
        return cls(days=days, months=months, skip_backward=parts.get("SKIP") == "BACKWARD")

    def matches(self, day: date) -> bool:
        """Whether the rule holds on this solar day."""
        lunar = lunar_day(day)
        if self.months is not None and (lunar.month, lunar.leap) not in self.months:
            return False
        if lunar.day in self.days:
            return True
        if any(wanted < 0 for wanted in self.days) and lunar.day - month_length(day) - 1 in self.days:
            return True
        return self.skip_backward and lunar.day == 29 and _LONGEST_MONTH in self.days and month_length(day) == 29


def _month(text: str) -> tuple[int, bool]:
    """The month "6L" is the leap month after month 6 (RFC 7529)."""
    return int(text.removesuffix("L")), text.endswith("L")
