"""Dates that stand out in every past year without any calendar naming them: the national days of any country."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

__all__ = ["recurring_dates"]

FloatArray = NDArray[np.float64]
_WEEKS_AROUND = 4
# A date stands out when it strays that much on average (in logs, and in robust sd), and half as much to the same side
# in every year, two at least.
_LEAST_LOG, _LEAST_SD, _LEAST_YEARS = 0.25, 4.0, 2


def recurring_dates(totals: FloatArray, first: date, known: NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    """Return the dates (month, day) that stand out each year in any queue.

    A day is held against the median of the same weekday four weeks before and after.

    Parameters
    ----------
    totals : float array (queues, days)
        Contacts per day, NaN where unknown.
    first : datetime.date
        Day number 0.
    known : bool array (queues, days)
        Days that a calendar explains already; they don't count.
    """
    days = totals.shape[1]
    if days < 366:
        return ()
    strays = _strays(np.log1p(totals))
    scale = np.array([[_robust_sd(row[np.isfinite(row)])] for row in strays])
    far = np.where(known, np.nan, strays / np.maximum(scale, _LEAST_LOG / _LEAST_SD))
    by_date: dict[tuple[int, int], list[int]] = {}
    for number in range(days):
        day = first + timedelta(days=number)
        by_date.setdefault((day.month, day.day), []).append(number)
    return tuple(sorted(when for when, numbers in by_date.items() if _stands_out(far[:, numbers])))


def _robust_sd(values: FloatArray) -> float:
    return 1.4826 * float(np.median(np.abs(values))) if len(values) else np.inf


def _strays(logs: FloatArray) -> FloatArray:
    """Return each day against the median of the same weekday around it: shape as ``logs``, NaN where unknown."""
    reach = 7 * _WEEKS_AROUND
    padded = np.pad(logs, ((0, 0), (reach, reach)), constant_values=np.nan)
    shifts = [7 * week for week in range(-_WEEKS_AROUND, _WEEKS_AROUND + 1) if week]
    around = np.stack([padded[:, reach + shift : reach + shift + logs.shape[1]] for shift in shifts])
    enough = np.isfinite(around).sum(axis=0) >= _WEEKS_AROUND
    usual = np.full(logs.shape, np.nan)
    usual[enough] = np.nanmedian(around[:, enough], axis=0)
    strays: FloatArray = logs - usual
    return strays


def _stands_out(far: FloatArray) -> bool:
    """Return whether a queue strays to one side in every year in which the date is known: ``far`` (queues, years)."""
    seen = np.isfinite(far)
    years = seen.sum(axis=1)
    mean = np.where(seen, far, 0.0).sum(axis=1) / np.maximum(years, 1)
    side = np.where(seen, far * np.sign(mean)[:, None], np.inf).min(axis=1)
    return bool(((years >= _LEAST_YEARS) & (np.abs(mean) >= _LEAST_SD) & (side >= _LEAST_SD / 2)).any())
