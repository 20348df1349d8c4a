"""Effects of events and holidays on the day's contacts, in logs, by ridge regression pooled over queues and editions.

The local level of each queue is a kernel mean of its ordinary days. What special days have above it is explained by
the calendar's columns in two steps: effects common to all queues, then what a queue does differently. Every step
shrinks: kinds of phases to all openings, an event's own phases to their kind, a queue to all queues (the variance
components of a random-effects model, solved as a ridge).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from forecasting.calendar_features import CalendarFeatures

__all__ = ["Effects", "fit_effects"]

FloatArray = NDArray[np.float64]
# A day switches on a handful of hundreds of columns, so the matrices of the past are kept sparse.
Sparse = Any
BoolArray = NDArray[np.bool_]

_NOISE_SD = 0.12
# Prior sd of a log effect by column level: all openings, kind of phase, kind within one event.
_COMMON_SD = (1.0, 0.5, 0.5)
_QUEUE_SD = (0.4, 0.3, 0.3)
_BANDWIDTH_DAYS = 18.0
_ROUNDS = 3
_WEAK_WEIGHT, _STRONG_WEIGHT = 0.3, 0.02
# An ordinary day that far below its level (in logs, and in robust sd) is an outage, not demand.
_OUTAGE_LOG, _OUTAGE_SD = 0.6, 5.0


@dataclass(frozen=True)
class Effects:
    """What the calendar does to each queue's day.

    Attributes
    ----------
    events, holidays : float arrays (queues, days)
        Log effects over the whole calendar, past and future.
    outage : bool array (queues, known days)
        Days that are left out as outages.
    special_sd : float array (queues,)
        Standard deviation of the log residuals of strong days.
    level : float array (queues, known days)
        Smoothed log level without weekday, event and holiday.
    """

    events: FloatArray
    holidays: FloatArray
    outage: BoolArray
    special_sd: FloatArray
    level: FloatArray

    @property
    def total(self) -> FloatArray:
        """Events and holidays together."""
        return self.events + self.holidays


def fit_effects(totals: FloatArray, calendar: CalendarFeatures) -> Effects:
    """Return the effects learned from day totals.

    Parameters
    ----------
    totals : float array (queues, known days)
        Contacts per day, NaN where unknown; the first day is the calendar's first.
    calendar : CalendarFeatures
        Features of the past and of the days ahead.
    """
    known = totals.shape[1]
    logs = np.log1p(totals)
    weekdays = (np.arange(known) + calendar.first.weekday()) % 7
    kernel = _kernel(known)
    past = [csr_array(values[:known]) for values in calendar.values]
    weight = _start_weights(calendar, known) * np.isfinite(logs)
    rows = calendar.weak[:, :known] & np.isfinite(logs)
    effect = np.zeros_like(logs)
    coefficients = np.zeros((len(totals), len(calendar.columns)))
    outage = np.zeros(logs.shape, dtype=bool)
    for _ in range(_ROUNDS):
        level, seasonal = _levels(logs - effect, weight * ~outage, kernel, weekdays)
        rest = logs - level - seasonal
        coefficients = _ridge(rest, rows & ~outage, past, calendar, totals)
        effect = _acting(calendar.values[:, :known], coefficients)
        outage = _outages(rest - effect, np.isfinite(logs))
    return _as_effects(calendar, coefficients, outage, rest - effect, level)


def _as_effects(
    calendar: CalendarFeatures, coefficients: FloatArray, outage: BoolArray, rest: FloatArray, level: FloatArray
) -> Effects:
    known = rest.shape[1]
    holiday = calendar.is_holiday
    events = _acting(calendar.values, np.where(holiday, 0.0, coefficients))
    holidays = _acting(calendar.values, np.where(holiday, coefficients, 0.0))
    events = events + _planner_scale(calendar, np.where(holiday, 0.0, coefficients))
    strong = calendar.strong[:, :known] & np.isfinite(rest) & ~outage
    spread = [float(np.sqrt(np.mean(r[s] ** 2))) if s.sum() >= 5 else 0.3 for r, s in zip(rest, strong, strict=True)]
    return Effects(events, holidays, outage, np.array(spread), level)


def _acting(values: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Return the sum of what the columns do on each day: shape (queues, days)."""
    total: FloatArray = np.matmul(values, coefficients[:, :, None])[:, :, 0]
    return total


def _planner_scale(calendar: CalendarFeatures, coefficients: FloatArray) -> FloatArray:
    """Return what the planner's factors add to the log effect.

    A phase that multiplies contacts by ``m`` multiplies them by ``1 + scale * (m - 1)`` instead, at least by 0.05.
    """
    added = np.zeros(calendar.values.shape[:2])
    for phase in calendar.phases:
        if phase.scale != 1.0:
            part = _acting(calendar.of_phase(phase), coefficients)
            added += np.log(np.maximum(1 + phase.scale * np.expm1(part), 0.05)) - part
    return added


def _kernel(days: int) -> FloatArray:
    """Return the kernel's weights at distances 0, 1, ..., and back down: shape ``(2 * days,)``, for a circular sum."""
    distance = np.minimum(np.arange(2 * days), 2 * days - np.arange(2 * days)) / _BANDWIDTH_DAYS
    # The floor keeps a level where weeks of history are missing on both sides.
    kernel: FloatArray = np.exp(-0.5 * distance**2) + 1e-6 / (1 + distance**2)
    return kernel


def _smoothed(values: FloatArray, kernel: FloatArray) -> FloatArray:
    """Return kernel-weighted sums over days: shape as ``values`` (by Fourier transform: years times days add up)."""
    size = len(kernel)
    spectrum = np.fft.rfft(values, size, axis=1) * np.fft.rfft(kernel)
    return np.asarray(np.fft.irfft(spectrum, size, axis=1)[:, : values.shape[1]], dtype=np.float64)


def _start_weights(calendar: CalendarFeatures, known: int) -> FloatArray:
    weak, strong = calendar.weak[:, :known], calendar.strong[:, :known]
    return np.where(strong, _STRONG_WEIGHT, np.where(weak, _WEAK_WEIGHT, 1.0))


def _levels(
    logs: FloatArray, weight: FloatArray, kernel: FloatArray, weekdays: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Return the smooth level and the weekday term of each queue: shapes (queues, days)."""
    filled = np.nan_to_num(logs)
    seasonal = np.zeros_like(filled)
    for _ in range(2):
        mass = _smoothed(weight, kernel)
        level = _smoothed((filled - seasonal) * weight, kernel) / np.maximum(mass, 1e-12)
        rest = filled - level
        week = np.stack([_weekday_mean(rest, weight, weekdays == day) for day in range(7)], axis=1)
        open_days = np.stack([(weight * (weekdays == day)).sum(axis=1) > 0 for day in range(7)], axis=1)
        week -= (week.sum(axis=1) / np.maximum(open_days.sum(axis=1), 1))[:, None] * open_days
        seasonal = week[:, weekdays]
        # One wild day must not bend the level: weights fall off beyond three robust deviations.
        weight = weight * _huber(rest - seasonal, weight)
    return level, seasonal


def _weekday_mean(rest: FloatArray, weight: FloatArray, days: BoolArray) -> FloatArray:
    mass = weight[:, days].sum(axis=1)
    mean: FloatArray = (rest[:, days] * weight[:, days]).sum(axis=1) / np.maximum(mass, 1e-12)
    return mean


def _huber(rest: FloatArray, weight: FloatArray) -> FloatArray:
    scale = np.array([_robust_sd(r[w > 0.5]) for r, w in zip(rest, weight, strict=True)])[:, None]
    shrunk: FloatArray = np.minimum(1.0, 3 * scale / np.maximum(np.abs(rest), 1e-9))
    return shrunk


def _robust_sd(values: FloatArray) -> float:
    return max(1.4826 * float(np.median(np.abs(values - np.median(values)))), 0.02) if len(values) else 0.2


def _outages(rest: FloatArray, seen: BoolArray) -> BoolArray:
    limit = np.array([max(_OUTAGE_LOG, _OUTAGE_SD * _robust_sd(r[s])) for r, s in zip(rest, seen, strict=True)])
    return seen & (np.nan_to_num(rest) < -limit[:, None])


def _ridge(
    rest: FloatArray, rows: BoolArray, values: list[Sparse], calendar: CalendarFeatures, totals: FloatArray
) -> FloatArray:
    """Return coefficients (queues, columns): common ones plus each queue's own deviation."""
    levels = np.array([column.level for column in calendar.columns], dtype=np.int64)
    if not len(levels) or not rows.any():
        return np.zeros((len(rest), len(levels)))
    precision = np.where(rows, 1 / (_NOISE_SD**2 + 1 / np.maximum(np.nan_to_num(totals), 1.0)), 0.0)
    common_prior = np.array(_COMMON_SD)[levels] ** -2.0
    queue_prior = np.array(_QUEUE_SD)[levels] ** -2.0
    common = _solve(list(zip(values, rest, precision, strict=True)), common_prior)
    own = [_solve([(x, y - x @ common, w)], queue_prior) for x, y, w in zip(values, rest, precision, strict=True)]
    return common + np.stack(own)


def _solve(parts: list[tuple[Sparse, FloatArray, FloatArray]], prior: FloatArray) -> FloatArray:
    """Return the ridge solution; columns that never act in the past stay 0 and are left out of the system."""
    normal, right = np.zeros((len(prior), len(prior))), np.zeros(len(prior))
    for x, y, w in parts:
        weighted = x.multiply(w[:, None]).T.tocsr()
        normal = normal + (weighted @ x).toarray()
        right = right + weighted @ np.where(w > 0, y, 0.0)
    acting = np.flatnonzero(np.diag(normal) > 0)
    solution = np.zeros(len(prior))
    system = normal[np.ix_(acting, acting)] + np.diag(prior[acting])
    solution[acting] = np.linalg.solve(system, right[acting])
    return solution
