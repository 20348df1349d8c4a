"""Accuracy of forecasts: pure functions of ``(actual, forecast)``; pairs with a missing actual are left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["bias", "coverage", "wape"]

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


def coverage(actual: FloatArray, low: FloatArray, high: FloatArray) -> float:
    """Return the share of actuals inside ``[low, high]``; NaN when nothing was observed."""
    seen = np.isfinite(actual)
    if not seen.any():
        return float("nan")
    return float(((actual >= low) & (actual <= high))[seen].mean())


def _ratio(error: float, total: float, any_seen: bool) -> float:
    if not any_seen:
        return float("nan")
    if total > 0:
        return error / total
    return 0.0 if error == 0 else float("inf")
