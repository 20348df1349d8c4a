"""The spread of the errors: of day totals from rolling origins, of slots around their share of the day."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.calendar_features import CalendarFeatures
from forecasting.openings import DayShapes
from forecasting.resample import DayTable
from forecasting.rolling import Rolling, deciding
from forecasting.select import combined
from wfm.results import ModelChoice

__all__ = ["SlotSpread", "Spread", "slot_spread", "spread_of"]

FloatArray = NDArray[np.float64]
_LEAST_SD, _UNKNOWN_SD = 0.03, 0.2
_WEEKS = 12
_UNKNOWN_SLOT_SD, _UNKNOWN_SLOT_MEMORY, _LARGEST_SLOT_SD = 0.1, 0.5, 0.5
# Past event days that are looked at, and what an edition that was not learned from has more of relative variance.
_EVENT_DAYS, _UNSEEN = 40, 1.5
# Weight of an origin against the next later one: errors of long ago come from less history.
_OLDER = 0.85


@dataclass(frozen=True)
class Spread:
    """How far day totals stray from their forecast at the plan's lead time.

    Attributes
    ----------
    day_sd : float array (queues,)
        Sd of the log day factor on ordinary days, Poisson noise taken out.
    memory : float
        Correlation of the factor between neighbouring days.
    correlation : float array (queues, queues)
        Correlation between queues, shrunk towards independence.
    """

    day_sd: FloatArray
    memory: float
    correlation: FloatArray


def spread_of(rolled: Rolling, choices: tuple[ModelChoice, ...]) -> Spread:
    """Return the spread of the chosen models' errors.

    Without past windows the sd is 0.2 for want of evidence; the memory between days is then 0.6.
    """
    count = len(choices)
    if not rolled.origins:
        return Spread(np.full(count, _UNKNOWN_SD), 0.6, np.eye(count))
    errors = np.stack([_log_errors(rolled, number, choice) for number, choice in enumerate(choices)])
    sd = np.array([_sd(errors[q], rolled.actuals[:, q]) for q in range(count)])
    return Spread(sd, _memory(errors), _correlation(errors))


def _log_errors(rolled: Rolling, number: int, choice: ModelChoice) -> FloatArray:
    """Return log(actual / forecast) on the deciding days: shape (origins, horizon)."""
    forecast = combined(rolled, choice, number)
    actual = deciding(rolled, number)
    return np.where(np.isfinite(actual) & (forecast > 0), np.log1p(actual) - np.log1p(np.abs(forecast)), np.nan)


def _sd(errors: FloatArray, actual: FloatArray) -> float:
    seen = errors[np.isfinite(errors)]
    if len(seen) < 7:
        return _UNKNOWN_SD
    mean = max(float(np.nanmean(actual)), 1.0)
    # Days that no model could know (a strike, a flood) must not widen every other day.
    low, high = (float(np.quantile(seen, share)) for share in (0.02, 0.98))
    kept = np.clip(seen, low, high)
    weight = np.repeat(_OLDER ** np.arange(errors.shape[0])[:, None], errors.shape[1], axis=1)[np.isfinite(errors)]
    # Few windows tell little of the spread between windows: widen as for a mean of that many.
    widen = 1 + 1 / (2 * errors.shape[0])
    beyond_poisson = max(float(np.average(kept**2, weights=weight)) - 1 / mean, 0.0)
    return max(math.sqrt(beyond_poisson) * float(widen), _LEAST_SD)


def _memory(errors: FloatArray) -> float:
    now, then = errors[:, :, 1:].ravel(), errors[:, :, :-1].ravel()
    both = np.isfinite(now) & np.isfinite(then)
    now, then = now[both], then[both]
    norm = float(np.sqrt((now**2).sum() * (then**2).sum()))
    if len(now) < 30 or norm == 0:
        return 0.6
    return min(max(float((now * then).sum()) / norm, 0.2), 0.95)


def _correlation(errors: FloatArray) -> FloatArray:
    flat = np.nan_to_num(errors.reshape(len(errors), -1))
    norm = np.sqrt((flat**2).sum(axis=1))
    norm = np.where(norm > 0, norm, 1.0)
    raw = np.clip(flat @ flat.T / np.outer(norm, norm), 0.0, 1.0)
    shrunk: FloatArray = 0.7 * raw + 0.3 * np.eye(len(raw))
    np.fill_diagonal(shrunk, 1.0)
    return _nearest_correlation(shrunk)


def _nearest_correlation(matrix: FloatArray) -> FloatArray:
    """Return a positive definite correlation matrix near a symmetric one (negative eigenvalues are lifted)."""
    values, vectors = np.linalg.eigh(matrix)
    lifted = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    scale = np.sqrt(np.diag(lifted))
    result: FloatArray = lifted / np.outer(scale, scale)
    return result


@dataclass(frozen=True)
class SlotSpread:
    """How far slots stray from their share of the day, Poisson noise taken out.

    Attributes
    ----------
    ordinary_sd, event_sd : float
        Sd of the log slot factor on ordinary days and on days on which an event acts with force.
    memory : float
        Correlation of the factor between neighbouring slots, in [0, 0.9].
    """

    ordinary_sd: float
    event_sd: float
    memory: float

    def of_days(self, strong: NDArray[np.bool_]) -> FloatArray:
        """Return the sd on each day: shape as ``strong``."""
        return np.where(strong, self.event_sd, self.ordinary_sd)

    def day_variance(self, shares: FloatArray) -> float:
        """Return the variance that the ordinary slot factor alone gives to the log day total, by the slots' shares."""
        lag = np.abs(np.subtract.outer(np.arange(len(shares)), np.arange(len(shares))))
        return float(self.ordinary_sd**2 * shares @ self.memory**lag @ shares)


def slot_spread(table: DayTable, calendar: CalendarFeatures, shapes: DayShapes, queue: int) -> SlotSpread:
    """Return the spread of a queue's slots, read from its last twelve ordinary weeks and from past event days."""
    whole = np.isfinite(table.counts[queue]).all(axis=1) & (np.nan_to_num(table.counts[queue]).sum(axis=1) > 0)
    strong = calendar.strong[queue, : table.days]
    days = np.flatnonzero(whole & ~strong)[-7 * _WEEKS :]
    if not len(days):
        return SlotSpread(_UNKNOWN_SLOT_SD, 2 * _UNKNOWN_SLOT_SD, _UNKNOWN_SLOT_MEMORY)
    counts = table.counts[queue, days]
    mean = shapes.ordinary.of(queue, days) * counts.sum(axis=1, keepdims=True)
    variance, memory = _beyond_counting(counts, mean)
    special = np.flatnonzero(whole & strong)[-_EVENT_DAYS:]
    event = variance
    if len(special):
        counts = table.counts[queue, special]
        shares = np.stack([shapes.shares(queue, int(day)) for day in special])
        event = _UNSEEN * _beyond_counting(counts, shares * counts.sum(axis=1, keepdims=True))[0]
    sd, event_sd = (min(math.sqrt(math.log1p(value)), _LARGEST_SLOT_SD) for value in (variance, max(event, variance)))
    return SlotSpread(sd, event_sd, memory)


def _beyond_counting(counts: FloatArray, mean: FloatArray) -> tuple[float, float]:
    """Return the relative variance of slots beyond Poisson noise, and its correlation between neighbours."""
    rest, weight = counts - mean, float((mean**2).sum())
    variance = max(float((rest**2 - mean).sum()) / max(weight, 1e-9), 0.0)
    both = float((mean[:, 1:] * mean[:, :-1]).sum())
    shared = float((rest[:, 1:] * rest[:, :-1]).sum()) / max(both, 1e-9)
    return variance, min(max(shared / variance, 0.0), 0.9) if variance > 0 else 0.0
