"""Proven lower bounds of the cost of every legal roster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.aggregate import Aggregate, build_aggregate
from scheduling.hires import HireOption
from scheduling.options import ShiftOptions
from scheduling.prices import climb
from scheduling.problem import RosterProblem
from scheduling.solver import lp_parameters, mip_parameters, simplex_parameters, solve

__all__ = ["EVALUATIONS", "LP_COLUMNS_MAX", "MIP_COLUMNS_MAX", "SIMPLEX_COLUMNS_MAX", "Bound", "prove_bound"]

FloatArray = NDArray[np.float64]
LP_COLUMNS_MAX = 250_000
SIMPLEX_COLUMNS_MAX = 9000
MIP_COLUMNS_MAX = 2500
EVALUATIONS = 700
_MIP_NODES = 60
_SAFETY = 1e-6  # share taken off, far above the rounding of sums in floating point


@dataclass(frozen=True)
class Bound:
    """A lower bound of the cost, how it was proven, and what there is to say about it.

    ``heads`` is how many people the linear program takes on per contract (fractions allowed), None where none was
    solved.
    """

    value: float
    way: str
    notes: tuple[str, ...] = ()
    heads: Mapping[int, float] | None = None

    @staticmethod
    def trivial() -> Bound:
        """Return the bound that needs no proof: no roster costs less than nothing."""
        return Bound(0.0, "cost is never negative", ("no bound was proven: 0 is used",))


def prove_bound(
    problem: RosterProblem, options: ShiftOptions, hires: Sequence[HireOption], required: FloatArray, effort: float,
    gap: float, stop: Callable[[], bool],
) -> Bound:  # fmt: skip
    """Return a bound: by the aggregate model's linear or integer program, for the largest problems by prices.

    Parameters
    ----------
    problem : RosterProblem
        What is to be rostered.
    options : ShiftOptions
        Shifts that may be worked.
    hires : sequence of HireOption
        People who may be taken on.
    required : float array (queues, intervals)
        Requirement left after shifts of the evening before.
    effort, gap : float
        As in ``SearchLimits``.
    stop : callable
        Polled; once True, what is proven so far is returned.
    """
    if not required.any() and not any(c.hours_per_week_guaranteed for c in problem.contracts):
        return Bound(0.0, "nothing is required")
    aggregate = build_aggregate(problem, options, hires, required, True)
    columns = aggregate.program.columns
    if columns <= LP_COLUMNS_MAX:
        return _by_program(aggregate, columns <= MIP_COLUMNS_MAX, gap, stop)
    state = climb(problem, options, hires, required, round(EVALUATIONS * effort), stop)
    if state.bound <= 0.0:
        return Bound.trivial()
    return Bound(_safe(state.bound), f"prices on the aggregate model, {state.evaluations} evaluations")


def _by_program(aggregate: Aggregate, whole: bool, gap: float, stop: Callable[[], bool]) -> Bound:
    program = aggregate.program
    wholes = program.whole
    program.whole = [np.zeros(len(part), dtype=np.bool_) for part in wholes]
    small = program.columns <= SIMPLEX_COLUMNS_MAX
    found = solve(program, simplex_parameters() if small else lp_parameters(), stop)
    best = Bound.trivial()
    if np.isfinite(found.bound):
        heads = None
        if found.values is not None:
            heads = {contract: float(found.values[column]) for contract, column in aggregate.hires.items()}
        best = Bound(_safe(found.bound), "the linear program of the aggregate model", (), heads)
    if not whole or stop():
        return best
    program.whole = wholes
    found = solve(program, mip_parameters(_MIP_NODES, gap / 10, 0), stop)
    if np.isfinite(found.bound) and _safe(found.bound) > best.value:
        return replace(best, value=_safe(found.bound), way="the integer program of the aggregate model")
    return best


def _safe(value: float) -> float:
    return max(0.0, value - _SAFETY * abs(value))
