"""What rolling 30-day targets may still lose: the past days, the plan's days, and the windows that hold both.

A platform's rate of 30 days is one number over all of their contacts, so a plan inherits what came before: with so much
lost already, so much may still be lost. Only sums are needed, no model.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from wfm.inputs import Attained
from wfm.plan import Plan
from wfm.queues import Target
from wfm.results import Budget
from wfm.rolling import Past, rolled

__all__ = ["budgets"]

FloatArray = NDArray[np.float64]


def budgets(
    plan: Plan, attained: Sequence[Attained], counted_by_day: Mapping[tuple[str, int], FloatArray]
) -> tuple[Budget, ...]:
    """Return what each target over 30 days may still lose: on its tightest day and on the plan's last day.

    Parameters
    ----------
    plan : Plan
        Its queues' targets with ``over`` ``30_days`` have budgets, the others have none.
    attained : sequence of Attained
        Past days. Days from the plan's start on, and those that no window holds, don't count.
    counted_by_day : mapping
        (queue id, place of the target in its queue, 0 = first) -> what the target is expected to count (contacts,
        rounds or customers) on each day of the plan, shape (days,), >= 0. Targets that it lacks have no budget.

    Returns
    -------
    tuple of Budget
        By queue and target of the plan, then by day. The tightest day is the one whose window leaves least per
        contact of the plan in it (the first of several); one budget where it is the last day. Windows with less
        counted than ``exempt_below`` are not assessed and have none.

    Raises
    ------
    ValueError
        When an array is not one number of at least 0 per day.

    Notes
    -----
    For a window that ends on day ``d`` with ``N`` counted, past and expected: a share of at least ``s`` in time leaves
    ``(1 - s) N`` to be missed, a share of at most ``s`` lost ``s N``, an average of at most ``t`` seconds ``t N``
    seconds of response. ``left`` is that less what the past days in the window missed (or used).
    """
    found: list[Budget] = []
    for queue in plan.queue:
        for number, target in enumerate(queue.target):
            counted = counted_by_day.get((queue.id, number))
            if target.over == "30_days" and counted is not None:
                daily = _checked(counted, plan.plan.days, queue.id, number)
                windows = _windows(plan, queue.id, number, target, attained, daily)
                found += _worth_telling(Budget(queue.id, number, *window) for window in windows)
    return tuple(found)


def _checked(counted: FloatArray, days: int, queue: str, number: int) -> FloatArray:
    if counted.shape != (days,) or not (counted >= 0).all():
        text = f"expected {days} numbers of at least 0 for target {number} of '{queue}', got shape {counted.shape}"
        raise ValueError(text)
    return counted


def _windows(
    plan: Plan, queue: str, number: int, target: Target, attained: Sequence[Attained], counted: FloatArray
) -> Iterator[tuple[date, float, float, float, float]]:
    """Yield (end, counted and missed in the past, expected, left) of the window that ends on each day of the plan."""
    past, start = Past.of(attained, queue, number, plan.plan.start, plan.plan.days), plan.plan.start
    missed = past.uppers if target.sign < 0 else past.lowers - past.uppers
    for place, (before, lost, expected) in enumerate(zip(past.lowers, missed, rolled(counted), strict=True)):
        if before + expected >= target.exempt_below:
            left = _allowed(target) * (before + expected) - lost
            yield start + timedelta(days=place), float(before), float(lost), float(expected), float(left)


def _allowed(target: Target) -> float:
    """Return what may be missed per counted contact: a share, or seconds."""
    return target.goal if target.sign < 0 else 1.0 - target.goal


def _worth_telling(budgets_by_day: Iterable[Budget]) -> list[Budget]:
    """Return the tightest budget and that of the last day, one where they are the same."""
    every = list(budgets_by_day)
    if not every:
        return []
    tightest = min(every, key=_left_each)
    return [every[-1]] if tightest is every[-1] else [tightest, every[-1]]


def _left_each(budget: Budget) -> float:
    """Return what is left per contact of the plan's days; where none is expected, lost or safe for good."""
    if budget.expected > 0:
        return budget.left / budget.expected
    return -math.inf if budget.left < 0 else math.inf
