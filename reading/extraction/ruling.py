"""Ruled tables in a picture: where the lines are, and which cells they make."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PIL import Image

_DARK = 150
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: its lines' places, and for each cell whether a line stands above it and to its left."""

    xs: tuple[int, ...]
    ys: tuple[int, ...]
    line_above: tuple[tuple[bool, ...], ...]
    line_left: tuple[tuple[bool, ...], ...]

    def cell_of(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of the cell that holds the point; of a merged cell its first."""
        row = next((at for at in range(len(self.ys) - 1) if self.ys[at] <= y < self.ys[at + 1]), None)
        column = next((at for at in range(len(self.xs) - 1) if self.xs[at] <= x < self.xs[at + 1]), None)
        if row is None or column is None:
            return None
        while row > 0 and not self.line_above[row][column]:
            row -= 1
        while column > 0 and not self.line_left[row][column]:
            column -= 1
        return row, column


def find_grids(image: Image.Image) -> tuple[list[Grid], Image.Image]:
    """The ruled tables of a grey picture from top to bottom, and the picture with their lines wiped out."""
    pixels = np.asarray(image)
    ink = pixels < _DARK
    height, width = ink.shape
    level = _long_runs(ink | _shifted(ink, 1, 0) | _shifted(ink, -1, 0), width // 14, axis=1)
    upright = _long_runs(ink | _shifted(ink, 1, 1) | _shifted(ink, -1, 1), max(height // 55, 30), axis=0)
    ys = _centres(level.sum(axis=1) > width * 0.12)
    grids = [grid for group in _groups(ys, upright) if (grid := _grid(group, level, upright)) is not None]
    if not grids:
        return [], image
    wiped = pixels.copy()
    for grid in grids:
        box = np.s_[grid.ys[0] - 4 : grid.ys[-1] + 5, max(grid.xs[0] - 4, 0) : grid.xs[-1] + 5]
        lines = level[box] | upright[box]
        wiped[box][
            lines | _shifted(lines, 1, 0) | _shifted(lines, -1, 0) | _shifted(lines, 1, 1) | _shifted(lines, -1, 1)
        ] = 255
    return grids, Image.fromarray(wiped)


def _shifted(mask: Mask, by: int, axis: int) -> Mask:
    return np.roll(mask, by, axis=axis)


def _long_runs(mask: Mask, length: int, axis: int) -> Mask:
    """The pixels in runs along `axis` of at least `length` that are dark but for one in twelve."""
    counts = np.cumsum(mask, axis=axis, dtype=np.int32)
    counts = np.insert(counts, 0, 0, axis=axis)
    size = mask.shape[axis]
    if size <= length:
        return np.zeros_like(mask)
    sums = np.take(counts, range(length, size + 1), axis=axis) - np.take(counts, range(size + 1 - length), axis=axis)
    starts = np.pad(sums >= length * 11 // 12, [(0, length - 1) if at == axis else (0, 0) for at in range(2)])
    covered = np.cumsum(starts, axis=axis, dtype=np.int32)
    before = np.roll(covered, length, axis=axis)
    before[(slice(0, length), slice(None)) if axis == 0 else (slice(None), slice(0, length))] = 0
    found: Mask = ((covered - before) > 0) & mask
    return found


def _centres(marked: npt.NDArray[np.bool_]) -> list[int]:
    """The middles of the runs of True, runs closer than 6 pixels taken as one."""
    out: list[list[int]] = []
    for at in np.flatnonzero(marked).tolist():
        if out and at - out[-1][1] <= 6:
            out[-1][1] = at
        else:
            out.append([at, at])
    return [(first + last) // 2 for first, last in out]


def _groups(ys: Sequence[int], upright: Mask) -> list[list[int]]:
    """Level lines that upright lines join to the next."""
    out: list[list[int]] = []
    for y in ys:
        if out and _joined(out[-1][-1], y, upright) >= 2:
            out[-1].append(y)
        else:
            out.append([y])
    return [group for group in out if len(group) >= 3]


def _joined(top: int, bottom: int, upright: Mask) -> int:
    inside = upright[top + 3 : bottom - 2]
    return len(_centres(inside.mean(axis=0) > 0.7)) if len(inside) > 8 else 0


def _grid(ys: Sequence[int], level: Mask, upright: Mask) -> Grid | None:
    bands = [upright[top + 3 : bottom - 2].mean(axis=0) > 0.7 for top, bottom in pairwise(ys)]
    xs = _centres(np.any(bands, axis=0))
    if len(xs) < 3:
        return None
    above = tuple(
        tuple(bool(level[y - 3 : y + 4, left + 4 : right - 3].any(axis=0).mean() > 0.5) for left, right in pairwise(xs))
        for y in ys[:-1]
    )
    left_of = tuple(
        tuple(bool(upright[top + 3 : bottom - 2, max(x - 4, 0) : x + 5].any(axis=1).mean() > 0.5) for x in xs[:-1])
        for top, bottom in pairwise(ys)
    )
    return Grid(tuple(xs), tuple(ys), above, left_of)
