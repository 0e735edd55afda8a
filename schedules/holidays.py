"""Public holidays of Việt Nam, with the days off that they move to, as the `holidays` library knows them."""

from datetime import date
from functools import lru_cache

from holidays import country_holidays


@lru_cache(maxsize=64)
def public_holidays(year: int) -> dict[date, str]:
    """The holidays of one solar year with their Vietnamese names."""
    return dict(country_holidays("VN", years=year, language="vi").items())
