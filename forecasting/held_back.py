"""Stretches of the past that are forecast from what was known before them: recent windows and editions of events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.phases import Edition, editions
from forecasting.resample import DayTable
from forecasting.rolling import LEAST_TRAINING_DAYS, origin_days, window_name
from wfm.inputs import Inputs

__all__ = ["Window", "edition_windows", "moved", "peak_days", "week_windows"]

FloatArray = NDArray[np.float64]
# Windows at the plan's lead time that are held back, where the history has as many.
_WINDOWS = 8
# Days between the last known day and the first day of a held-back edition.
_EDITION_GAP = 7
_PEAK_FACTOR, _PEAK_WEEKS = 2.0, 8
_LEAST_HISTORY_DAYS = 90


@dataclass(frozen=True)
class Window:
    """A stretch of days to forecast, as if the history ended ``gap`` days before it.

    Attributes
    ----------
    name, kind : str
        Dates or edition; ``weeks`` or ``edition``.
    origin, gap, days : int
        Known days, days between the last of them and the window, days of the window.
    """

    name: str
    kind: str
    origin: int
    gap: int
    days: int

    @property
    def first(self) -> int:
        """Day number of the window's first day."""
        return self.origin + self.gap

    @property
    def span(self) -> slice:
        """Day numbers of the window."""
        return slice(self.first, self.first + self.days)

    @property
    def horizon(self) -> int:
        """Days from the origin to the end of the window."""
        return self.gap + self.days

    @property
    def ahead(self) -> NDArray[np.int64]:
        """How many days ahead of the last known one each day is: shape (days,)."""
        return np.arange(self.days) + self.gap + 1


def week_windows(inputs: Inputs, table: DayTable, gap: int) -> tuple[Window, ...]:
    """Return up to eight windows at the plan's lead time and of its length, latest first.

    They go back from the end of the history by the step of the windows that choose the models, so that the windows
    before one of them are those before the others too, and models are fitted once for all.
    """
    origins, days = origin_days(table.days, gap, inputs.plan.plan.days, 2)
    if not origins:
        return ()
    step = 7 if days <= 14 else 14
    kept = [origin for origin in (origins[0] - step * k for k in range(_WINDOWS)) if origin >= LEAST_TRAINING_DAYS]
    return tuple(Window(window_name(table, origin, gap, days), "weeks", origin, gap, days) for origin in kept)


def edition_windows(inputs: Inputs, table: DayTable) -> tuple[Window, ...]:
    """Return the editions that lie wholly in the known history with an earlier one inside it, by first day."""
    last = table.first + timedelta(days=table.days - 1)
    runs = [run for run in editions(inputs.events) if run.start >= table.first and run.end <= last]
    least = table.first + timedelta(days=_LEAST_HISTORY_DAYS)
    kept = [run for run in runs if run.start >= least and any(o.event == run.event and o.end < run.start for o in runs)]
    return tuple(_of_edition(run, table) for run in kept)


def _of_edition(run: Edition, table: DayTable) -> Window:
    first = (run.start - table.first).days
    return Window(run.name, "edition", first - _EDITION_GAP, _EDITION_GAP, (run.end - run.start).days + 1)


def moved(inputs: Inputs, table: DayTable, window: Window) -> Inputs:
    """Return the same plan for a window of the past: what would have been asked for then."""
    start = table.first + timedelta(days=window.first)
    known = table.first + timedelta(days=window.origin - 1)
    head = inputs.plan.plan.model_copy(update={"start": start, "days": window.days, "known_until": known})
    return replace(inputs, plan=inputs.plan.model_copy(update={"plan": head}))


def peak_days(totals: FloatArray, first_day: int, days: int) -> NDArray[np.bool_]:
    """Return which days of a window are peaks: at least twice the median of the eight weeks before it.

    Parameters
    ----------
    totals : float array (queues, days of the history)
        Actual contacts per day.
    first_day, days : int
        The window.

    Returns
    -------
    bool array (queues, days)
        Judged from actual contacts alone, never from a forecast.
    """
    before = totals[:, max(first_day - 7 * _PEAK_WEEKS, 0) : first_day]
    window = totals[:, first_day : first_day + days]
    usual = np.array([np.median(row[np.isfinite(row)]) if np.isfinite(row).any() else np.inf for row in before])
    peaks: NDArray[np.bool_] = np.nan_to_num(window) >= _PEAK_FACTOR * np.maximum(usual, 1.0)[:, None]
    return peaks
