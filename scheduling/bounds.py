"""Proven lower bounds of the cost of every legal roster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.aggregate import build_aggregate
from scheduling.hires import HireOption
from scheduling.options import ShiftOptions
from scheduling.prices import Climb, climb
from scheduling.problem import RosterProblem
from scheduling.solver import LinearProgram, mip_parameters, simplex_parameters, solve
from wfm.bound_prices import BoundPrices

__all__ = ["LP_COLUMNS_MAX", "MIP_COLUMNS_MAX", "Bound", "prove_bound"]

FloatArray = NDArray[np.float64]
LP_COLUMNS_MAX = 9000
MIP_COLUMNS_MAX = 2500
_MIP_NODES = 60
_SAFETY = 1e-6  # share taken off, far above the rounding of sums in floating point


@dataclass(frozen=True)
class Bound:
    """A lower bound of the cost, how it was proven, and what there is to say about it.

    ``heads`` is how many people the relaxed problem takes on per contract (fractions allowed), ``prices`` the best ones
    of an agent on seat (a program may prove more than they do); None where unknown.
    """

    value: float
    way: str
    notes: tuple[str, ...] = ()
    heads: Mapping[int, float] | None = None
    prices: BoundPrices | None = None

    @staticmethod
    def trivial() -> Bound:
        """Return the bound that needs no proof: no roster costs less than nothing."""
        return Bound(0.0, "cost is never negative", ("no bound was proven: 0 is used",))


def prove_bound(
    problem: RosterProblem, options: ShiftOptions, hires: Sequence[HireOption], required: FloatArray, effort: float,
    gap: float, stop: Callable[[], bool], post: Callable[[Bound], None] | None = None,
) -> Bound:  # fmt: skip
    """Return a bound by prices of an agent on seat; of small problems also by the aggregate model's program.

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
    post : callable, optional
        Hears the best bound, and how many people to take on, after each temperature of the climb.
    """
    if not required.any() and not any(c.hours_per_week_guaranteed for c in problem.contracts):
        return Bound(0.0, "nothing is required")
    if not (options.start >= 0).any() or not (problem.people or hires):
        missing = (required.sum(axis=1) * problem.shortage_price).sum() * problem.interval_hours
        return Bound(_safe(float(missing)), "nobody can work: everybody required is missing")
    best = Bound.trivial()
    if required.size + int((options.start >= 0).sum()) <= LP_COLUMNS_MAX:
        program = build_aggregate(problem, options, hires, required, True)
        if program.columns <= LP_COLUMNS_MAX:
            best = _by_program(program, program.columns <= MIP_COLUMNS_MAX, gap, stop)
    if stop():
        return best

    def told(state: Climb) -> None:
        if post is not None:
            post(_better(best, state))

    return _better(best, climb(problem, options, hires, required, effort, stop, told))


def _better(best: Bound, state: Climb) -> Bound:
    """Return the better of a program's bound and the climb's, with the climb's heads."""
    if _safe(state.bound) <= best.value:
        return replace(best, heads=state.heads, prices=state.prices)
    way = f"prices of an agent on seat, {state.evaluations} evaluations"
    return Bound(_safe(state.bound), way, (), state.heads, state.prices)


def _by_program(program: LinearProgram, whole: bool, gap: float, stop: Callable[[], bool]) -> Bound:
    wholes = program.whole
    program.whole = [np.zeros(len(part), dtype=np.bool_) for part in wholes]
    found = solve(program, simplex_parameters(), stop)
    best = Bound.trivial()
    if np.isfinite(found.bound):
        best = Bound(_safe(found.bound), "the linear program of the aggregate model")
    if not whole or stop():
        return best
    program.whole = wholes
    found = solve(program, mip_parameters(_MIP_NODES, gap / 10, 0), stop)
    if np.isfinite(found.bound) and _safe(found.bound) > best.value:
        return Bound(_safe(found.bound), "the integer program of the aggregate model")
    return best


def _safe(value: float) -> float:
    return max(0.0, value - _SAFETY * abs(value))
