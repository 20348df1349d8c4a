"""Day regression on the log scale with first-order autoregressive errors.

Coefficients are ordinary least squares: generalised ones rest on differences between neighbouring days, which one odd
day spoils twice; on the reference series they were the worse by 3 % of the error.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from forecasting.day_features import after_closure, month_position, weekday_columns, yearly_columns
from forecasting.level import DaySeries, TooShortError, bounded

__all__ = ["RegressionLevel"]

FloatArray = NDArray[np.float64]
_LEAST_DAYS = 21
_YEARLY_FROM_DAYS = 550
_TREND_FROM_DAYS = 270
_MONTH_FROM_DAYS = 60
_MEMORY_DAYS = 1096
_YEARLY_PAIRS = (0, 3, 6)
# Share of the last weeks' mean residual that is carried on, between a fixed mean (0) and a random walk (1), and how
# much of it is left after a day.
_CARRIED, _KEPT_PER_DAY = 0.5, 0.98
_CARRIED_DAYS = 21
_DAYS_PER_YEAR = 365.25
_LEAST_WEIGHT = 0.05


class RegressionLevel:
    """Trend, weekday, yearly Fourier terms, position in the month and the day after a closure, AR(1) errors.

    Trend, yearly terms and position in the month enter only where the history is long enough. Whether they belong is
    not decided but weighed: the forecast is the mean over the designs with Akaike weights (of the number of days that
    autocorrelation leaves).
    """

    name = "regression"

    def forecast(self, series: DaySeries, horizon: int) -> FloatArray:
        """Return the level; raises :class:`TooShortError` below 21 known days."""
        known = series.known[series.known >= series.days - _MEMORY_DAYS]
        if len(known) < _LEAST_DAYS:
            raise TooShortError(f"regression needs {_LEAST_DAYS} known days, there are {len(known)}")
        logs = np.log1p(series.values[known])
        future = np.arange(series.days, series.days + horizon)
        everything = _Columns(series, np.concatenate([known, future]))
        designs = [everything.of(*groups) for groups in everything.choices()]
        weights = _akaike_weights([_criterion(logs, design) for design in designs])
        contacts = np.zeros(horizon)
        for design, weight in zip(designs, weights, strict=True):
            if weight > 0:
                contacts += weight * _ahead(logs, design, known, future)
        return bounded(series, horizon, contacts)


def _ahead(logs: FloatArray, design: FloatArray, known: NDArray[np.int64], future: NDArray[np.int64]) -> FloatArray:
    """Return the contacts that one design gives for the days ahead: shape (horizon,)."""
    coefficients, rest, memory = _solved(logs, design[: len(known)])
    mean = design @ coefficients
    recent = known >= future[0] - _CARRIED_DAYS
    steps = future - known[-1]
    carried = (_CARRIED * float(rest[recent].mean()) if recent.any() else 0.0) * _KEPT_PER_DAY**steps
    level = mean[len(known) :] + carried + (float(rest[-1]) - carried) * min(max(memory, 0.0), 0.95) ** steps
    smear = float(np.expm1(logs).sum() / max(np.expm1(mean[: len(known)]).sum(), 1e-9))
    return np.asarray(np.expm1(level) * np.clip(smear, 0.8, 1.25), dtype=np.float64)


def _akaike_weights(criteria: list[float]) -> FloatArray:
    """Return the shares of models by their information criteria: those far behind get nothing."""
    weight = np.exp(-0.5 * (np.array(criteria) - min(criteria)))
    weight = np.where(weight >= _LEAST_WEIGHT, weight, 0.0)
    return np.asarray(weight / weight.sum(), dtype=np.float64)


class _Columns:
    """The regressors of some days, by group."""

    def __init__(self, series: DaySeries, days: NDArray[np.int64]) -> None:
        weekday = (days + series.first.weekday()) % 7
        ends = int(days[-1]) + 1
        first_again = after_closure(series.closed_until(ends), series.open_until(ends))[days]
        # The length of the history from the first known day on: a queue may have started long after the others.
        self.days, self.length, self.first = days, series.days - int(days[0]), series.first
        self.base = [np.ones((len(days), 1)), weekday_columns(weekday), first_again[:, None].astype(np.float64)]
        self.trend = ((days - series.days) / _DAYS_PER_YEAR)[:, None]

    def choices(self) -> list[tuple[bool, int, bool]]:
        """Return what may be used with the length of the history: (trend, yearly pairs, position in the month)."""
        trends = (False, True) if self.length >= _TREND_FROM_DAYS else (False,)
        pairs = _YEARLY_PAIRS if self.length >= _YEARLY_FROM_DAYS else (0,)
        months = (False, True) if self.length >= _MONTH_FROM_DAYS else (False,)
        return list(product(trends, pairs, months))

    def of(self, trend: bool, pairs: int, month: bool) -> FloatArray:
        """Return the design with these groups: shape (days, columns)."""
        parts = [*self.base, yearly_columns(self.days, pairs)]
        parts += [self.trend] if trend else []
        return np.hstack([*parts, month_position(self.first, self.days)] if month else parts)


def _solved(logs: FloatArray, design: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Return least-squares coefficients, what they leave, and its autocorrelation between neighbouring known days."""
    coefficients = np.asarray(np.linalg.lstsq(design, logs, rcond=None)[0], dtype=np.float64)
    rest = logs - design @ coefficients
    memory = float((rest[1:] * rest[:-1]).sum()) / (float((rest**2).sum()) + 1e-12)
    return coefficients, rest, memory


def _criterion(logs: FloatArray, design: FloatArray) -> float:
    """Return Akaike's information criterion.

    Neighbouring days repeat each other: their number counts as ``n (1 - r) / (1 + r)`` with autocorrelation ``r``.
    """
    _, rest, memory = _solved(logs, design[: len(logs)])
    memory = min(max(memory, 0.0), 0.9)
    count = len(logs) * (1 - memory) / (1 + memory)
    return float(count * np.log(float((rest**2).mean()) + 1e-15) + 2.0 * design.shape[1])
