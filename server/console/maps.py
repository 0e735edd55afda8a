"""Speakers on a map without tiles: it works where there is no Internet, and shows what is near what."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_WIDTH, _LEAST_HEIGHT, _MOST_HEIGHT, _EDGE = 800.0, 260.0, 460.0, 70.0
_KM_PER_DEGREE = 111.32
_LEAST_KM = 0.3


@dataclass(frozen=True)
class Place:
    """A speaker with known coordinates."""

    id: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Map:
    """Where each is drawn (x, y of the drawing) and a line of a round length for scale."""

    width: float
    height: float
    spots: dict[str, tuple[float, float]]
    bar: float
    """Length of the scale's line in the drawing."""
    bar_m: int
    """What it stands for."""


def draw(places: Sequence[Place]) -> Map | None:
    """The drawing, north up; None without any place."""
    if not places:
        return None
    middle = math.cos(math.radians(sum(place.latitude for place in places) / len(places)))
    x_km = {place.id: place.longitude * _KM_PER_DEGREE * middle for place in places}
    y_km = {place.id: -place.latitude * _KM_PER_DEGREE for place in places}
    wide, high = max(_spread(x_km.values()), _LEAST_KM), max(_spread(y_km.values()), _LEAST_KM / 4)
    scale = min((_WIDTH - 2 * _EDGE) / wide, (_MOST_HEIGHT - 2 * _EDGE) / high)
    height = min(_MOST_HEIGHT, max(_LEAST_HEIGHT, high * scale + 2 * _EDGE))
    middle_x, middle_y = _middle(x_km.values()), _middle(y_km.values())
    spots = {
        place.id: (
            round(_WIDTH / 2 + (x_km[place.id] - middle_x) * scale, 1),
            round(height / 2 + (y_km[place.id] - middle_y) * scale, 1),
        )
        for place in places
    }
    bar_m = max((step for step in _ROUND_M if step / 1000 * scale <= _WIDTH / 4), default=_ROUND_M[0])
    return Map(width=_WIDTH, height=round(height, 1), spots=spots, bar=round(bar_m / 1000 * scale, 1), bar_m=bar_m)


_ROUND_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


def _spread(values: Iterable[float]) -> float:
    known = list(values)
    return max(known) - min(known)


def _middle(values: Iterable[float]) -> float:
    known = list(values)
    return (max(known) + min(known)) / 2
