"""Limits on hires as rows over the people who may be taken on, and the dearest prices of the rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.hires import HireOption
from scheduling.problem import RosterProblem

__all__ = ["hire_limits"]

FloatArray = NDArray[np.float64]


def hire_limits(problem: RosterProblem, hires: Sequence[HireOption]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return limits on hires ``a heads <= b`` and their dearest prices: (rows, hires), (rows,), (rows,)."""
    named = np.zeros(len(problem.contracts))
    for person in problem.people:
        named[person.contract] += 1
    kinds = np.array([contract.kind for contract in problem.contracts])
    contract = np.array([hire.contract for hire in hires], dtype=np.int64)
    rows, right = [], []

    def add(members: NDArray[np.bool_], base: NDArray[np.bool_], share: float, fixed: float) -> None:
        weight = members.astype(np.float64) - share * base
        rows.append(weight[contract])
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
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(hires))
    return table, np.array(right, dtype=np.float64), np.full(len(rows), dear)
