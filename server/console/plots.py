"""Small plots as SVG, drawn here: no script, sharp on every screen, in the colours of the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

_WIDTH, _HEIGHT = 320.0, 96.0
_TOP, _BOTTOM = 8.0, 84.0
_COLUMNS = 320
"""As many as anybody sees: of more points only the lowest and the highest of each column are drawn."""
Points = Sequence[tuple[datetime, float | None]]


@dataclass(frozen=True)
class Plot:
    """A plot and its facts in words, for those who do not see it. `svg` is "" where nothing was measured."""

    title: str
    unit: str
    svg: Markup
    latest: float | None
    lowest: float | None
    highest: float | None


def plot(title: str, unit: str, points: Points, start: datetime, end: datetime, *, gap_s: float) -> Plot:
    """A line over time; a pause longer than `gap_s`, or a value that was not measured, breaks it."""
    known = [(at, value) for at, value in points if value is not None]
    if not known:
        return Plot(title, unit, Markup(), None, None, None)
    values = [value for _, value in known]
    lowest, highest = min(values), max(values)
    room = (highest - lowest) or max(abs(highest) * 0.1, 1.0)
    floor = lowest - room * 0.1
    scale = (_BOTTOM - _TOP) / (room * 1.2)
    span_s = (end - start).total_seconds()
    paths: list[str] = []
    before: datetime | None = None
    for at, value in _thinned(known, start, span_s):
        x = (at - start).total_seconds() / span_s * _WIDTH
        y = _BOTTOM - (value - floor) * scale
        joined = before is not None and (at - before).total_seconds() <= gap_s
        paths.append(f"{'L' if joined else 'M'}{x:.1f} {y:.1f}" + ("" if joined else "h.01"))
        before = at
    words = f"{title}: {number(values[-1])} {unit} ({number(lowest)}–{number(highest)})"
    svg = (
        f'<svg class="plot" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" preserveAspectRatio="none" '
        f'aria-label="{escape(words)}">'
        f'<path class="grid" d="M0 {_TOP:g}H{_WIDTH:g}M0 {_BOTTOM:g}H{_WIDTH:g}"/><path class="curve" d="{" ".join(paths)}"/></svg>'
    )
    return Plot(title, unit, Markup(svg), values[-1], lowest, highest)  # noqa: S704  numbers and an escaped label


def _thinned(known: list[tuple[datetime, float]], start: datetime, span_s: float) -> list[tuple[datetime, float]]:
    if len(known) <= 2 * _COLUMNS:
        return known
    columns: dict[int, list[tuple[datetime, float]]] = {}
    for at, value in known:
        columns.setdefault(int((at - start).total_seconds() / span_s * _COLUMNS), []).append((at, value))
    extremes = ({min(c, key=lambda p: p[1]), max(c, key=lambda p: p[1])} for c in columns.values())
    return [point for found in extremes for point in sorted(found)]


_VIETNAMESE = str.maketrans(",.-", ".,−")


def number(value: float) -> str:
    """As people write it here: "12,5", "−67", "1.024"."""
    text = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.1f}"
    return text.translate(_VIETNAMESE)
