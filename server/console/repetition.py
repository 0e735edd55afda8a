"""How often something sounds, as forms send it: once, daily, on weekdays, on days of the lunar month."""

from collections.abc import Sequence
from datetime import date

from server.errors import InvalidInputError

DAYS = {"MO": "T2", "TU": "T3", "WE": "T4", "TH": "T5", "FR": "T6", "SA": "T7", "SU": "CN"}
_REPEATS = {
    "once": "",
    "daily": "FREQ=DAILY",
    "weekly": "FREQ=WEEKLY;BYDAY={days}",
    "lunar": "RSCALE=VIETNAMESE;FREQ=MONTHLY;BYMONTHDAY=1,15",
}


def rule(repeat: str, days: Sequence[str], until: str) -> str:
    """The rule of recurrence of the fields of `repetition.html`, "" for once. Raises InvalidInputError."""
    if repeat not in _REPEATS:
        raise InvalidInputError("Không có cách lặp này.")
    chosen = [day for day in DAYS if day in days]
    if repeat == "weekly" and not chosen:
        raise InvalidInputError("Hãy chọn ít nhất một ngày trong tuần.")
    made = _REPEATS[repeat].format(days=",".join(chosen))
    if made and until:
        try:
            made += f";UNTIL={date.fromisoformat(until):%Y%m%d}"
        except ValueError as error:
            raise InvalidInputError("Ngày kết thúc chưa đúng.") from error
    return made
