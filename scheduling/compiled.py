# mypy: disable-error-code="misc, untyped-decorator, no-any-return"
"""What every compiled search needs: how functions are compiled, and random numbers that depend on the seed alone."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["INNER", "OUTER", "below", "uniform"]

# Only what Python calls gets a wrapper for Python: with many arrays, wrappers take most of the compile time.
OUTER = njit(cache=True, nogil=True)
INNER = njit(cache=True, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


@INNER
def uniform(random: NDArray[np.uint64]) -> float:
    """Return a number in [0, 1): xorshift64*, so that the stream depends on the seed alone."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return ((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@INNER
def below(random: NDArray[np.uint64], count: int) -> int:
    """Return a whole number in [0, count)."""
    return int(uniform(random) * count)
