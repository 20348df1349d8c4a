# mypy: disable-error-code="misc, untyped-decorator, no-any-return, no-untyped-def, no-untyped-call"
"""What every shift of a person's day is worth against what the others leave open, with the best pauses of each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import PART, uniform
from scheduling.kernel import _duty, _shift_row, _short, day_wage, rounded
from scheduling.options import ShiftOptions
from scheduling.pause_shapes import PauseShapes, pause_shapes
from scheduling.problem import RosterProblem
from scheduling.tables import Tables
from scheduling.week_pauses import NOWHERE, least_loss, pause_losses, pauses_at_least, placed_pauses

__all__ = [
    "BUCKETS", "FEW", "KEEP", "LABELS", "LATER", "PER_BUCKET", "Work", "candidates", "cover", "gains", "new_work",
    "pattern_of",
]  # fmt: skip

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
LABELS = 512
PER_BUCKET = 5
BUCKETS = 4 * 170
KEEP = 16
FEW = 3
LATER = -(10**9)  # the pattern of a candidate that is placed only when the week is drawn


class Work(NamedTuple):
    """Scratch of the week program and what it needs of the patterns.

    ``seat_values`` are the shares of an interval on seat that patterns have; ``cell_*`` the intervals of each pattern
    with less than a whole one; ``gain`` money by share and interval, ``prefix`` its sums; ``c_*`` candidates by day of
    the week, ``l_*`` labels before each day; ``reach`` the most that is still to come by day and days worked; ``week``
    guaranteed hours, hours held before and most hours; ``day_tail`` how far a shift may reach past the last day, in
    intervals.
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
    c_loss: FloatArray
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
    reach: FloatArray
    week: FloatArray
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
        c_loss=np.zeros(wide[1]), c_start=whole(KEEP), c_end=whole(KEEP), c_paid=np.zeros(KEEP),
        l_value=np.zeros((9, LABELS)), l_hours=np.zeros((9, LABELS)), l_normal=np.zeros((9, LABELS)),
        l_days=whole(9, LABELS), l_run=whole(9, LABELS), l_end=whole(9, LABELS), l_back=whole(9, LABELS),
        l_choice=whole(9, LABELS), l_count=whole(9), bucket=whole(BUCKETS, PER_BUCKET), bucket_count=whole(BUCKETS),
        reach=np.zeros((9, 9)), week=np.zeros(3),
        old_option=whole(8), old_pattern=whole(8), new_option=whole(8), new_pattern=whole(8),
        day_tail=np.array([tail - 1], dtype=np.int64),
        pauses=pause_shapes(problem, options, tb.opt_pattern, values, slots + tail),
    )  # fmt: skip


@PART
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
                new = _short(tb, st.cut[t], st.soft[t], st.lean[t])
                change += new - st.missing[t]
                st.missing[t] = new
    _duty(tb, st, p, d, s, pattern, 1 if sign > 0 else -1)
    return change


@PART
def _largest_less(row, use, amount, first, last):
    step = np.float32(amount)
    best = row[first] - step * use[first]
    for i in range(first + 1, last):
        value = row[i] - step * use[i]
        best = value if value > best else best
    return float(best)


@PART
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
                money += tb.block_price[b] * rounded(lack, st.soft[t, b], st.lean[t, b])
            wk.gain[v, t] = st.missing[t] - money
    run = 0.0
    wk.prefix[low] = 0.0
    for t in range(low, high):
        run += wk.gain[top - 1, t]
        wk.prefix[t + 1] = run
    pause_losses(wk.pauses, wk.gain, st.random, low, high)


@PART
def _gumbel(random, heat):
    if heat <= 0.0:
        return 0.0
    return -heat * np.log(-np.log(max(uniform(random), 1e-300)) + 1e-300)


@PART
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


@PART
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


@PART
def pattern_of(tb, wk, d, s):
    """Return the pattern of least loss of an option on a day."""
    k, slot = wk.pauses.of_option[s], tb.opt_slot[d, s]
    chosen = placed_pauses(wk.pauses, k, slot * wk.pauses.fine)
    if chosen < 0:
        chosen, _ = least_pattern(wk, tb.opt_pattern[s], tb.opt_patterns[s], 0, slot)
    return chosen


@PART
def _offer(tb, wk, s, slot, shift):
    """Return the pattern of least loss of an option and the loss, all of equal loss tried from one on."""
    k = wk.pauses.of_option[s]
    loss = least_loss(wk.pauses, k, slot * wk.pauses.fine) if k >= 0 else NOWHERE
    if loss < NOWHERE:
        return LATER, loss
    return least_pattern(wk, tb.opt_pattern[s], tb.opt_patterns[s], shift, slot)


@PART
def _offers(tb, st, wk, p, d, j, heat):
    """Write the shifts that may start on a day, each priced with pauses that cost at least as little as the best."""
    kind, count = tb.kind[p], 0
    prefix, shape, fine = wk.prefix, wk.pauses.of_option, wk.pauses.fine
    starts, slots, night = tb.opt_start[d], tb.opt_slot[d], tb.opt_night[d]
    latest, no_night, none = tb.latest[p, d], tb.no_night[p], tb.wish[p, d, -1]
    values, options, patterns = wk.c_value[j], wk.c_option[j], wk.c_pattern[j]
    for c in range(tb.cand_first[kind], tb.cand_first[kind + 1]):
        s = tb.cand[c]
        if starts[s] < 0 or starts[s] + tb.opt_minutes[s] > latest or (no_night and night[s]):
            continue
        first = tb.opt_pattern[s]
        whole = prefix[slots[s] + tb.pat_len[first]] - prefix[slots[s]]
        patterns[count] = first + int(uniform(st.random) * tb.opt_patterns[s])
        wk.c_loss[count] = 0.0
        if whole > 0.0:
            k = shape[s]
            least = pauses_at_least(wk.pauses, k, slots[s] * fine) if k >= 0 else NOWHERE
            wk.c_loss[count] = least if least < NOWHERE else 0.0
            patterns[count] = -1 - patterns[count]  # pauses still to be placed
        value = whole - wk.c_loss[count] + tb.wish[p, d, tb.opt_template[s]] - none + _gumbel(st.random, heat)
        values[count] = value - day_wage(tb, p, tb.pre + d, tb.opt_paid[s])
        options[count] = s
        count += 1
    return count


@PART
def candidates(tb, st, wk, p, d, j, heat):
    """Write the shifts of a day that are worth a look: best pauses each, none dominated by another.

    Pauses are placed for those only that come to the top without.
    """
    count = _offers(tb, st, wk, p, d, j, heat)
    starts, slots = tb.opt_start[d], tb.opt_slot[d]
    pooled = tb.pools[p, 0] >= 0 or tb.pools[p, 1] >= 0
    values, options, patterns, losses = wk.c_value[j], wk.c_option[j], wk.c_pattern[j], wk.c_loss
    # best first, dominated ones out: same hours, no earlier start, no later end
    kept = 0
    while kept < KEEP and kept < count:
        best_at = kept
        for c in range(kept + 1, count):
            if values[c] > values[best_at]:
                best_at = c
        s, q = options[best_at], patterns[best_at]
        if q < 0 and q != LATER:
            q, loss = _offer(tb, wk, s, slots[s], -1 - q - tb.opt_pattern[s])
            patterns[best_at] = q
            values[best_at] += losses[best_at] - loss
            losses[best_at] = loss
            continue
        if pooled:
            if q == LATER:
                q = pattern_of(tb, wk, d, s)
            if not _seats_free(tb, st, p, d, s, q):
                count -= 1
                _move(wk, j, count, best_at)
                continue
        v = values[best_at]
        _move(wk, j, kept, best_at)
        values[kept], options[kept], patterns[kept] = v, s, q
        kept += 1
        paid, begin, end = tb.opt_paid[s], starts[s], starts[s] + tb.opt_minutes[s]
        c = kept
        while c < count:
            o = options[c]
            if tb.opt_paid[o] == paid and starts[o] <= begin and starts[o] + tb.opt_minutes[o] >= end:
                count -= 1
                _move(wk, j, count, c)
            else:
                c += 1
    wk.c_count[j] = kept


@PART
def _move(wk, j, a, b):
    """Copy an offer of a day from one place to another."""
    wk.c_value[j, b], wk.c_option[j, b] = wk.c_value[j, a], wk.c_option[j, a]
    wk.c_pattern[j, b], wk.c_loss[b] = wk.c_pattern[j, a], wk.c_loss[a]
