"""Days and times of day as forms send them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from server.errors import InvalidInputError


def instant(day: str, hour: str, zone: ZoneInfo) -> datetime:
    """The moment that a date field and a time field name. Raises InvalidInputError."""
    try:
        on, at = date.fromisoformat(day), time.fromisoformat(hour)
    except ValueError as error:
        raise InvalidInputError("Hãy điền ngày và giờ phát, ví dụ 17:00.") from error
    return datetime.combine(on, at.replace(tzinfo=None), tzinfo=zone)
