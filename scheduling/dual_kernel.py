# mypy: disable-error-code="misc, untyped-decorator, no-any-return, no-untyped-def, no-untyped-call"
"""Compiled parts of the dual: the softly cheapest weeks of every person, and who is on seat when they are worked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.dual_pauses import LEAST_WEIGHT, break_weights, scales, soft_total, spread_pauses
from scheduling.kernel import OUTER

__all__ = ["Weeks", "price_weeks", "seat_use"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
LABELS = 1024


class Weeks(NamedTuple):
    """Distinct weeks: first day, class of each day (-1: off), whether it must be worked, terms of the person.

    ``terms`` columns: cap on hours, guaranteed hours, rate, rest-day premium (share of the rate), overtime allowed.
    """

    first: IntArray
    classes: IntArray
    forced: BoolArray
    terms: FloatArray


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
                break_weights(prefix, breaks[k], break_count[k], pause_heat, weight[k])
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
                    and scales(
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
                        pause_heat,
                        ahead,
                    )
                if total > LEAST_WEIGHT:
                    spread_pauses(
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
