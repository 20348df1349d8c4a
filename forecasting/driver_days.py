"""A driver's daily values relative to its ordinary level, and what they say by lag."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.driver_kernels import ActingDriver
from forecasting.local_level import local_level
from wfm.inputs import Driver

__all__ = ["DriverDays", "daily_values", "driver_days", "why_unusable"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
LEAST_KNOWN = 0.8
"""Share of the horizon (and of the days before it that still act) on which a driver must have values."""
_LEAST_PAST_DAYS = 56
_LEAST_ORDINARY = 28
# A driver whose ordinary days are below this share of its days with a value is one of pulses: nothing, then a campaign.
_PULSE = 0.05
_FLOOR = 0.05
_SURPRISING = 2.0


@dataclass(frozen=True)
class DriverDays:
    """What a driver says about each day, by lag.

    Attributes
    ----------
    moved : float array (parts, days)
        Of each half of a reason's kernel: the driver relative to its ordinary level, minus 1, as it reaches the day.
    known : bool array (days,)
        Whether enough of the driver is known.
    warnings : tuple of str
    """

    moved: FloatArray
    known: BoolArray
    warnings: tuple[str, ...]


def daily_values(drivers: Iterable[Driver], name: str, first: date, days: int) -> FloatArray:
    """Return a driver's value on each day, NaN where there is none (or one below 0): shape (days,)."""
    start, values = first.toordinal(), np.full(days, np.nan)
    for driver in drivers:
        if driver.name == name and 0 <= driver.date.toordinal() - start < days and driver.value >= 0:
            values[driver.date.toordinal() - start] = driver.value
    return values


def why_unusable(values: FloatArray, last_lag: int, past: int, needed: slice) -> str:
    """Return why a driver can't be used for a horizon, empty when it can.

    Parameters
    ----------
    values : float array (days,)
        NaN where unknown.
    last_lag : int
        Days for which a value still acts.
    past : int
        Number of days whose contacts are known.
    needed : slice
        The horizon's days.
    """
    known = np.isfinite(values)
    if known[:past].sum() < _LEAST_PAST_DAYS:
        return (
            f"{int(known[:past].sum())} days of it are known besides contacts, at least {_LEAST_PAST_DAYS} are needed"
        )
    ahead, before = known[needed.start : needed.stop], known[max(needed.start - last_lag, 0) : needed.start]
    if len(ahead) and ahead.mean() < LEAST_KNOWN:
        return f"it has values for {int(ahead.sum())} of the {len(ahead)} days of the horizon"
    if len(before) and before.mean() < LEAST_KNOWN:
        return f"it has values for {int(before.sum())} of the {len(before)} days before the horizon that still act"
    return ""


def driver_days(
    driver: ActingDriver, values: FloatArray, ordinary: BoolArray, first: date, days: int, needed: slice
) -> DriverDays:
    """Return a driver's days, relative to its ordinary level and by lag.

    Parameters
    ----------
    driver : ActingDriver
        Its reasons, and the queues whose ordinary days count.
    values : float array (days or more,)
        From :func:`daily_values`; days beyond ``days`` serve lags below 0.
    ordinary : bool array (queues, known days)
        Days without event and outage.
    first : datetime.date
        Day 0.
    days : int
        Number of days wanted.
    needed : slice
        The horizon, for what is told of it.
    """
    told = []
    filled = _filled(values)
    gaps = needed.start + np.flatnonzero(~np.isfinite(values[needed]))
    if len(gaps):
        shown = ", ".join((first + timedelta(days=int(day))).isoformat() for day in gaps[:3])
        text = f"no value on {len(gaps)} of {needed.stop - needed.start} days of the horizon"
        more = ", ..." if len(gaps) > 3 else ""
        told.append(f"driver '{driver.name}': {text} ({shown}{more}); the days around stand in for them")
    relative = _relative(filled, _ordinary_days(ordinary[driver.acts_on], values), first)
    told += _surprise(driver.name, relative, ordinary.shape[1], first, needed)
    moved, mass = _by_lag(driver, relative, days)
    return DriverDays(moved, mass >= 0.5, tuple(told))


def _filled(values: FloatArray) -> FloatArray:
    """Return values with gaps inside them filled along the line between their neighbours."""
    known = np.flatnonzero(np.isfinite(values))
    day = np.arange(len(values))
    inside = (day >= known[0]) & (day <= known[-1])
    return np.where(inside, np.interp(day, known, values[known]), np.nan)


def _ordinary_days(ordinary: BoolArray, values: FloatArray) -> BoolArray:
    """Return the past days from which the driver's level is read: ordinary for all queues, or for most, or any."""
    known = np.isfinite(values[: ordinary.shape[1]])
    for share in (1.0, 0.5):
        days: BoolArray = known & (ordinary.mean(axis=0) >= share)
        if days.sum() >= _LEAST_ORDINARY:
            return days
    return known


def _relative(values: FloatArray, ordinary: BoolArray, first: date) -> FloatArray:
    """Return values relative to their ordinary level of that time and weekday, minus 1; NaN where unknown."""
    past = len(ordinary)
    usual, weekdays = values[:past][ordinary], (np.arange(len(values)) + first.weekday()) % 7
    busy = values[np.isfinite(values) & (values > 0)]
    if not len(busy):
        return np.where(np.isfinite(values), 0.0, np.nan)
    if float(np.median(usual)) < _PULSE * float(busy.mean()):
        return (values - float(np.median(usual))) / float(np.median(busy))
    logs = np.log(np.maximum(np.nan_to_num(values[:past]), _FLOOR * float(np.median(usual))))
    level, week = local_level(logs[None, :], ordinary[None, :].astype(np.float64), weekdays[:past])
    of_weekday = np.zeros(7)
    of_weekday[weekdays[:past]] = week[0]
    # What is planned is measured by the last level that is known: growth that the plan expects is to be seen.
    held = np.concatenate([level[0], np.full(len(values) - past, level[0, np.flatnonzero(ordinary)[-1]])])
    return np.asarray(values / np.exp(held + of_weekday[weekdays]) - 1.0)


def _surprise(name: str, relative: FloatArray, past: int, first: date, needed: slice) -> list[str]:
    """Return a warning when the horizon's highest value is far above all that was ever seen."""
    seen, ahead = relative[:past], relative[needed]
    if not np.isfinite(seen).any() or not np.isfinite(ahead).any():
        return []
    most, top = 1 + float(np.nanmax(seen)), 1 + float(np.nanmax(ahead))
    if top <= _SURPRISING * most:
        return []
    day = first + timedelta(days=needed.start + int(np.nanargmax(ahead)))
    text = f"{top:.1f} times its ordinary level on {day.isoformat()}, {top / most:.1f} times the highest past day"
    return [f"driver '{name}': {text}; check its unit and the plan"]


def _by_lag(driver: ActingDriver, relative: FloatArray, days: int) -> tuple[FloatArray, FloatArray]:
    """Return the driver as it reaches each day (parts, days) and the least share of a kernel that is known (days,)."""
    seen = np.isfinite(relative).astype(np.float64)
    value = np.nan_to_num(relative)
    moved, masses = [], []
    for reason in driver.reasons:
        for half in reason.halves():
            kernel = half / half.sum()
            total, mass = (_delayed(kernel, reason.first_lag, series, days) for series in (value, seen))
            moved.append(np.where(mass >= 0.5, total / np.maximum(mass, 0.5), 0.0))
            masses.append(mass)
    return np.stack(moved), np.stack(masses).min(axis=0)


def _delayed(kernel: FloatArray, first_lag: int, values: FloatArray, days: int) -> FloatArray:
    """Return ``sum over i of kernel[i] * values[t - first_lag - i]`` for each day t: shape (days,)."""
    last = first_lag + len(kernel) - 1
    # Zeros around make every lag reachable; lags below 0 look ahead.
    before, after = max(last, 0), max(-first_lag, 0) + days
    padded = np.concatenate([np.zeros(before), values, np.zeros(after)])
    full = np.convolve(padded, kernel)
    return np.asarray(full[before - first_lag : before - first_lag + days], dtype=np.float64)
