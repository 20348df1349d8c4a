"""What a forecast is measured against: same weekdays as they were, and Prophet as it comes out of the box."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from forecasting.held_back import Window
from forecasting.resample import DayTable

__all__ = ["MEAN", "NAIVE", "PROPHET", "plain_slots", "plain_totals", "prophet_defaults"]

FloatArray = NDArray[np.float64]
NAIVE, MEAN, PROPHET = "seasonal_naive", "mean_8_weeks", "prophet_default"
_WEEKS = {NAIVE: 1, MEAN: 8}
_LEAST_DAYS = 14
_STAN_SEED = 1
_Task = tuple[date, FloatArray, tuple[tuple[int, int], ...]]


def plain_totals(name: str, table: DayTable, window: Window) -> FloatArray:
    """Return the mean day total of the last same weekdays, events and all: shape (queues, days); 0 where none is known.

    Parameters
    ----------
    name : str
        ``seasonal_naive`` for the last one, ``mean_8_weeks`` for the last eight.
    table : DayTable
        The history; nothing after the window's origin is looked at.
    window : Window
        What to forecast.
    """
    known = table.totals[:, : window.origin, None]
    return np.nan_to_num(_same_weekdays(known, window, _WEEKS[name])[:, :, 0])


def plain_slots(name: str, table: DayTable, window: Window) -> FloatArray:
    """Return the mean contacts of the slots of the last same weekdays: (queues, days, slots), NaN where never seen."""
    return _same_weekdays(table.counts[:, : window.origin], window, _WEEKS[name])


def _same_weekdays(known: FloatArray, window: Window, weeks: int) -> FloatArray:
    queues, _, slots = known.shape
    found = np.full((queues, window.days, slots), np.nan)
    for step in range(window.days):
        same = known[:, (window.first + step) % 7 :: 7]
        for queue, rows in enumerate(same):
            last = rows[np.isfinite(rows).any(axis=1)][-weeks:]
            seen = np.isfinite(last)
            total = np.where(seen, last, 0.0).sum(axis=0)
            found[queue, step] = np.where(seen.any(axis=0), total / np.maximum(seen.sum(axis=0), 1), np.nan)
    return found


def prophet_defaults(
    table: DayTable, windows: Sequence[Window], jobs: int, told: Callable[[float], None]
) -> tuple[FloatArray, ...]:
    """Return what ``Prophet()`` with default settings makes of the raw day totals: per window (queues, days).

    Parameters
    ----------
    table : DayTable
        The history; for each window only what was known at its origin.
    windows : sequence of Window
        What to forecast.
    jobs : int
        Processes that fit; the result does not depend on it.
    told : callable
        Told the share that is done.
    """
    asked = tuple((window.origin, window.horizon) for window in windows)
    tasks = [(table.first, row, asked) for row in table.totals]
    results = []
    for done, result in enumerate(_each(tasks, jobs), start=1):
        results.append(result)
        told(done / len(tasks))
    return tuple(
        np.stack([result[number] for result in results])[:, window.gap :] for number, window in enumerate(windows)
    )


def _each(tasks: Sequence[_Task], jobs: int) -> Iterator[list[FloatArray]]:
    if jobs > 1 and len(tasks) > 1:
        with ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn")) as pool:
            yield from pool.map(_queue_defaults, tasks)
        return
    yield from map(_queue_defaults, tasks)


def _queue_defaults(task: _Task) -> list[FloatArray]:
    first, totals, asked = task
    return [_default(first, totals[:origin], horizon) for origin, horizon in asked]


def _default(first: date, totals: FloatArray, horizon: int) -> FloatArray:
    """Return a queue's days after its totals; NaN where fewer than 14 days are known."""
    import pandas as pd

    from forecasting.prophet_model import quiet_prophet

    known = np.flatnonzero(np.isfinite(totals))
    if len(known) < _LEAST_DAYS:
        return np.full(horizon, np.nan)
    dates = pd.Timestamp(first) + pd.to_timedelta(np.arange(len(totals) + horizon), unit="D")
    # Without its samples of uncertainty, which change nothing of the mean and take most of the time.
    with quiet_prophet() as prophet:
        model = prophet(uncertainty_samples=0)
        model.fit(pd.DataFrame({"ds": dates[known], "y": totals[known]}), seed=_STAN_SEED)
        fitted = model.predict(pd.DataFrame({"ds": dates[len(totals) :]}))["yhat"].to_numpy(dtype=np.float64)
    return np.asarray(np.maximum(fitted, 0.0), dtype=np.float64)
