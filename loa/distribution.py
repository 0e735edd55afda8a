"""A measured quantity in a few numbers, beside the most that it may be."""

import math
from collections.abc import Sequence
from typing import Any


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest measured value that so many per cent of all do not exceed. Raises ValueError for nothing."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def distribution(values: Sequence[float], *, limit: float) -> dict[str, Any]:
    """n, p50, p95 and max; `ratio`: p95 to what it may be. Of nothing, only that it is nothing."""
    if not values:
        return {"n": 0, "limit": limit, "ok": False}
    p95 = percentile(values, 95)
    return {
        "n": len(values),
        "p50": round(percentile(values, 50), 2),
        "p95": round(p95, 2),
        "max": round(max(values), 2),
        "limit": limit,
        "ratio": round(p95 / limit, 3),
        "ok": p95 <= limit,
    }
