"""The taut string: the straightest path between two rising curves."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from wfm.compiled import kernel

__all__ = ["taut_string"]

FloatArray = NDArray[np.float64]


@kernel
def _straight(lower: FloatArray, upper: FloatArray, corner: int, height: float) -> tuple[int, float]:
    """Return where the straightest path from ``(corner, height)`` turns next, and its height there."""
    floor, floor_at = 0.0, -1
    ceiling, ceiling_at = math.inf, -1
    for i in range(corner + 1, lower.size):
        least, most = (lower[i] - height) / (i - corner), (upper[i] - height) / (i - corner)
        if least > ceiling:
            return ceiling_at, upper[ceiling_at]
        if most < floor:
            return floor_at, lower[floor_at]
        if least >= floor:
            floor, floor_at = least, i
        if most <= ceiling:
            ceiling, ceiling_at = most, i
    return (floor_at, lower[floor_at]) if floor_at >= 0 else (lower.size - 1, height)


@kernel
def taut_string(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Return the steps of the straightest non-decreasing path from 0 with ``lower[i] <= path[i] <= upper[i]``.

    The path starts at 0 before the first entry and ends as low as it may. From each corner the cone of slopes that keep
    within the bounds is narrowed entry by entry; where it closes the path turns, at the bound that closed it.
    """
    steps = np.zeros(lower.size)
    corner, height = -1, 0.0
    while corner < lower.size - 1:
        turn, next_height = _straight(lower, upper, corner, height)
        steps[corner + 1 : turn + 1] = max(next_height - height, 0.0) / (turn - corner)
        corner, height = turn, next_height
    return steps
