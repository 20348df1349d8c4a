"""When queues are open: by interval and by minute of a plan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfm.grid import MINUTES_PER_DAY, TimeGrid
from wfm.queues import Queue

__all__ = ["open_intervals", "open_minutes"]

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def open_intervals(grid: TimeGrid, queue: Queue) -> BoolArray:
    """Return which intervals start while a queue is open, hours past midnight included: shape ``(n,)``."""
    return _open_at(queue, _weekdays(grid), grid.minute_of_day)


def open_minutes(grid: TimeGrid, queue: Queue) -> BoolArray:
    """Return whether a queue is open, by minute of the plan: shape (intervals * interval_minutes,)."""
    length = grid.interval_minutes
    minute = np.repeat(grid.minute_of_day, length) + np.tile(np.arange(length), grid.n)
    return _open_at(queue, np.repeat(_weekdays(grid), length), minute)


def _weekdays(grid: TimeGrid) -> IntArray:
    return np.asarray((grid.day_index + grid.start.weekday()) % 7, dtype=np.int64)


def _open_at(queue: Queue, weekday: IntArray, minute: IntArray) -> BoolArray:
    """Return whether a queue is open at moments given by weekday (Monday 0) and minute of the day."""
    mask = np.zeros(minute.size, dtype=np.bool_)
    for day in range(7):
        window = queue.window_on(day)
        if window is not None:
            mask |= (weekday == day) & (minute >= window[0]) & (minute < window[1])
            mask |= (weekday == (day + 1) % 7) & (minute < window[1] - MINUTES_PER_DAY)
    return mask
