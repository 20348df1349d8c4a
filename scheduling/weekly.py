# mypy: disable-error-code="misc, untyped-decorator, no-any-return, no-untyped-def, no-untyped-call"
"""The move of the search by weeks: a person's week is taken out and drawn anew (:mod:`scheduling.week_program`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import LEAN, PART
from scheduling.kernel import State, _breach, _months_hold, _rest_and_runs, price_week, set_shift
from scheduling.tables import Tables
from scheduling.week_options import Work, cover
from scheduling.week_program import solve_week

__all__ = ["sweep", "worths"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@PART
def _take_out(tb, st, wk, p, d0, d1):
    change = 0.0
    for d in range(d0, d1):
        wk.old_option[d - d0], wk.old_pattern[d - d0] = st.option[p, d], st.pattern[p, d]
        if not tb.locked[p, d] and st.option[p, d] >= 0:
            change += cover(tb, st, p, d, st.option[p, d], st.pattern[p, d], -1.0)
            set_shift(tb, st, p, d, -1, -1)
    return change


@PART
def _put_in(tb, st, p, d0, d1, option, pattern):
    change = 0.0
    for d in range(d0, d1):
        if not tb.locked[p, d] and option[d - d0] >= 0:
            set_shift(tb, st, p, d, option[d - d0], pattern[d - d0])
            change += cover(tb, st, p, d, option[d - d0], pattern[d - d0], 1.0)
    return change


@PART
def _wishes(tb, p, d0, d1, option):
    total = 0.0
    for d in range(d0, d1):
        s = option[d - d0]
        total += tb.wish[p, d, tb.opt_template[s]] if s >= 0 else tb.wish[p, d, -1]
    return total


@PART
def _holds(tb, st, p, w, d0, d1):
    for d in range(d0, d1):
        if st.option[p, d] >= 0 and not tb.locked[p, d] and not _rest_and_runs(tb, st, p, d):
            return False
    if not price_week(tb, st, p, w):
        return False
    return not tb.overtime_ok[p] or _months_hold(tb, st, p, w)


@PART
def reweek(tb, st, wk, p, w, heat):
    """Draw a new week for a person; keep the old one where the new breaks a rule. Returns whether it changed."""
    d0 = max(0, tb.week_first[w] - tb.pre)
    d1 = min(tb.week_first[w] + 7 - tb.pre, st.option.shape[1])
    wage, unused = st.wages[p, w], st.unused[p, w]
    limited = tb.pools[p, 0] >= 0 or tb.pools[p, 1] >= 0 or tb.experienced[p]
    first, last = tb.day_slot[d0], min(tb.day_slot[d1] + wk.day_tail[0], st.experts.shape[0])
    before = _breach(tb, st, first, last) if limited else 0.0
    covered = _take_out(tb, st, wk, p, d0, d1)
    if not solve_week(tb, st, wk, p, w, d0, d1, heat):
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
                cover(tb, st, p, d, st.option[p, d], st.pattern[p, d], -1.0)
                set_shift(tb, st, p, d, -1, -1)
        _put_in(tb, st, p, d0, d1, wk.old_option, wk.old_pattern)
        price_week(tb, st, p, w)
        return False
    for n in tb.pools[p]:
        if n >= 0:
            st.pool_spent[n] += more
    st.totals[0] += covered
    st.totals[1] += more
    st.totals[2] += st.unused[p, w] - unused
    st.totals[3] += breach - before
    st.totals[4] += _wishes(tb, p, d0, d1, wk.new_option) - _wishes(tb, p, d0, d1, wk.old_option)
    return True


@LEAN
def worths(tb: Tables, st: State, people: IntArray, found: FloatArray) -> None:
    """Write what the roster would cost more without the shifts of each person, the others' shifts as they are."""
    for i in range(people.shape[0]):
        p, found[i] = people[i], 0.0
        for d in range(st.option.shape[1]):
            found[i] += cover(tb, st, p, d, st.option[p, d], st.pattern[p, d], -1.0)
        for d in range(st.option.shape[1] - 1, -1, -1):
            cover(tb, st, p, d, st.option[p, d], st.pattern[p, d], 1.0)
        for w in range(st.wages.shape[1]):
            found[i] += tb.guaranteed[p, w] * tb.rate[p] - st.unused[p, w] - st.wages[p, w]


@LEAN
def sweep(tb: Tables, st: State, wk: Work, people: IntArray, weeks: IntArray, heat: float) -> None:
    """Draw new weeks for (person, week) pairs in turn."""
    for i in range(people.shape[0]):
        reweek(tb, st, wk, people[i], weeks[i], heat)
