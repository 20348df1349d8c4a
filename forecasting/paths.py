"""Sample paths: a day factor that neighbouring days and queues share, a slot factor, and Poisson arrivals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    slot_cv : float array (queues,)
        Coefficient of variation of the slot factor beyond Poisson noise.
    """

    rate: FloatArray
    day_index: NDArray[np.int64]
    day_sd: FloatArray
    memory: float
    correlation: FloatArray
    slot_cv: FloatArray


def sample_paths(model: PathModel, paths: int, seed: int) -> NDArray[np.float32]:
    """Return contacts as whole numbers: float32 array (paths, queues, intervals).

    ``contacts ~ Poisson(rate * day factor * slot factor)`` with a lognormal day factor of mean 1 (its log is a
    stationary AR(1) over days, correlated between queues) and a gamma slot factor of mean 1.
    """
    queues, intervals = model.rate.shape
    shared, *own = np.random.SeedSequence(seed).spawn(queues + 1)
    factor = _day_factors(model, paths, np.random.default_rng(shared))
    result = np.zeros((paths, queues, intervals), dtype=np.float32)
    for queue, part in enumerate(own):
        rng = np.random.default_rng(part)
        mean = model.rate[queue] * factor[:, queue][:, model.day_index]
        if model.slot_cv[queue] > 0:
            shape = model.slot_cv[queue] ** -2.0
            mean = mean * rng.gamma(shape, 1 / shape, size=mean.shape)
        result[:, queue] = rng.poisson(mean)
    return result


def _day_factors(model: PathModel, paths: int, rng: np.random.Generator) -> FloatArray:
    queues, days = model.day_sd.shape
    root = np.linalg.cholesky(model.correlation)
    noise = rng.standard_normal((paths, days, queues)) @ root.T
    state = noise[:, 0]
    states = [state]
    for day in range(1, days):
        state = model.memory * state + np.sqrt(1 - model.memory**2) * noise[:, day]
        states.append(state)
    z = np.stack(states, axis=2)
    factor: FloatArray = np.exp(model.day_sd * z - model.day_sd**2 / 2)
    return factor
