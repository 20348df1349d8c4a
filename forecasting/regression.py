"""Day regression on the log scale with first-order autoregressive errors (statsmodels GLSAR)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.level import DaySeries, TooShortError

__all__ = ["RegressionLevel"]

FloatArray = NDArray[np.float64]
_LEAST_DAYS = 21
_YEARLY_FROM_DAYS = 400
_TREND_FROM_DAYS = 120
_MONTH_FROM_DAYS = 90
_MEMORY_DAYS = 1096
_YEAR = 365.25
# Share of the last weeks' mean residual that is carried on: between a fixed mean (0) and a random walk (1).
_CARRIED = 0.6
_CARRIED_DAYS = 28
# Days of the month that banks, salaries and bills make alike.
_MONTH_EDGES = (5, 9, 15, 22, 26, 31)


class RegressionLevel:
    """Trend, weekday, yearly Fourier terms, position in the month and the day after a closure, AR(1) errors.

    The groups beyond weekday enter only where the history is long enough, and position in the month only where it
    lowers the Bayesian information criterion.
    """

    name = "regression"

    def forecast(self, series: DaySeries, horizon: int) -> FloatArray:
        """Return the level; raises :class:`TooShortError` below 21 known days."""
        known = series.known[series.known >= series.days - _MEMORY_DAYS]
        if len(known) < _LEAST_DAYS:
            raise TooShortError(f"regression needs {_LEAST_DAYS} known days, there are {len(known)}")
        logs = np.log1p(series.values[known])
        future = np.arange(series.days, series.days + horizon)
        best = min((_fit(series, known, logs, month) for month in (False, True)), key=lambda fit: fit[0])
        _, fitted, month, columns = best
        design = _design(series, np.concatenate([known, future]), month)[:, columns]
        mean = design @ np.asarray(fitted.params)
        rest = logs - mean[: len(known)]
        carried = _CARRIED * float(rest[known >= series.days - _CARRIED_DAYS].mean()) if _recent(series, known) else 0.0
        memory = float(np.clip(np.ravel(fitted.model.rho)[0], 0.0, 0.95))
        steps = future - known[-1]
        level = mean[len(known) :] + carried + (float(rest[-1]) - carried) * memory**steps
        smear = float(np.expm1(logs).sum() / max(np.expm1(mean[: len(known)]).sum(), 1e-9))
        ceiling = 3 * float(series.values[known].max())
        contacts = np.clip(np.expm1(level) * np.clip(smear, 0.8, 1.25), 0.0, ceiling)
        return np.where(series.open_week[series.weekdays(series.days, horizon)], contacts, 0.0)


def _recent(series: DaySeries, known: NDArray[np.int64]) -> bool:
    return bool((known >= series.days - _CARRIED_DAYS).any())


def _fit(
    series: DaySeries, known: NDArray[np.int64], logs: FloatArray, month: bool
) -> tuple[float, Any, bool, NDArray[np.int64]]:
    """Return (information criterion, statsmodels result, month used, columns used)."""
    from statsmodels.regression.linear_model import GLSAR

    design = _design(series, known, month)
    columns = _independent(design)
    # One step from ordinary least squares; QR, as pinv's SVD takes ten times as long.
    plain = GLSAR(logs, design[:, columns], rho=1).fit(method="qr")
    rest = np.asarray(plain.resid)
    memory = float((rest[1:] * rest[:-1]).sum() / max(float((rest**2).sum()), 1e-12))
    result = GLSAR(logs, design[:, columns], rho=np.array([np.clip(memory, 0.0, 0.95)])).fit(method="qr")
    left = float(((result.model.wendog - result.model.wexog @ result.params) ** 2).sum())
    # statsmodels takes the log of the squared residuals as it is and trips over a perfect fit.
    criterion = len(logs) * float(np.log(left + 1e-12)) + len(columns) * float(np.log(len(logs)))
    return criterion, result, month, columns


def _independent(design: FloatArray) -> NDArray[np.int64]:
    """Return the columns that the ones before do not already span (a weekday that is always closed, for one)."""
    _, triangle = np.linalg.qr(design)
    scale = np.linalg.norm(design, axis=0)
    return np.flatnonzero(np.abs(np.diag(triangle)) > 1e-8 * np.maximum(scale, 1e-12))


def _design(series: DaySeries, days: NDArray[np.int64], month: bool) -> FloatArray:
    """Return the regressors of some days (numbers from the series' first): shape (days, columns)."""
    weekday = (days + series.first.weekday()) % 7
    parts = [np.ones((len(days), 1)), (weekday[:, None] == np.arange(1, 7)).astype(np.float64)]
    parts.append(_after_closure(series, days)[:, None])
    if series.days >= _TREND_FROM_DAYS:
        parts.append(((days - series.days) / _YEAR)[:, None])
    if series.days >= _YEARLY_FROM_DAYS:
        angle = 2 * np.pi * np.outer(days, np.arange(1, 4)) / _YEAR
        parts += [np.sin(angle), np.cos(angle)]
    if month and series.days >= _MONTH_FROM_DAYS:
        day_of_month = np.array([(series.first + timedelta(days=int(d))).day for d in days])
        position = np.searchsorted(_MONTH_EDGES, day_of_month, side="right")
        parts.append((position[:, None] == np.array([0, 1, 3, 4, 5, 6])).astype(np.float64))
    return np.hstack(parts)


def _after_closure(series: DaySeries, days: NDArray[np.int64]) -> FloatArray:
    """Return 1 on days whose day before should have been open but is not in the history."""
    before = days - 1
    inside = (before >= 0) & (before < series.days)
    missing = np.zeros(len(days), dtype=bool)
    missing[inside] = ~np.isfinite(series.values[before[inside]])
    closed_gap = missing & series.open_week[(before + series.first.weekday()) % 7]
    return closed_gap.astype(np.float64)
