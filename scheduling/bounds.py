"""Proven lower bounds of the cost of every legal roster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.aggregate import build_aggregate
from scheduling.hires import HireOption
from scheduling.options import ShiftOptions
from scheduling.problem import RosterProblem
from scheduling.solver import simplex_parameters, solve

__all__ = ["Bound", "prove_bound"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Bound:
    """A lower bound of the cost, how it was proven, and what there is to say about it."""

    value: float
    way: str
    notes: tuple[str, ...] = ()

    @staticmethod
    def trivial() -> Bound:
        """Return the bound that needs no proof: no roster costs less than nothing."""
        return Bound(0.0, "cost is never negative", ("no bound was proven before the search was stopped",))


def prove_bound(
    problem: RosterProblem, options: ShiftOptions, hires: Sequence[HireOption], required: FloatArray, effort: float,
    stop: Callable[[], bool],
) -> Bound:  # fmt: skip
    """Return the best bound that the effort allows."""
    aggregate = build_aggregate(problem, options, hires, required, False)
    result = solve(aggregate.program, simplex_parameters(), stop)
    if not np.isfinite(result.bound):
        return Bound.trivial()
    value = max(0.0, result.bound - 1e-6 * abs(result.bound))
    return Bound(value, "the linear program of the aggregate model")
