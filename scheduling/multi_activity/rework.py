# mypy: disable-error-code="misc, untyped-decorator, no-any-return"
"""Moves on several shifts: take some that touch each other off, draw them again one after the other, keep or undo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import INNER, below, uniform
from scheduling.multi_activity.sampling import Scratch
from scheduling.multi_activity.shifts import draw_day, place, take_off
from scheduling.multi_activity.state import Rules, State

__all__ = ["redraw", "rework"]

IntArray = NDArray[np.int64]
_REACH = 8  # periods around a shift in which another counts as its neighbour


@INNER
def redraw(
    rules: Rules, state: State, room: Scratch, p: int, d: int, other: int, near: bool, short: float, heat: float
) -> None:
    """Draw a person's day ``d`` afresh: no shift, a shift there, or (``other`` >= 0) one on that free day instead."""
    close = state.start[p, d] if near else -1
    if state.start[p, d] >= 0:
        take_off(rules, state, p, d)
    draw_day(rules, state, room, p, (d, other), close, 0, short, heat)


@INNER
def _neighbour(rules: Rules, state: State, p: int, d: int) -> tuple[int, int]:
    """Return person and day of another shift near a shift (-1: none found): the same person's or one in touch."""
    people, days = state.start.shape
    if people == 1 or uniform(state.random) < 0.3:
        e = below(state.random, days)
        return (p, e) if e != d and state.start[p, e] >= 0 else (-1, -1)
    t = state.start[p, d] - _REACH + below(state.random, state.length[p, d] + 2 * _REACH)
    if t < 0 or t >= rules.day.shape[0]:
        return -1, -1
    q = below(state.random, people)
    for _ in range(people):
        q = (q + 1) % people
        if q != p and state.activity[q, t] >= 0:
            e = rules.day[t]
            return (q, e) if state.start[q, e] >= 0 and state.start[q, e] <= t else (q, e - 1)
    return -1, -1


@INNER
def _restore(
    rules: Rules, state: State, who: IntArray, days: IntArray, old: IntArray, kept: NDArray[np.int8], drawn: IntArray
) -> None:
    """Put the old shifts back in place of what was drawn (rows of ``drawn``: person and day)."""
    for i in range(who.shape[0]):
        if state.start[who[i], days[i]] >= 0 and drawn[i]:
            take_off(rules, state, who[i], days[i])
    for i in range(who.shape[0]):
        begin, length = old[i, 0], old[i, 1]
        state.activity[who[i], begin : begin + length] = kept[i, :length]
        place(rules, state, who[i], days[i], begin, length)


@INNER
def rework(rules: Rules, state: State, room: Scratch, p: int, d: int, count: int, short: float, heat: float) -> bool:
    """Take a shift and up to ``count - 1`` near it off, draw them anew in random order; return whether that is kept."""
    who, days = np.full(count, p), np.full(count, d)
    found = 1
    for _ in range(count - 1):
        base = below(state.random, found)
        q, e = _neighbour(rules, state, who[base], days[base])
        fresh = q >= 0
        for i in range(found):
            fresh = fresh and not (who[i] == q and days[i] == e)
        if fresh:
            who[found], days[found] = q, e
            found += 1
    if found == 1:
        return False
    return _redraw_all(rules, state, room, who[:found], days[:found], short, heat)


@INNER
def _redraw_all(
    rules: Rules, state: State, room: Scratch, who: IntArray, days: IntArray, short: float, heat: float
) -> bool:
    count = who.shape[0]
    before = state.sums[0] + short * state.sums[1]
    old = np.zeros((count, 2), dtype=np.int64)
    kept = np.zeros((count, rules.numbers[1]), dtype=np.int8)
    for i in range(count):  # in random order
        j = i + below(state.random, count - i)
        who[i], who[j] = who[j], who[i]
        days[i], days[j] = days[j], days[i]
        begin, length = state.start[who[i], days[i]], state.length[who[i], days[i]]
        old[i, 0], old[i, 1] = begin, length
        kept[i, :length] = state.activity[who[i], begin : begin + length]
        take_off(rules, state, who[i], days[i])
    close = uniform(state.random) < 0.5
    drawn = np.zeros(count, dtype=np.int64)
    possible = True
    for i in range(count):
        pending = 0
        for j in range(i + 1, count):
            pending += who[j] == who[i]
        near = old[i, 0] if close else -1
        possible = draw_day(rules, state, room, who[i], (days[i], -1), near, pending, short, heat)
        if not possible:
            break
        drawn[i] = 1
    worse = state.sums[0] + short * state.sums[1] - before
    if possible and (worse <= 0.0 or uniform(state.random) < np.exp(-worse / heat)):
        return True
    _restore(rules, state, who, days, old, kept, drawn)
    return False
