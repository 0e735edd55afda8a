"""What an alert means here: which hazard, which class of message, which of our areas. A person decides; this only proposes."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

from protocol.priorities import Priority
from server import areas
from server.cap.message import CapArea, CapInfo
from server.tables import Area, Speaker

_EARTH_KM = 6371.0
_WORDS = {
    "dam_release": "xả lũ|xả tràn|xả nước|vỡ đập|hồ chứa|dam release|dam break|dam failure|spillway",
    "flood": "lũ|lụt|ngập|flood|flooding",
    "storm": "bão|áp thấp|giông|dông|lốc|mưa đá|gió giật|storm|typhoon|cyclone|thunderstorm|tornado|hail",
    "fire": "cháy|fire|wildfire",
    "epidemic": "dịch|dịch bệnh|epidemic|outbreak|disease",
    "search": "tìm kiếm|cứu nạn|mất tích|search|rescue|missing",
}
"""Words of an event by hazard, the first that fits; with their marks, for "bão" is a storm and "báo" is a warning."""
_HAZARDS = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _WORDS.items()}
_CATEGORIES = {"Fire": "fire", "Health": "epidemic", "Rescue": "search"}


def hazard(info: CapInfo) -> str:
    """One of `server.air.emergencies.HAZARDS`, by the words of the event, else by its category."""
    event = unicodedata.normalize("NFC", info.event)
    for name, words in _HAZARDS.items():
        if words.search(event):
            return name
    return next((_CATEGORIES[category] for category in info.categories if category in _CATEGORIES), "other")


def priority(info: CapInfo) -> Priority:
    """Emergency for what is grave, near and rather sure; urgent for what is grave or near; else normal."""
    grave = info.severity in {"Extreme", "Severe"}
    near = info.urgency in {"Immediate", "Expected"}
    sure = info.certainty in {"Observed", "Likely"}
    if grave and near and sure:
        return Priority.EMERGENCY
    if (grave or info.severity == "Moderate") and info.urgency not in {"Past", "Unknown"}:
        return Priority.URGENT
    return Priority.NORMAL


def placed(found: Sequence[CapArea], known: Sequence[Area], speakers: Sequence[Speaker]) -> tuple[list[str], list[str]]:
    """(ids of our areas, descriptions that fit none of ours): by code, else by name, else by the speakers inside its shapes."""
    codes = {area.code.lower(): area.id for area in known}
    chosen: dict[str, None] = {}
    unknown: list[str] = []
    for area in found:
        here = _by_code(area, codes) or _by_name(area, known) or _by_shape(area, speakers)
        chosen |= dict.fromkeys(here)
        if not here:
            unknown.append(area.description)
    return list(chosen), unknown


def _by_code(area: CapArea, codes: Mapping[str, str]) -> list[str]:
    return [codes[value.lower()] for _, value in area.geocodes if value.lower() in codes]


def _by_name(area: CapArea, known: Sequence[Area]) -> list[str]:
    """Our areas whose whole name stands in the description: marks and capitals do not matter."""
    said = f"-{areas.slug(area.description)}-"
    return [ours.id for ours in known if f"-{areas.slug(ours.name)}-" in said]


def _by_shape(area: CapArea, speakers: Sequence[Speaker]) -> list[str]:
    return [
        speaker.area_id
        for speaker in speakers
        if speaker.latitude is not None
        and speaker.longitude is not None
        and covers(area, speaker.latitude, speaker.longitude)
    ]


def covers(area: CapArea, latitude: float, longitude: float) -> bool:
    """Whether a point lies in one of the area's shapes."""
    inside = any(_in_ring(ring, latitude, longitude) for ring in area.polygons)
    return inside or any(distance_km(latitude, longitude, at, on) <= radius for at, on, radius in area.circles)


def _in_ring(ring: Sequence[tuple[float, float]], latitude: float, longitude: float) -> bool:
    """Even–odd rule along the parallel of the point."""
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in pairwise(ring):
        if (lat_a > latitude) != (lat_b > latitude):
            crossing = lon_a + (latitude - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
            inside ^= longitude < crossing
    return inside


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Along a great circle."""
    half = sin(radians(lat_b - lat_a) / 2) ** 2
    half += cos(radians(lat_a)) * cos(radians(lat_b)) * sin(radians(lon_b - lon_a) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, half)))
