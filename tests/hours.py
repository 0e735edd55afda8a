"""Hours of the commune's own clock."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_TEST_S = 60
"""No test that asks for tomorrow takes longer: it must not become today meanwhile."""


def tomorrow(hour: int, minute: int = 0) -> datetime:
    """That hour of the next day; in the last minute of a day a test begins with the new one."""
    now = datetime.now(ZONE)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    left_s = (midnight - now).total_seconds()
    if left_s < _TEST_S:
        time.sleep(left_s + 0.01)
    day = datetime.now(ZONE) + timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
