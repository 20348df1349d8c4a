"""Accuracy of forecasts: pure functions of ``(actual, forecast, ...)`` that give one number.

Where the actual is missing (NaN) nothing is judged; where only the forecast is missing the result is NaN, so that no
model looks good by what it left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["bias", "coverage", "mase", "naive_scale", "quantile_loss", "wape"]

FloatArray = NDArray[np.float64]


def wape(actual: FloatArray, forecast: FloatArray) -> float:
    """Return the weighted absolute percentage error, ``sum |f - a| / sum a``; NaN when nothing was observed.

    Parameters
    ----------
    actual, forecast : float arrays of one shape
        NaN actuals are left out. When all actuals are 0 the result is 0 for a zero forecast and inf otherwise.
    """
    seen = np.isfinite(actual)
    return _ratio(float(np.abs(forecast[seen] - actual[seen]).sum()), float(actual[seen].sum()), bool(seen.any()))


def bias(actual: FloatArray, forecast: FloatArray) -> float:
    """Return ``(sum f - sum a) / sum a``: positive when the forecast was too high."""
    seen = np.isfinite(actual)
    return _ratio(float((forecast[seen] - actual[seen]).sum()), float(actual[seen].sum()), bool(seen.any()))


def mase(actual: FloatArray, forecast: FloatArray, scale: FloatArray) -> float:
    """Return the mean absolute scaled error (Hyndman and Koehler 2006): the mean of ``|f - a| / scale``.

    Parameters
    ----------
    actual, forecast, scale : float arrays of one shape
        ``scale`` is what :func:`naive_scale` gives for the history that the forecast was made from; below 1 the
        forecast errs less than last week's value did from week to week. NaN scales are left out.
    """
    seen = np.isfinite(actual) & np.isfinite(scale)
    return float((np.abs(forecast[seen] - actual[seen]) / scale[seen]).mean()) if seen.any() else float("nan")


def naive_scale(history: FloatArray, season: int = 7) -> float:
    """Return the mean absolute difference of values ``season`` apart; NaN where there is none or all are equal.

    Parameters
    ----------
    history : float array (days,)
        What was known when the forecast was made, NaN where missing.
    season : int
        Days of the season: a week.
    """
    change = np.abs(history[season:] - history[:-season])
    change = change[np.isfinite(change)]
    scale = float(change.mean()) if len(change) else 0.0
    return scale if scale > 0 else float("nan")


def quantile_loss(actual: FloatArray, forecast: FloatArray, shares: Sequence[float]) -> float:
    """Return the weighted quantile loss: ``2 * sum of pinball losses / sum a``, averaged over quantiles.

    A point forecast given for every one of a set of quantiles that is symmetric around 0.5 scores its WAPE.

    Parameters
    ----------
    actual : float array (...,)
        NaN actuals are left out.
    forecast : float array (quantiles, ...)
        Quantiles of what comes.
    shares : sequence of float
        Which quantiles they are, in (0, 1).
    """
    seen = np.isfinite(actual)
    error = actual[seen] - forecast[:, seen]
    tau = np.asarray(shares, dtype=np.float64)[:, None]
    pinball = np.maximum(tau * error, (tau - 1) * error).sum(axis=1)
    return _ratio(float(2 * pinball.mean()), float(actual[seen].sum()), bool(seen.any()))


def coverage(actual: FloatArray, low: FloatArray, high: FloatArray) -> float:
    """Return the share of actuals inside ``[low, high]``; NaN when nothing was observed or a bound is missing."""
    seen = np.isfinite(actual)
    if not seen.any() or not np.isfinite(low[seen] + high[seen]).all():
        return float("nan")
    return float(((actual >= low) & (actual <= high))[seen].mean())


def _ratio(error: float, total: float, any_seen: bool) -> float:
    if not any_seen or np.isnan(error):
        return float("nan")
    if total > 0:
        return error / total
    return 0.0 if error == 0 else float("inf")
