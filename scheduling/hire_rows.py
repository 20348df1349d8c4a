"""Limits on hires as rows over the people who may be taken on, and the dearest prices of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.hires import HireOption
from scheduling.problem import RosterProblem

__all__ = ["HireLimits", "hire_limits"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


class HireLimits(NamedTuple):
    """Limits on hires ``table heads <= right`` (rows, hires), the dearest prices of the rows, and what each is.

    ``names`` are (contract, limit): the contract is empty for limits over all temporary staff.
    """

    table: FloatArray
    right: FloatArray
    dearest: FloatArray
    names: tuple[tuple[str, str], ...]


def hire_limits(problem: RosterProblem, hires: Sequence[HireOption]) -> HireLimits:
    """Return the limits on heads that are set."""
    named = np.zeros(len(problem.contracts))
    for person in problem.people:
        named[person.contract] += 1
    kinds = np.array([contract.kind for contract in problem.contracts])
    contract = np.array([hire.contract for hire in hires], dtype=np.int64)
    rows, right, names = [], [], []

    def add(name: tuple[str, str], members: BoolArray, base: BoolArray, share: float, fixed: float) -> None:
        names.append(name)
        weight = members.astype(np.float64) - share * base
        rows.append(weight[contract])
        right.append(fixed - float(weight @ named))

    everybody = np.ones(len(kinds), dtype=np.bool_)
    groups = [("", problem.limits, kinds != "employee")]
    groups += [(c.id, c.limits, np.arange(len(kinds)) == n) for n, c in enumerate(problem.contracts)]  # type: ignore[misc]
    for name, limits, members in groups:
        if limits.headcount_max is not None:
            add((name, "headcount_max"), members, everybody, 0.0, float(limits.headcount_max))
        if limits.share_max is not None:
            add((name, "share_max"), members, everybody, limits.share_max, 0.0)
    if problem.limits.dispatch_share_max is not None:
        dispatch = kinds == "dispatch"
        base, share = dispatch | (kinds == "employee"), problem.limits.dispatch_share_max
        add(("", "dispatch_share_max"), dispatch, base, share, 0.0)
    dear = float(problem.shortage_price.max(initial=0.0)) * 200 + 1e4
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(hires))
    return HireLimits(table, np.array(right, dtype=np.float64), np.full(len(rows), dear), tuple(names))
