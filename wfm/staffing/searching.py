"""Compiled search for the smallest number of agents that meets a goal.

A goal is met or missed as :func:`wfm.staffing.kernels.evaluate` says. Most of the numbers that a search looks at are
far from the goal, and there a quicker value decides: Erlang B stepped from the number before, ``B(n+1) = aB /
(n+1+aB)``, and, for exponential patience, the series of the incomplete gamma function (Palm 1957; Garnett, Mandelbaum
and Reiman 2002). Where that value is closer to the goal than its error could be, or not to be trusted, the full one
decides. So the result is that of the full evaluation, number for number.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from wfm.compiled import kernel
from wfm.staffing.kernels import meets

__all__ = ["next_try", "search_many", "start_of"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_CLOSE = 1e-9  # the quick values are good to 1e-11
_LONGEST = 3000  # terms of a series; beyond, the full evaluation costs less
_FAR = 20  # agents; beyond, Erlang B is summed anew instead of stepped


@kernel
def start_of(full: float, full_before: float, found: int) -> tuple[int, int]:
    """Return where to start a search and the first step, given the load of the search before and what it found.

    ``full`` is the load in full agents. The start changes the time a search takes, never its result.
    """
    if full_before > 0.0 and 0.5 < full / full_before < 2.0:
        ratio = full / full_before
        start = found * ratio if found <= full_before else full + (found - full_before) * math.sqrt(ratio)
        return int(start + 0.5), 1 + int(2.0 * abs(ratio - 1.0) * math.sqrt(full))
    return int(full + math.sqrt(full)) + 1, int(0.5 * math.sqrt(full)) + 1


@kernel
def next_try(low: int, high: int, step: int) -> int:
    """Return the number of agents to try next: ``low`` is too few, ``high`` enough (-1: none known yet)."""
    if high < 0:
        return low + step
    if low < 0:
        return max(high - step, 0)
    return (low + high) // 2


@kernel
def quick_blocking(load: float, agents: int) -> float:
    """Return Erlang B to about 1e-12: as :func:`wfm.staffing.kernels.blocking_single`, four terms at a time."""
    inverse = 1.0 / load
    total, term, busy = 1.0, 1.0, float(agents)
    while busy > 0.0:
        first = term * (busy * inverse)
        second = first * ((busy - 1.0) * inverse)
        third = second * ((busy - 2.0) * inverse)
        term = third * ((busy - 3.0) * inverse)
        if busy < 4.0:  # a factor is 0 from where the sum ends; the next would be negative
            second, third = (second, third if busy > 2.0 else 0.0) if busy > 1.0 else (0.0, 0.0)
            return 1.0 / (total + first + second + third)
        total += (first + second) + (third + term)
        busy -= 4.0
        if busy < load and term * busy < 1e-13 * total * (load - busy):
            break
        if total > 1e290:
            return 0.0
    return 1.0 / total


@kernel
def stepped(b: float, load: float, before: int, agents: int) -> float:
    """Return Erlang B of ``agents``, from that of ``before`` agents where it is near (-1: not known).

    Stepping up loses no digits, stepping down does where many are blocked.
    """
    more = agents - before
    if before < 0 or more > _FAR or more < -3 or (more < 0 and b > 0.2) or b < 1e-200:
        return quick_blocking(load, agents)
    for n in range(before + 1, agents + 1):
        b = load * b / (n + load * b)
    for n in range(before, agents, -1):
        b = n * b / (load * (1.0 - b))
    return b


@kernel
def gamma_series(x: float, z: float) -> float:
    """Return ``1 + z/(x+1) + z^2/((x+1)(x+2)) + ...`` to about 1e-12, NaN where that takes too long."""
    if z > x + 0.5 * _LONGEST:
        return math.nan
    total, term, k = 1.0, 1.0, x + 1.0
    for _ in range(_LONGEST // 4):
        first = term * (z / k)
        second = first * (z / (k + 1.0))
        third = second * (z / (k + 2.0))
        term = third * (z / (k + 3.0))
        total += (first + second) + (third + term)
        k += 4.0
        if term < 1e-13 * total and z < 0.9 * k:
            return total if total < 1e290 else math.nan
        if term < 1e-16 * total:
            return total if total < 1e290 else math.nan
    return math.nan


@kernel
def quick_patient(field: int, b: float, load: float, agents: int, within: float) -> float:
    """Return a value of Erlang C from Erlang B."""
    spare = agents - load
    if spare <= 1e-6 * load:
        return math.nan
    p_wait = b * agents / (spare + b * load)
    if field == 0:
        return p_wait
    if 2 <= field <= 6:
        return 1.0 - p_wait * math.exp(-spare * within)
    return p_wait / spare if field == 1 or field == 9 else math.nan


@kernel
def quick(field: int, b: float, load: float, agents: int, patience: float, within: float) -> float:
    """Return a value of Erlang A or C from Erlang B, to about 1e-11; NaN where another way is better."""
    if patience == math.inf:
        return quick_patient(field, b, load, agents, within)
    x, y = agents * patience, load * patience
    if field == 1 or field > 9 or field == 8 or x > 1e6 or y > 1e6 or x < 1e-3:
        return math.nan
    inverse = 1.0 / gamma_series(x, y)
    p_wait = b / ((1.0 - b) * inverse + b)
    p_abandon = p_wait * (1.0 - (1.0 - inverse) * agents / load)
    if field == 0:
        return p_wait
    if field == 7:
        return p_abandon
    if field == 9:
        return p_abandon * patience if p_abandon > 1e-3 else math.nan
    split = within / patience
    if split > 500.0:
        return math.nan
    stays = math.exp(-split)
    z = y * stays
    scale = p_wait * inverse * math.exp(-y * math.expm1(-split) - split * x)
    if field == 2 or field == 3:
        in_time = 1.0 - p_abandon - scale * stays * x / (x + 1.0) * gamma_series(x + 1.0, z)
        return in_time if field == 2 else in_time / (1.0 - p_abandon)
    longer = scale * gamma_series(x, z)
    if field == 5:
        return 1.0 - longer
    if field == 6:
        return 1.0 - stays * longer
    in_time = 1.0 - p_abandon - scale * stays * x / (x + 1.0) * gamma_series(x + 1.0, z)
    return in_time / (in_time + stays * longer)


@kernel
def decided(field: int, goal: float, value: float) -> int:
    """Return 1 when the quick ``value`` surely meets the goal, 0 when it surely does not, -1 when that is not sure."""
    near = _CLOSE * max(abs(goal), 1e-300) if field == 1 or field == 9 else _CLOSE
    if not abs(value - goal) > near:
        return -1
    return 1 if (value > goal) == (2 <= field <= 6) else 0


@kernel
def gap(field: int, goal: float, value: float) -> float:
    """Return how far ``value`` is beyond the goal, on a scale on which it is nearly linear in the agents."""
    if 2 <= field <= 6:
        return math.log(value / (1.0 - value)) - math.log(goal / (1.0 - goal))
    return math.log(goal) - math.log(value)


@kernel
def aimed(n: int, beyond: float, slope: float, low: int, high: int) -> int:
    """Return the number at which the goal is first met if ``gap`` is a straight line, strictly between the bounds."""
    aim = n + min(max(math.ceil(-beyond / slope), -1e9), 1e9)
    if high >= 0:
        aim = min(aim, high - 1)
    return int(max(aim, low + 1, 0))


@kernel
def search(
    field: int,
    goal: float,
    load: float,
    speed: FloatArray,
    patience: float,
    within: float,
    start: int,
    step: int,
    slope: float,
) -> tuple[int, float]:
    """Return the smallest number of agents that meets a reachable goal, and the slope of the gap there.

    The first tries aim with straight lines through the quick values; then it gallops and halves: the values are
    monotone in the agents. ``slope`` is a guess; 0 when unknown.
    """
    one = speed.size == 1 and speed[0] == 1.0 and load > 0.0
    low, high, n, b, before = -1, -1, start, 1.0, -1
    gap_low, gap_high = math.nan, math.nan
    tries = 0
    while high < 0 or high - low > 1:
        sure, beyond = -1, math.nan
        if one and n > 0:
            b, before = stepped(b, load, before, n), n
            value = quick(field, b, load, n, patience, within)
            sure, beyond = decided(field, goal, value), gap(field, goal, value)
        if sure == 1 or (sure < 0 and meets(field, goal, load, n, speed, patience, within)):
            high, gap_high = n, beyond
        else:
            low, gap_low = n, beyond
        if low >= 0 and high >= 0 and gap_high > gap_low:
            slope = (gap_high - gap_low) / (high - low)
        tries += 1
        if tries < 8 and slope > 0.0 and abs(beyond) < math.inf:
            n = aimed(n, beyond, slope, low, high)
            continue
        n = next_try(low, high, step)
        step *= 2
    return high, slope


@kernel
def alike(load: FloatArray, within: FloatArray) -> FloatArray:
    """Return a key that puts searches with about the same load together, and among those similar target times."""
    key = np.empty(load.size)
    for i in range(load.size):
        size = 12.0 * math.log2(load[i]) if load[i] > 0.0 else -1e6
        time = within[i] / (1.0 + within[i]) if within[i] < math.inf else 1.0
        key[i] = math.floor(size) + 0.9 * time + 1e-4 * (size - math.floor(size))
    return key


@kernel
def search_many(
    field: int, goal: FloatArray, load: FloatArray, speed: FloatArray, patience: FloatArray, within: FloatArray
) -> IntArray:
    """Return :func:`search` of every entry, alike ones in a row, so that each can start from the one before."""
    out = np.empty(load.size, dtype=np.int64)
    before, found, slope = 0.0, 0, 0.0
    for i in np.argsort(alike(load, within)):
        full = load[i] / speed[-1]
        start, step = start_of(full, before, found)
        guess = slope * math.sqrt(before / full) if full > 0.0 else 0.0
        found, slope = search(field, goal[i], load[i], speed, patience[i], within[i], start, step, guess)
        out[i], before = found, full
    return out
