"""The requirement corrected by simulation until every target holds, over the forecast's paths.

The queue is played for many futures at once (:mod:`wfm.simulation.single`) with the agents found so far, queues carried
from one interval to the next:

* a target judged by **interval** is met interval by interval: from the first to the last, the fewest agents with which
  the interval holds, given the queue that the intervals before leave;
* a target judged by **day** is met day by day: the fewest agents of the family "what the formulas need for the expected
  load times a factor";
* a target judged over the **horizon** or 30 days has one factor for all days.

Without ``confidence`` the share of the contacts of all futures must reach the goal (less the simulation's error), and a
day or the horizon hold in half of the futures. With it, the target holds in that share of the futures: the forecast's
uncertainty enters as it is, target by target. What no number tried holds is told by the caller.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.plan import Target
from wfm.simulation.line import Desk, Gauge, State, Stream
from wfm.simulation.single import new_state, play
from wfm.staffing.by_formula import Formula

__all__ = ["LEVEL_STEP", "Futures", "Past", "corrected", "fewest"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Levels of a factor on the load are powers of exp(this).
LEVEL_STEP = 0.02
_LOWEST, _HIGHEST = -40, 80
_THREADED = 200_000
#: Standard errors of the simulation by which the mean must clear the goal.
_MARGIN = 2.0


@dataclass(frozen=True)
class Futures:
    """The futures of one queue, ready to be played.

    Attributes
    ----------
    desk : Desk
    stream : Stream
    contained : float array (futures, intervals)
        Contacts that a bot keeps from people.
    busy : int
        Open contacts at the start.
    seed : int
    """

    desk: Desk
    stream: Stream
    contained: FloatArray
    busy: int
    seed: int


@dataclass(frozen=True)
class Past:
    """What the past days add to the sums of a 30-day target up to the last day of the plan."""

    upper: float = 0.0
    lower: float = 0.0


@dataclass
class _Search:
    """One target of one queue while its agents are searched."""

    futures: Futures
    target: Target
    gauge: Gauge
    window: BoolArray
    past: Past
    agents: IntArray
    guess: IntArray

    def sums(self, state: State, begin: int, end: int, agents: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return the complete sums by future over the intervals that count."""
        after = int(max(self.guess[end], agents[end - 1]) if end < len(self.guess) else agents[end - 1])
        upper, lower = self._play(state, begin, end, agents, after)
        counts = self.window[begin:end]
        up, low = upper[:, counts].sum(axis=1), lower[:, counts].sum(axis=1)
        if self.target.bots == "included":
            kept = self.futures.contained[:, begin:end][:, counts].sum(axis=1)
            up, low = up + (kept if self.rising else 0.0), low + kept
        return up + self.past.upper, low + self.past.lower

    def _play(self, state: State, begin: int, end: int, agents: IntArray, after: int) -> tuple[FloatArray, FloatArray]:
        futures = self.futures
        contacts = len(futures.stream.arrival) * (end - begin) / len(agents)
        jobs = (os.cpu_count() or 1) if contacts > _THREADED else 1
        return play(futures.desk, agents, begin, end, self.gauge, futures.stream, state, after=after, jobs=jobs)

    def move_on(self, state: State, begin: int, end: int) -> None:
        """Play the intervals with the agents found, so that ``state`` is that at their end."""
        self._play(state, begin, end, self.agents, -1)

    @property
    def rising(self) -> bool:
        """Whether more is better: shares answered in time."""
        return self.target.metric in ("answered_within", "resolved_within")

    def holds(self, upper: FloatArray, lower: FloatArray) -> bool:
        """Return whether the target holds, given the sums by future."""
        target = self.target
        goal = target.seconds if target.metric == "average_response" else target.share
        assert goal is not None
        assessed = lower >= max(target.exempt_below, 1)
        if target.confidence is None and not _mean_holds(upper[assessed], lower[assessed], goal, self.rising):
            return False
        if target.confidence is None and target.over == "interval":
            return True
        reached = np.divide(upper, lower, out=np.full(upper.shape, goal), where=assessed)
        good = reached >= goal - 1e-12 if self.rising else reached <= goal + 1e-12
        if target.confidence is None:
            return bool(good.mean() >= 0.5)
        wanted = target.confidence
        margin = 0.5 * math.sqrt(wanted * (1.0 - wanted) / len(good))
        return bool(good.mean() >= min(wanted + margin, 1.0))


def _mean_holds(upper: FloatArray, lower: FloatArray, goal: float, rising: bool) -> bool:
    total = lower.sum()
    if total <= 0:
        return True
    mean = upper.sum() / total
    error = math.sqrt(float(((upper - mean * lower) ** 2).sum())) / total
    return bool(mean - _MARGIN * error >= goal if rising else mean + _MARGIN * error <= goal)


def corrected(
    futures: Futures,
    grid: TimeGrid,
    formula: Formula,
    gauge: Gauge,
    window: BoolArray,
    floor: IntArray,
    past: Past,
    factor: float,
) -> tuple[IntArray, bool]:
    """Return the fewest agents found, at least ``floor``, with which the target holds, and whether it does everywhere.

    Parameters
    ----------
    futures : Futures
        The queue to be played.
    grid : TimeGrid
        The plan's.
    formula : Formula
        Of the target; where the search starts, and the family in which it looks.
    gauge : Gauge
        What is measured.
    window : bool array (intervals,)
        Intervals whose contacts count.
    floor : int array (intervals,)
        Agents that are there anyway.
    past : Past
        Sums of past days, for a target over 30 days.
    factor : float
        On the expected load, where the search of a day's or the horizon's factor starts.
    """
    start = np.where(window, np.maximum(formula.agents(), floor), floor)
    search = _Search(futures, formula.target, gauge, window, past, floor.copy(), start)
    if formula.target.over == "interval":
        # Never below the steady queue of the calmest cell: else a calm stretch flickers between n and n - 1 agents.
        search.agents = np.where(window, np.maximum(floor, formula.calmest()), floor)
        return search.agents, _by_interval(search)
    level = round(math.log(max(factor, 0.1)) / LEVEL_STEP)
    if formula.target.over == "day":
        edges = [grid.slots_of_day(day).start for day in range(grid.days)] + [grid.n]
        return search.agents, _by_span(search, formula, floor, edges, level)
    return search.agents, _by_span(search, formula, floor, [0, grid.n], level)


def _by_interval(search: _Search) -> bool:
    state = new_state(search.futures.stream, search.futures.busy, search.futures.seed)
    everywhere = True
    for t in range(len(search.agents)):
        if search.window[t]:
            found = fewest(_interval_test(search, state, t), int(search.agents[t]), int(search.guess[t]))
            everywhere &= found is not None
            search.agents[t] = search.guess[t] if found is None else found
        search.move_on(state, t, t + 1)
    return everywhere


def _interval_test(search: _Search, state: State, t: int) -> Callable[[int], bool]:
    def holds(agents: int) -> bool:
        tried = search.agents.copy()
        tried[t] = agents
        return search.holds(*search.sums(state, t, t + 1, tried))

    return holds


def fewest(holds: Callable[[int], bool], least: int, guess: int, most: int | None = None) -> int | None:
    """Return the smallest number from ``least`` on that holds, by galloping from a guess; None when none does."""
    limit = 4 * guess + 50 if most is None else most
    step = max(1, round(0.2 * math.sqrt(guess))) if most is None else 1
    low, high = least - 1, min(max(guess, least), limit)
    if holds(high):
        while high - step > low and holds(high - step):
            high, step = high - step, 2 * step
        low = max(low, high - step)
    else:
        low = high
        while True:
            high = min(low + step, limit)
            if high <= low:
                return None
            if holds(high):
                break
            low, step = high, 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _by_span(search: _Search, formula: Formula, floor: IntArray, edges: list[int], level: int) -> bool:
    """Find one factor on the load for every span between two edges."""
    state = new_state(search.futures.stream, search.futures.busy, search.futures.seed)
    everywhere = True
    for begin, end in pairwise(edges):
        if np.any(search.window[begin:end]):
            found = fewest(_span_test(search, formula, floor, state, begin, end), _LOWEST, level, _HIGHEST)
            everywhere &= found is not None
            level = level if found is None else found
            search.agents[begin:end] = _family(search, formula, floor, begin, end, level)
        search.move_on(state, begin, end)
    return everywhere


def _family(search: _Search, formula: Formula, floor: IntArray, begin: int, end: int, level: int) -> IntArray:
    needed = formula.agents(math.exp(LEVEL_STEP * level), begin, end)
    return np.where(search.window[begin:end], np.maximum(needed, floor[begin:end]), floor[begin:end])


def _span_test(
    search: _Search, formula: Formula, floor: IntArray, state: State, begin: int, end: int
) -> Callable[[int], bool]:
    def holds(level: int) -> bool:
        tried = search.agents.copy()
        tried[begin:end] = _family(search, formula, floor, begin, end, level)
        return search.holds(*search.sums(state, begin, end, tried))

    return holds
