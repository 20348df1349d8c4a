# mypy: disable-error-code="misc, untyped-decorator, no-any-return"
"""The best whole tour of one person against what the others do, by dynamic programming over days.

Scores of single shifts come from :mod:`sampling`; a tour's score is their sum. State: last day with a start, when the
rest after it is over (as the first start of the next day that is possible), days in a row, time worked so far. Noise on
the scores (Gumbel, one temperature) turns the best tour into a draw.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import INNER, uniform
from scheduling.multi_activity.sampling import Scratch, draw_activities, prices, score_starts
from scheduling.multi_activity.shifts import place, take_off
from scheduling.multi_activity.state import Rules, State

__all__ = ["TourRoom", "redraw_tour", "tour_room"]

SingleArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
_NEVER = np.float32(-1e30)


class TourRoom(NamedTuple):
    """Tables of the dynamic program.

    ``free`` by (day, time worked): the day before was free. ``worked`` by (day, first start of the next day, run,
    time worked): a shift began on the day. ``running`` by (run, time): the best of ``worked`` so far. ``open`` counts
    the starts before each period. ``value`` holds the scores by (start, length - shortest).
    """

    free: SingleArray
    worked: SingleArray
    running: SingleArray
    value: SingleArray
    open: IntArray


def tour_room(rules: Rules) -> TourRoom:
    """Return tables for a problem."""
    days = len(rules.first) - 1
    runs = min(int(rules.numbers[3]), days)
    time = int(rules.ceiling.max()) + 1
    opened = np.concatenate([[0], np.cumsum(rules.starts)]).astype(np.int64)
    slots = int(np.diff(opened[rules.first]).max()) + 1
    lengths = int(rules.numbers[1] - rules.numbers[0]) + 1
    return TourRoom(
        np.zeros((days + 2, time), dtype=np.float32),
        np.zeros((days, slots, runs + 1, time), dtype=np.float32),
        np.zeros((runs + 1, time), dtype=np.float32),
        np.zeros((len(rules.day), lengths), dtype=np.float32),
        opened,
    )


@INNER
def _slot(rules: Rules, tables: TourRoom, d: int, ready: int) -> int:
    """Return the number of starts of day ``d + 1`` that come before ``ready``."""
    if d + 2 >= rules.first.shape[0]:
        return 0
    first, last = rules.first[d + 1], rules.first[d + 2]
    return tables.open[min(max(ready, first), last)] - tables.open[first]


@INNER
def _raise_row(target: SingleArray, source: SingleArray, shift: int, score: np.float32, limit: int) -> None:
    for m in range(limit - shift):
        value = source[m] + score
        if value > target[m + shift]:
            target[m + shift] = value


@INNER
def _day_forward(rules: Rules, tables: TourRoom, d: int, limit: int) -> None:
    """Fill ``worked`` of a day, and ``free`` of the day after the next."""
    worked = tables.worked
    runs = worked.shape[2] - 1
    worked[d] = _NEVER
    tables.running[:] = _NEVER
    slot = 0
    for s in range(rules.first[d], rules.first[d + 1]):
        if not rules.starts[s]:
            continue
        if d > 0:
            for r in range(1, runs):
                _raise_row(tables.running[r], worked[d - 1, slot, r], 0, np.float32(0.0), limit)
        slot += 1
        for n in range(tables.value.shape[1]):
            score = tables.value[s, n]
            if score <= _NEVER:
                continue
            length = rules.numbers[0] + n
            k = _slot(rules, tables, d, s + length + rules.numbers[2])
            _raise_row(worked[d, k, 1], tables.free[d], length, score, limit)
            for r in range(1, min(runs, d + 1)):
                _raise_row(worked[d, k, r + 1], tables.running[r], length, score, limit)
    tables.free[d + 2] = tables.free[d + 1]
    for k in range(worked.shape[1]):
        for r in range(1, runs + 1):
            _raise_row(tables.free[d + 2], worked[d, k, r], 0, np.float32(0.0), limit)


@INNER
def _came_from(rules: Rules, tables: TourRoom, d: int, k: int, r: int, m: int) -> tuple[int, int, int]:
    """Return start, length and the slot of the day before (-1: free) that lead to an entry of ``worked``."""
    target = tables.worked[d, k, r, m]
    slot = -1
    for s in range(rules.first[d], rules.first[d + 1]):
        if not rules.starts[s]:
            continue
        slot += 1
        for n in range(tables.value.shape[1]):
            length = rules.numbers[0] + n
            score = tables.value[s, n]
            if score <= _NEVER or length > m or _slot(rules, tables, d, s + length + rules.numbers[2]) != k:
                continue
            if r == 1:
                if tables.free[d, m - length] + score == target:
                    return s, length, -1
                continue
            for before in range(slot + 1):
                if tables.worked[d - 1, before, r - 1, m - length] + score == target:
                    return s, length, before
    return -1, 0, -1


@INNER
def _last_worked(tables: TourRoom, d: int, m: int) -> tuple[int, int, int]:
    """Return day, slot and run of the last shift behind an entry of ``free`` for day ``d`` (day -1: none)."""
    target = tables.free[d, m]
    for day in range(d - 2, -1, -1):
        for k in range(tables.worked.shape[1]):
            for r in range(1, tables.worked.shape[2]):
                if tables.worked[day, k, r, m] == target:
                    return day, k, r
    return -1, 0, 0


@INNER
def _write(
    rules: Rules, state: State, room: Scratch, tables: TourRoom, p: int, m: int, heats: tuple[float, float]
) -> None:
    """Put the tour that ends with ``m`` periods worked on the roster."""
    d = rules.first.shape[0]
    while m > 0:
        day, k, r = _last_worked(tables, d, m)
        while r > 0:
            s, length, before = _came_from(rules, tables, day, k, r, m)
            prices(rules, state, room, s, s + length, heats[0], heats[1])
            draw_activities(rules, state, room, p, s, length)
            place(rules, state, p, day, s, length)
            m -= length
            r -= 1
            k = before
            day -= 1
        d = day + 1


@INNER
def redraw_tour(
    rules: Rules, state: State, room: Scratch, tables: TourRoom, p: int, short: float, heat: float, noise: float
) -> bool:
    """Draw a person's whole tour afresh; return whether there is one that keeps the rules."""
    days, periods = state.start.shape[1], rules.day.shape[0]
    for d in range(days):
        if state.start[p, d] >= 0:
            take_off(rules, state, p, d)
    room.score[:] = -np.inf
    prices(rules, state, room, 0, periods, short, heat)
    score_starts(rules, room, 0, periods, 0, periods, rules.numbers[0], rules.numbers[1])
    for s in range(periods):
        for n in range(room.score.shape[1]):
            score = room.score[s, n]
            if score > -np.inf and noise > 0.0:
                score -= noise * np.log(-np.log(uniform(state.random) + 1e-12))
            tables.value[s, n] = max(score, -1e30)
    limit = rules.ceiling[p] + 1
    tables.free[:] = _NEVER
    tables.free[0, 0] = 0.0
    tables.free[1, 0] = 0.0
    for d in range(days):
        _day_forward(rules, tables, d, limit)
    best = -1
    for m in range(rules.floor[p], limit):
        if tables.free[days + 1, m] > _NEVER / 2 and (
            best < 0 or tables.free[days + 1, m] > tables.free[days + 1, best]
        ):
            best = m
    if best < 0:
        return False
    _write(rules, state, room, tables, p, best, (short, heat))
    return True
