# mypy: disable-error-code="misc, untyped-decorator, no-any-return, no-untyped-def, no-untyped-call"
"""What every shift of a person's day is worth against what the others leave open, with the best pauses of each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import INNER, uniform
from scheduling.kernel import _duty, _shift_row, _short, day_wage, rounded
from scheduling.options import ShiftOptions
from scheduling.pause_shapes import PauseShapes, pause_shapes
from scheduling.problem import RosterProblem
from scheduling.tables import Tables
from scheduling.week_pauses import NOWHERE, least_loss, pause_losses, placed_pauses

__all__ = [
    "BUCKETS", "LABELS", "LATER", "PER_BUCKET", "Work", "candidates", "cover", "gains", "new_work", "pattern_of",
]  # fmt: skip

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
LABELS = 512
PER_BUCKET = 3
BUCKETS = 4 * 170
KEEP = 8
LATER = -2  # the pattern of a candidate that is placed only when the week is drawn


class Work(NamedTuple):
    """Scratch of the week program and what it needs of the patterns.

    ``seat_values`` are the shares of an interval on seat that patterns have; ``cell_*`` the intervals of each pattern
    with less than a whole one; ``gain`` money by share and interval, ``prefix`` its sums; ``c_*`` candidates by day of
    the week, ``l_*`` labels before each day; ``day_tail`` how far a shift may reach past the last day, in intervals.
    """

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
    day_tail: IntArray
    pauses: PauseShapes


def new_work(problem: RosterProblem, options: ShiftOptions, tb: Tables) -> Work:
    """Return scratch for a problem of that size."""
    slots = problem.grid.n
    values = np.unique(np.round(np.concatenate([[0.0, 1.0], tb.pat_seat.ravel()]), 9))
    first, at, level = [0], [], []
    for row in range(len(tb.pat_len)):
        seat = np.round(tb.pat_seat[row, : tb.pat_len[row]], 9)
        odd = np.flatnonzero(seat < 1.0)
        at.extend(odd.tolist())
        level.extend(np.searchsorted(values, seat[odd]).tolist())
        first.append(len(at))

    def whole(*shape: int) -> IntArray:
        return np.zeros(shape, dtype=np.int64)

    tail = tb.pat_seat.shape[1] + 1
    wide = (8, max(options.count, 1))
    return Work(
        seat_values=values, cell_first=np.array(first, dtype=np.int64), cell_at=np.array(at, dtype=np.int64),
        cell_level=np.array(level, dtype=np.int64), gain=np.zeros((len(values), slots + tail)),
        prefix=np.zeros(slots + tail + 1),
        c_value=np.zeros(wide), c_option=whole(*wide), c_pattern=whole(*wide), c_count=whole(8),
        c_start=whole(KEEP), c_end=whole(KEEP), c_paid=np.zeros(KEEP),
        l_value=np.zeros((9, LABELS)), l_hours=np.zeros((9, LABELS)), l_normal=np.zeros((9, LABELS)),
        l_days=whole(9, LABELS), l_run=whole(9, LABELS), l_end=whole(9, LABELS), l_back=whole(9, LABELS),
        l_choice=whole(9, LABELS), l_count=whole(9), bucket=whole(BUCKETS, PER_BUCKET), bucket_count=whole(BUCKETS),
        old_option=whole(8), old_pattern=whole(8), new_option=whole(8), new_pattern=whole(8),
        day_tail=np.array([tail - 1], dtype=np.int64),
        pauses=pause_shapes(problem, options, tb.opt_pattern, values, slots + tail),
    )  # fmt: skip


@INNER
def cover(tb, st, p, d, s, pattern, sign):
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
                new = _short(tb, st.cut[t], st.soft[t])
                change += new - st.missing[t]
                st.missing[t] = new
    _duty(tb, st, p, d, s, pattern, 1 if sign > 0 else -1)
    return change


@INNER
def _largest_less(row, use, amount, first, last):
    step = np.float32(amount)
    best = row[first] - step * use[first]
    for i in range(first + 1, last):
        value = row[i] - step * use[i]
        best = value if value > best else best
    return float(best)


@INNER
def gains(tb, st, wk, use, low, high):
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
                lack = _largest_less(st.cut[t], use, wk.seat_values[v], tb.block_first[b], tb.block_first[b + 1])
                money += tb.block_price[b] * rounded(lack, st.soft[t, b])
            wk.gain[v, t] = st.missing[t] - money
    run = 0.0
    wk.prefix[low] = 0.0
    for t in range(low, high):
        run += wk.gain[top - 1, t]
        wk.prefix[t + 1] = run
    pause_losses(wk.pauses, wk.gain, st.random, low, high)


@INNER
def _gumbel(random, heat):
    if heat <= 0.0:
        return 0.0
    return -heat * np.log(-np.log(max(uniform(random), 1e-300)) + 1e-300)


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
def least_pattern(wk, first, n, shift, slot):
    """Return the pattern of least loss of an option, all tried from one on, and the loss."""
    gain, at, level, first_cell = wk.gain, wk.cell_at, wk.cell_level, wk.cell_first
    top, best, chosen = wk.seat_values.shape[0] - 1, 1e18, first
    for k in range(n):
        row = first + (k + shift if k + shift < n else k + shift - n)
        loss = 0.0
        for x in range(first_cell[row], first_cell[row + 1]):
            t = slot + at[x]
            loss += gain[top, t] - gain[level[x], t]
        if loss < best:
            best, chosen = loss, row
            if loss <= 0.0:
                break
    return chosen, best


@INNER
def pattern_of(tb, wk, d, s):
    """Return the pattern of least loss of an option on a day."""
    k, slot = wk.pauses.of_option[s], tb.opt_slot[d, s]
    chosen = placed_pauses(wk.pauses, k, slot * wk.pauses.fine)
    if chosen < 0:
        chosen, _ = least_pattern(wk, tb.opt_pattern[s], tb.opt_patterns[s], 0, slot)
    return chosen


@INNER
def candidates(tb, st, wk, p, d, j, heat):
    """Write the shifts of a day that are worth a look: best pauses each, none dominated by another."""
    kind = tb.kind[p]
    count = 0
    prefix, shape, fine = wk.prefix, wk.pauses.of_option, wk.pauses.fine
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
        shift = int(uniform(st.random) * n)
        chosen = first + shift
        if whole > 0.0:
            k = shape[s]
            loss = least_loss(wk.pauses, k, slot * fine) if k >= 0 else NOWHERE
            if loss < NOWHERE:
                chosen = LATER
            else:
                chosen, loss = least_pattern(wk, first, n, shift, slot)
            whole -= loss
        if pooled and chosen == LATER:
            chosen = pattern_of(tb, wk, d, s)
        if pooled and not _seats_free(tb, st, p, d, s, chosen):
            continue
        value = whole + tb.wish[p, d, tb.opt_template[s]] - none + _gumbel(st.random, heat)
        values[count] = value - day_wage(tb, p, tb.pre + d, tb.opt_paid[s])
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
