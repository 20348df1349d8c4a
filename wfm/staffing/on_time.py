"""How much deferred work is on time when it comes as the forecast's paths say: a fluid, done in line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.compiled import kernel

__all__ = ["Fluid"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Fluid:
    """Deferred work of many futures, in line.

    Attributes
    ----------
    work : float array (futures, intervals)
        Agent time that arrives in each interval, >= 0.
    arrived : float array (futures, intervals)
        What has arrived by the end of each interval, the backlog included.
    ahead : float array (futures, intervals)
        What is in line before the work of each interval.
    """

    work: FloatArray
    arrived: FloatArray
    ahead: FloatArray

    @classmethod
    def of(cls, work: FloatArray, line: IntArray, backlog: float = 0.0) -> Fluid:
        """Return the work of the futures in line; ``line`` are the intervals in the order in which they are done.

        The line may differ from the order of arrival only within a closed stretch: nothing that arrives there can be
        done before all of it is there, so that the order never waits for an arrival. ``backlog`` is there at the start
        and done first.
        """
        ahead = np.empty(work.shape)
        ahead[:, line] = backlog + np.cumsum(work[:, line], axis=1) - work[:, line]
        return cls(np.ascontiguousarray(work), backlog + np.cumsum(work, axis=1), ahead)

    def on_time(
        self, capacity: FloatArray, due: IntArray, period: IntArray, worth: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return what is done before it is due, and all that is judged, by period: two arrays (futures, periods).

        Parameters
        ----------
        capacity : float array (intervals,)
            Agent time that there is; work that arrives in an interval may be done in it.
        due : int array (intervals,)
            Before which interval the work of each one is due. What is due behind the end is judged only so far as it is
            done by then, which is in time.
        period : int array (intervals,)
            Period in which work that arrives counts, -1 for none.
        worth : float array (intervals,)
            What a second of the work of each interval counts as: contacts per second, say.
        """
        periods = int(period.max(initial=-1)) + 1
        good, total = np.zeros((len(self.work), periods)), np.zeros((len(self.work), periods))
        _on_time(self.work, self.arrived, self.ahead, capacity, due, period, worth, good, total)
        return good, total


@kernel
def _on_time(
    work: FloatArray, arrived: FloatArray, ahead: FloatArray, capacity: FloatArray, due: IntArray, period: IntArray,
    worth: FloatArray, good: FloatArray, total: FloatArray,
) -> None:  # fmt: skip
    n = due.size
    done = np.zeros(n + 1)  # done by the start of each interval
    for r in range(len(work)):
        for t in range(n):
            done[t + 1] = min(arrived[r, t], done[t] + capacity[t])
        for t in range(n):
            if period[t] >= 0:
                reached = min(max(done[min(due[t], n)] - ahead[r, t], 0.0), work[r, t])
                total[r, period[t]] += (reached if due[t] > n else work[r, t]) * worth[t]
                good[r, period[t]] += reached * worth[t]
