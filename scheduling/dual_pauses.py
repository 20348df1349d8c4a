# mypy: disable-error-code="misc, untyped-decorator, no-any-return, no-untyped-def, no-untyped-call"
"""Compiled parts of the dual: what every shift covers at its cheapest pauses, exact or as a soft minimum over all."""

from __future__ import annotations

import numpy as np

from scheduling.kernel import INNER, OUTER

__all__ = ["LEAST_WEIGHT", "break_weights", "price_options", "scales", "soft_total", "spread_pauses"]

LEAST_WEIGHT = 1e-200  # weights of all placements below it are lost to rounding: then the cheapest one is taken


@INNER
def _least_loss(prefix, a0, n, meals, meal_count, meal_length, breaks, break_count, clear, out):
    """Return the least worth of the time that meal and breaks take; write where they begin to ``out``."""
    best = 1e300
    before = np.zeros(n + 1)
    after = np.zeros(n + 1)
    begins = np.zeros((break_count + 1, n + 1), dtype=np.int64)
    for m in range(max(meal_count, 1)):
        m0 = meals[m] if meal_count > 0 else -(10**6)
        m1 = m0 + meal_length
        total = prefix[a0 + m1] - prefix[a0 + m0] if meal_count > 0 else 0.0
        before[:] = 0.0
        for k in range(break_count):
            length = breaks[k]
            run, at = 1e300, 0
            for e in range(n + 1):
                a = e - length
                if a >= clear and e <= n - clear:
                    sofar = before[a - clear] if k > 0 else 0.0
                    if sofar < 1e299 and (meal_count == 0 or e + clear <= m0 or a >= m1 + clear):
                        c = sofar + prefix[a0 + e] - prefix[a0 + a]
                        if c < run:
                            run, at = c, a
                after[e] = run
                begins[k, e] = at
            before[:] = after
        if break_count > 0:
            total += before[n]
        if total < best:
            best = total
            out[0] = m0
            e = n
            for k in range(break_count - 1, -1, -1):
                a = begins[k, e]
                out[1 + k] = a
                e = a - clear
    return best if best < 1e299 else 0.0


@INNER
def _forward(weight, scale, a0, n, m0, m1, breaks, break_count, clear, ahead):
    """Write the sums over all placements of the first k breaks that end by a step; return that of all breaks."""
    ahead[0, : n + 1] = 1.0
    for k in range(break_count):
        length, run = breaks[k], 0.0
        for e in range(n + 1):
            a = e - length
            if a >= clear and e <= n - clear and (e + clear <= m0 or a >= m1 + clear):
                run += weight[k, a0 + a] * scale[k] * (ahead[k, a - clear] if k > 0 else 1.0)
            ahead[k + 1, e] = run
    return ahead[break_count, n]


@INNER
def scales(prefix, a0, n, meals, meal_count, meal_length, breaks, break_count, clear, heat, scale):
    """Write factors that lift the cheapest place of each break to 1; return the worth of the cheapest places, meal too.

    The last entry of ``scale`` is the worth of the cheapest meal. -1 is returned where factors would overflow.
    """
    total = 0.0
    for k in range(break_count):
        low = 1e300
        for a in range(clear, n - clear - breaks[k] + 1):
            low = min(low, prefix[a0 + a + breaks[k]] - prefix[a0 + a])
        if low / heat > 600.0:
            return -1.0
        scale[k] = np.exp(low / heat)
        total += low
    low = 1e300 if meal_count > 0 else 0.0
    for m in range(meal_count):
        low = min(low, prefix[a0 + meals[m] + meal_length] - prefix[a0 + meals[m]])
    scale[-1] = low
    return total + low


@INNER
def _meal(prefix, a0, m, meals, meal_count, meal_length, heat, low):
    """Return where a meal begins and ends (outside the shift without one), and its weight."""
    if meal_count == 0:
        return 10**6, -(10**6), 1.0
    m0 = meals[m]
    m1 = m0 + meal_length
    return m0, m1, np.exp(-(prefix[a0 + m1] - prefix[a0 + m0] - low) / heat)


@INNER
def soft_total(prefix, weight, scale, a0, n, meals, meal_count, meal_length, breaks, break_count, clear, heat, ahead):
    """Return the sum of the weights of all placements of meal and breaks, scaled by :func:`scales`."""
    total = 0.0
    for m in range(max(meal_count, 1)):
        m0, m1, share = _meal(prefix, a0, m, meals, meal_count, meal_length, heat, scale[-1])
        total += share * _forward(weight, scale, a0, n, m0, m1, breaks, break_count, clear, ahead)
    return total


@INNER
def spread_pauses(
    prefix, weight, scale, a0, n, meals, meal_count, meal_length, breaks, break_count, clear, heat, ahead, after,
    amount, total, seats,
):  # fmt: skip
    """Take the pauses of ``amount`` shifts off the seats, spread over all placements by their weights."""
    for m in range(max(meal_count, 1)):
        m0, m1, share = _meal(prefix, a0, m, meals, meal_count, meal_length, heat, scale[-1])
        share *= amount / total
        whole = share * _forward(weight, scale, a0, n, m0, m1, breaks, break_count, clear, ahead)
        if meal_count > 0:
            seats[a0 + m0] -= whole
            seats[a0 + m1] += whole
        after[break_count, : n + 1] = 1.0
        for k in range(break_count - 1, -1, -1):
            length, run = breaks[k], 0.0
            for a in range(n, -1, -1):
                e = a + length
                if a >= clear and e <= n - clear and (e + clear <= m0 or a >= m1 + clear):
                    here = weight[k, a0 + a] * scale[k] * (after[k + 1, e + clear] if k + 1 < break_count else 1.0)
                    run += here
                    taken = share * here * (ahead[k, a - clear] if k > 0 else 1.0)
                    seats[a0 + a] -= taken
                    seats[a0 + e] += taken
                after[k, a] = run


@INNER
def break_weights(prefix, breaks, break_count, heat, weight):
    """Write the weight of each break at each fine step."""
    for k in range(break_count):
        for i in range(prefix.shape[0] - breaks[k]):
            weight[k, i] = np.exp(-(prefix[i + breaks[k]] - prefix[i]) / heat)


@OUTER
def price_options(
    seat, begin, length, used, shape, meals, meal_count, meal_length, breaks, break_count, clear, heat,
):  # fmt: skip
    """Return what every shift covers at its cheapest pauses, and where those begin (-1: none).

    With a temperature ``heat`` above 0 the cheapest pauses are a soft minimum, and where they begin is not written.
    """
    skills, days, options = seat.shape[0], begin.shape[0], begin.shape[1]
    value = np.zeros((skills, days, options))
    pause = np.full((skills, days, options, 1 + breaks.shape[1]), -1, dtype=np.int64)
    prefix = np.zeros(seat.shape[1] + 1)
    out = np.zeros(1 + breaks.shape[1], dtype=np.int64)
    weight = np.zeros((len(meal_count), breaks.shape[1], seat.shape[1] + 1))
    ahead = np.zeros((breaks.shape[1] + 1, length.max() + 1))
    scale = np.zeros(breaks.shape[1] + 1)
    for g in range(skills):
        run = 0.0
        for i in range(seat.shape[1]):
            run += seat[g, i]
            prefix[i + 1] = run
        if heat > 0.0:
            for k in range(len(meal_count)):
                break_weights(prefix, breaks[k], break_count[k], heat, weight[k])
        for d in range(days):
            for s in range(options):
                a0 = begin[d, s]
                if not used[g, s] or a0 < 0:
                    continue
                whole = prefix[a0 + length[s]] - prefix[a0]
                k = shape[s]
                total = 0.0
                if k >= 0 and heat > 0.0:
                    low = scales(
                        prefix,
                        a0,
                        length[s],
                        meals[k],
                        meal_count[k],
                        meal_length[k],
                        breaks[k],
                        break_count[k],
                        clear[k],
                        heat,
                        scale,
                    )
                    if low >= 0.0:
                        total = soft_total(
                            prefix,
                            weight[k],
                            scale,
                            a0,
                            length[s],
                            meals[k],
                            meal_count[k],
                            meal_length[k],
                            breaks[k],
                            break_count[k],
                            clear[k],
                            heat,
                            ahead,
                        )
                if total > LEAST_WEIGHT:
                    whole -= low - heat * np.log(total)
                elif k >= 0 and whole > 0.0:
                    whole -= _least_loss(
                        prefix,
                        a0,
                        length[s],
                        meals[k],
                        meal_count[k],
                        meal_length[k],
                        breaks[k],
                        break_count[k],
                        clear[k],
                        out,
                    )
                    for x in range(1 + break_count[k]):
                        pause[g, d, s, x] = out[x]
                    if meal_count[k] == 0:
                        pause[g, d, s, 0] = -1
                value[g, d, s] = whole
    return value, pause
