"""Exponential smoothing and seasonal ARIMA on log day totals, by statsmodels."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.level import DaySeries, TooShortError, bounded

__all__ = ["EtsLevel", "SarimaxLevel"]

FloatArray = NDArray[np.float64]
_LEAST_DAYS = 28
# Both forget within weeks, and their fits take time in proportion to the days.
_MEMORY_DAYS = 364


class EtsLevel:
    """Damped trend and additive week on the log scale (statsmodels' exponential smoothing)."""

    name = "ets"

    def forecast(self, series: DaySeries, horizon: int) -> FloatArray:
        """Return the level; raises :class:`TooShortError` below 28 known days."""
        from statsmodels.tsa.holtwinters import ExponentialSmoothing

        logs = _filled(series, self.name)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # a fit that stops early is judged by its error on past weeks like any other
            model = ExponentialSmoothing(
                logs,
                trend="add",
                damped_trend=True,
                seasonal="add",
                seasonal_periods=7,
                initialization_method="heuristic",
            )
            fitted = model.fit(method="L-BFGS-B")
            return _contacts(series, horizon, logs, fitted.fittedvalues, fitted.forecast(horizon))


class SarimaxLevel:
    """First-order ARIMA with a seasonal difference of a week on the log scale (statsmodels)."""

    name = "sarimax"

    def forecast(self, series: DaySeries, horizon: int) -> FloatArray:
        """Return the level; raises :class:`TooShortError` below 28 known days."""
        from statsmodels.tsa.statespace.sarimax import SARIMAX

        logs = _filled(series, self.name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = SARIMAX(logs, order=(1, 0, 1), seasonal_order=(0, 1, 1, 7), enforce_invertibility=False)
            fitted = model.fit(disp=False, maxiter=50)
            # The first two weeks are what the filter starts from, not what it forecasts.
            return _contacts(series, horizon, logs[14:], fitted.fittedvalues[14:], fitted.forecast(horizon))


def _filled(series: DaySeries, name: str) -> FloatArray:
    """Return the logs of the last year with gaps and closed days set to what their weekday and neighbours say."""
    first = max(series.days - _MEMORY_DAYS, 0)
    known = series.known[series.known >= first]
    if len(known) < _LEAST_DAYS:
        raise TooShortError(f"{name} needs {_LEAST_DAYS} known days, there are {len(known)}")
    logs, weekday = np.log1p(series.values[known]), series.weekdays(0, series.days)
    level = float(logs.mean())
    of_day = [logs[weekday[known] == day] for day in range(7)]
    week = np.array([float(values.mean()) - level if len(values) else 0.0 for values in of_day])
    days = np.arange(known[0], series.days)
    plain = np.interp(days, known, logs - week[weekday[known]])
    return np.asarray(plain + week[weekday[days]], dtype=np.float64)


def _contacts(series: DaySeries, horizon: int, logs: FloatArray, fitted: Any, ahead: Any) -> FloatArray:
    """Return contacts from logs ahead; the mean lies above the exponential of the mean log by what the fit shows."""
    past, future = (_exponential(values) for values in (fitted, ahead))
    smear = float(np.expm1(logs).sum() / max(past.sum(), 1e-9))
    return bounded(series, horizon, future * np.clip(smear, 0.8, 1.25))


def _exponential(logs: Any) -> FloatArray:
    # A fit that ran away is cut by `bounded`; beyond 50 the exponential itself would overflow.
    return np.asarray(np.expm1(np.clip(np.nan_to_num(np.asarray(logs, dtype=np.float64)), 0.0, 50.0)))
