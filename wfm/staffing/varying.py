"""Offered load that changes over time: how many agents would be busy if nobody ever waited.

With infinitely many agents the number of open contacts at time t is Poisson with the mean
``m(t) = integral of rate(t - s) P(handle time > s) ds`` (Eick, Massey and Whitt 1993). Staffing a steady queue of load
``m(t)`` - the modified offered load - holds a target through jumps where the rate of the moment does not: a contact
that came ten minutes ago still keeps somebody busy, one that has just come does not yet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.arrival_shape import cell_shares
from wfm.compiled import kernel
from wfm.staffing.formulas import checked

__all__ = ["cell_loads", "offered_load"]

FloatArray = NDArray[np.float64]


def offered_load(rate_per_second: ArrayLike, cell_seconds: float, survival: ArrayLike) -> FloatArray:
    """Return the offered load in erlangs at the end of each cell, by convolution with any handle time.

    Parameters
    ----------
    rate_per_second : float array (cells,)
        Arrival rate, constant within each cell; nothing comes before the first.
    cell_seconds : float
        Length of a cell, above 0.
    survival : float array (points,)
        P(handle time > k cells) for k = 0, 1, ...; taken as linear in between and 0 behind the last point.

    Raises
    ------
    ValueError
        For negative or NaN numbers.
    """
    from scipy.signal import fftconvolve

    rate, alive = checked("rate_per_second", rate_per_second), checked("survival", survival)
    if not 0 < cell_seconds < np.inf:
        raise ValueError(f"cell_seconds: expected a number above 0, got {cell_seconds}")
    edges = np.append(alive, 0.0)
    kept = 0.5 * (edges[:-1] + edges[1:]) * cell_seconds
    return np.maximum(fftconvolve(rate, kept)[: rate.size], 0.0)


def cell_loads(
    volume: FloatArray, slope: FloatArray, handle_seconds: FloatArray, minutes: int, delay_seconds: float = 0.0
) -> FloatArray:
    """Return the mean offered load of every minute, for exponential handle times: shape (intervals, minutes).

    Parameters
    ----------
    volume, slope : float arrays (intervals,)
        Mean contacts per interval, and how their rate changes inside it (:mod:`wfm.arrival_shape`).
    handle_seconds : float array (intervals,)
        Mean time a contact takes.
    minutes : int
        Length of an interval.
    delay_seconds : float
        Mean of an exponential time before contacts reach people, such as a bot's dialogue.

    Notes
    -----
    Before the first interval the load is taken as steady at the first minute's rate.
    """
    rates = volume[:, None] * cell_shares(slope, minutes) / 60.0
    if delay_seconds > 0.0:
        rates = _relax(rates, np.full(volume.size, delay_seconds)) / delay_seconds
    return _relax(rates, handle_seconds)


@kernel
def _relax(rates: FloatArray, handle: FloatArray) -> FloatArray:
    """Return the mean of ``m`` over each cell of 60 s, where ``m' = rate - m / handle``."""
    out = np.empty(rates.shape)
    load = rates[0, 0] * handle[0]
    for i in range(rates.shape[0]):
        decay = np.exp(-60.0 / handle[i])
        inside = (1.0 - decay) * handle[i] / 60.0
        for j in range(rates.shape[1]):
            steady = rates[i, j] * handle[i]
            out[i, j] = steady + (load - steady) * inside
            load = steady + (load - steady) * decay
    return out
