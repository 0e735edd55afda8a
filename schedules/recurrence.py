"""Rules of recurrence: RFC 5545 in local time, and the same words over the lunar calendar (RFC 7529's RSCALE).

FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=5,17;BYMINUTE=30
RSCALE=VIETNAMESE;FREQ=MONTHLY;BYMONTHDAY=1,15        mùng một và rằm
RSCALE=VIETNAMESE;FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=10 giỗ Tổ
"""

import itertools
import re
from collections.abc import Container, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from schedules.errors import BadRuleError
from schedules.lunar import LunarRule

_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_PARTS = {
    "FREQ", "UNTIL", "COUNT", "INTERVAL", "BYHOUR", "BYMINUTE", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST",
}  # fmt: skip
_LUNAR_PARTS = {"RSCALE", "FREQ", "UNTIL", "COUNT", "BYHOUR", "BYMINUTE", "BYMONTHDAY", "BYMONTH", "SKIP"}
_MOST_A_DAY = 48
_MOST_TIMES = 100_000
_MONTH_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ORDINAL = re.compile(r"[+-]?\d+")
_UNTIL = re.compile(r"(\d{8})(T(\d{6})(Z?))?")


def check_rule(rule: str) -> str:
    """The rule in one spelling (upper case, without "RRULE:"); empty is "once". Raises BadRuleError."""
    text = rule.strip().upper().removeprefix("RRULE:")
    if not text:
        return ""
    if len(text) > 500:
        raise BadRuleError("Quy tắc lặp quá dài.")
    parts = _parts(text)
    anywhere = ZoneInfo("UTC")
    list(
        itertools.islice(
            _expansion(parts, datetime(2026, 1, 1, tzinfo=anywhere), datetime(2026, 1, 9, tzinfo=anywhere)), 1
        )
    )
    return text


def instants(
    rule: str, start_at: datetime, *, after: datetime, before: datetime, zone: str, without: Container[date] = ()
) -> Iterator[datetime]:
    """The instants of a schedule in [after, before), in UTC, rising. `start_at` is the first that can be.

    Wall-clock times stay the same over the years in `zone`. Local dates in `without` are left out (exceptions, mourning); they
    still count towards COUNT. Raises BadRuleError.
    """
    local_start = start_at.astimezone(ZoneInfo(zone))
    text = check_rule(rule)
    found = (
        iter([local_start]) if not text else _expansion(_parts(text), local_start, before.astimezone(ZoneInfo(zone)))
    )
    fraction = timedelta(microseconds=local_start.microsecond if text else 0)  # rules know whole seconds only
    for second in found:
        at = second + fraction
        if at >= before:
            return
        if at >= after and at.date() not in without:
            yield at.astimezone(UTC)


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if not value or name in parts:
            raise BadRuleError(f"Quy tắc lặp có phần không hiểu được: “{part[:40]}”.")
        parts[name] = value
    lunar = "RSCALE" in parts
    if unknown := parts.keys() - (_LUNAR_PARTS if lunar else _PARTS):
        raise BadRuleError(f"Quy tắc lặp có phần không dùng được: {', '.join(sorted(unknown))}.")
    if parts.get("FREQ") not in _FREQUENCIES:
        raise BadRuleError("Quy tắc lặp phải là hằng ngày, hằng tuần, hằng tháng hoặc hằng năm.")
    if "COUNT" in parts and "UNTIL" in parts:
        raise BadRuleError("Quy tắc lặp chỉ được có một trong hai: số lần, hoặc ngày kết thúc.")
    if not all(1 <= _number(parts, name) <= _MOST_TIMES for name in ("INTERVAL", "COUNT")):
        raise BadRuleError(f"Khoảng cách và số lần lặp phải từ 1 đến {_MOST_TIMES}.")
    times = len(parts.get("BYHOUR", "0").split(",")) * len(parts.get("BYMINUTE", "0").split(","))
    if times > _MOST_A_DAY:
        raise BadRuleError(f"Mỗi ngày không được phát quá {_MOST_A_DAY} lần.")
    if not lunar:
        _check_possible(parts)
    return parts


def _check_possible(parts: dict[str, str]) -> None:
    """Refuse what can never happen: dateutil would search for it up to the year 9999."""
    days, months = _numbers(parts, "BYMONTHDAY", -31, 31), _numbers(parts, "BYMONTH", 1, 12)
    if days and months and not any(0 < abs(day) <= _MONTH_LENGTHS[month - 1] for day in days for month in months):
        raise BadRuleError("Không có ngày nào như vậy trong các tháng đã chọn. Hãy kiểm tra lại quy tắc lặp.")
    if 0 in days:
        raise BadRuleError("BYMONTHDAY trong quy tắc lặp không được là 0.")
    if (
        parts["FREQ"] == "DAILY"
        and _number(parts, "INTERVAL") > 1
        and parts.keys() & {"BYDAY", "BYMONTHDAY", "BYMONTH"}
    ):
        raise BadRuleError("Lặp cách nhiều ngày thì không chọn thêm thứ, ngày hay tháng được.")
    if "BYSETPOS" in parts and (parts["FREQ"] != "MONTHLY" or "BYDAY" not in parts):
        raise BadRuleError("BYSETPOS chỉ dùng được khi lặp hằng tháng theo thứ.")
    if any(not 1 <= abs(position) <= 4 for position in _numbers(parts, "BYSETPOS", -4, 4)):
        raise BadRuleError("BYSETPOS trong quy tắc lặp phải từ 1 đến 4, hoặc -4 đến -1.")
    if any(abs(int(ordinal)) > 5 for ordinal in _ORDINAL.findall(parts.get("BYDAY", ""))):
        raise BadRuleError("Một tháng không có quá năm lần mỗi thứ.")


def _number(parts: dict[str, str], name: str) -> int:
    try:
        return int(parts.get(name, "1"))
    except ValueError as error:
        raise BadRuleError(f"{name} trong quy tắc lặp phải là một số.") from error


def _expansion(parts: dict[str, str], start: datetime, before: datetime) -> Iterator[datetime]:
    """Instants from `start` on, and none at or after `before`; COUNT and UNTIL applied."""
    until = min(before, _until(parts["UNTIL"], start)) if "UNTIL" in parts else before
    found = _lunar(parts, start, until) if "RSCALE" in parts else iter(_solar(parts, start, until))
    return itertools.islice(found, _number(parts, "COUNT") if "COUNT" in parts else None)


def _solar(parts: dict[str, str], start: datetime, until: datetime) -> rrule:
    text = ";".join(f"{name}={value}" for name, value in parts.items() if name not in {"COUNT", "UNTIL"})
    # dateutil searches to the year 9999 when nothing matches: our end goes in as UNTIL, and COUNT is taken from outside
    end = until.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        found = rrulestr(f"{text};UNTIL={end}", dtstart=start.replace(microsecond=0))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise BadRuleError("Không hiểu quy tắc lặp này. Ví dụ đúng: FREQ=WEEKLY;BYDAY=MO,WE") from error
    assert isinstance(found, rrule)
    return found


def _lunar(parts: dict[str, str], start: datetime, until: datetime) -> Iterator[datetime]:
    rule = LunarRule.parse(parts)
    hours = _numbers(parts, "BYHOUR", 0, 23) or [start.hour]
    minutes = _numbers(parts, "BYMINUTE", 0, 59) or [start.minute]
    day = start.date()
    while day <= until.date():
        if rule.matches(day):
            for hour, minute in itertools.product(sorted(hours), sorted(minutes)):
                at = datetime(day.year, day.month, day.day, hour, minute, start.second, tzinfo=start.tzinfo)
                if start.replace(microsecond=0) <= at <= until:
                    yield at
        day += timedelta(days=1)


def _numbers(parts: dict[str, str], name: str, least: int, most: int) -> list[int]:
    try:
        numbers = [int(number) for number in parts[name].split(",")] if name in parts else []
    except ValueError as error:
        raise BadRuleError(f"{name} trong quy tắc lặp phải là các số.") from error
    if any(not least <= number <= most for number in numbers):
        raise BadRuleError(f"{name} trong quy tắc lặp phải từ {least} đến {most}.")
    return numbers


def _until(value: str, start: datetime) -> datetime:
    """UNTIL: an instant ("…Z"), local time, or a whole day inclusive."""
    match = _UNTIL.fullmatch(value)
    day, at, utc = (match[1], match[3], match[4]) if match else ("", None, None)
    try:
        naive = datetime.strptime(day + (at or "235959"), "%Y%m%d%H%M%S")  # noqa: DTZ007  the zone follows
    except ValueError as error:
        raise BadRuleError("Ngày kết thúc của quy tắc lặp không đúng, ví dụ đúng: UNTIL=20261231") from error
    return naive.replace(tzinfo=UTC if utc else start.tzinfo)
