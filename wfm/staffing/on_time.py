"""How much deferred work is on time when it comes as the forecast's paths say: a fluid, first due first done."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfm.compiled import kernel

__all__ = ["work_on_time"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def work_on_time(
    work: FloatArray, capacity: FloatArray, due: IntArray, period: IntArray, backlog: float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Return the work of each period that is done before it is due, and all of it: two arrays (futures, periods).

    Parameters
    ----------
    work : float array (futures, intervals)
        Agent time that arrives in each interval, >= 0.
    capacity : float array (intervals,)
        Agent time that there is; work that arrives in an interval may be done in it.
    due : int array (intervals,)
        Before which interval the work of each one is due; behind the end it always is in time.
    period : int array (intervals,)
        Period in which work that arrives counts, -1 for none.
    backlog : float
        Agent time of what is there at the start; it is done first.

    Notes
    -----
    First come is first due, but for what arrives in one closed stretch: nothing of it can be done before all of it is
    there, so that the order by deadline never waits for an arrival.
    """
    periods = int(period.max(initial=-1)) + 1
    good, total = np.zeros((len(work), periods)), np.zeros((len(work), periods))
    order = np.argsort(due, kind="stable")
    for r in range(len(work)):
        _on_time(np.ascontiguousarray(work[r]), capacity, due, order, period, backlog, good[r], total[r])
    return good, total


@kernel
def _on_time(
    work: FloatArray, capacity: FloatArray, due: IntArray, order: IntArray, period: IntArray, backlog: float,
    good: FloatArray, total: FloatArray,
) -> None:  # fmt: skip
    n = work.size
    done = np.empty(n + 1)  # done by the start of each interval
    done[0] = 0.0
    arrived = backlog
    for t in range(n):
        arrived += work[t]
        done[t + 1] = min(arrived, done[t] + capacity[t])
    before = backlog
    for t in order:
        if period[t] >= 0:
            reached = work[t] if due[t] > n else min(max(done[due[t]] - before, 0.0), work[t])
            total[period[t]] += work[t]
            good[period[t]] += reached
        before += work[t]
