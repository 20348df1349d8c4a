"""Local level and weekday pattern of daily series, robust against single wild days."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len

__all__ = ["local_level", "robust_sd"]

FloatArray = NDArray[np.float64]
_BANDWIDTH_DAYS = 18.0
_ROUNDS = 2


def local_level(
    logs: FloatArray, weight: FloatArray, weekdays: NDArray[np.int64], telling: float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Return the smooth level and the weekday term of each series: two float arrays (series, days).

    A kernel mean over weeks to both sides (one-sided at the ends) of the days that count.

    Parameters
    ----------
    logs : float array (series, days)
        Logs of daily values; anything where the weight is 0.
    weight : float array (series, days)
        How much a day counts, 0 to leave it out.
    weekdays : int array (days,)
        Monday 0.
    telling : float
        Days of more than this weight tell how far days stray.
    """
    filled = np.where(weight > 0, logs, 0.0)
    size = next_fast_len(2 * logs.shape[1], real=True)
    spectrum = np.fft.rfft(_kernel(size))
    week_of = (weekdays[:, None] == np.arange(7)).astype(np.float64)
    seasonal = np.zeros_like(filled)
    level = seasonal
    for _ in range(_ROUNDS):
        mass = _smoothed(weight, spectrum, size)
        level = _smoothed((filled - seasonal) * weight, spectrum, size) / np.maximum(mass, 1e-12)
        rest = filled - level
        counted = weight @ week_of
        week = ((rest * weight) @ week_of) / np.maximum(counted, 1e-12)
        week -= (week.sum(axis=1) / np.maximum((counted > 0).sum(axis=1), 1))[:, None] * (counted > 0)
        seasonal = week @ week_of.T
        # One wild day must not bend the level: weights fall off beyond three robust deviations.
        spread = np.array([robust_sd(r[w > telling]) for r, w in zip(rest - seasonal, weight, strict=True)])[:, None]
        weight = weight * np.minimum(1.0, 3 * spread / np.maximum(np.abs(rest - seasonal), 1e-9))
    return level, seasonal


def robust_sd(values: FloatArray, least: float = 0.02) -> float:
    """Return the standard deviation told by the median absolute deviation, ``least`` or more; 0.2 of no values."""
    return max(1.4826 * float(np.median(np.abs(values - np.median(values)))), least) if len(values) else 0.2


def _kernel(size: int) -> FloatArray:
    """Return the kernel's weights at distances 0, 1, ..., and back down, for a circular sum: shape (size,)."""
    distance = np.minimum(np.arange(size), size - np.arange(size)) / _BANDWIDTH_DAYS
    # The floor keeps a level where no day counts for weeks on both sides.
    kernel: FloatArray = np.exp(-0.5 * distance**2) + 1e-6 / (1 + distance**2)
    return kernel


def _smoothed(values: FloatArray, spectrum: NDArray[np.complex128], size: int) -> FloatArray:
    smooth = np.fft.irfft(np.fft.rfft(values, size, axis=1) * spectrum, size, axis=1)
    return np.asarray(smooth[:, : values.shape[1]], dtype=np.float64)
