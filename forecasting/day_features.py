"""What sets one ordinary day apart from another: weekday, position in the month, the day after a closure."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

__all__ = ["after_closure", "closed_days", "month_position", "weekday_columns", "yearly_columns"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
# Days of the month that banks, salaries and bills make alike: a column for all but the quiet days 9 to 14.
_MONTH_EDGES = (5, 9, 15, 22, 26, 31)
_QUIET_POSITION = 2
# A gap of more open days than this is one of the data, not a closure of the queue.
_LONGEST_CLOSURE = 4
# A queue that was closed on this share of past public days off, two at least, will be closed on the next ones.
_HABIT, _HABIT_DAYS = 0.66, 2
_YEAR = 365.25


def weekday_columns(weekdays: NDArray[np.int64]) -> FloatArray:
    """Return Tuesday to Sunday as columns of 0 and 1: shape (days, 6)."""
    return np.asarray(weekdays[:, None] == np.arange(1, 7), dtype=np.float64)


def month_position(first: date, days: NDArray[np.int64]) -> FloatArray:
    """Return the position in the month as columns of 0 and 1: shape (days, 6); ``days`` are numbers from ``first``."""
    dates = np.datetime64(first, "D") + days
    day_of_month = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    position = np.searchsorted(_MONTH_EDGES, day_of_month, side="right")
    others = [number for number in range(len(_MONTH_EDGES) + 1) if number != _QUIET_POSITION]
    return np.asarray(position[:, None] == np.array(others), dtype=np.float64)


def yearly_columns(days: NDArray[np.int64], pairs: int) -> FloatArray:
    """Return sine and cosine of the yearly cycle and its harmonics: shape (days, 2 * pairs)."""
    angle = 2 * np.pi * np.outer(days, np.arange(1, pairs + 1)) / _YEAR
    return np.hstack([np.sin(angle), np.cos(angle)])


def closed_days(totals: FloatArray, open_days: BoolArray, off: BoolArray) -> BoolArray:
    """Return on which days a queue that should be open is closed.

    Parameters
    ----------
    totals : float array (known,)
        Contacts per day, NaN where nothing is known.
    open_days : bool array (days,)
        Days on which the weekly hours say open, past and future.
    off : bool array (days,)
        Public days off.

    Returns
    -------
    bool array (days,)
        In the past: days without any contact, in runs of four at most (longer ones are gaps of the data). Ahead: public
        days off of a queue that was closed on two thirds of the past ones.
    """
    known = len(totals)
    empty = open_days[:known] & ~(np.nan_to_num(totals) > 0)
    closed = np.zeros(len(open_days), dtype=bool)
    closed[:known] = empty & (_run_lengths(empty, open_days[:known]) <= _LONGEST_CLOSURE)
    since = int(np.argmax(~empty & open_days[:known])) if (~empty & open_days[:known]).any() else known
    past_off = np.flatnonzero(off[since:known] & open_days[since:known]) + since
    if len(past_off) >= _HABIT_DAYS and empty[past_off].mean() >= _HABIT:
        closed[known:] = off[known:] & open_days[known:]
    closed[:since] = False
    return closed


def _run_lengths(empty: BoolArray, is_open: BoolArray) -> NDArray[np.int64]:
    """Return for each day how many open days the run of empty ones has that it lies in (0 outside any)."""
    result = np.zeros(len(empty), dtype=np.int64)
    opened = np.flatnonzero(is_open)
    run: list[int] = []
    for day in opened:
        if empty[day]:
            run.append(int(day))
            continue
        result[run] = len(run)
        run = []
    result[run] = len(run)
    return result


def after_closure(closed: BoolArray, open_days: BoolArray) -> BoolArray:
    """Return the first open day after each closure: shape (days,)."""
    found = np.zeros(len(closed), dtype=bool)
    pending = False
    for day in np.flatnonzero(open_days):
        found[day] = pending and not closed[day]
        pending = bool(closed[day])
    return found
