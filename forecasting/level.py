"""The ordinary level of a queue by day: what every candidate model takes and gives, and the plain ones among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["DaySeries", "LevelModel", "Mean8Weeks", "SeasonalNaive", "TooShortError", "bounded", "candidate"]

FloatArray = NDArray[np.float64]
_WEEKS = 8
# Where each model lives; its libraries are imported only when it is asked for.
_ROOMS = {
    "mean_8_weeks": ("level", "Mean8Weeks"),
    "seasonal_naive": ("level", "SeasonalNaive"),
    "same_season": ("season_model", "SameSeason"),
    "regression": ("regression", "RegressionLevel"),
    "prophet": ("prophet_model", "ProphetLevel"),
    "ets": ("smoothing", "EtsLevel"),
    "sarimax": ("smoothing", "SarimaxLevel"),
}


class TooShortError(Exception):
    """The history is too short for the model; the message says what it needs."""


@dataclass(frozen=True)
class DaySeries:
    """One queue's contacts per day, with events, holidays and outages taken out.

    Attributes
    ----------
    first : datetime.date
    values : float array (days,)
        Contacts; NaN where missing, closed, or too deep inside an event to tell the ordinary level.
    open_week : bool array (7,)
        On which weekdays the queue is open at all.
    closed : bool array (days and more,), optional
        Days on which the queue is closed although its weekday is not, past and ahead.
    """

    first: date
    values: FloatArray
    open_week: NDArray[np.bool_]
    closed: NDArray[np.bool_] | None = None

    @property
    def days(self) -> int:
        """Number of known days."""
        return len(self.values)

    @property
    def known(self) -> NDArray[np.int64]:
        """Numbers of the days that are not missing."""
        return np.flatnonzero(np.isfinite(self.values))

    def open_until(self, days: int) -> NDArray[np.bool_]:
        """Return on which of the first ``days`` days the weekday is open."""
        return self.open_week[self.weekdays(0, days)]

    def closed_until(self, days: int) -> NDArray[np.bool_]:
        """Return on which of the first ``days`` days the queue is closed although its weekday is not."""
        result = np.zeros(days, dtype=bool)
        if self.closed is not None:
            result[: min(days, len(self.closed))] = self.closed[:days]
        return result

    def weekdays(self, first: int, days: int) -> NDArray[np.int64]:
        """Return the weekdays (Monday 0) of ``days`` days from day number ``first``."""
        return (np.arange(first, first + days) + self.first.weekday()) % 7


class LevelModel(Protocol):
    """A candidate: keeps no state, so that every fit is independent of the ones before."""

    name: str

    def forecast(self, series: DaySeries, horizon: int) -> FloatArray:
        """Return contacts on each of the ``horizon`` days after the series: shape ``(horizon,)``, >= 0, no NaN.

        Raises
        ------
        TooShortError
            When the series is too short for this model.
        """


class SeasonalNaive:
    """The last known value of the same weekday."""

    name = "seasonal_naive"

    def forecast(self, series: DaySeries, horizon: int) -> FloatArray:
        """Return the last same weekday's contacts; the last known value where that weekday was never seen."""
        return _by_weekday(series, horizon, weeks=1)


class Mean8Weeks:
    """The mean of the last eight known same weekdays."""

    name = "mean_8_weeks"

    def forecast(self, series: DaySeries, horizon: int) -> FloatArray:
        """Return the weekday means of the last eight weeks (of fewer where there are fewer); 0 without any history."""
        return _by_weekday(series, horizon, weeks=_WEEKS)


def bounded(series: DaySeries, horizon: int, contacts: FloatArray) -> FloatArray:
    """Return a model's contacts within reason: from 0 to three times the most seen, 0 where the queue is closed."""
    ceiling = 3 * float(np.nanmax(series.values, initial=0.0))
    ends = series.days + horizon
    is_open = series.open_until(ends) & ~series.closed_until(ends)
    return np.where(is_open[series.days :], np.clip(contacts, 0.0, ceiling), 0.0)


def candidate(name: str) -> LevelModel:
    """Return the model of that name; imports its library only then.

    Raises
    ------
    KeyError
        When there is no such model.
    """
    if name not in _ROOMS:
        raise KeyError(f"unknown model '{name}'; there are {', '.join(_ROOMS)}")
    room, kind = _ROOMS[name]
    model: LevelModel = getattr(import_module(f"forecasting.{room}"), kind)()
    return model


def _by_weekday(series: DaySeries, horizon: int, weeks: int) -> FloatArray:
    known = series.known
    if not len(known):
        return np.zeros(horizon)
    weekday = series.weekdays(0, series.days)
    recent = float(np.mean(series.values[known[-7 * weeks :]]))
    means = np.full(7, recent)
    for day in range(7):
        same = known[weekday[known] == day][-weeks:]
        if len(same):
            means[day] = series.values[same].mean()
    return bounded(series, horizon, means[series.weekdays(series.days, horizon)])
