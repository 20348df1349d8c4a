"""What reaches people, and when they are there: volumes to staff for, opening hours on the plan's grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfm.errors import InputError, Problem
from wfm.grid import MINUTES_PER_DAY, TimeGrid
from wfm.plan import Queue, Target
from wfm.results import Forecast

__all__ = ["handle_seconds", "open_intervals", "staffed_volume"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def open_intervals(grid: TimeGrid, queue: Queue) -> BoolArray:
    """Return which intervals start while a queue is open, hours past midnight included: shape ``(n,)``."""
    mask = np.zeros(grid.n, dtype=np.bool_)
    weekday = (grid.day_index + grid.start.weekday()) % 7
    minute = grid.minute_of_day
    for day in range(7):
        window = queue.window_on(day)
        if window is None:
            continue
        mask |= (weekday == day) & (minute >= window[0]) & (minute < window[1])
        mask |= (weekday == (day + 1) % 7) & (minute < window[1] - MINUTES_PER_DAY)
    return mask


def staffed_volume(forecast: Forecast, row: int, queue: Queue, target: Target | None = None) -> FloatArray:
    """Return the contacts per interval that reach people, as many as the target's confidence asks: shape ``(n,)``.

    Without ``confidence`` the mean. With it, the volume is the quantile at the span over which the target is judged:
    each interval's own quantile, or the mean times (quantile / mean) of the day's or the horizon's total.
    """
    rate: FloatArray = np.maximum(forecast.rate[row], 0.0)
    if target is not None and target.confidence is not None:
        rate = _quantile(forecast, row, rate, target.over, target.confidence)
    contained = queue.bot_containment if forecast.containment is None else forecast.containment[row]
    return rate * (1.0 - contained)


def _quantile(forecast: Forecast, row: int, rate: FloatArray, over: str, confidence: float) -> FloatArray:
    paths = forecast.paths[:, row]
    if over == "interval":
        highest: FloatArray = np.quantile(paths, confidence, axis=0).astype(np.float64)
        return highest
    if over == "horizon":
        whole = _ratio(paths.sum(axis=1, dtype=np.float64)[:, None], confidence)
        scaled: FloatArray = rate * whole[0]
        return scaled
    first = [forecast.grid.slots_of_day(day).start for day in range(forecast.grid.days)]
    totals = np.add.reduceat(paths, first, axis=1, dtype=np.float64)
    factor: FloatArray = _ratio(totals, confidence)[forecast.grid.day_index]
    return rate * factor


def _ratio(totals: FloatArray, confidence: float) -> FloatArray:
    mean = totals.mean(axis=0)
    quantile: FloatArray = np.quantile(totals, confidence, axis=0)
    return np.where(mean > 0, quantile / np.where(mean > 0, mean, 1.0), 1.0)


def handle_seconds(forecast: Forecast, row: int, queue: Queue, problems: list[Problem]) -> FloatArray:
    """Return the handle time per interval: the forecast's, the plan's where that has none: shape ``(n,)``.

    Where contacts come and neither is known, a problem is noted and the queue counts as without work.
    """
    aht = forecast.aht_seconds[row]
    known = np.isfinite(aht) & (aht > 0)
    missing = ~known & (forecast.rate[row] > 0)
    if np.any(missing) and queue.aht_seconds is None:
        text = f"queue '{queue.id}' has contacts without a handle time: set aht_seconds in plan.toml"
        problems.append(Problem("plan.toml", 0, f'[[queue]] "{queue.id}" aht_seconds', text))
    return np.where(known, aht, queue.aht_seconds or 1.0)


def raise_all(problems: list[Problem]) -> None:
    """Raise every problem at once, if there is any."""
    if problems:
        raise InputError(problems)
