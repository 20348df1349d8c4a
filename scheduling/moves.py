# mypy: disable-error-code="misc, untyped-decorator, no-any-return"
"""The moves of the compiled search and the annealing loop around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import LEAN, PART, below, uniform
from scheduling.kernel import (
    BREACH_PRICE,
    State,
    _duty_edits,
    _may_start,
    _months_hold,
    _rest_and_runs,
    _short,
    _stage_edit,
    copy_row,
    price_week,
    set_shift,
)
from scheduling.tables import Tables

__all__ = ["anneal"]

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
_WORST = 1e18


@PART
def _any_pattern(tb: Tables, st: State, s: int) -> int:
    return tb.opt_pattern[s] + below(st.random, tb.opt_patterns[s])


@PART
def _any_option(tb: Tables, st: State, p: int) -> int:
    kind = tb.kind[p]
    first = tb.cand_first[kind]
    count = tb.cand_first[kind + 1] - first
    return tb.cand[first + below(st.random, count)] if count > 0 else -1


@PART
def _edit(st: State, edits: IntArray, i: int, p: int, d: int, s: int, pattern: int) -> None:
    edits[i, 0] = p
    edits[i, 1] = d
    edits[i, 2] = st.option[p, d]
    edits[i, 3] = st.pattern[p, d]
    edits[i, 4] = s
    edits[i, 5] = pattern


@PART
def _near_option(tb: Tables, st: State, s: int) -> int:
    """Return an option of the same template close in the list (start or length a step away), -1 when none."""
    other = s + (1 + below(st.random, 3)) * (1 if uniform(st.random) < 0.5 else -1)
    if 0 <= other < tb.allowed.shape[1] and tb.opt_template[other] == tb.opt_template[s]:
        return other
    return -1


@PART
def _change(tb: Tables, st: State, edits: IntArray, p: int, d: int) -> int:
    """Another shift, near or anywhere, or a day off."""
    s = st.option[p, d]
    pick = uniform(st.random)
    if s >= 0 and pick < 0.12:
        _edit(st, edits, 0, p, d, -1, -1)
        return 1
    new = _near_option(tb, st, s) if s >= 0 and pick < 0.5 else _any_option(tb, st, p)
    if new < 0 or not _may_start(tb, p, d, new):
        return 0
    keep = s >= 0 and tb.opt_pattern[new] == tb.opt_pattern[s]
    _edit(st, edits, 0, p, d, new, st.pattern[p, d] if keep else _any_pattern(tb, st, new))
    return 1


@PART
def _move_day(tb: Tables, st: State, edits: IntArray, p: int, d: int) -> int:
    """A worked day becomes a day off and a day off close by is worked."""
    other = d + below(st.random, 13) - 6
    if not 0 <= other < st.option.shape[1] or tb.locked[p, other] or st.option[p, other] >= 0:
        return 0
    s = st.option[p, d] if uniform(st.random) < 0.5 else _any_option(tb, st, p)
    if s < 0 or not _may_start(tb, p, other, s):
        return 0
    _edit(st, edits, 0, p, d, -1, -1)
    _edit(st, edits, 1, p, other, s, _any_pattern(tb, st, s))
    return 2


@PART
def _exchange(tb: Tables, st: State, edits: IntArray, p: int, d: int) -> int:
    """Two people swap their shifts of a day; with somebody who is off: the shift is handed over."""
    other = below(st.random, st.option.shape[0])
    if other == p or tb.locked[other, d]:
        return 0
    mine, theirs = st.option[p, d], st.option[other, d]
    if mine == theirs or not _may_start(tb, other, d, mine):
        return 0
    if theirs >= 0 and not _may_start(tb, p, d, theirs):
        return 0
    _edit(st, edits, 0, p, d, theirs, st.pattern[other, d])
    _edit(st, edits, 1, other, d, mine, st.pattern[p, d])
    return 2


@PART
def _propose(tb: Tables, st: State, edits: IntArray) -> int:
    """Write a random move as edits; return their number, 0 when the draw can't be done."""
    p = below(st.random, st.option.shape[0])
    d = below(st.random, st.option.shape[1])
    s = st.option[p, d]
    pick = uniform(st.random)
    if s >= 0 and (pick < 0.3 or tb.locked[p, d]):
        pattern = _any_pattern(tb, st, s)
        _edit(st, edits, 0, p, d, s, pattern)
        return 1 if pattern != st.pattern[p, d] else 0
    if tb.locked[p, d] or not tb.available[p, d]:
        return 0
    if s < 0 or pick < 0.65:
        return _change(tb, st, edits, p, d)
    if pick < 0.83:
        return _move_day(tb, st, edits, p, d)
    return _exchange(tb, st, edits, p, d)


@PART
def _weeks(tb: Tables, edits: IntArray, count: int, pairs: IntArray) -> int:
    """Write the distinct (person, week) that edits touch; return their number."""
    found = 0
    for i in range(count):
        if edits[i, 2] == edits[i, 4]:
            continue
        p = edits[i, 0]
        w = (tb.pre + edits[i, 1] - tb.week_first[0]) // 7
        if found == 0 or pairs[0, 0] != p or pairs[0, 1] != w:
            pairs[found, 0] = p
            pairs[found, 1] = w
            found += 1
    return found


@PART
def _legal(tb: Tables, st: State, edits: IntArray, count: int, pairs: IntArray, weeks: int) -> bool:
    """Price the touched weeks of the edited roster; return whether every rule of the people holds."""
    for i in range(count):
        if edits[i, 4] >= 0 and edits[i, 4] != edits[i, 2] and not _rest_and_runs(tb, st, edits[i, 0], edits[i, 1]):
            return False
    for i in range(weeks):
        if not price_week(tb, st, pairs[i, 0], pairs[i, 1]):
            return False
    for i in range(weeks):
        if tb.overtime_ok[pairs[i, 0]] and not _months_hold(tb, st, pairs[i, 0], pairs[i, 1]):
            return False
    return True


@PART
def _spend(tb: Tables, st: State, pairs: IntArray, weeks: int, more: FloatArray, sign: float) -> bool:
    """Book money of touched weeks on the pools; return whether no limit on cost is passed by the move as a whole."""
    for i in range(weeks):
        for n in tb.pools[pairs[i, 0]]:
            if n >= 0:
                st.pool_spent[n] += sign * more[i]
    for i in range(weeks):
        for n in tb.pools[pairs[i, 0]]:
            if n < 0 or st.pool_spent[n] <= tb.pool_cost[n] + 1e-6:
                continue
            added = 0.0
            for j in range(weeks):
                if tb.pools[pairs[j, 0], 0] == n or tb.pools[pairs[j, 0], 1] == n:
                    added += more[j]
            if added > 1e-9:
                return False
    return True


@PART
def _coverage_change(tb: Tables, st: State, edits: IntArray, count: int) -> float:
    """Return the change in money for missing agents; the new rows stay in scratch."""
    used = 0
    for i in range(count):
        used = _stage_edit(tb, st, edits[i], used)
    change = 0.0
    for row in range(used):
        st.scratch_missing[row] = _short(tb, st.scratch[row], st.soft[st.rows[row]], st.lean[st.rows[row]])
        change += st.scratch_missing[row] - st.missing[st.rows[row]]
    st.rows[-1] = used
    return change


@PART
def _close_scratch(st: State, keep: bool) -> None:
    for row in range(st.rows[-1]):
        t = st.rows[row]
        st.row_of[t] = -1
        if keep:
            copy_row(st.scratch[row], st.cut[t])
            st.missing[t] = st.scratch_missing[row]
    st.rows[-1] = 0


@PART
def _wish_change(tb: Tables, edits: IntArray, count: int) -> float:
    change = 0.0
    for i in range(count):
        p, d = edits[i, 0], edits[i, 1]
        change += tb.wish[p, d, tb.opt_template[edits[i, 4]]] if edits[i, 4] >= 0 else tb.wish[p, d, -1]
        change -= tb.wish[p, d, tb.opt_template[edits[i, 2]]] if edits[i, 2] >= 0 else tb.wish[p, d, -1]
    return change


@PART
def _try(tb: Tables, st: State, edits: IntArray, count: int, pairs: IntArray, budget: float) -> bool:
    """Apply the edits when they are legal and cost at most ``budget`` more; return whether they were applied."""
    weeks = _weeks(tb, edits, count, pairs)
    more, unused = st.more, 0.0
    more[:] = 0.0
    for i in range(weeks):
        more[i] = -st.wages[pairs[i, 0], pairs[i, 1]]
        unused -= st.unused[pairs[i, 0], pairs[i, 1]]
    for i in range(count):
        set_shift(tb, st, edits[i, 0], edits[i, 1], edits[i, 4], edits[i, 5])
    legal = _legal(tb, st, edits, count, pairs, weeks)
    for i in range(weeks):
        more[i] += st.wages[pairs[i, 0], pairs[i, 1]]
        unused += st.unused[pairs[i, 0], pairs[i, 1]]
    legal = _spend(tb, st, pairs, weeks, more, 1.0) and legal
    if legal:
        wish = _wish_change(tb, edits, count)
        covered = _coverage_change(tb, st, edits, count)
        change = covered + more[0] + more[1] + unused - wish
        breach = 0.0
        if change <= budget or st.totals[3] > 0:
            breach = _duty_edits(tb, st, edits, count, False)
            if change + BREACH_PRICE * breach > budget:
                _duty_edits(tb, st, edits, count, True)
        legal = change + BREACH_PRICE * breach <= budget
        _close_scratch(st, legal)
    if legal:
        st.totals[0] += covered
        st.totals[1] += more[0] + more[1]
        st.totals[2] += unused
        st.totals[3] += breach
        st.totals[4] += wish
        return True
    for i in range(count):
        set_shift(tb, st, edits[i, 0], edits[i, 1], edits[i, 2], edits[i, 3])
    for i in range(weeks):
        price_week(tb, st, pairs[i, 0], pairs[i, 1])
    _spend(tb, st, pairs, weeks, more, -1.0)
    return False


@LEAN
def anneal(tb: Tables, st: State, moves: int, hot: float, cold: float) -> int:
    """Try ``moves`` random moves while the temperature falls from ``hot`` to ``cold`` (money); return how many held.

    A move that costs ``c`` more is accepted with probability exp(-c / temperature) (Kirkpatrick et al. 1983).
    """
    edits, pairs = st.edits, st.pairs
    held = 0
    temperature = hot
    fall = (cold / hot) ** (1000.0 / max(moves, 1000))
    for move in range(moves):
        if move % 1000 == 999:
            temperature *= fall
        count = _propose(tb, st, edits)
        if count == 0:
            continue
        budget = min(_WORST, -temperature * np.log(max(uniform(st.random), 1e-300)))
        if _try(tb, st, edits, count, pairs, budget):
            held += 1
    return held
