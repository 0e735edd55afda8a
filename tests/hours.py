"""Hours of the commune's own clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def tomorrow(hour: int, minute: int = 0) -> datetime:
    day = datetime.now(ZONE) + timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
