# mypy: disable-error-code="misc, untyped-decorator, no-any-return"
"""What the compiled search works on: rules, the roster of the moment, and putting work on it or taking it off."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import INNER

__all__ = ["Rules", "State", "add_cells", "may_work", "run_with", "window"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Rules(NamedTuple):
    """The problem in arrays: ``starts`` and ``day`` by period, ``first`` the periods where calendar days begin.

    ``numbers``: shortest, longest, rest, run, stretch. ``floor`` and ``ceiling`` are people's working time in periods.
    """

    starts: NDArray[np.bool_]
    day: IntArray
    first: IntArray
    least: IntArray
    most: IntArray
    floor: IntArray
    ceiling: IntArray
    numbers: IntArray


class State(NamedTuple):
    """The roster: ``activity`` by person and period (-1: not at work), shifts by person and calendar day.

    ``start`` is -1 on a day without a shift. ``sums``: squared excess, shortage. ``weight`` and ``scratch`` belong to
    the sampling of shifts.
    """

    activity: NDArray[np.int8]
    start: IntArray
    length: IntArray
    total: IntArray
    cover: IntArray
    sums: IntArray
    random: NDArray[np.uint64]


@INNER
def add_cells(rules: Rules, state: State, p: int, begin: int, end: int, sign: int) -> None:
    """Put what a person does from ``begin`` to ``end`` on the cover (``sign`` 1) or take it off (-1)."""
    for t in range(begin, end):
        a = state.activity[p, t]
        before = state.cover[t, a]
        now = before + sign
        state.cover[t, a] = now
        most, least = rules.most[t, a], rules.least[t, a]
        state.sums[0] += max(now - most, 0) ** 2 - max(before - most, 0) ** 2
        state.sums[1] += max(least - now, 0) - max(least - before, 0)


@INNER
def run_with(state: State, p: int, d: int) -> int:
    """Return how many days in a row a person works if it works on day ``d``."""
    run = 1
    left = d - 1
    while left >= 0 and state.start[p, left] >= 0:
        run += 1
        left -= 1
    right = d + 1
    while right < state.start.shape[1] and state.start[p, right] >= 0:
        run += 1
        right += 1
    return run


@INNER
def window(rules: Rules, state: State, p: int, d: int) -> tuple[int, int]:
    """Return the first period and the end that rest leaves for a shift on day ``d``, whatever is there now."""
    low = 0
    high = rules.day.shape[0]
    for other in range(d - 1, -1, -1):
        if state.start[p, other] >= 0:
            low = state.start[p, other] + state.length[p, other] + rules.numbers[2]
            break
    for other in range(d + 1, state.start.shape[1]):
        if state.start[p, other] >= 0:
            high = state.start[p, other] - rules.numbers[2]
            break
    return low, high


@INNER
def may_work(rules: Rules, state: State, p: int, d: int, begin: int, length: int) -> bool:
    """Return whether a shift suits a person's day (which may hold another now); total time is not looked at."""
    if length < rules.numbers[0] or length > rules.numbers[1] or run_with(state, p, d) > rules.numbers[3]:
        return False
    low, high = window(rules, state, p, d)
    return begin >= low and begin + length <= high
