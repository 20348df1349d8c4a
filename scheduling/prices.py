"""The climb of the dual (:mod:`scheduling.dual`): prices of an agent on seat that prove as much as they can.

L-BFGS-B within the price bounds on the smoothed dual, cooled step by step; the value kept is the best exact one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from scheduling.dual import Dual
from scheduling.hires import HireOption
from scheduling.options import ShiftOptions
from scheduling.problem import RosterProblem
from wfm.bound_prices import BoundPrices

__all__ = ["Climb", "climb"]

FloatArray = NDArray[np.float64]
# Temperatures in wages of an hour, and the share of evaluations at each.
_LADDER = ((0.1, 0.15), (0.03, 0.25), (0.01, 0.25), (0.004, 0.2), (0.0015, 0.15))
EXACT = 1e-4
# Evaluations at effort 1: so many at most, fewer where each has many steps.
EVALUATIONS_MOST = 1000
STEPS = 2.4e10
_THREADS = 2


@dataclass
class Climb:
    """Best exact bound so far with the prices that prove it, and how many times the dual was evaluated.

    ``heads`` is how many people the smoothed dual takes on per contract at the last temperature; None before that.
    """

    bound: float = 0.0
    prices: BoundPrices | None = None
    evaluations: int = 0
    heads: dict[int, float] | None = None


class _StoppedError(Exception):
    """Raised inside the climb to leave it."""


def climb(
    problem: RosterProblem, options: ShiftOptions, hires: Sequence[HireOption], required: FloatArray,
    effort: float, stop: Callable[[], bool], told: Callable[[Climb], None] | None = None,
) -> Climb:  # fmt: skip
    """Return the best bound that evaluations of the dual reach: as many as the effort buys, or those until ``stop``.

    ``told`` hears how far it is after each temperature.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        return _climbed(Dual(problem, options, hires, required, pool.map), effort, stop, told)


def _climbed(dual: Dual, effort: float, stop: Callable[[], bool], told: Callable[[Climb], None] | None) -> Climb:
    state = Climb()
    evaluations = effort * min(EVALUATIONS_MOST, STEPS / dual.size)
    wage = max(contract.cost_per_hour for contract in dual.problem.contracts) or 1.0
    prices = dual.start()

    def smoothed(x: FloatArray, temperature: float) -> tuple[float, FloatArray]:
        if stop():
            raise _StoppedError
        state.evaluations += 1
        value, gradient = dual(x, temperature)
        return -value, -gradient

    try:
        for heat, portion in _LADDER:
            found = minimize(
                smoothed, prices, (wage * heat,), "L-BFGS-B", jac=True,
                bounds=list(zip(np.zeros(len(prices)), dual.upper, strict=True)),
                options={"maxfun": max(1, int(evaluations * portion)), "maxiter": 10**6, "maxcor": 20,
                         "ftol": 1e-9, "gtol": 1e-7},
            )  # fmt: skip
            prices = np.clip(found.x, 0.0, dual.upper)
            dual(prices, wage * heat)
            state.heads = {hire.contract: float(n) for hire, n in zip(dual.hires, dual.taken, strict=True)}
            proof = dual.proof(prices, EXACT)
            if proof.value > state.bound:
                state.bound, state.prices = proof.value, proof
            if told is not None:
                told(state)
    except _StoppedError:
        pass
    return state
