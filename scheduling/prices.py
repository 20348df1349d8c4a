"""A lower bound by prices: the dual of the aggregate model, climbed without ever building it.

Dear agents: ``pi[q, t]`` is what an agent on queue q in interval t is worth (between 0 and the shortage price). Given
all prices, every class picks for each day its cheapest shift, meal and breaks each at their cheapest place, and

    bound = sum pi * requirement + sum over classes and days of heads * min(0, cheapest shift) + weekly rows

is a lower bound of every roster's cost for any prices whatever (weak duality): what a legal roster costs is at least
what it costs after each missing agent is valued at pi <= price and each person on seat at the dearest queue held.
Week rows (normal hours, cap, guaranteed hours, work days) and limits on hires have prices too. Rest between shifts,
monthly overtime and gaps between pauses are left out, which can only lower the bound.

The climb smooths each minimum to a soft minimum of temperature ``T`` (Nesterov 2005), uses L-BFGS-B within the price
bounds, and cools T; the value kept is the best exact (T = 0) one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from scheduling.classes import PeopleClass, people_classes
from scheduling.hires import HireOption
from scheduling.options import ShiftOptions
from scheduling.price_rows import WeekRows, hire_limits
from scheduling.price_shifts import ShiftValues
from scheduling.problem import RosterProblem

__all__ = ["Climb", "Dual", "climb"]

FloatArray = NDArray[np.float64]


@dataclass
class Climb:
    """Best exact bound so far and how many times the dual was evaluated."""

    bound: float = 0.0
    evaluations: int = 0


class _StoppedError(Exception):
    """Raised inside the climb to leave it."""


class Dual:
    """The dual function: prices in one vector, laid out as queue prices, week prices, limit prices."""

    def __init__(
        self, problem: RosterProblem, options: ShiftOptions, hires: Sequence[HireOption], required: FloatArray
    ) -> None:
        self.problem, self.required = problem, required
        classes, speeds = people_classes(problem, options, hires)
        self.classes: list[PeopleClass] = classes
        self.values = ShiftValues(problem, options, classes, speeds)
        self.rows = WeekRows(problem, options, classes, self.values)
        self.limits, self.limit_rhs, self.limit_max = hire_limits(problem, classes)
        self.upper = np.concatenate([
            np.repeat(problem.shortage_price * problem.interval_hours, required.shape[1]),
            self.rows.upper, self.limit_max,
        ])  # fmt: skip
        self.upper[: required.size][required.ravel() <= 0] = 0.0

    def start(self) -> FloatArray:
        """Return prices to start from: a third of the shortage price where somebody is wanted."""
        prices = np.zeros(len(self.upper))
        prices[: self.required.size] = self.upper[: self.required.size] / 3
        return prices

    def __call__(self, prices: FloatArray, temperature: float) -> tuple[float, FloatArray]:
        """Return the (smoothed) dual value and its gradient."""
        size, rows = self.required.size, self.rows.count
        queue = prices[:size].reshape(self.required.shape)
        week, limit = prices[size : size + rows], prices[size + rows :]
        best, spread = self.values.cheapest(queue, self.rows.shift_cost(week), temperature)
        share, fixed = self._heads(best, limit, temperature)
        value = float((queue * self.required).sum() + self.rows.constant(week) - limit @ self.limit_rhs)
        value += float(fixed)
        use, week_use = self.values.use(spread, share)
        gradient = np.concatenate([
            (self.required - use).ravel(), self.rows.gradient(week_use), self._limit_use(share) - self.limit_rhs
        ])  # fmt: skip
        return value, gradient

    def _heads(self, best: FloatArray, limit: FloatArray, temperature: float) -> tuple[FloatArray, float]:
        """Return heads per class and day at work, and the money of all classes: best is per class and day, <= 0."""
        share, total = np.zeros(best.shape), 0.0
        for c, people in enumerate(self.classes):
            if people.hire is None:
                share[c] = people.heads
                total += float(best[c] @ people.heads)
                continue
            fee = self.values.hire_cost[c] + float(limit @ self.limits[:, c])
            value = fee + float(best[c][people.heads > 0].sum())
            taken, money = _soft_hire(value, people.size, temperature * 10)
            share[c] = np.where(people.heads > 0, taken, 0.0)
            total += money
        return share, total

    def _limit_use(self, share: FloatArray) -> FloatArray:
        return np.asarray(self.limits @ share.max(axis=1), dtype=np.float64)


def _soft_hire(value: float, heads: int, temperature: float) -> tuple[float, float]:
    """Return heads taken and money: all or nothing by the sign of the value, smoothed."""
    if temperature <= 0:
        return (float(heads), heads * value) if value < 0 else (0.0, 0.0)
    level = value / temperature
    money = -temperature * float(np.logaddexp(0.0, -level)) * heads
    return heads / (1.0 + float(np.exp(np.clip(level, -500, 500)))), money


def climb(
    problem: RosterProblem, options: ShiftOptions, hires: Sequence[HireOption], required: FloatArray,
    evaluations: int, stop: Callable[[], bool],
) -> Climb:  # fmt: skip
    """Return the best bound that so many evaluations of the dual reach (or those until ``stop``)."""
    dual, state = Dual(problem, options, hires, required), Climb()
    wage = max(contract.cost_per_hour for contract in problem.contracts) or 1.0
    prices = dual.start()

    def smoothed(x: FloatArray, temperature: float) -> tuple[float, FloatArray]:
        if stop():
            raise _StoppedError
        state.evaluations += 1
        value, gradient = dual(x, temperature)
        return -value, -gradient

    ladder = wage * np.array([1.1, 0.33, 0.11, 0.033, 0.01])
    portions = np.array([0.14, 0.16, 0.22, 0.28, 0.2])
    try:
        for temperature, portion in zip(ladder, portions, strict=True):
            found = minimize(
                smoothed, prices, (temperature,), "L-BFGS-B", jac=True,
                bounds=list(zip(np.zeros(len(prices)), dual.upper, strict=True)),
                options={"maxfun": int(evaluations * portion), "maxiter": 10**6, "maxcor": 10,
                         "ftol": 1e-8, "gtol": 1e-9},
            )  # fmt: skip
            prices = np.clip(found.x, 0.0, dual.upper)
            state.bound = max(state.bound, dual(prices, 0.0)[0])
    except _StoppedError:
        pass
    return state
