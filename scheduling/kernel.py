# mypy: disable-error-code="misc, untyped-decorator, no-any-return"
"""The compiled local search: moves of shifts, days, breaks between legal rosters only, accepted by annealing.

Every move changes at most two person-days. Wages are recomputed exactly for the weeks it touches, missing agents
exactly for the intervals it touches; a move that breaks a rule is never applied.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import LEAN, PART, PART_FAST
from scheduling.tables import Tables

__all__ = ["BREACH_PRICE", "State", "copy_row", "cover_all", "day_wage", "price_week", "rounded", "set_shift"]

FloatArray = NDArray[np.float64]
SingleArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
BREACH_PRICE = 1e6


class State(NamedTuple):
    """The roster and what is derived from it; ``start``, ``end``, ``paid``, ``overtime`` are by extended day.

    ``cut`` holds the agents lacking by each weight of queues, in single precision: it is rebuilt after every slice of
    moves.
    ``soft`` is how far the kink of the price of missing agents is rounded off, in agents by interval and block;
    ``lean`` the share of the price that an agent is worth there when nobody is missing.
    ``on_duty`` and ``experts`` reach past the horizon's end, where its last shifts run out.
    ``totals``: money for missing agents, wages, unused guaranteed hours, breaches of seat limits, wishes met.
    """

    option: IntArray
    pattern: IntArray
    start: IntArray
    end: IntArray
    paid: FloatArray
    overtime: FloatArray
    wages: FloatArray
    unused: FloatArray
    cut: SingleArray
    missing: FloatArray
    soft: FloatArray
    lean: FloatArray
    on_duty: IntArray
    experts: IntArray
    pool_spent: FloatArray
    totals: FloatArray
    random: NDArray[np.uint64]
    net: FloatArray
    row_of: IntArray
    rows: IntArray
    scratch: SingleArray
    scratch_missing: FloatArray
    edits: IntArray
    pairs: IntArray
    more: FloatArray


@PART
def _may_start(tb: Tables, p: int, d: int, s: int) -> bool:
    """Return whether the option is open to the person on that day, whatever the other days hold."""
    if tb.locked[p, d] or not tb.available[p, d] or not tb.allowed[tb.kind[p], s]:
        return False
    start = tb.opt_start[d, s]
    if start < 0 or start + tb.opt_minutes[s] > tb.latest[p, d]:
        return False
    return not (tb.no_night[p] and tb.opt_night[d, s])


@PART
def set_shift(tb: Tables, st: State, p: int, d: int, s: int, pattern: int) -> None:
    """Write a shift (or none: -1) to a person-day without any check."""
    e = tb.pre + d
    st.option[p, d] = s
    st.pattern[p, d] = pattern
    if s < 0:
        st.start[p, e] = -1
        st.end[p, e] = -1
        st.paid[p, e] = 0.0
    else:
        st.start[p, e] = tb.opt_start[d, s]
        st.end[p, e] = tb.opt_start[d, s] + tb.opt_minutes[s]
        st.paid[p, e] = tb.opt_paid[s]


@PART
def _rest_and_runs(tb: Tables, st: State, p: int, d: int) -> bool:
    """Return whether rest and days in a row hold around a worked day."""
    e = tb.pre + d
    rest = tb.rules[5]
    last = st.paid.shape[1] - 1
    for near in (1, 2):
        if st.paid[p, e - near] > 0 and st.start[p, e] - st.end[p, e - near] < rest:
            return False
        if e + near <= last and st.paid[p, e + near] > 0 and st.start[p, e + near] - st.end[p, e] < rest:
            return False
    run = 1
    left = e - 1
    while left >= 0 and st.paid[p, left] > 0:
        run += 1
        left -= 1
    right = e + 1
    while right <= last and st.paid[p, right] > 0:
        run += 1
        right += 1
    return run <= tb.rules[6]


@PART
def day_wage(tb: Tables, p: int, e: int, hours: float) -> float:
    """Return what the hours of one day earn, holiday pay and daily overtime included, overtime by the week left out."""
    if tb.holiday[e] and not tb.training[p, e]:
        return hours * tb.holiday_pay[p] * tb.rate[p]
    money = hours
    if tb.premium[p] and not tb.training[p, e]:
        money += max(0.0, hours - tb.rules[0]) * (tb.rules[3] - 1.0)
    return money * tb.rate[p]


@PART
def _pay_day(tb: Tables, st: State, p: int, e: int, normal: float) -> float:
    """Write the overtime of a day, return its money; ``normal`` is what the week has used of its normal hours."""
    hours = st.paid[p, e]
    money = day_wage(tb, p, e, hours)
    if tb.holiday[e] and not tb.training[p, e]:
        st.overtime[p, e] = 0.0
        return money
    daily = max(0.0, hours - tb.rules[0])
    weekly = max(0.0, hours - daily - max(0.0, tb.rules[1] - normal))
    st.overtime[p, e] = daily + weekly
    if tb.premium[p] and not tb.training[p, e]:
        money += weekly * (tb.rules[4] - 1.0) * tb.rate[p]
    return money


@PART
def price_week(tb: Tables, st: State, p: int, w: int) -> bool:
    """Write wages, overtime and unused guaranteed hours of a person's week; return whether its limits hold."""
    normal = 0.0
    hours = 0.0
    inside = 0.0
    wages = 0.0
    days = 0
    legal = True
    for e in range(tb.week_first[w], min(tb.week_first[w] + 7, tb.week_first[tb.week_first.shape[0] - 1])):
        st.overtime[p, e] = 0.0
        worked = st.paid[p, e]
        if worked == 0.0:
            continue
        days += 1
        hours += worked
        money = _pay_day(tb, st, p, e, normal)
        if not tb.holiday[e] or tb.training[p, e]:
            normal += min(worked, tb.rules[0])
        if e >= tb.pre:
            wages += money
            inside += worked
            if st.overtime[p, e] > 1e-9 and not tb.overtime_ok[p]:
                legal = False
    st.wages[p, w] = wages
    st.unused[p, w] = max(0.0, tb.guaranteed[p, w] - inside) * tb.rate[p]
    return legal and hours <= tb.week_cap[p, w] + 1e-9 and days <= tb.rules[7]


@PART
def _months_hold(tb: Tables, st: State, p: int, w: int) -> bool:
    """Return whether the monthly overtime holds in the months of a week."""
    first = max(tb.week_first[w] - tb.pre, 0)
    last = min(tb.week_first[w] + 7 - tb.pre, tb.month.shape[0]) - 1
    for m in range(tb.month[first], tb.month[last] + 1):
        total = 0.0
        for d in range(tb.month.shape[0]):
            if tb.month[d] == m:
                total += st.overtime[p, tb.pre + d]
        if total > tb.month_cap[p, m] + 1e-9:
            return False
    return True


@PART
def _stage_net(tb: Tables, st: State, d: int, s: int, pattern: int, sign: float) -> None:
    if s < 0:
        return
    slot = tb.opt_slot[d, s]
    for i in range(tb.pat_len[pattern]):
        t = slot + i
        if 0 <= t < st.net.shape[0]:
            st.net[t] += sign * tb.pat_seat[pattern, i]


@PART_FAST
def _shift_row(row: SingleArray, use: SingleArray, amount: float) -> None:
    step = np.float32(amount)
    for i in range(row.shape[0]):
        row[i] -= step * use[i]


@PART
def copy_row(source: SingleArray, target: SingleArray) -> None:
    """Copy a row (an assignment of arrays would allocate)."""
    for i in range(source.shape[0]):
        target[i] = source[i]


@PART_FAST
def _largest(row: SingleArray, first: int, last: int) -> float:
    best = row[first]
    for i in range(first + 1, last):
        value = row[i]
        best = value if value > best else best
    return float(best)


@PART
def rounded(lack: float, soft: float, lean: float) -> float:
    """Return the agents missing, the kink at nobody missing rounded off by a parabola over ``2 soft`` agents.

    ``lean`` of them lie where there are more than enough: so much of the price is saved by one more agent when nobody
    is missing.
    """
    spare = 2.0 * soft * lean
    if lack <= -spare:
        return 0.0
    if lack >= 2.0 * soft - spare:
        return lack + spare - soft
    return (lack + spare) * (lack + spare) / (4.0 * soft)


@PART
def _short(tb: Tables, row: SingleArray, soft: FloatArray, lean: FloatArray) -> float:
    """Return the money for missing agents in one interval."""
    money = 0.0
    for b in range(tb.block_price.shape[0]):
        money += tb.block_price[b] * rounded(_largest(row, tb.block_first[b], tb.block_first[b + 1]), soft[b], lean[b])
    return money


@PART
def _range(tb: Tables, d: int, s: int, pattern: int, low: int, high: int) -> tuple[int, int]:
    if s < 0:
        return low, high
    slot = tb.opt_slot[d, s]
    return min(low, slot), max(high, slot + tb.pat_len[pattern])


@PART
def _stage_edit(tb: Tables, st: State, edit: IntArray, used: int) -> int:
    """Put the change of one edit (person, day, old and new shift) into scratch rows; return their number."""
    p, d = edit[0], edit[1]
    low, high = _range(tb, d, edit[2], edit[3], st.net.shape[0], 0)
    low, high = _range(tb, d, edit[4], edit[5], low, high)
    low, high = max(low, 0), min(high, st.net.shape[0])
    _stage_net(tb, st, d, edit[2], edit[3], -1.0)
    _stage_net(tb, st, d, edit[4], edit[5], 1.0)
    use = tb.smax[tb.skill[p, d]]
    for t in range(low, high):
        amount = st.net[t]
        if amount == 0.0:
            continue
        st.net[t] = 0.0
        row = st.row_of[t]
        if row < 0:
            row = used
            st.row_of[t] = row
            st.rows[row] = t
            copy_row(st.cut[t], st.scratch[row])
            used += 1
        _shift_row(st.scratch[row], use, amount)
    return used


@PART
def _breach(tb: Tables, st: State, low: int, high: int) -> float:
    """Return by how many heads the seats of temporary staff and their ratio are passed in a range of intervals."""
    total = 0.0
    for n in range(st.on_duty.shape[0]):
        for t in range(low, high):
            on = st.on_duty[n, t]
            if on > 0:
                total += max(0.0, on - tb.pool_seats[n])
                total += max(0.0, on - tb.pool_ratio[n] * st.experts[t] - 1e-9)
    return total


@PART
def _duty(tb: Tables, st: State, p: int, d: int, s: int, pattern: int, sign: int) -> None:
    """Count a shift in (or out of) the heads on duty."""
    if s < 0:
        return
    slot = tb.opt_slot[d, s]
    for i in range(tb.pat_len[pattern]):
        t = slot + i
        if not 0 <= t < st.experts.shape[0]:
            continue
        if tb.experienced[p]:
            st.experts[t] += sign * tb.pat_all[pattern, i]
        for n in tb.pools[p]:
            if n >= 0:
                st.on_duty[n, t] += sign * tb.pat_any[pattern, i]


@PART
def _duty_edits(tb: Tables, st: State, edits: IntArray, count: int, back: bool) -> float:
    """Apply edits to the heads on duty (or take them back); return the change in breaches."""
    low, high = st.experts.shape[0], 0
    for i in range(count):
        low, high = _range(tb, edits[i, 1], edits[i, 2], edits[i, 3], low, high)
        low, high = _range(tb, edits[i, 1], edits[i, 4], edits[i, 5], low, high)
    low, high = max(low, 0), min(high, st.experts.shape[0])
    before = 0.0 if back else _breach(tb, st, low, high)
    sign = -1 if back else 1
    for i in range(count):
        _duty(tb, st, edits[i, 0], edits[i, 1], edits[i, 2], edits[i, 3], -sign)
        _duty(tb, st, edits[i, 0], edits[i, 1], edits[i, 4], edits[i, 5], sign)
    return 0.0 if back else _breach(tb, st, low, high) - before


@PART
def _uncover(st: State, required: SingleArray) -> None:
    for t in range(required.shape[0]):
        copy_row(required[t], st.cut[t])
    st.on_duty[:] = 0
    st.experts[:] = 0
    st.totals[:] = 0.0
    st.pool_spent[:] = 0.0


@LEAN
def cover_all(tb: Tables, st: State, required: SingleArray) -> None:
    """Rebuild everything derived from the shifts: coverage, heads on duty, wages, totals."""
    _uncover(st, required)
    for p in range(st.option.shape[0]):
        for d in range(st.option.shape[1]):
            s, pattern = st.option[p, d], st.pattern[p, d]
            st.totals[4] += tb.wish[p, d, tb.opt_template[s]] if s >= 0 else tb.wish[p, d, -1]
            if s < 0:
                continue
            _duty(tb, st, p, d, s, pattern, 1)
            for i in range(tb.pat_len[pattern]):
                t = tb.opt_slot[d, s] + i
                if 0 <= t < st.cut.shape[0]:
                    _shift_row(st.cut[t], tb.smax[tb.skill[p, d]], tb.pat_seat[pattern, i])
        for w in range(st.wages.shape[1]):
            price_week(tb, st, p, w)
            st.totals[1] += st.wages[p, w]
            st.totals[2] += st.unused[p, w]
            for n in tb.pools[p]:
                if n >= 0:
                    st.pool_spent[n] += st.wages[p, w]
    for t in range(st.cut.shape[0]):
        st.missing[t] = _short(tb, st.cut[t], st.soft[t], st.lean[t])
        st.totals[0] += st.missing[t]
    st.totals[3] = _breach(tb, st, 0, st.experts.shape[0])
