"""Whole numbers of contacts, moved by factors without losing the mean or the wholeness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["scaled_counts"]


def scaled_counts(
    paths: NDArray[np.float32], factor: NDArray[np.float64], entropy: Sequence[int]
) -> NDArray[np.float32]:
    """Return sample paths times a factor, as whole numbers again.

    The fraction is rounded up with its own probability. Every cell has a random number of its own that does not depend
    on the factors: variants with the same entropy differ by their factors and not by luck, and a larger factor never
    gives fewer contacts. Where the factor is 1 nothing changes.

    Parameters
    ----------
    paths : float32 array (paths, queues, intervals)
        Whole numbers.
    factor : float array
        0 or more; of a shape that goes with (queues, intervals).
    entropy : sequence of int
        Seeds the random numbers.
    """
    rng = np.random.default_rng(np.random.SeedSequence(list(entropy)))
    scaled = np.empty_like(paths)
    for index, path in enumerate(paths):
        scaled[index] = np.where(factor == 1.0, path, np.floor(path * factor + rng.random(path.shape)))
    return scaled
