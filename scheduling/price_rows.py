"""Weekly rows and hire limits in the bound by prices: what they add to shifts, their constants and gradients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.classes import PeopleClass
from scheduling.options import ShiftOptions
from scheduling.price_shifts import ShiftValues
from scheduling.problem import PREMIUM_KINDS, RosterProblem

__all__ = ["WeekRows", "hire_limits"]

FloatArray = NDArray[np.float64]


class WeekRows:
    """Prices per class and week: normal hours, guaranteed hours, hours cap, work days (four of each).

    A price y of ``sum a x <= b`` adds a y to each shift and -b y to the bound; of ``sum a x >= g`` it takes a y off and
    adds g y. The price of normal hours is at most the rest-day premium (then overtime is bought), of guaranteed
    hours at most the rate (then they go unused).
    """

    def __init__(
        self, problem: RosterProblem, options: ShiftOptions, classes: Sequence[PeopleClass], values: ShiftValues
    ) -> None:
        weeks, count = problem.weeks, len(classes)
        option, day = values.option[values.cell], values.day[values.cell]
        week = np.array([problem.week_of(d) for d in range(problem.days)], dtype=np.int64)[day]
        self.shape = (4, count * weeks)
        self.place = values.cell_class * weeks + week
        paid = options.paid[option]
        normal = np.where(problem.holiday[day], 0.0, np.minimum(paid, problem.rules.normal_hours_per_day))
        self.factor = np.stack([normal, -paid, paid, np.ones(len(paid))])
        self.right = np.zeros((4, count, weeks))
        self.most = np.zeros((4, count, weeks))
        self.hire = np.array([people.hire is not None for people in classes])
        self.share: FloatArray = np.zeros((count, weeks))
        for c, people in enumerate(classes):
            self._fill(problem, people, c)
        self.cell_class, self.classes, self.weeks = values.cell_class, classes, weeks

    def _fill(self, problem: RosterProblem, people: PeopleClass, c: int) -> None:
        contract, rules = problem.contracts[people.like.contract], problem.rules
        dear = float(problem.shortage_price.max(initial=0.0)) * 2 + contract.cost_per_hour
        premium = contract.cost_per_hour * (rules.rest_day_pay - 1.0) if contract.kind in PREMIUM_KINDS else 0.0
        cap = problem.week_hours_max(people.like)
        self.right[0, c] = rules.normal_hours_per_week * people.weekly
        self.right[1, c] = -people.guaranteed
        self.right[2, c] = min(cap, 168.0) * people.weekly
        self.right[3, c] = people.workdays
        self.most[0, c] = dear if people.like.no_overtime else premium
        self.most[1, c] = contract.cost_per_hour * (people.guaranteed > 0)
        self.most[2, c] = dear if cap < 168.0 else 0.0
        self.most[3, c] = dear * 12

    @property
    def count(self) -> int:
        """Number of prices."""
        return int(self.most.size)

    @property
    def upper(self) -> FloatArray:
        """Most that each price may be."""
        return self.most.ravel()

    def shift_cost(self, prices: FloatArray) -> FloatArray:
        """Return what the rows add to each shift (cells)."""
        table = prices.reshape(self.shape)
        return np.asarray((table[:, self.place] * self.factor).sum(axis=0), dtype=np.float64)

    def constant(self, prices: FloatArray) -> float:
        """Return what the rows add to the bound."""
        return -float(prices @ self.right.ravel())

    def gradient(self, heads: FloatArray) -> FloatArray:
        """Return the slope of the bound in each price, from heads per cell."""
        used = np.stack([np.bincount(self.place, weights=heads * f, minlength=self.shape[1]) for f in self.factor])
        return np.asarray(used.ravel() - self.right.ravel(), dtype=np.float64)


def hire_limits(problem: RosterProblem, classes: Sequence[PeopleClass]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return limits on hires ``a heads <= b`` and their dearest prices: (rows, classes), (rows,), (rows,)."""
    named = np.zeros(len(problem.contracts))
    for person in problem.people:
        named[person.contract] += 1
    kinds = np.array([contract.kind for contract in problem.contracts])
    contract = np.array([people.like.contract for people in classes])
    hire = np.array([people.hire is not None for people in classes])
    rows, right = [], []

    def add(members: NDArray[np.bool_], base: NDArray[np.bool_], share: float, fixed: float) -> None:
        weight = members.astype(np.float64) - share * base
        rows.append(np.where(hire, weight[contract], 0.0))
        right.append(fixed - float(weight @ named))

    everybody = np.ones(len(kinds), dtype=np.bool_)
    groups = [(problem.limits, kinds != "employee")]
    groups += [(c.limits, np.arange(len(kinds)) == n) for n, c in enumerate(problem.contracts)]  # type: ignore[misc]
    for limits, members in groups:
        if limits.headcount_max is not None:
            add(members, everybody, 0.0, float(limits.headcount_max))
        if limits.share_max is not None:
            add(members, everybody, limits.share_max, 0.0)
    if problem.limits.dispatch_share_max is not None:
        dispatch = kinds == "dispatch"
        add(dispatch, dispatch | (kinds == "employee"), problem.limits.dispatch_share_max, 0.0)
    dear = float(problem.shortage_price.max(initial=0.0)) * 200 + 1e4
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(classes))
    return table, np.array(right, dtype=np.float64), np.full(len(rows), dear)
