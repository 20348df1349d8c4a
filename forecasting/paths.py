"""Sample paths: a day factor that neighbouring days and queues share, a slot factor, and Poisson arrivals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

__all__ = ["PathModel", "sample_paths"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PathModel:
    """What the paths scatter around, and how.

    Attributes
    ----------
    rate : float array (queues, intervals)
        Mean contacts.
    day_index : int array (intervals,)
    day_sd : float array (queues, days)
        Sd of the log day factor.
    memory : float
        Correlation of the day factor between neighbouring days, in [0, 1).
    correlation : float array (queues, queues)
    slot_sd : float array (queues, days)
        Sd of the log slot factor.
    slot_memory : float array (queues,)
        Correlation of the slot factor between neighbouring intervals, in [0, 1).
    """

    rate: FloatArray
    day_index: NDArray[np.int64]
    day_sd: FloatArray
    memory: float
    correlation: FloatArray
    slot_sd: FloatArray
    slot_memory: FloatArray


def sample_paths(model: PathModel, paths: int, seed: int) -> NDArray[np.float32]:
    """Return contacts as whole numbers: float32 array (paths, queues, intervals).

    ``contacts ~ Poisson(rate * day factor * slot factor)`` with lognormal factors of mean 1. The log of the day factor
    is a stationary AR(1) over days, correlated between queues; that of the slot factor a stationary AR(1) over
    intervals, of each queue its own.
    """
    queues, intervals = model.rate.shape
    shared, *own = np.random.SeedSequence(seed).spawn(queues + 1)
    factor = _day_factors(model, paths, np.random.default_rng(shared))
    result = np.zeros((paths, queues, intervals), dtype=np.float32)
    for queue, part in enumerate(own):
        rng = np.random.default_rng(part)
        mean = model.rate[queue] * factor[:, queue][:, model.day_index]
        if model.slot_sd[queue].any():
            sd = model.slot_sd[queue][model.day_index]
            mean *= np.exp(sd * _autoregression(rng, mean.shape, float(model.slot_memory[queue])) - sd**2 / 2)
        result[:, queue] = rng.poisson(mean)
    return result


def _autoregression(rng: np.random.Generator, shape: tuple[int, ...], memory: float) -> FloatArray:
    """Return a stationary AR(1) of variance 1 along the last axis."""
    noise = rng.standard_normal(shape)
    noise[..., 1:] *= np.sqrt(1 - memory**2)
    return np.asarray(lfilter([1.0], [1.0, -memory], noise, axis=-1), dtype=np.float64)


def _day_factors(model: PathModel, paths: int, rng: np.random.Generator) -> FloatArray:
    queues, days = model.day_sd.shape
    root = np.linalg.cholesky(model.correlation)
    z = np.einsum("pqd,rq->prd", _autoregression(rng, (paths, queues, days), model.memory), root, optimize=True)
    factor: FloatArray = np.exp(model.day_sd * z - model.day_sd**2 / 2)
    return factor
