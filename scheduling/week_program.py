# mypy: disable-error-code="misc, untyped-decorator, no-any-return, no-untyped-def, no-untyped-call"
"""The best week of one person against what the others leave open: a dynamic program over its days.

Every (day, shift, pauses) is priced by what it covers, and labels are carried over the days: hours, days worked, days
in a row, end of the last shift. With noise of a Gumbel distribution on each shift's value, the choice is a draw from
the Boltzmann distribution over the person's weeks (perturb and maximise).
"""

from __future__ import annotations

from scheduling.compiled import INNER
from scheduling.kernel import day_wage
from scheduling.week_options import BUCKETS, LABELS, LATER, PER_BUCKET, candidates, gains, pattern_of

__all__ = ["solve_week"]


@INNER
def _push(labels, value, hours, normal, days, run, end, x, c):
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
    labels = (
        bucket, filled, count, wk.l_value[j + 1], wk.l_hours[j + 1], wk.l_normal[j + 1], wk.l_days[j + 1],
        wk.l_run[j + 1], wk.l_end[j + 1], wk.l_back[j + 1], wk.l_choice[j + 1],
    )  # fmt: skip
    worked = st.paid[p, e]
    holiday = tb.holiday[e] and not tb.training[p, e]
    cap = tb.week_cap[p, w] + 1e-9
    overtime = tb.overtime_ok[p]
    wage = day_wage(tb, p, e, worked)
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
            _push(labels, value - wage, hours + worked, normal + more, days + 1, run + 1, end_here, x, -1)
            continue
        _push(labels, value, hours, normal, days, 0, end, x, -1)
        if days + 1 > days_max or run + 1 > run_max:
            continue
        for c in range(wk.c_count[j]):
            paid = wk.c_paid[c]
            if wk.c_start[c] - end < rest or hours + paid > cap:
                continue
            more = 0.0 if holiday else min(paid, normal_day)
            if not overtime and not holiday and (paid > normal_day + 1e-9 or normal + more > normal_week + 1e-9):
                continue
            worth = value + wk.c_value[j, c]
            _push(labels, worth, hours + paid, normal + more, days + 1, run + 1, wk.c_end[c], x, c)


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
def solve_week(tb, st, wk, p, w, d0, d1, heat):
    """Write the best shifts of the days d0..d1-1 (all open days must be empty); return whether there are any."""
    before = _start_label(tb, st, wk, p, w, tb.pre + d0)
    high = min(tb.day_slot[d1] + wk.day_tail[0], wk.gain.shape[1])
    skill = -1
    for j in range(d1 - d0):
        d = d0 + j
        wk.c_count[j] = 0
        if tb.skill[p, d] != skill:
            skill = tb.skill[p, d]
            gains(tb, st, wk, tb.smax[skill], tb.day_slot[d], high)
        if st.paid[p, tb.pre + d] == 0.0 and tb.available[p, d] and not tb.locked[p, d]:
            candidates(tb, st, wk, p, d, j, heat)
        _extend(tb, st, wk, p, w, d, j)
    x = _finish(tb, st, wk, p, w, d1 - d0, tb.pre + d1, before)
    if x < 0:
        return False
    for j in range(d1 - d0 - 1, -1, -1):
        c = wk.l_choice[j + 1, x]
        wk.new_option[j] = wk.c_option[j, c] if c >= 0 else -1
        wk.new_pattern[j] = wk.c_pattern[j, c] if c >= 0 else -1
        if wk.new_pattern[j] == LATER:
            wk.new_pattern[j] = pattern_of(tb, wk, d0 + j, wk.new_option[j])
        x = wk.l_back[j + 1, x]
    return True
