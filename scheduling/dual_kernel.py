# mypy: disable-error-code="misc, untyped-decorator, no-any-return, no-untyped-def, no-untyped-call"
"""Compiled parts of the dual: the softly cheapest weeks of every person, and who is on seat when they are worked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import OUTER, PART
from scheduling.dual_pauses import break_weights, cheapest_pauses, soft_pauses, spread_pauses

__all__ = ["Classes", "Weeks", "day_costs", "price_weeks", "seat_use", "shifts_worked"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
LABELS = 1024
NEVER = 1e299
_LEAST_HEADS = 1e-7  # of a head: what fewer work is left out of the gradient


class Classes(NamedTuple):
    """Classes of person-days.

    ``skill`` by class; options of class c are ``options[first[c]:first[c + 1]]``; ``wage`` and whether they are
    ``open`` by class, day and option; ``length`` is the place of each option's paid hours in the list of lengths.
    """

    skill: IntArray
    first: IntArray
    options: IntArray
    wage: FloatArray
    open: BoolArray
    length: IntArray


class Weeks(NamedTuple):
    """Distinct weeks: first day, class of each day (-1: off), whether it must be worked, terms of the person.

    ``terms`` columns: cap on hours, guaranteed hours, rate, rest-day premium (share of the rate), overtime allowed.
    """

    first: IntArray
    classes: IntArray
    forced: BoolArray
    terms: FloatArray


class _Labels(NamedTuple):
    """What a week may hold before each day: paid hours, normal hours, days, soft cost so far and of what is left.

    ``least`` are the paid hours that the cap sees: below ``paid`` only in a label that stands for several. ``step`` is
    the label that follows on a day off (column 0) and on a shift of each length, -1: none. ``held`` is
    the number of labels.
    """

    paid: FloatArray
    least: FloatArray
    normal: FloatArray
    days: IntArray
    ahead: FloatArray
    behind: FloatArray
    step: IntArray
    held: IntArray


@OUTER
def day_costs(classes, value, lengths, heat):
    """Return the soft cost of a shift of each length per class and day: (classes, days, lengths)."""
    days = value.shape[1]
    cost = np.full((len(classes.skill), days, lengths), 1e300)
    total = np.zeros(lengths)
    for c in range(len(classes.skill)):
        g = classes.skill[c]
        mine = classes.options[classes.first[c] : classes.first[c + 1]]
        for d in range(days):
            for s in mine:
                if classes.open[c, d, s]:
                    k = classes.length[s]
                    cost[c, d, k] = min(cost[c, d, k], classes.wage[c, d, s] - value[g, d, s])
            total[:] = 0.0
            for s in mine:
                if classes.open[c, d, s]:
                    k = classes.length[s]
                    total[k] += np.exp(-(classes.wage[c, d, s] - value[g, d, s] - cost[c, d, k]) / heat)
            for k in range(lengths):
                if total[k] > 0.0:
                    cost[c, d, k] -= heat * np.log(total[k])
    return cost


@PART
def _add_label(lb, j, paid, least, normal, days, cost, heat):
    """Add what a week may hold before day ``j``, merged with the label that holds the same; return the label."""
    y = 0
    while y < lb.held[j] and (
        abs(lb.paid[j, y] - paid) > 1e-9 or abs(lb.normal[j, y] - normal) > 1e-9 or lb.days[j, y] != days
    ):
        y += 1
    if y == lb.held[j] and y < LABELS:
        lb.held[j] += 1
        lb.paid[j, y], lb.least[j, y], lb.normal[j, y], lb.days[j, y] = paid, least, normal, days
        lb.ahead[j, y] = cost
        return y
    if y == LABELS:  # too many: the last label stands for all that is left, in their favour
        y = LABELS - 1
        lb.paid[j, y] = max(lb.paid[j, y], paid)
        lb.normal[j, y] = min(lb.normal[j, y], normal)
        lb.days[j, y] = min(lb.days[j, y], days)
    lb.least[j, y] = min(lb.least[j, y], least)
    sofar = lb.ahead[j, y]
    lb.ahead[j, y] = min(sofar, cost) - heat * np.log1p(np.exp(-abs(sofar - cost) / heat))
    return y


@PART
def _carry(lb, j, cost, extra, forced, holiday, hours, terms, rules, heat):
    """Carry the labels before day ``j`` of a week over it; ``cost`` is of a shift of each length."""
    lb.held[j + 1] = 0
    for x in range(lb.held[j]):
        lb.step[j, x, :] = -1
        paid, least, normal, days = lb.paid[j, x], lb.least[j, x], lb.normal[j, x], lb.days[j, x]
        if not forced:
            lb.step[j, x, 0] = _add_label(lb, j + 1, paid, least, normal, days, lb.ahead[j, x], heat)
        for k in range(len(hours)):
            if cost[k] > NEVER:
                continue
            more = 0.0 if holiday else min(hours[k], rules[0])
            if not forced and (days + 1 > rules[2] or least + hours[k] > terms[0] + 1e-9):
                continue
            if not forced and terms[4] == 0.0 and normal + more > rules[1] + 1e-9:
                continue
            sofar = lb.ahead[j, x] + (cost[k] + extra)
            lb.step[j, x, k + 1] = _add_label(
                lb, j + 1, paid + hours[k], least + hours[k], normal + more, days + 1, sofar, heat
            )


@PART
def _close(lb, terms, rules, heat):
    """Write what the end of the week costs each label; return the soft cost of the whole week."""
    low = 1e300
    for x in range(lb.held[7]):
        lb.behind[7, x] = max(0.0, terms[1] - lb.paid[7, x]) * terms[2]
        lb.behind[7, x] += max(0.0, lb.normal[7, x] - rules[1]) * terms[3] * terms[2]
        low = min(low, lb.ahead[7, x] + lb.behind[7, x])
    total = 0.0
    for x in range(lb.held[7]):
        total += np.exp(-(lb.ahead[7, x] + lb.behind[7, x] - low) / heat)
    return low - heat * np.log(total)


@PART
def _weigh(lb, j, cost, extra, whole, heat, chosen):
    """Write the soft cost of what is left from day ``j`` on, and how often a shift of each length is worked on it."""
    for x in range(lb.held[j]):
        low = 1e300
        for k in range(len(cost) + 1):
            y = lb.step[j, x, k]
            if y >= 0:
                low = min(low, lb.behind[j + 1, y] + (cost[k - 1] + extra if k > 0 else 0.0))
        lb.behind[j, x] = low
        if low > NEVER:
            continue
        total = 0.0
        for k in range(len(cost) + 1):
            y = lb.step[j, x, k]
            if y >= 0:
                here = lb.behind[j + 1, y] + (cost[k - 1] + extra if k > 0 else 0.0)
                total += np.exp(-(here - low) / heat)
                if k > 0:
                    chosen[k - 1] += np.exp(-(lb.ahead[j, x] + here - whole) / heat)
        lb.behind[j, x] = low - heat * np.log(total)


@OUTER
def price_weeks(weeks, cost, hours, holiday, rules, heat, extra):
    """Return the soft cost of each week, and how often it works a shift of each length on each day.

    Labels are carried forward with their soft cost, then weighed backward (forward-backward algorithm).

    Parameters
    ----------
    weeks : Weeks
        All distinct weeks.
    cost : float array (classes, days, lengths)
        From :func:`day_costs`.
    hours : float array (lengths,)
        Paid hours of each length.
    holiday : bool array (days,)
        Statutory holidays.
    rules : float array (3,)
        Normal hours per day and per week, most days per week.
    heat : float
        Temperature, above 0.
    extra : float array (weeks, 7)
        Price of working on a day, beside the shift.
    """
    lengths = len(hours)
    money = np.zeros(len(weeks.first))
    chosen = np.zeros((len(weeks.first), 7, lengths))
    off = np.full(lengths, 1e300)
    lb = _Labels(
        np.zeros((8, LABELS)), np.zeros((8, LABELS)), np.zeros((8, LABELS)), np.zeros((8, LABELS), dtype=np.int64),
        np.zeros((8, LABELS)), np.zeros((8, LABELS)), np.zeros((8, LABELS, lengths + 1), dtype=np.int64),
        np.zeros(8, dtype=np.int64),
    )  # fmt: skip
    lb.held[0] = 1
    for n in range(len(weeks.first)):
        terms = weeks.terms[n]
        for j in range(7):
            c, d = weeks.classes[n, j], weeks.first[n] + j
            today = cost[c, d] if c >= 0 else off
            forced, public = c >= 0 and weeks.forced[n, j], c >= 0 and holiday[d]
            _carry(lb, j, today, extra[n, j], forced, public, hours, terms, rules, heat)
        money[n] = _close(lb, terms, rules, heat)
        for j in range(6, -1, -1):
            c, d = weeks.classes[n, j], weeks.first[n] + j
            _weigh(lb, j, cost[c, d] if c >= 0 else off, extra[n, j], money[n], heat, chosen[n, j])
    return money, chosen


@OUTER
def shifts_worked(weeks, chosen, classes, value, cost, heat):
    """Return how often each shift is worked per skill and day when weeks work as often as ``chosen`` says."""
    heads = np.zeros(cost.shape)
    for n in range(len(weeks.first)):
        for j in range(7):
            if weeks.classes[n, j] >= 0:
                heads[weeks.classes[n, j], weeks.first[n] + j] += chosen[n, j]
    shifts = np.zeros(value.shape)
    for c in range(len(classes.skill)):
        g = classes.skill[c]
        for d in range(value.shape[1]):
            for s in classes.options[classes.first[c] : classes.first[c + 1]]:
                k = classes.length[s]
                if classes.open[c, d, s] and heads[c, d, k] > _LEAST_HEADS:
                    here = classes.wage[c, d, s] - value[g, d, s] - cost[c, d, k]
                    shifts[g, d, s] += heads[c, d, k] * np.exp(-here / heat)
    return shifts


@PART
def _take_off(out, ps, k, a0, amount, seats):
    """Take pauses that begin at ``out`` (-1: none) off the seats."""
    for x in range(1 + ps.break_count[k]):
        length = ps.meal_length[k] if x == 0 else ps.breaks[k, x - 1]
        if out[x] >= 0:
            seats[a0 + out[x]] -= amount
            seats[a0 + out[x] + length] += amount


@OUTER
def seat_use(shifts, seat, placed, ps, heat):
    """Return people on seat per skill and fine step when these shifts are worked, pauses at their (softly) cheapest."""
    width, deepest, longest = seat.shape[1], ps.breaks.shape[1], placed.length.max()
    seats = np.zeros((shifts.shape[0], width + 1))
    prefix = np.zeros(width + 1)
    weight = np.zeros((len(ps.meal_count), deepest, width + 1))
    ahead, after = np.zeros((ps.meals.shape[1], deepest + 1, longest + 1)), np.zeros((deepest + 1, longest + 1))
    lift, out = np.zeros(deepest + 1), np.zeros(1 + deepest, dtype=np.int64)
    for g in range(shifts.shape[0]):
        prefix[1:] = np.cumsum(seat[g])
        if heat > 0.0:
            break_weights(prefix, ps, heat, weight)
        for d in range(shifts.shape[1]):
            for s in range(shifts.shape[2]):
                amount, a0, n, k = shifts[g, d, s], placed.begin[d, s], placed.length[s], ps.shape[s]
                if amount <= _LEAST_HEADS:
                    continue
                seats[g, a0] += amount
                seats[g, a0 + n] -= amount
                if k < 0:
                    continue
                _, total = soft_pauses(prefix, weight, a0, n, ps, k, heat, lift, ahead)
                if total > 0.0:
                    spread_pauses(prefix, weight, a0, n, ps, k, heat, lift, ahead, after, amount / total, seats[g])
                elif prefix[a0 + n] > prefix[a0]:
                    cheapest_pauses(prefix, a0, n, ps, k, out)
                    _take_off(out, ps, k, a0, amount, seats[g])
        seats[g] = np.cumsum(seats[g])
    return seats[:, :width]
