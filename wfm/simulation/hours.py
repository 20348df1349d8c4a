"""When queues are open: minute by minute, and as a clock that stands still while they are shut."""

from __future__ import annotations

import numpy as np

from wfm.grid import MINUTES_PER_DAY, TimeGrid
from wfm.queues import Queue
from wfm.simulation.model import BoolArray, FloatArray

__all__ = ["open_minutes", "open_seconds", "shut_seconds"]


def open_minutes(queue: Queue, grid: TimeGrid) -> BoolArray:
    """Return whether a queue is open, by minute of the horizon: shape (intervals * interval_minutes,)."""
    length = grid.interval_minutes
    minute = np.repeat(grid.minute_of_day, length) + np.tile(np.arange(length), grid.n)
    weekday = np.repeat((grid.day_index + grid.start.weekday()) % 7, length)
    out = np.zeros(len(minute), np.bool_)
    for day in range(7):
        window = queue.window_on(day)
        if window is not None:
            out |= (weekday == day) & (minute >= window[0]) & (minute < window[1])
            out |= (weekday == (day + 1) % 7) & (minute < window[1] - MINUTES_PER_DAY)
    return out


def open_seconds(queue: Queue, grid: TimeGrid) -> FloatArray:
    """Return how long a queue has been open since the start, at each minute: shape (minutes + 1,), first 0."""
    return np.concatenate([[0.0], np.cumsum(open_minutes(queue, grid) * 60.0)])


def shut_seconds(queue: Queue, grid: TimeGrid) -> FloatArray:
    """Return how long it takes from each interval's start to the start of the next one in which the queue is open.

    Shape (intervals,); 0 for intervals with an open minute, ``inf`` when the queue does not open again.
    """
    opened = open_minutes(queue, grid).reshape(grid.n, -1).any(axis=1)
    place = np.where(opened, np.arange(grid.n, dtype=np.float64), np.inf)
    following = np.minimum.accumulate(place[::-1])[::-1]
    return np.asarray((following - np.arange(grid.n)) * (grid.interval_minutes * 60.0), dtype=np.float64)
