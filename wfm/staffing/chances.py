"""What sums by future promise: a ratio reached in a wanted share of the futures, or on average."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["reached_in", "safe_mean", "safe_share"]

FloatArray = NDArray[np.float64]

#: Standard errors of the simulation by which the mean must clear the goal.
_MARGIN = 2.0
#: Futures that are needed to tell chance from what follows the volume.
_FITTED = 20


def safe_share(confidence: float, futures: int) -> float:
    """Return the share of so many futures in which a target is to hold: half a standard error above the confidence."""
    return min(confidence + 0.5 * math.sqrt(confidence * (1.0 - confidence) / futures), 1.0)


def reached_in(values: FloatArray, share: float) -> FloatArray:
    """Return what at least a share of the futures (rows of ``values``) reaches, by column."""
    place = len(values) - math.ceil(share * len(values) - 1e-9)
    return np.asarray(np.sort(values, axis=0)[place], dtype=np.float64)


def safe_mean(upper: FloatArray, lower: FloatArray) -> float:
    """Return the ratio of the sums by future less some standard errors of the simulation; infinite where none count.

    How the ratio follows the volume is the forecast's business, not chance: only what a parabola in the volume does not
    explain counts as error.
    """
    total = lower.sum()
    if total <= 0:
        return math.inf
    mean = float(upper.sum() / total)
    off = upper - mean * lower
    if len(off) > _FITTED:
        for power in _parabola(lower - total / len(lower)):
            size = power @ power
            if size > 0:
                off = off - (off @ power) / size * power
    return mean - _MARGIN * math.sqrt(float((off**2).sum())) / float(total)


def _parabola(spread: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a line and a parabola in numbers of mean 0, at right angles to one another and to a constant."""
    square = spread * spread
    size = square.sum()
    tilt = (square @ spread) / size if size > 0 else 0.0
    return spread, square - size / len(spread) - tilt * spread
