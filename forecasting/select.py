"""The choice of a model per queue, and the spread of its errors, from rolling origins."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.accuracy import wape
from forecasting.rolling import Rolling
from wfm.results import ModelChoice

__all__ = ["FALLBACK", "Spread", "choose", "spread_of"]

FloatArray = NDArray[np.float64]
FALLBACK = "mean_8_weeks"
_LEAST_ORDINARY_DAYS = 14
_LEAST_SD, _UNKNOWN_SD = 0.03, 0.2


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


def choose(rolled: Rolling, queues: tuple[str, ...], lead_days: int) -> tuple[ModelChoice, ...]:
    """Return per queue the model with the lowest rolling-origin WAPE of day totals.

    Ordinary days decide where there are 14 or more of them: what happens inside an event is the event layer's doing,
    which all candidates share.
    """
    return tuple(_choice(rolled, number, queue, lead_days) for number, queue in enumerate(queues))


def _choice(rolled: Rolling, number: int, queue: str, lead_days: int) -> ModelChoice:
    reasons = sorted({text for _, failed, text in rolled.failures if failed == number})
    left_out = "; left out: " + "; ".join(reasons) if reasons else ""
    if not rolled.origins:
        return ModelChoice(queue, FALLBACK, "fallback: the history is too short for a test on past weeks" + left_out)
    actual = _deciding(rolled, number)
    errors = {name: wape(actual, rolled.forecasts[m, :, number]) for m, name in enumerate(rolled.names)}
    sound = {name: error for name, error in errors.items() if np.isfinite(error)}
    if not sound:
        return ModelChoice(queue, FALLBACK, "fallback: no contacts in the past weeks to test on" + left_out, {})
    best = min(sound, key=lambda name: sound[name])
    why = (
        f"lowest error of {len(sound)} models: {sound[best]:.1%} of day totals over {len(rolled.origins)} origins, "
        f"{lead_days} to {lead_days + actual.shape[1] - 1} days ahead"
    )
    return ModelChoice(queue, best, why + left_out, sound)


def _deciding(rolled: Rolling, number: int) -> FloatArray:
    actual = rolled.actuals[:, number]
    ordinary = np.where(rolled.special[:, number], np.nan, actual)
    return ordinary if np.isfinite(ordinary).sum() >= _LEAST_ORDINARY_DAYS else actual


def spread_of(rolled: Rolling, choices: tuple[ModelChoice, ...]) -> Spread:
    """Return the spread of the chosen models' errors.

    Without past windows the sd is 0.2 for want of evidence; the memory between days is then 0.6.
    """
    count = len(choices)
    if not rolled.origins:
        return Spread(np.full(count, _UNKNOWN_SD), 0.6, np.eye(count))
    errors = np.stack([_log_errors(rolled, number, choice.model) for number, choice in enumerate(choices)])
    sd = np.array([_sd(errors[q], rolled.actuals[:, q]) for q in range(count)])
    return Spread(sd, _memory(errors), _correlation(errors))


def _log_errors(rolled: Rolling, number: int, model: str) -> FloatArray:
    """Return log(actual / forecast) on the deciding days: shape (origins, horizon)."""
    forecast = rolled.forecasts[rolled.names.index(model), :, number]
    actual = _deciding(rolled, number)
    return np.where(np.isfinite(actual) & (forecast > 0), np.log1p(actual) - np.log1p(np.abs(forecast)), np.nan)


def _sd(errors: FloatArray, actual: FloatArray) -> float:
    seen = errors[np.isfinite(errors)]
    if len(seen) < 7:
        return _UNKNOWN_SD
    mean = max(float(np.nanmean(actual)), 1.0)
    # Days that no model could know (a strike, a flood) must not widen every other day.
    low, high = (float(np.quantile(seen, share)) for share in (0.02, 0.98))
    kept = np.clip(seen, low, high)
    # Few windows tell little of the spread between windows: widen as for a mean of that many.
    widen = 1 + 1 / (2 * errors.shape[0])
    beyond_poisson = max(float(np.mean(kept**2)) - 1 / mean, 0.0)
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
