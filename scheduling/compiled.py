# mypy: disable-error-code="misc, untyped-decorator, no-any-return"
"""What every compiled search needs: how functions are compiled, and random numbers that depend on the seed alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfm.compiled import compiled, kept, part

__all__ = ["INNER", "LEAN", "OUTER", "PART", "PART_FAST", "below", "stream", "uniform"]

_PACKAGES = ("scheduling", "scheduling.multi_activity")
# Only what Python calls gets a wrapper for Python: with many arrays, wrappers take most of the compile time.
_BARE = {"nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def OUTER(function: Callable[..., Any]) -> Any:  # noqa: N802
    """Return a function that Python calls as machine code."""
    return kept(function, {"nogil": True}, _PACKAGES)


def INNER(function: Callable[..., Any]) -> Any:  # noqa: N802
    """Return a function that only compiled ones call as machine code."""
    return kept(function, _BARE, _PACKAGES)


def LEAN(function: Callable[..., Any]) -> Any:  # noqa: N802
    """Return a function that Python calls as machine code and that must not allocate arrays.

    Without numba's counting of references: a call with the tables and the state of the search counts a hundred arrays
    up and down, which took most of the time.
    """
    return compiled(function, _PACKAGES)


def PART(function: Callable[..., Any]) -> Any:  # noqa: N802
    """Return a function that becomes part of the compiled ones which call it; it must not allocate arrays."""
    return part(function)


def PART_FAST(function: Callable[..., Any]) -> Any:  # noqa: N802
    """Return such a function whose sums may be reordered for speed."""
    return part(function, fastmath=True)


def stream(*seed: int) -> NDArray[np.uint64]:
    """Return the state of a stream of random numbers: one number, never 0."""
    return np.maximum(np.random.SeedSequence(seed).generate_state(1, dtype=np.uint64), 1).astype(np.uint64)


@PART
def uniform(random: NDArray[np.uint64]) -> float:
    """Return a number in [0, 1): xorshift64*, so that the stream depends on the seed alone."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return ((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@PART
def below(random: NDArray[np.uint64], count: int) -> int:
    """Return a whole number in [0, count)."""
    return int(uniform(random) * count)
