# mypy: disable-error-code="misc, untyped-decorator, no-any-return, no-untyped-def, no-untyped-call"
"""Compiled parts of the dual: what every shift covers at its cheapest pauses, exact or as a soft minimum over all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import INNER, OUTER, PART

__all__ = ["Pauses", "Placed", "break_weights", "cheapest_pauses", "price_options", "soft_pauses", "spread_pauses"]

IntArray = NDArray[np.int64]
# Weights of breaks below exp(-745) vanish; lifted by at most exp(LIFT) they stay below 1e-62. A sum of all placements
# above LEAST_WEIGHT has lost nothing that counts; below it the exact minimum is taken.
LIFT = 600.0
LEAST_WEIGHT = 1e-40


class Placed(NamedTuple):
    """Shift options on the fine grid: first step by day and option (-1: none), steps inside by option."""

    begin: IntArray
    length: IntArray


class Pauses(NamedTuple):
    """Pauses of each shape of shift in fine steps; ``shape`` is that of each option, -1 when its pauses don't count."""

    shape: IntArray
    meals: IntArray
    meal_count: IntArray
    meal_length: IntArray
    breaks: IntArray
    break_count: IntArray
    clear: IntArray


@PART
def _meal(prefix, a0, ps, k, m):
    """Return where a meal begins and ends (outside the shift without one), and what its time is worth."""
    if ps.meal_count[k] == 0:
        return 10**6, -(10**6), 0.0
    m0 = ps.meals[k, m]
    m1 = m0 + ps.meal_length[k]
    return m0, m1, prefix[a0 + m1] - prefix[a0 + m0]


@INNER
def _least_breaks(prefix, a0, n, m0, m1, ps, k, begins):
    """Return the least worth of the time of all breaks beside a meal; write where each begins, by its latest end."""
    clear = ps.clear[k]
    before = np.zeros(n + 1)
    after = np.zeros(n + 1)
    for b in range(ps.break_count[k]):
        run, at = 1e300, 0
        for e in range(n + 1):
            a = e - ps.breaks[k, b]
            if a >= clear and e <= n - clear and (e + clear <= m0 or a >= m1 + clear):
                worth = (before[a - clear] if b > 0 else 0.0) + prefix[a0 + e] - prefix[a0 + a]
                if worth < run:
                    run, at = worth, a
            after[e] = run
            begins[b, e] = at
        before[:] = after
    return before[n]


@INNER
def cheapest_pauses(prefix, a0, n, ps, k, out):
    """Return the least worth of the time that meal and breaks take; write where they begin to ``out`` (-1: none).

    Where no placement fits, nothing is taken off: nobody works such a shift.
    """
    best = 1e299
    begins = np.zeros((ps.break_count[k] + 1, n + 1), dtype=np.int64)
    out[:] = -1
    for m in range(max(ps.meal_count[k], 1)):
        m0, m1, worth = _meal(prefix, a0, ps, k, m)
        worth += _least_breaks(prefix, a0, n, m0, m1, ps, k, begins)
        if worth < best:
            best = worth
            out[0] = m0 if ps.meal_count[k] > 0 else -1
            e = n
            for b in range(ps.break_count[k] - 1, -1, -1):
                out[1 + b] = begins[b, e]
                e = begins[b, e] - ps.clear[k]
    return best if best < 1e299 else 0.0


@PART
def break_weights(prefix, ps, heat, weight):
    """Write the weight of each break of each shape at each fine step."""
    for k in range(len(ps.break_count)):
        for b in range(ps.break_count[k]):
            for i in range(prefix.shape[0] - ps.breaks[k, b]):
                weight[k, b, i] = np.exp(-(prefix[i + ps.breaks[k, b]] - prefix[i]) / heat)


@PART
def _lifts(prefix, a0, n, ps, k, heat, lift):
    """Write factors that lift the cheapest place of each break to 1; return the worth of the cheapest places, meal too.

    The last entry of ``lift`` is the worth of the cheapest meal. -1 is returned where factors would overflow.
    """
    total, clear = 0.0, ps.clear[k]
    for b in range(ps.break_count[k]):
        low, length = 1e300, ps.breaks[k, b]
        for a in range(clear, n - clear - length + 1):
            low = min(low, prefix[a0 + a + length] - prefix[a0 + a])
        if low / heat > LIFT:
            return -1.0
        lift[b] = np.exp(low / heat)
        total += low
    low = 1e300 if ps.meal_count[k] > 0 else 0.0
    for m in range(ps.meal_count[k]):
        low = min(low, _meal(prefix, a0, ps, k, m)[2])
    lift[-1] = low
    return total + low


@PART
def _forward(weight, lift, a0, n, m0, m1, ps, k, ahead):
    """Write the sums over all placements of the first breaks that end by a step; return that of all breaks."""
    clear = ps.clear[k]
    ahead[0, : n + 1] = 1.0
    for b in range(ps.break_count[k]):
        length, run = ps.breaks[k, b], 0.0
        for e in range(n + 1):
            a = e - length
            if a >= clear and e <= n - clear and (e + clear <= m0 or a >= m1 + clear):
                run += weight[k, b, a0 + a] * lift[b] * (ahead[b, a - clear] if b > 0 else 1.0)
            ahead[b + 1, e] = run
    return ahead[ps.break_count[k], n]


@PART
def soft_pauses(prefix, weight, a0, n, ps, k, heat, lift, ahead):
    """Return the worth of the cheapest places and the sum of the weights of all placements relative to it.

    The soft minimum is ``worth - heat * log(sum)``. The sum is 0 where it can't be told from rounding, or ``heat`` is.
    ``ahead`` keeps the sums of each meal: (meals, breaks + 1, steps).
    """
    if heat <= 0.0:
        return 0.0, 0.0
    low = _lifts(prefix, a0, n, ps, k, heat, lift)
    total = 0.0
    if low >= 0.0:
        for m in range(max(ps.meal_count[k], 1)):
            m0, m1, worth = _meal(prefix, a0, ps, k, m)
            share = np.exp(-(worth - lift[-1]) / heat)
            total += share * _forward(weight, lift, a0, n, m0, m1, ps, k, ahead[m])
    return low, total if total > LEAST_WEIGHT else 0.0


@PART
def spread_pauses(prefix, weight, a0, n, ps, k, heat, lift, ahead, after, amount, seats):
    """Take the pauses of shifts off the seats, spread over all placements by their weights.

    ``lift`` and ``ahead`` are as :func:`soft_pauses` left them, ``amount`` is the shifts divided by its sum.
    """
    clear, count = ps.clear[k], ps.break_count[k]
    for m in range(max(ps.meal_count[k], 1)):
        m0, m1, worth = _meal(prefix, a0, ps, k, m)
        share = np.exp(-(worth - lift[-1]) / heat) * amount
        whole = share * ahead[m, count, n]
        if ps.meal_count[k] > 0:
            seats[a0 + m0] -= whole
            seats[a0 + m1] += whole
        after[count, : n + 1] = 1.0
        for b in range(count - 1, -1, -1):
            length, run = ps.breaks[k, b], 0.0
            for a in range(n, -1, -1):
                e = a + length
                if a >= clear and e <= n - clear and (e + clear <= m0 or a >= m1 + clear):
                    here = weight[k, b, a0 + a] * lift[b] * (after[b + 1, e + clear] if b + 1 < count else 1.0)
                    run += here
                    taken = share * here * (ahead[m, b, a - clear] if b > 0 else 1.0)
                    seats[a0 + a] -= taken
                    seats[a0 + e] += taken
                after[b, a] = run


@OUTER
def price_options(seat, placed, ps, used, heat):
    """Return what every shift covers at its cheapest pauses: (skills, days, options).

    Parameters
    ----------
    seat : float array (skills, fine steps)
        Worth of a person on seat.
    placed, ps : Placed, Pauses
        The options and their pauses.
    used : bool array (skills, days, options)
        Which are wanted; the others stay 0.
    heat : float
        Temperature of the soft minimum over pauses; 0: the minimum.
    """
    skills, days, options = seat.shape[0], placed.begin.shape[0], placed.begin.shape[1]
    value = np.zeros((skills, days, options))
    prefix = np.zeros(seat.shape[1] + 1)
    out = np.zeros(1 + ps.breaks.shape[1], dtype=np.int64)
    weight = np.zeros((len(ps.meal_count), ps.breaks.shape[1], seat.shape[1] + 1))
    ahead = np.zeros((ps.meals.shape[1], ps.breaks.shape[1] + 1, placed.length.max() + 1))
    lift = np.zeros(ps.breaks.shape[1] + 1)
    for g in range(skills):
        prefix[1:] = np.cumsum(seat[g])
        if heat > 0.0:
            break_weights(prefix, ps, heat, weight)
        for d in range(days):
            for s in range(options):
                a0, n, k = placed.begin[d, s], placed.length[s], ps.shape[s]
                if not used[g, d, s] or a0 < 0:
                    continue
                value[g, d, s] = prefix[a0 + n] - prefix[a0]
                if k < 0:
                    continue
                low, total = soft_pauses(prefix, weight, a0, n, ps, k, heat, lift, ahead)
                if total > 0.0:
                    value[g, d, s] -= low - heat * np.log(total)
                elif value[g, d, s] > 0.0:
                    value[g, d, s] -= cheapest_pauses(prefix, a0, n, ps, k, out)
    return value
