"""How long a page of fifty takes out of ten thousand, by each list that the API gives."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from loa.distribution import percentile

_REQUESTS = 100
_WARM = 3

Params = Callable[[int], dict[str, Any]]
"""Parameters of the n-th request: other pages each time where the list has pages."""


def _occurrences(number: int) -> dict[str, Any]:
    start = datetime.now(UTC) - timedelta(days=99, minutes=-10 * number)
    return {"from": start.isoformat(), "to": (start + timedelta(days=30)).isoformat(), "limit": 50}


_LISTS: dict[str, Params] = {
    "bulletins": lambda _: {"limit": 50},
    "occurrences": _occurrences,
    "speakers": lambda number: {"limit": 50, "after": f"loa-{number:05d}"},
    "speakers/loa-00000/events": lambda _: {"limit": 50},
    "schedules": lambda _: {"limit": 50},
    "notices": lambda _: {},
    "audit": lambda number: {"limit": 50, "after": number * 97},
}


def p95_ms(client: httpx.Client) -> dict[str, float]:
    """The 95th percentile of each list, milliseconds."""
    return {path: _p95_ms(client, f"/api/v1/{path}", params) for path, params in _LISTS.items()}


def _p95_ms(client: httpx.Client, path: str, params: Params) -> float:
    times = []
    for number in range(-_WARM, _REQUESTS):
        asked = params(max(number, 0))
        began = time.perf_counter()
        answer = client.get(path, params=asked)
        if number >= 0:
            times.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
        assert len(answer.json()["items"]) == 50, path
    return round(percentile(times, 95), 1)
