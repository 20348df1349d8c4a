# mypy: disable-error-code="misc, untyped-decorator, no-any-return, no-untyped-def, no-untyped-call"
"""The best week of one person against what the others leave open: a dynamic program over its days.

All shifts of a person's week are taken out, every (day, shift, pauses) is priced by what it covers, and labels are
carried over the days: hours, days worked, days in a row, end of the last shift. With noise of a Gumbel distribution on
each shift's value, the choice is a draw from the Boltzmann distribution over the person's weeks (perturb and maximise).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.kernel import (
    INNER,
    OUTER,
    State,
    _breach,
    _duty,
    _months_hold,
    _rest_and_runs,
    _shift_row,
    _short,
    _uniform,
    price_week,
    set_shift,
)
from scheduling.tables import Tables

__all__ = ["Work", "new_work", "sweep"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
LABELS = 512
PER_BUCKET = 3
BUCKETS = 4 * 170
KEEP = 8


class Work(NamedTuple):
    """Scratch of the week program and what it needs of the patterns."""

    seat_values: FloatArray
    cell_first: IntArray
    cell_at: IntArray
    cell_level: IntArray
    gain: FloatArray
    prefix: FloatArray
    c_value: FloatArray
    c_option: IntArray
    c_pattern: IntArray
    c_count: IntArray
    c_start: IntArray
    c_end: IntArray
    c_paid: FloatArray
    l_value: FloatArray
    l_hours: FloatArray
    l_normal: FloatArray
    l_days: IntArray
    l_run: IntArray
    l_end: IntArray
    l_back: IntArray
    l_choice: IntArray
    l_count: IntArray
    bucket: IntArray
    bucket_count: IntArray
    old_option: IntArray
    old_pattern: IntArray
    new_option: IntArray
    new_pattern: IntArray
    stats: IntArray
    day_tail: IntArray


def new_work(tb: Tables, slots: int, options: int) -> Work:
    """Return scratch for a problem of that size."""
    values = np.unique(np.round(np.concatenate([[0.0, 1.0], tb.pat_seat.ravel()]), 9))
    first, at, level = [0], [], []
    for row in range(len(tb.pat_len)):
        seat = np.round(tb.pat_seat[row, : tb.pat_len[row]], 9)
        odd = np.flatnonzero(seat < 1.0)
        at.extend(odd.tolist())
        level.extend(np.searchsorted(values, seat[odd]).tolist())
        first.append(len(at))

    def i(*shape: int) -> IntArray:
        return np.zeros(shape, dtype=np.int64)

    def f(*shape: int) -> FloatArray:
        return np.zeros(shape)

    tail = tb.pat_seat.shape[1] + 1
    return Work(
        values,
        np.array(first, dtype=np.int64),
        np.array(at, dtype=np.int64),
        np.array(level, dtype=np.int64),
        f(len(values), slots + tail),
        f(slots + tail + 1),
        f(8, max(options, 1)),
        i(8, max(options, 1)),
        i(8, max(options, 1)),
        i(8),
        i(KEEP),
        i(KEEP),
        f(KEEP),
        f(9, LABELS),
        f(9, LABELS),
        f(9, LABELS),
        i(9, LABELS),
        i(9, LABELS),
        i(9, LABELS),
        i(9, LABELS),
        i(9, LABELS),
        i(9),
        i(BUCKETS, PER_BUCKET),
        i(BUCKETS),
        i(8),
        i(8),
        i(8),
        i(8),
        i(8),
        np.array([tail - 1], dtype=np.int64),
    )


@INNER
def _cover(tb, st, p, d, s, pattern, sign):
    """Put a shift into (or take it out of) coverage; missing agents of its intervals are priced afresh."""
    if s < 0:
        return 0.0
    change = 0.0
    slot = tb.opt_slot[d, s]
    use = tb.smax[tb.skill[p, d]]
    for i in range(tb.pat_len[pattern]):
        t = slot + i
        if 0 <= t < st.cut.shape[0]:
            a = tb.pat_seat[pattern, i]
            if a > 0.0:
                _shift_row(st.cut[t], use, sign * a)
                new = _short(tb, st.cut[t])
                change += new - st.missing[t]
                st.missing[t] = new
    _duty(tb, st, p, d, s, pattern, 1 if sign > 0 else -1)
    return change


@INNER
def _largest_less(row, use, amount, first, last):
    best = np.float32(0.0)
    step = np.float32(amount)
    for i in range(first, last):
        value = row[i] - step * use[i]
        best = value if value > best else best
    return float(best)


@INNER
def _gains(tb, st, wk, use, low, high):
    """Price presence of every level in a range of intervals."""
    top = wk.seat_values.shape[0]
    for t in range(low, high):
        if t >= st.missing.shape[0] or st.missing[t] <= 0.0:
            for v in range(top):
                wk.gain[v, t] = 0.0
            continue
        for v in range(1, top):
            money = 0.0
            for b in range(tb.block_price.shape[0]):
                money += tb.block_price[b] * _largest_less(
                    st.cut[t], use, wk.seat_values[v], tb.block_first[b], tb.block_first[b + 1]
                )
            wk.gain[v, t] = st.missing[t] - money
    run = 0.0
    wk.prefix[low] = 0.0
    for t in range(low, high):
        run += wk.gain[top - 1, t]
        wk.prefix[t + 1] = run


@INNER
def _gumbel(random, heat):
    if heat <= 0.0:
        return 0.0
    return -heat * np.log(-np.log(max(_uniform(random), 1e-300)) + 1e-300)


@INNER
def _day_wage(tb, p, e, hours):
    if tb.holiday[e] and not tb.training[p, e]:
        return hours * tb.holiday_pay[p] * tb.rate[p]
    money = hours
    if tb.premium[p] and not tb.training[p, e]:
        money += max(0.0, hours - tb.rules[0]) * (tb.rules[3] - 1.0)
    return money * tb.rate[p]


@INNER
def _seats_free(tb, st, p, d, s, pattern):
    slot = tb.opt_slot[d, s]
    for n in tb.pools[p]:
        if n < 0:
            continue
        for i in range(tb.pat_len[pattern]):
            t = slot + i
            if t < st.experts.shape[0] and tb.pat_any[pattern, i] > 0:
                on = st.on_duty[n, t] + 1
                if on > tb.pool_seats[n] or on > tb.pool_ratio[n] * st.experts[t] + 1e-9:
                    return False
    return True


@INNER
def _candidates(tb, st, wk, p, d, j, heat):
    """Write the shifts of a day that are worth a look: best pauses each, none dominated by another."""
    top = wk.seat_values.shape[0] - 1
    kind = tb.kind[p]
    count = 0
    gain, prefix, at, level, first_cell = wk.gain, wk.prefix, wk.cell_at, wk.cell_level, wk.cell_first
    starts, slots, night = tb.opt_start[d], tb.opt_slot[d], tb.opt_night[d]
    latest, no_night, none = tb.latest[p, d], tb.no_night[p], tb.wish[p, d, -1]
    pooled = tb.pools[p, 0] >= 0 or tb.pools[p, 1] >= 0
    values, options, patterns = wk.c_value[j], wk.c_option[j], wk.c_pattern[j]
    for c in range(tb.cand_first[kind], tb.cand_first[kind + 1]):
        s = tb.cand[c]
        if starts[s] < 0 or starts[s] + tb.opt_minutes[s] > latest or (no_night and night[s]):
            continue
        slot = slots[s]
        first = tb.opt_pattern[s]
        whole = prefix[slot + tb.pat_len[first]] - prefix[slot]
        n = tb.opt_patterns[s]
        shift = int(_uniform(st.random) * n)
        chosen = first + shift
        if whole > 0.0:
            best = -1e18
            for k in range(n):
                row = first + (k + shift if k + shift < n else k + shift - n)
                loss = 0.0
                for x in range(first_cell[row], first_cell[row + 1]):
                    t = slot + at[x]
                    loss += gain[top, t] - gain[level[x], t]
                if -loss > best:
                    best = -loss
                    chosen = row
                    if loss <= 0.0:
                        break
            whole += best
        if pooled and not _seats_free(tb, st, p, d, s, chosen):
            continue
        value = whole + tb.wish[p, d, tb.opt_template[s]] - none + _gumbel(st.random, heat)
        values[count] = value - _day_wage(tb, p, tb.pre + d, tb.opt_paid[s])
        options[count] = s
        patterns[count] = chosen
        count += 1
    # best first, dominated ones out: same hours, no earlier start, no later end
    kept = 0
    while kept < KEEP and kept < count:
        best_at = kept
        for c in range(kept + 1, count):
            if values[c] > values[best_at]:
                best_at = c
        v, s, q = values[best_at], options[best_at], patterns[best_at]
        values[best_at], options[best_at], patterns[best_at] = values[kept], options[kept], patterns[kept]
        values[kept], options[kept], patterns[kept] = v, s, q
        kept += 1
        paid, begin, end = tb.opt_paid[s], starts[s], starts[s] + tb.opt_minutes[s]
        c = kept
        while c < count:
            o = options[c]
            if tb.opt_paid[o] == paid and starts[o] <= begin and starts[o] + tb.opt_minutes[o] >= end:
                count -= 1
                values[c], options[c], patterns[c] = values[count], options[count], patterns[count]
            else:
                c += 1
    wk.c_count[j] = kept


@INNER
def _push(bucket, bucket_count, count, v, h, m, k, r, z, back, choice, value, hours, normal, days, run, end, x, c):
    """Add a label to those of a day (arrays ``v`` ... ``choice``) unless another of the same hours is as good."""
    b = min(BUCKETS - 1, int(hours * 4.0 + 0.5))
    n = bucket_count[b]
    worst, worst_value, better = -1, 1e300, False
    for i in range(n):
        y = bucket[b, i]
        if v[y] >= value and k[y] <= days and r[y] <= run and z[y] <= end and m[y] <= normal + 1e-9:
            return
        if v[y] <= value and k[y] >= days and r[y] >= run and z[y] >= end and m[y] >= normal - 1e-9:
            worst, better = y, True
            break
        if v[y] < worst_value:
            worst, worst_value = y, v[y]
    place = -1
    if better:
        place = worst
    elif n < PER_BUCKET and count[0] < LABELS:
        place = count[0]
        count[0] += 1
        bucket[b, n] = place
        bucket_count[b] = n + 1
    elif n > 0 and worst_value < value:
        place = worst
    if place < 0:
        return
    v[place], h[place], m[place] = value, hours, normal
    k[place], r[place], z[place] = days, run, end
    back[place], choice[place] = x, c


@INNER
def _start_label(tb, st, wk, p, w, e0):
    """Write the label before the first day: what the week holds already, the run and the last end."""
    hours, normal, days, run, end = 0.0, 0.0, 0, 0, -(10**9)
    for e in range(tb.week_first[w], e0):
        worked = st.paid[p, e]
        if worked > 0.0:
            days += 1
            hours += worked
            if not tb.holiday[e] or tb.training[p, e]:
                normal += min(worked, tb.rules[0])
    left = e0 - 1
    while left >= 0 and st.paid[p, left] > 0:
        run += 1
        left -= 1
    for near in (1, 2):
        if e0 - near >= 0 and st.paid[p, e0 - near] > 0:
            end = max(end, st.end[p, e0 - near])
    wk.l_count[0] = 1
    wk.l_value[0, 0] = 0.0
    wk.l_hours[0, 0] = hours
    wk.l_normal[0, 0] = normal
    wk.l_days[0, 0] = days
    wk.l_run[0, 0] = run
    wk.l_end[0, 0] = end
    return hours


@INNER
def _extend(tb, st, wk, p, w, d, j):
    """Carry the labels before day ``d`` over it."""
    e = tb.pre + d
    rest, normal_day, normal_week, run_max, days_max = tb.rules[5], tb.rules[0], tb.rules[1], tb.rules[6], tb.rules[7]
    bucket, filled = wk.bucket, wk.bucket_count
    filled[:] = 0
    count = wk.l_count[j + 1 : j + 2]
    count[0] = 0
    v, h, m, k = wk.l_value[j + 1], wk.l_hours[j + 1], wk.l_normal[j + 1], wk.l_days[j + 1]
    r, z, back, choice = wk.l_run[j + 1], wk.l_end[j + 1], wk.l_back[j + 1], wk.l_choice[j + 1]
    worked = st.paid[p, e]
    holiday = tb.holiday[e] and not tb.training[p, e]
    cap = tb.week_cap[p, w] + 1e-9
    overtime = tb.overtime_ok[p]
    wage = _day_wage(tb, p, e, worked)
    end_here = st.end[p, e]
    for c in range(wk.c_count[j]):
        s = wk.c_option[j, c]
        wk.c_start[c] = tb.opt_start[d, s]
        wk.c_end[c] = tb.opt_start[d, s] + tb.opt_minutes[s]
        wk.c_paid[c] = tb.opt_paid[s]
    for x in range(wk.l_count[j]):
        value, hours, normal = wk.l_value[j, x], wk.l_hours[j, x], wk.l_normal[j, x]
        days, run, end = wk.l_days[j, x], wk.l_run[j, x], wk.l_end[j, x]
        if worked > 0:
            more = 0.0 if holiday else min(worked, normal_day)
            _push(
                bucket,
                filled,
                count,
                v,
                h,
                m,
                k,
                r,
                z,
                back,
                choice,
                value - wage,
                hours + worked,
                normal + more,
                days + 1,
                run + 1,
                end_here,
                x,
                -1,
            )
            continue
        _push(bucket, filled, count, v, h, m, k, r, z, back, choice, value, hours, normal, days, 0, end, x, -1)
        if days + 1 > days_max or run + 1 > run_max:
            continue
        for c in range(wk.c_count[j]):
            paid = wk.c_paid[c]
            if wk.c_start[c] - end < rest or hours + paid > cap:
                continue
            more = 0.0 if holiday else min(paid, normal_day)
            if not overtime and not holiday and (paid > normal_day + 1e-9 or normal + more > normal_week + 1e-9):
                continue
            _push(
                bucket,
                filled,
                count,
                v,
                h,
                m,
                k,
                r,
                z,
                back,
                choice,
                value + wk.c_value[j, c],
                hours + paid,
                normal + more,
                days + 1,
                run + 1,
                wk.c_end[c],
                x,
                c,
            )


@INNER
def _finish(tb, st, wk, p, w, j, e1, before):
    """Return the best last label, -1 when none may stand beside the days after."""
    last = st.paid.shape[1]
    right, run_after, start_after = e1, 0, 10**12
    while right < last and st.paid[p, right] > 0:
        run_after += 1
        right += 1
    for near in (0, 1):
        if e1 + near < last and st.paid[p, e1 + near] > 0:
            start_after = min(start_after, st.start[p, e1 + near])
    best, best_value = -1, -1e300
    for x in range(wk.l_count[j]):
        if wk.l_run[j, x] + run_after > tb.rules[6] and run_after > 0:
            continue
        if start_after - wk.l_end[j, x] < tb.rules[5]:
            continue
        value = wk.l_value[j, x]
        over = max(0.0, wk.l_normal[j, x] - tb.rules[1])
        if tb.premium[p]:
            value -= over * (tb.rules[4] - 1.0) * tb.rate[p]
        value -= max(0.0, tb.guaranteed[p, w] - (wk.l_hours[j, x] - before)) * tb.rate[p]
        if value > best_value:
            best, best_value = x, value
    return best


@INNER
def _solve_week(tb, st, wk, p, w, d0, d1, heat):
    """Write the best shifts of the days d0..d1-1 (all open days must be empty); return whether there are any."""
    before = _start_label(tb, st, wk, p, w, tb.pre + d0)
    high = min(tb.day_slot[d1] + wk.day_tail[0], wk.gain.shape[1])
    skill = -1
    for j in range(d1 - d0):
        d = d0 + j
        wk.c_count[j] = 0
        if tb.skill[p, d] != skill:
            skill = tb.skill[p, d]
            _gains(tb, st, wk, tb.smax[skill], tb.day_slot[d], high)
        if st.paid[p, tb.pre + d] == 0.0 and tb.available[p, d] and not tb.locked[p, d]:
            _candidates(tb, st, wk, p, d, j, heat)
        _extend(tb, st, wk, p, w, d, j)
    x = _finish(tb, st, wk, p, w, d1 - d0, tb.pre + d1, before)
    if x < 0:
        return False
    for j in range(d1 - d0 - 1, -1, -1):
        c = wk.l_choice[j + 1, x]
        wk.new_option[j] = wk.c_option[j, c] if c >= 0 else -1
        wk.new_pattern[j] = wk.c_pattern[j, c] if c >= 0 else -1
        x = wk.l_back[j + 1, x]
    return True


@INNER
def _take_out(tb, st, wk, p, d0, d1):
    change = 0.0
    for d in range(d0, d1):
        wk.old_option[d - d0], wk.old_pattern[d - d0] = st.option[p, d], st.pattern[p, d]
        if not tb.locked[p, d] and st.option[p, d] >= 0:
            change += _cover(tb, st, p, d, st.option[p, d], st.pattern[p, d], -1.0)
            set_shift(tb, st, p, d, -1, -1)
    return change


@INNER
def _put_in(tb, st, p, d0, d1, option, pattern):
    change = 0.0
    for d in range(d0, d1):
        if not tb.locked[p, d] and option[d - d0] >= 0:
            set_shift(tb, st, p, d, option[d - d0], pattern[d - d0])
            change += _cover(tb, st, p, d, option[d - d0], pattern[d - d0], 1.0)
    return change


@INNER
def _wishes(tb, p, d0, d1, option):
    total = 0.0
    for d in range(d0, d1):
        s = option[d - d0]
        total += tb.wish[p, d, tb.opt_template[s]] if s >= 0 else tb.wish[p, d, -1]
    return total


@INNER
def _holds(tb, st, p, w, d0, d1):
    for d in range(d0, d1):
        if st.option[p, d] >= 0 and not tb.locked[p, d] and not _rest_and_runs(tb, st, p, d):
            return False
    if not price_week(tb, st, p, w):
        return False
    return not tb.overtime_ok[p] or _months_hold(tb, st, p, w)


@INNER
def reweek(tb, st, wk, p, w, heat):
    """Draw a new week for a person; keep the old one where the new breaks a rule. Returns whether it changed."""
    d0 = max(0, tb.week_first[w] - tb.pre)
    d1 = min(tb.week_first[w] + 7 - tb.pre, st.option.shape[1])
    wage, unused = st.wages[p, w], st.unused[p, w]
    limited = tb.pools[p, 0] >= 0 or tb.pools[p, 1] >= 0 or tb.experienced[p]
    first, last = tb.day_slot[d0], min(tb.day_slot[d1] + wk.day_tail[0], st.experts.shape[0])
    before = _breach(tb, st, first, last) if limited else 0.0
    covered = _take_out(tb, st, wk, p, d0, d1)
    if not _solve_week(tb, st, wk, p, w, d0, d1, heat):
        _put_in(tb, st, p, d0, d1, wk.old_option, wk.old_pattern)
        price_week(tb, st, p, w)
        return False
    covered += _put_in(tb, st, p, d0, d1, wk.new_option, wk.new_pattern)
    legal = _holds(tb, st, p, w, d0, d1)
    more = st.wages[p, w] - wage
    if legal and more > 1e-9:
        for n in tb.pools[p]:
            if n >= 0 and st.pool_spent[n] + more > tb.pool_cost[n] + 1e-6:
                legal = False
    breach = before
    if legal and limited:
        breach = _breach(tb, st, first, last)
        legal = breach <= before + 1e-9
    if not legal:
        for d in range(d0, d1):
            if not tb.locked[p, d] and st.option[p, d] >= 0:
                _cover(tb, st, p, d, st.option[p, d], st.pattern[p, d], -1.0)
                set_shift(tb, st, p, d, -1, -1)
        _put_in(tb, st, p, d0, d1, wk.old_option, wk.old_pattern)
        price_week(tb, st, p, w)
        wk.stats[1] += 1
        return False
    for n in tb.pools[p]:
        if n >= 0:
            st.pool_spent[n] += more
    st.totals[0] += covered
    st.totals[1] += more
    st.totals[2] += st.unused[p, w] - unused
    st.totals[3] += breach - before
    st.totals[4] += _wishes(tb, p, d0, d1, wk.new_option) - _wishes(tb, p, d0, d1, wk.old_option)
    wk.stats[0] += 1
    return True


@OUTER
def sweep(tb: Tables, st: State, wk: Work, people: IntArray, weeks: IntArray, heat: float) -> None:
    """Draw new weeks for (person, week) pairs in turn."""
    for i in range(people.shape[0]):
        reweek(tb, st, wk, people[i], weeks[i], heat)
