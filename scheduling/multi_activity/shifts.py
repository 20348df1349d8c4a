# mypy: disable-error-code="misc, untyped-decorator, no-any-return"
"""Moves on single shifts: draw a person's day afresh, hand shifts over, swap what two people do from some moment on."""

from __future__ import annotations

import numpy as np

from scheduling.compiled import INNER, below, uniform
from scheduling.multi_activity.sampling import Scratch, draw_activities, prices, score_starts
from scheduling.multi_activity.state import Rules, State, add_cells, may_work, run_with, window

__all__ = ["draw_day", "place", "swap_days", "swap_tails", "take_off"]


@INNER
def take_off(rules: Rules, state: State, p: int, d: int) -> None:
    """Take a person's shift of a day off the roster."""
    begin, length = state.start[p, d], state.length[p, d]
    add_cells(rules, state, p, begin, begin + length, -1)
    state.activity[p, begin : begin + length] = -1
    state.start[p, d] = -1
    state.length[p, d] = 0
    state.total[p] -= length


@INNER
def place(rules: Rules, state: State, p: int, d: int, begin: int, length: int) -> None:
    """Count a shift whose activities are written already."""
    state.start[p, d] = begin
    state.length[p, d] = length
    state.total[p] += length
    add_cells(rules, state, p, begin, begin + length, 1)


@INNER
def _lengths(rules: Rules, state: State, p: int, pending: int) -> tuple[int, int]:
    """Return the bounds of a shift's length when ``pending`` more shifts of that person are to follow."""
    shortest, longest = rules.numbers[0], rules.numbers[1]
    least = max(shortest, rules.floor[p] - state.total[p] - pending * longest)
    return least, min(longest, rules.ceiling[p] - state.total[p] - pending * shortest)


@INNER
def _score_day(
    rules: Rules, state: State, room: Scratch, p: int, d: int, near: int, pending: int, short: float, heat: float
) -> tuple[float, int, int]:
    """Score a person's shifts on a free day; return the highest and the range of starts (empty when none).

    ``near`` >= 0 keeps starts close to that period.
    """
    least, most = _lengths(rules, state, p, pending)
    if least > most or run_with(state, p, d) > rules.numbers[3]:
        return -np.inf, 0, -1
    begin, end = window(rules, state, p, d)
    low, high = max(rules.first[d], begin), min(rules.first[d + 1] - 1, end - least)
    if near >= 0:
        low, high = max(low, near - 6), min(high, near + 6)
    if low > high:
        return -np.inf, 0, -1
    last = min(high + most, end)
    room.score[low : high + 1, :] = -np.inf
    prices(rules, state, room, low, last, short, heat)
    return score_starts(rules, room, low, high, low, last, least, most), low, high


@INNER
def _mass(room: Scratch, low: int, high: int, top: float) -> float:
    """Turn scores into weights relative to the highest; return their sum."""
    total = 0.0
    for s in range(low, high + 1):
        for n in range(room.score.shape[1]):
            gap = room.score[s, n] - top
            weight = np.exp(gap) if gap > -40.0 else 0.0
            room.score[s, n] = weight
            total += weight
    return total


@INNER
def _draw(room: Scratch, low: int, high: int, rest: float) -> tuple[int, int, float]:
    """Walk through the weights until ``rest`` is used up; return start, length above the shortest, what is left."""
    found, extra = -1, 0
    for s in range(low, high + 1):
        for n in range(room.score.shape[1]):
            if room.score[s, n] > 0.0:
                rest -= room.score[s, n]
                found, extra = s, n
                if rest < 0.0:
                    return found, extra, rest
    return found, extra, rest


@INNER
def draw_day(
    rules: Rules,
    state: State,
    room: Scratch,
    p: int,
    days: tuple[int, int],
    near: int,
    pending: int,
    short: float,
    heat: float,
) -> bool:
    """Draw what a person does on a free day: no shift, one there, or (second day >= 0) one on another free day.

    Returns whether that was possible.
    """
    d, other = days
    top, low, high = _score_day(rules, state, room, p, d, near, pending, short, heat)
    top_other, low_other, high_other = -np.inf, 0, -1
    if other >= 0:
        top_other, low_other, high_other = _score_day(rules, state, room, p, other, -1, pending, short, heat)
    none = state.total[p] + pending * rules.numbers[1] >= rules.floor[p]
    top = max(top, top_other, 0.0) if none else max(top, top_other)
    if top == -np.inf:
        return False
    total = _mass(room, low, high, top) + _mass(room, low_other, high_other, top)
    rest = uniform(state.random) * (total + (np.exp(-top) if none else 0.0))
    begin, extra, rest = _draw(room, low, high, rest)
    day = d
    if rest >= 0.0:
        found, more, rest = _draw(room, low_other, high_other, rest)
        if found >= 0:
            day, begin, extra = other, found, more
    if begin < 0 or (rest >= 0.0 and none):
        return True
    length = rules.numbers[0] + extra
    prices(rules, state, room, begin, begin + length, short, heat)
    draw_activities(rules, state, room, p, begin, length)
    place(rules, state, p, day, begin, length)
    return True


@INNER
def _joint(rules: Rules, state: State, p: int, q: int, begin: int, t: int, end: int) -> bool:
    """Return whether stretches stay long enough when p's work from ``begin`` to t is followed by q's up to ``end``."""
    stretch = rules.numbers[4]
    before = 0
    while before < stretch and t - before > begin and state.activity[p, t - before - 1] == state.activity[p, t - 1]:
        before += 1
    after = 0
    while after < stretch and t + after < end and state.activity[q, t + after] == state.activity[q, t]:
        after += 1
    if t in (begin, end):
        return before + after >= stretch
    if state.activity[p, t - 1] == state.activity[q, t]:
        return before + after >= stretch
    return before >= stretch and after >= stretch


@INNER
def swap_tails(rules: Rules, state: State, p: int, d: int, q: int) -> None:
    """Let two people change places at some moment of p's shift on day ``d``: the cover stays, lengths change."""
    begin, length = state.start[p, d], state.length[p, d]
    t = begin + 1 + below(state.random, length - 1)
    e = rules.day[t]
    if state.start[q, e] < 0 or state.start[q, e] > t:
        e -= 1
    if e < 0 or state.start[q, e] < 0 or state.start[q, e] + state.length[q, e] < t:
        return
    first, many = state.start[q, e], state.length[q, e]
    end, stop = begin + length, first + many
    gain = stop - end
    if not (rules.floor[p] <= state.total[p] + gain <= rules.ceiling[p]):
        return
    if not (rules.floor[q] <= state.total[q] - gain <= rules.ceiling[q]):
        return
    if not (may_work(rules, state, p, d, begin, length + gain) and may_work(rules, state, q, e, first, many - gain)):
        return
    if not (_joint(rules, state, p, q, begin, t, stop) and _joint(rules, state, q, p, first, t, end)):
        return
    for i in range(t, max(end, stop)):
        kept = state.activity[p, i]
        state.activity[p, i] = state.activity[q, i]
        state.activity[q, i] = kept
    state.length[p, d] += gain
    state.length[q, e] -= gain
    state.total[p] += gain
    state.total[q] -= gain


@INNER
def _lawful(rules: Rules, state: State, p: int) -> bool:
    """Return whether rest, days in a row and total time of a person hold."""
    run, ready, total = 0, 0, 0
    for d in range(state.start.shape[1]):
        if state.start[p, d] < 0:
            run = 0
            continue
        run += 1
        if run > rules.numbers[3] or state.start[p, d] < ready:
            return False
        ready = state.start[p, d] + state.length[p, d] + rules.numbers[2]
        total += state.length[p, d]
    return rules.floor[p] <= total <= rules.ceiling[p]


@INNER
def _exchange(state: State, p: int, q: int, d: int, e: int) -> None:
    for day in range(d, e + 1):
        begin, length = state.start[p, day], state.length[p, day]
        state.start[p, day], state.length[p, day] = state.start[q, day], state.length[q, day]
        state.start[q, day], state.length[q, day] = begin, length
        state.total[p] += state.length[p, day] - length
        state.total[q] -= state.length[p, day] - length


@INNER
def swap_days(rules: Rules, state: State, p: int, q: int, d: int, e: int) -> None:
    """Exchange all that two people do on the days from ``d`` to ``e``, where both may."""
    low, high = rules.day.shape[0], 0
    for who in (p, q):
        for day in range(d, e + 1):
            if state.start[who, day] >= 0:
                low = min(low, state.start[who, day])
                high = max(high, state.start[who, day] + state.length[who, day])
    if high == 0:
        return
    _exchange(state, p, q, d, e)
    if not (_lawful(rules, state, p) and _lawful(rules, state, q)):
        _exchange(state, p, q, d, e)
        return
    for t in range(low, high):
        kept = state.activity[p, t]
        state.activity[p, t] = state.activity[q, t]
        state.activity[q, t] = kept
