# mypy: disable-error-code="misc, untyped-decorator, no-any-return"
"""The compiled search: rosters that keep every rule of people, cooled down; missing people are priced."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import INNER, OUTER, below, uniform
from scheduling.multi_activity.rework import redraw, rework
from scheduling.multi_activity.sampling import Scratch
from scheduling.multi_activity.shifts import swap_days, swap_tails
from scheduling.multi_activity.state import Rules, State
from scheduling.multi_activity.tours import TourRoom, redraw_tour

__all__ = ["KNOBS", "anneal", "first_tours", "keep"]

FloatArray = NDArray[np.float64]
# Shares of the moves: whole tours; several shifts at once; of the rest, a shift may change its day; a start stays near.
KNOBS = np.array([0.0005, 0.6, 0.3, 0.4])


@OUTER
def first_tours(
    rules: Rules, state: State, room: Scratch, tables: TourRoom, begin: int, end: int, short: float, heat: float
) -> int:
    """Give the people from ``begin`` to ``end`` a tour, one after the other; return the first without one, or -1."""
    for p in range(begin, end):
        if not redraw_tour(rules, state, room, tables, p, short, heat, 1.0):
            return p
    return -1


@OUTER
def anneal(
    rules: Rules,
    state: State,
    best: State,
    room: Scratch,
    tables: TourRoom,
    moves: int,
    short: float,
    heat: float,
    knobs: FloatArray,
) -> None:
    """Make moves at a temperature; keep the best roster in ``best``. ``short``: price of one person short a period."""
    people, days = state.start.shape
    for _ in range(moves):
        p = below(state.random, people)
        d = below(state.random, days)
        kind = uniform(state.random)
        if kind < knobs[0]:
            redraw_tour(rules, state, room, tables, p, short, heat, 1.0)
        elif kind < knobs[0] + knobs[1]:
            if state.start[p, d] >= 0:
                rework(rules, state, room, p, d, 2 + below(state.random, 2), short, heat)
        else:
            _one(rules, state, room, p, d, short, heat, knobs)
            if people > 1:
                _mix(rules, state)
        if state.sums[1] < best.sums[1] or (state.sums[1] == best.sums[1] and state.sums[0] < best.sums[0]):
            keep(state, best)


@INNER
def _one(
    rules: Rules, state: State, room: Scratch, p: int, d: int, short: float, heat: float, knobs: FloatArray
) -> None:
    """Draw one day of a person afresh, or one of two days for its shift."""
    kind = uniform(state.random)
    other = -1
    if kind < knobs[2] and state.start[p, d] >= 0:
        other = below(state.random, state.start.shape[1])
        if state.start[p, other] >= 0:
            other = -1
    redraw(rules, state, room, p, d, other, kind > 1.0 - knobs[3], short, heat)


@INNER
def _mix(rules: Rules, state: State) -> None:
    """Let random pairs change places; the cover stays as it is."""
    people, days = state.start.shape
    for _ in range(4):
        p = below(state.random, people)
        q = (p + 1 + below(state.random, people - 1)) % people
        d = below(state.random, days)
        if state.start[p, d] >= 0:
            swap_tails(rules, state, p, d, q)
    p = below(state.random, people)
    q = (p + 1 + below(state.random, people - 1)) % people
    d = below(state.random, days)
    e = d if uniform(state.random) < 0.5 else d + below(state.random, days - d)
    swap_days(rules, state, p, q, d, e)


@OUTER
def keep(state: State, best: State) -> None:
    """Copy a roster."""
    best.activity[:] = state.activity
    best.start[:] = state.start
    best.length[:] = state.length
    best.total[:] = state.total
    best.cover[:] = state.cover
    best.sums[:] = state.sums
