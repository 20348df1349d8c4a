# mypy: disable-error-code="misc, untyped-decorator, no-any-return"
"""Drawing a whole shift with its activities at once, from the Boltzmann distribution at a temperature.

For one start the weights of all ways to fill a shift are summed over time: ``E[t, a]`` is the weight of the ways that
are on activity a at t and have been there long enough. One pass gives every length at once; the activities are then
drawn backwards. Every period's weights are scaled by its cheapest activity, so that nothing over- or underflows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import INNER, uniform
from scheduling.multi_activity.state import Rules, State

__all__ = ["Scratch", "draw_activities", "prices", "score_starts", "scratch"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_DEPTH = -600.0  # logarithm of the smallest weight of a whole shift: dearer activities count as equally dear


class Scratch(NamedTuple):
    """Room for the passes: ``weight`` and ``four`` by (period, activity), ``base`` cumulated by period.

    ``score`` is the logarithm of a shift's weight by (start, length - shortest), -inf where there is none.
    """

    weight: FloatArray
    four: FloatArray
    base: FloatArray
    ways: FloatArray
    every: FloatArray
    score: FloatArray
    draw: FloatArray


def scratch(rules: Rules) -> Scratch:
    """Return room for a problem."""
    periods, activities = rules.least.shape
    longest = int(rules.numbers[1])
    lengths = longest - int(rules.numbers[0]) + 1
    return Scratch(
        np.zeros((periods, activities)),
        np.zeros((periods, activities)),
        np.zeros(periods + 1),
        np.zeros((longest + 1, activities)),
        np.zeros(longest + 1),
        np.full((periods, lengths), -np.inf),
        np.zeros(activities),
    )


@INNER
def prices(rules: Rules, state: State, room: Scratch, begin: int, end: int, short: float, heat: float) -> None:
    """Write the weights of one more person in the periods from ``begin`` to ``end``.

    Someone missing is worth ``short``; one beyond the most costs what the square grows by.
    """
    activities = rules.least.shape[1]
    stretch = rules.numbers[4]
    floor = _DEPTH / rules.numbers[1]
    room.base[begin] = 0.0
    for t in range(begin, end):
        cheapest = np.inf
        for a in range(activities):
            c = state.cover[t, a]
            if c < rules.least[t, a]:
                price = -short
            elif c < rules.most[t, a]:
                price = 0.0
            else:
                price = 2.0 * (c - rules.most[t, a]) + 1.0
            room.weight[t, a] = price
            cheapest = min(cheapest, price)
        room.base[t + 1] = room.base[t] - cheapest / heat
        for a in range(activities):
            gap = (cheapest - room.weight[t, a]) / heat
            room.weight[t, a] = 1.0 if gap == 0.0 else np.exp(max(gap, floor))
    for t in range(begin, end - stretch + 1):
        for a in range(activities):
            product = room.weight[t, a]
            for i in range(1, stretch):
                product *= room.weight[t + i, a]
            room.four[t, a] = product


@INNER
def ways_from(rules: Rules, room: Scratch, s: int, longest: int) -> None:
    """Write the weights of all ways to work from ``s`` on, for up to ``longest`` periods."""
    activities = rules.least.shape[1]
    stretch = rules.numbers[4]
    for n in range(stretch, longest + 1):
        u = n - stretch
        total = 0.0
        for a in range(activities):
            if u == 0:
                value = room.four[s, a]
            else:
                value = room.ways[n - 1, a] * room.weight[s + n - 1, a]
                if u >= stretch:
                    value += max(room.every[u] - room.ways[u, a], 0.0) * room.four[s + u, a]
            room.ways[n, a] = value
            total += value
        room.every[n] = total


@INNER
def score_starts(
    rules: Rules, room: Scratch, low: int, high: int, begin: int, end: int, least: int, most: int
) -> float:
    """Write the scores of all shifts that start in [low, high] within [begin, end); return the highest.

    ``least`` and ``most`` bound the length.
    """
    shortest = rules.numbers[0]
    best = -np.inf
    for s in range(max(low, begin), min(high, end - least) + 1):
        if not rules.starts[s]:
            continue
        longest = min(most, end - s)
        if longest < least:
            continue
        if rules.least.shape[1] > 1:
            ways_from(rules, room, s, longest)
        for n in range(least, longest + 1):
            score = room.base[s + n] - room.base[s]
            if rules.least.shape[1] > 1:
                score += np.log(room.every[n])
            room.score[s, n - shortest] = score
            best = max(best, score)
    return best


@INNER
def draw_activities(rules: Rules, state: State, room: Scratch, p: int, s: int, length: int) -> None:
    """Write activities drawn for a shift of a person; the weights must be there."""
    activities = rules.least.shape[1]
    stretch = rules.numbers[4]
    if activities == 1:
        state.activity[p, s : s + length] = 0
        return
    ways_from(rules, room, s, length)
    n = length
    banned = -1
    while n > 0:
        total = 0.0
        for a in range(activities):
            if a != banned:
                total += room.ways[n, a]
        rest = uniform(state.random) * total
        chosen = -1
        for a in range(activities):
            if a != banned and room.ways[n, a] > 0.0:
                chosen = a
                rest -= room.ways[n, a]
                if rest < 0.0:
                    break
        n = _stretch_back(state, room, p, s, n, chosen, stretch)
        banned = chosen


@INNER
def _stretch_back(state: State, room: Scratch, p: int, s: int, n: int, chosen: int, stretch: int) -> int:
    """Write the stretch of ``chosen`` that ends after ``n`` periods; return after how many it begins."""
    while True:
        state.activity[p, s + n - 1] = chosen
        u = n - stretch
        begins = room.four[s, chosen] if u == 0 else 0.0
        if u >= stretch:
            begins = max(room.every[u] - room.ways[u, chosen], 0.0) * room.four[s + u, chosen]
        goes_on = room.ways[n - 1, chosen] * room.weight[s + n - 1, chosen] if n > stretch else 0.0
        if u == 0 or uniform(state.random) * (begins + goes_on) < begins:
            for i in range(1, stretch):
                state.activity[p, s + n - 1 - i] = chosen
            return u
        n -= 1
