"""Opening hours as a clock that stands still while a queue is shut."""

from __future__ import annotations

import numpy as np

from wfm.grid import TimeGrid
from wfm.opening import open_minutes
from wfm.queues import Queue
from wfm.simulation.model import FloatArray

__all__ = ["open_seconds", "shut_seconds"]


def open_seconds(queue: Queue, grid: TimeGrid) -> FloatArray:
    """Return how long a queue has been open since the start, at each minute: shape (minutes + 1,), first 0."""
    return np.concatenate([[0.0], np.cumsum(open_minutes(grid, queue) * 60.0)])


def shut_seconds(queue: Queue, grid: TimeGrid) -> FloatArray:
    """Return how long it takes from each interval's start to the start of the next one in which the queue is open.

    Shape (intervals,); 0 for intervals with an open minute, ``inf`` when the queue does not open again.
    """
    opened = open_minutes(grid, queue).reshape(grid.n, -1).any(axis=1)
    place = np.where(opened, np.arange(grid.n, dtype=np.float64), np.inf)
    following = np.minimum.accumulate(place[::-1])[::-1]
    return np.asarray((following - np.arange(grid.n)) * (grid.interval_minutes * 60.0), dtype=np.float64)
