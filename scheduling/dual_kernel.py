# mypy: disable-error-code="misc, untyped-decorator, no-any-return, no-untyped-def, no-untyped-call"
"""Compiled parts of the dual: the cheapest pauses of every shift, and the softly cheapest weeks of every person."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.kernel import INNER, OUTER

__all__ = ["Weeks", "price_options", "price_weeks", "seat_use"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
LABELS = 1024
LEAST_WEIGHT = 1e-200  # weights of all placements below it are lost to rounding: then the cheapest one is taken


class Weeks(NamedTuple):
    """Distinct weeks: first day, class of each day (-1: off), whether it must be worked, terms of the person.

    ``terms`` columns: cap on hours, guaranteed hours, rate, rest-day premium (share of the rate), overtime allowed.
    """

    first: IntArray
    classes: IntArray
    forced: BoolArray
    terms: FloatArray


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
def _scales(prefix, a0, n, meals, meal_count, meal_length, breaks, break_count, clear, heat, scale):
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
def _soft_total(prefix, weight, scale, a0, n, meals, meal_count, meal_length, breaks, break_count, clear, heat, ahead):
    total = 0.0
    for m in range(max(meal_count, 1)):
        m0, m1, share = _meal(prefix, a0, m, meals, meal_count, meal_length, heat, scale[-1])
        total += share * _forward(weight, scale, a0, n, m0, m1, breaks, break_count, clear, ahead)
    return total


@INNER
def _spread_pauses(
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
def _break_weights(prefix, breaks, break_count, heat, weight):
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
                _break_weights(prefix, breaks[k], break_count[k], heat, weight[k])
        for d in range(days):
            for s in range(options):
                a0 = begin[d, s]
                if not used[g, s] or a0 < 0:
                    continue
                whole = prefix[a0 + length[s]] - prefix[a0]
                k = shape[s]
                total = 0.0
                if k >= 0 and heat > 0.0:
                    low = _scales(
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
                        total = _soft_total(
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


@INNER
def _soft(low, total, heat):
    return low - heat * np.log(total) if total > 0.0 else 1e300


@OUTER
def _day_costs(value, skill, first, options, no_night, wage, hour_class, hours, night, begin, heat):
    """Return the soft cost of a shift of each length per class and day: (classes, days, lengths)."""
    days = begin.shape[0]
    cost = np.full((len(skill), days, len(hours)), 1e300)
    total = np.zeros(len(hours))
    for c in range(len(skill)):
        for d in range(days):
            for x in range(first[c], first[c + 1]):
                s = options[x]
                if begin[d, s] < 0 or (no_night[c] and night[d, s]):
                    continue
                k = hour_class[s]
                cost[c, d, k] = min(cost[c, d, k], wage[c, d, s] - value[skill[c], d, s])
            total[:] = 0.0
            for x in range(first[c], first[c + 1]):
                s = options[x]
                if begin[d, s] < 0 or (no_night[c] and night[d, s]):
                    continue
                k = hour_class[s]
                total[k] += np.exp(-(wage[c, d, s] - value[skill[c], d, s] - cost[c, d, k]) / heat)
            for k in range(len(hours)):
                if total[k] > 0.0:
                    cost[c, d, k] -= heat * np.log(total[k])
    return cost


@OUTER
def price_weeks(
    weeks, value, skill, first, options, no_night, wage, hour_class, hours, night, begin, holiday, rules, heat, count,
    extra,
):  # fmt: skip
    """Return the soft cost of each week, and how often it works a shift of each length on each day.

    Labels hold (paid hours, normal hours, days); forward their soft cost, backward the weights of what is left.
    """
    cost = _day_costs(value, skill, first, options, no_night, wage, hour_class, hours, night, begin, heat)
    lengths = len(hours)
    money = np.zeros(len(weeks.first))
    chosen = np.zeros((len(weeks.first), 7, lengths))
    paid = np.zeros((8, LABELS))
    least = np.zeros((8, LABELS))
    normal = np.zeros((8, LABELS))
    days = np.zeros((8, LABELS), dtype=np.int64)
    ahead = np.zeros((8, LABELS))
    behind = np.zeros((8, LABELS))
    step = np.zeros((8, LABELS, lengths + 1), dtype=np.int64)
    labels = np.zeros(8, dtype=np.int64)
    for n in range(len(weeks.first)):
        cap, guaranteed, rate, premium, overtime = weeks.terms[n]
        labels[0] = 1
        least[0, 0] = 0.0
        paid[0, 0], normal[0, 0], days[0, 0], ahead[0, 0] = 0.0, 0.0, 0, 0.0
        for j in range(7):
            labels[j + 1] = 0
            c = weeks.classes[n, j]
            d = weeks.first[n] + j
            for x in range(labels[j]):
                for k in range(-1, lengths):
                    step[j, x, k + 1] = -1
                    more_paid, more_normal = 0.0, 0.0
                    price = 0.0
                    if k < 0:
                        if c >= 0 and weeks.forced[n, j]:
                            continue
                    else:
                        if c < 0 or cost[c, d, k] > 1e299:
                            continue
                        free = weeks.forced[n, j]
                        more_paid = hours[k]
                        more_normal = 0.0 if holiday[d] else min(hours[k], rules[0])
                        if not free and (days[j, x] + 1 > rules[2] or least[j, x] + more_paid > cap + 1e-9):
                            continue
                        if overtime == 0.0 and not free and normal[j, x] + more_normal > rules[1] + 1e-9:
                            continue
                        price = cost[c, d, k] + extra[n, j]
                    p, m = paid[j, x] + more_paid, normal[j, x] + more_normal
                    y = 0
                    while y < labels[j + 1] and (
                        abs(paid[j + 1, y] - p) > 1e-9
                        or abs(normal[j + 1, y] - m) > 1e-9
                        or days[j + 1, y] != days[j, x] + (1 if k >= 0 else 0)
                    ):
                        y += 1
                    low_days = days[j, x] + (1 if k >= 0 else 0)
                    if y == labels[j + 1] and y < LABELS:
                        labels[j + 1] += 1
                        paid[j + 1, y], normal[j + 1, y], days[j + 1, y] = p, m, low_days
                        least[j + 1, y] = least[j, x] + more_paid
                        ahead[j + 1, y] = ahead[j, x] + price
                    else:
                        if y == LABELS:  # too many: the last label stands for all that is left, in their favour
                            y = LABELS - 1
                            paid[j + 1, y] = max(paid[j + 1, y], p)
                            normal[j + 1, y] = min(normal[j + 1, y], m)
                            days[j + 1, y] = min(days[j + 1, y], low_days)
                        least[j + 1, y] = min(least[j + 1, y], least[j, x] + more_paid)
                        a, b = ahead[j + 1, y], ahead[j, x] + price
                        low = min(a, b)
                        ahead[j + 1, y] = low - heat * np.log1p(np.exp(-abs(a - b) / heat))
                    step[j, x, k + 1] = y
        low = 1e300
        for x in range(labels[7]):
            behind[7, x] = max(0.0, guaranteed - paid[7, x]) * rate
            behind[7, x] += max(0.0, normal[7, x] - rules[1]) * premium * rate
            low = min(low, ahead[7, x] + behind[7, x])
        total = 0.0
        for x in range(labels[7]):
            total += np.exp(-(ahead[7, x] + behind[7, x] - low) / heat)
        whole = low - heat * np.log(total)
        money[n] = whole
        for j in range(6, -1, -1):
            c = weeks.classes[n, j]
            d = weeks.first[n] + j
            for x in range(labels[j]):
                low = 1e300
                for k in range(-1, lengths):
                    y = step[j, x, k + 1]
                    if y >= 0:
                        low = min(low, behind[j + 1, y] + (cost[c, d, k] + extra[n, j] if k >= 0 else 0.0))
                total = 0.0
                if low < 1e299:
                    for k in range(-1, lengths):
                        y = step[j, x, k + 1]
                        if y >= 0:
                            here = behind[j + 1, y] + (cost[c, d, k] + extra[n, j] if k >= 0 else 0.0)
                            total += np.exp(-(here - low) / heat)
                            if k >= 0:
                                chosen[n, j, k] += count[n] * np.exp(-(ahead[j, x] + here - whole) / heat)
                    behind[j, x] = low - heat * np.log(total)
                else:
                    behind[j, x] = 1e300
    return money, chosen


@OUTER
def seat_use(
    weeks, chosen, weight, value, pause, skill, first, options, no_night, wage, hour_class, hours, night, begin, length,
    shape, meals, meal_count, meal_length, breaks, break_count, clear, heat, width, seat, pause_heat,
):  # fmt: skip
    """Return people on seat per skill and fine step when each week works as often as ``chosen`` says."""
    days = begin.shape[0]
    cost = _day_costs(value, skill, first, options, no_night, wage, hour_class, hours, night, begin, heat)
    heads = np.zeros((len(skill), days, len(hours)))
    for n in range(len(weeks.first)):
        for j in range(7):
            c = weeks.classes[n, j]
            if c >= 0:
                for k in range(len(hours)):
                    heads[c, weeks.first[n] + j, k] += weight[n] * chosen[n, j, k]
    shifts = np.zeros((value.shape[0], days, begin.shape[1]))
    for c in range(len(skill)):
        for d in range(days):
            for x in range(first[c], first[c + 1]):
                s = options[x]
                k = hour_class[s]
                if begin[d, s] < 0 or (no_night[c] and night[d, s]) or heads[c, d, k] <= 1e-12:
                    continue
                share = np.exp(-(wage[c, d, s] - value[skill[c], d, s] - cost[c, d, k]) / heat)
                shifts[skill[c], d, s] += heads[c, d, k] * share
    seats = np.zeros((value.shape[0], width + 1))
    prefix = np.zeros(width + 1)
    weight = np.zeros((len(meal_count), breaks.shape[1], width + 1))
    ahead = np.zeros((breaks.shape[1] + 1, length.max() + 1))
    after = np.zeros((breaks.shape[1] + 1, length.max() + 1))
    scale = np.zeros(breaks.shape[1] + 1)
    for g in range(value.shape[0]):
        if pause_heat > 0.0:
            for i in range(width):
                prefix[i + 1] = prefix[i] + seat[g, i]
            for k in range(len(meal_count)):
                _break_weights(prefix, breaks[k], break_count[k], pause_heat, weight[k])
        for d in range(days):
            for s in range(begin.shape[1]):
                amount = shifts[g, d, s]
                if amount <= 1e-12:
                    continue
                a0 = begin[d, s]
                seats[g, a0] += amount
                seats[g, a0 + length[s]] -= amount
                k = shape[s]
                if k < 0:
                    continue
                total = 0.0
                if (
                    pause_heat > 0.0
                    and _scales(
                        prefix,
                        a0,
                        length[s],
                        meals[k],
                        meal_count[k],
                        meal_length[k],
                        breaks[k],
                        break_count[k],
                        clear[k],
                        pause_heat,
                        scale,
                    )
                    >= 0.0
                ):
                    total = _soft_total(
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
                        pause_heat,
                        ahead,
                    )
                if total > LEAST_WEIGHT:
                    _spread_pauses(
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
                        pause_heat,
                        ahead,
                        after,
                        amount,
                        total,
                        seats[g],
                    )
                    continue
                if pause[g, d, s, 0] >= 0:
                    seats[g, a0 + pause[g, d, s, 0]] -= amount
                    seats[g, a0 + pause[g, d, s, 0] + meal_length[k]] += amount
                for x in range(break_count[k]):
                    at = pause[g, d, s, 1 + x]
                    if at >= 0:
                        seats[g, a0 + at] -= amount
                        seats[g, a0 + at + breaks[k, x]] += amount
        for i in range(1, width):
            seats[g, i] += seats[g, i - 1]
    return seats[:, :width]
