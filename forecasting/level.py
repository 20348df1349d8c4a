"""The ordinary level of a queue by day: what every candidate model takes and gives, and the plain ones among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["DaySeries", "LevelModel", "Mean8Weeks", "SeasonalNaive", "TooShortError", "candidate"]

FloatArray = NDArray[np.float64]
_WEEKS = 8


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
    """

    first: date
    values: FloatArray
    open_week: NDArray[np.bool_]

    @property
    def days(self) -> int:
        """Number of known days."""
        return len(self.values)

    @property
    def known(self) -> NDArray[np.int64]:
        """Numbers of the days that are not missing."""
        return np.flatnonzero(np.isfinite(self.values))

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


def candidate(name: str) -> LevelModel:
    """Return the model of that name; imports its library only then.

    Raises
    ------
    KeyError
        When there is no such model.
    """
    if name == "prophet":
        from forecasting.prophet_model import ProphetLevel

        return ProphetLevel()
    if name == "regression":
        from forecasting.regression import RegressionLevel

        return RegressionLevel()
    plain: dict[str, LevelModel] = {"mean_8_weeks": Mean8Weeks(), "seasonal_naive": SeasonalNaive()}
    return plain[name]


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
    future = series.weekdays(series.days, horizon)
    return np.where(series.open_week[future], means[future], 0.0)
