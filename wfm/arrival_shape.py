"""How contacts arrive inside an interval: not evenly, where demand rises or falls.

The forecast gives one number per interval. Inside it the rate is taken to change exponentially, at the slope that the
neighbours suggest: the mean of the slopes from the interval before and to the one after where both point the same way,
at most twice the smaller of them, else none (the limiter of van Leer 1977, on logarithms). Across a jump - more than
double, or less than half, on one side only - the other side's slope counts, so that the decay of an opening starts at
its first second.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["JUMP", "cell_shares", "log_slopes", "positions"]

FloatArray = NDArray[np.float64]

JUMP = 2.0
"""From this factor on between two intervals the rate jumps instead of climbing."""
_STEEPEST = 3.0


def log_slopes(rate: ArrayLike) -> FloatArray:
    """Return the change of the logarithm of the rate over each interval: shape of ``rate``, within +-3, finite.

    Parameters
    ----------
    rate : float array (..., intervals)
        Mean contacts per interval, >= 0.
    """
    volume = np.maximum(np.asarray(rate, dtype=np.float64), 1e-6)
    step = np.diff(np.log(volume), axis=-1)
    edge = np.zeros((*volume.shape[:-1], 1))
    before, after = np.concatenate([edge, step], axis=-1), np.concatenate([step, edge], axis=-1)
    least = 2.0 * np.minimum(np.abs(before), np.abs(after))
    slope = np.where(before * after > 0, np.sign(before) * np.minimum(np.abs(before + after) / 2.0, least), 0.0)
    # Across a jump there is no slope: what counts is the other side's. Of two jumps the upward one is the opening.
    big = math.log(JUMP)
    turns = before * after <= 0
    slope = np.where(turns & (after < -big), before, slope)
    slope = np.where(turns & (before < -big), after, slope)
    slope = np.where(turns & (after > big), before, slope)
    # What decays ever more slowly decays faster than that in its own interval: a third of the change is a good fit to
    # an exponential over a calm level.
    following = np.concatenate([after[..., 1:], edge], axis=-1)
    bend = np.where((after < 0) & (following > after) & (following <= 0), following - after, 0.0)
    slope = np.where(turns & (before > big), after - bend / 3.0, slope)
    few = volume < 1.0  # of so few contacts no slope is known
    return np.where(few, 0.0, np.clip(slope, -_STEEPEST, _STEEPEST))


def cell_shares(slope: ArrayLike, cells: int) -> FloatArray:
    """Return which share of an interval's contacts falls into each of its equal cells: shape (..., cells), sum 1."""
    steep = np.asarray(slope, dtype=np.float64)[..., None]
    edges = np.arange(cells + 1) / cells
    even = np.abs(steep) < 1e-9
    safe = np.where(even, 1.0, steep)
    reached = np.where(even, edges, np.expm1(safe * edges) / np.expm1(safe))
    return np.diff(reached, axis=-1)


def positions(slope: ArrayLike, uniform: ArrayLike) -> FloatArray:
    """Return where in their interval (0 to 1) contacts arrive, from uniform random numbers."""
    steep, u = np.asarray(slope, dtype=np.float64), np.asarray(uniform, dtype=np.float64)
    even = np.abs(steep) < 1e-9
    safe = np.where(even, 1.0, steep)
    return np.where(even, u, np.log1p(u * np.expm1(safe)) / safe)
