# mypy: disable-error-code="misc, untyped-decorator, no-any-return, no-untyped-def, no-untyped-call"
"""The best week of one person against what the others leave open: a dynamic program over its days.

Every (day, shift, pauses) is priced by what it covers, and labels are carried over the days: hours, days worked, days
in a row, end of the last shift. With noise of a Gumbel distribution on each shift's value, the choice is a draw from
the Boltzmann distribution over the person's weeks (perturb and maximise).
"""

from __future__ import annotations

from scheduling.compiled import PART
from scheduling.kernel import day_wage
from scheduling.week_options import BUCKETS, FEW, KEEP, LABELS, LATER, PER_BUCKET, candidates, gains, pattern_of

__all__ = ["solve_week"]


@PART
def _push(labels, wide, value, hours, normal, days, run, end, x, c):
    """Add a label to those of a day unless another of the same hours is as good."""
    bucket, bucket_count, count, v, h, m, k, r, z, back, choice = labels
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
    elif n < wide and count[0] < LABELS:
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


@PART
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


@PART
def _reach(tb, st, wk, p, e0, days):
    """Write the most that the days from each one on may still bring, by how many of them are worked at most.

    Rest, hours and days in a row are left out. Guaranteed hours are counted as saved by each shift.
    """
    rate = tb.rate[p] if wk.week[0] > 0.0 else 0.0
    reach = wk.reach
    reach[days, :] = 0.0
    for j in range(days - 1, -1, -1):
        worked, best, sure = st.paid[p, e0 + j], 0.0, 0.0
        if worked > 0.0:
            sure = rate * worked - day_wage(tb, p, e0 + j, worked)
        for c in range(wk.c_count[j]):
            best = max(best, wk.c_value[j, c] + rate * tb.opt_paid[wk.c_option[j, c]])
        # the best k of the days from here on: this one or not
        for k in range(reach.shape[1] - 1, 0, -1):
            reach[j, k] = sure + max(reach[j + 1, k], reach[j + 1, k - 1] + best)
        reach[j, 0] = sure + reach[j + 1, 0]


@PART
def _extend(tb, st, wk, p, d, j, most, wide, floor):
    """Carry the labels before day ``d`` over it: those that may still come to ``floor``, with ``most`` candidates."""
    e = tb.pre + d
    rest, normal_day, normal_week, run_max, days_max = tb.rules[5], tb.rules[0], tb.rules[1], tb.rules[6], tb.rules[7]
    bucket, filled = wk.bucket, wk.bucket_count
    filled[:] = 0
    count = wk.l_count[j + 1 : j + 2]
    count[0] = 0
    labels = (
        bucket, filled, count, wk.l_value[j + 1], wk.l_hours[j + 1], wk.l_normal[j + 1], wk.l_days[j + 1],
        wk.l_run[j + 1], wk.l_end[j + 1], wk.l_back[j + 1], wk.l_choice[j + 1],
    )  # fmt: skip
    worked = st.paid[p, e]
    holiday = tb.holiday[e] and not tb.training[p, e]
    guaranteed, before, cap = wk.week[0], wk.week[1], wk.week[2]
    rate, reach = tb.rate[p] if guaranteed > 0.0 else 0.0, wk.reach[j + 1]
    most = min(most, wk.c_count[j])
    overtime = tb.overtime_ok[p]
    wage = day_wage(tb, p, e, worked)
    end_here = st.end[p, e]
    for c in range(most):
        s = wk.c_option[j, c]
        wk.c_start[c] = tb.opt_start[d, s]
        wk.c_end[c] = tb.opt_start[d, s] + tb.opt_minutes[s]
        wk.c_paid[c] = tb.opt_paid[s]
    for x in range(wk.l_count[j]):
        value, hours, normal = wk.l_value[j, x], wk.l_hours[j, x], wk.l_normal[j, x]
        days, run, end = wk.l_days[j, x], wk.l_run[j, x], wk.l_end[j, x]
        if worked > 0:
            more = 0.0 if holiday else min(worked, normal_day)
            _push(labels, wide, value - wage, hours + worked, normal + more, days + 1, run + 1, end_here, x, -1)
            continue
        left = max(0, int(days_max) - days)
        if value + rate * min(hours - before, guaranteed) + reach[left] >= floor:
            _push(labels, wide, value, hours, normal, days, 0, end, x, -1)
        if days + 1 > days_max or run + 1 > run_max:
            continue
        least = floor - reach[left - 1] - value
        for c in range(most):
            paid = wk.c_paid[c]
            if wk.c_value[j, c] + rate * min(hours + paid - before, guaranteed) < least:
                continue
            if wk.c_start[c] - end < rest or hours + paid > cap:
                continue
            more = 0.0 if holiday else min(paid, normal_day)
            if not overtime and not holiday and (paid > normal_day + 1e-9 or normal + more > normal_week + 1e-9):
                continue
            worth = value + wk.c_value[j, c]
            _push(labels, wide, worth, hours + paid, normal + more, days + 1, run + 1, wk.c_end[c], x, c)


@PART
def _finish(tb, st, wk, p, j, e1):
    """Return the best last label and its value; -1 when none may stand beside the days after."""
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
        value -= max(0.0, wk.week[0] - (wk.l_hours[j, x] - wk.week[1])) * tb.rate[p]
        if value > best_value:
            best, best_value = x, value
    return best, best_value


@PART
def _write(wk, days, x):
    """Write the shifts that led to a last label."""
    for j in range(days - 1, -1, -1):
        c = wk.l_choice[j + 1, x]
        wk.new_option[j] = wk.c_option[j, c] if c >= 0 else -1
        wk.new_pattern[j] = wk.c_pattern[j, c] if c >= 0 else -1
        x = wk.l_back[j + 1, x]


@PART
def solve_week(tb, st, wk, p, w, d0, d1, heat):
    """Write the best shifts of the days d0..d1-1 (all open days must be empty); return whether there are any.

    A first pass with few labels finds a good week; in the second only labels that may come to as much are carried on.
    """
    e0, days = tb.pre + d0, d1 - d0
    wk.week[0], wk.week[2] = tb.guaranteed[p, w], tb.week_cap[p, w] + 1e-9
    wk.week[1] = _start_label(tb, st, wk, p, w, e0)
    high = min(tb.day_slot[d1] + wk.day_tail[0], wk.gain.shape[1])
    skill = -1
    for j in range(days):
        d = d0 + j
        wk.c_count[j] = 0
        if tb.skill[p, d] != skill:
            skill = tb.skill[p, d]
            gains(tb, st, wk, tb.smax[skill], tb.day_slot[d], high)
        if st.paid[p, tb.pre + d] == 0.0 and tb.available[p, d] and not tb.locked[p, d]:
            candidates(tb, st, wk, p, d, j, heat)
    _reach(tb, st, wk, p, e0, days)
    floor, found = -1e300, False
    for turn in range(2):
        for j in range(days):
            _extend(tb, st, wk, p, d0 + j, j, KEEP if turn else FEW, PER_BUCKET if turn else 1, floor)
        x, value = _finish(tb, st, wk, p, days, e0 + days)
        if x >= 0:
            floor, found = value + wk.week[0] * tb.rate[p] - 1e-9, True
            _write(wk, days, x)
    if not found:
        return False
    for j in range(days):
        if wk.new_pattern[j] == LATER:
            wk.new_pattern[j] = pattern_of(tb, wk, d0 + j, wk.new_option[j])
    return True
