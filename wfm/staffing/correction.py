"""The requirement corrected by simulation until its targets hold, over the forecast's paths.

The queue is played for many futures at once (:mod:`wfm.simulation.single`), queues carried from one interval to the
next:

* a target judged by **interval** is met interval by interval: from the first to the last, the fewest agents with which
  the interval holds, given the queue that the intervals before leave;
* a target judged by **day** is met day by day: the fewest agents of the family "what the formulas need for the expected
  load times a factor";
* a target judged over the **horizon** or 30 days has one factor for all days.

Whoever still waits at the end of a span is served by the agents of the next one. Those are guessed in a first sweep;
in further ones every span is looked at again with the agents found, and raised where it no longer holds, until nothing
changes: then the agents together hold what each was tested for.

Without ``confidence`` the share of the contacts of all futures must reach the goal (less the simulation's error), and a
day or the horizon hold in half of the futures. With it, the target holds in that share of the futures: the forecast's
uncertainty enters as it is, target by target. Where no number tried holds a span, it gets the agents beyond which more
help next to nothing, and the caller is told.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.plan import Target
from wfm.rolling import Past, rolled
from wfm.simulation.line import Desk, Gauge, State, Stream
from wfm.simulation.single import new_state, play
from wfm.staffing.by_formula import Formula
from wfm.staffing.chances import reached_in, safe_mean, safe_share

__all__ = ["LEVEL_STEP", "Correction", "Futures", "corrected", "fewest"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Span = tuple[int, int]
#: Returns the agents of a span for a number that is searched: the agents themselves, or the level of a factor.
Family = Callable[[Span, int], IntArray]

#: Levels of a factor on the load are powers of exp(this).
LEVEL_STEP = 0.02
_LOWEST, _HIGHEST = -40, 80
_THREADED = 200_000
#: Where a goal is out of reach: what more agents may gain at most, relative to the goal.
_EASE = 0.01
_SWEEPS = 10


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
class Correction:
    """What was found for a target.

    Attributes
    ----------
    agents : int array (intervals,)
    holds : bool
        Whether the target holds wherever it was asked to.
    windows : float array (days,)
        What the 30 days that end on each day reach by the target's own measure (safely: as the target is judged);
        empty for other targets.
    own : float
        What the plan's days reach without the past; NaN for other targets.
    within_reach : bool
        False where the past is so far behind that no staff could hold the 30 days up to the plan's end: then the plan's
        own days reach the goal.
    """

    agents: IntArray
    holds: bool
    windows: FloatArray
    own: float
    within_reach: bool = True


@dataclass
class _Search:
    """One target of one queue while its agents are searched."""

    futures: Futures
    target: Target
    gauge: Gauge
    window: BoolArray
    agents: IntArray

    @property
    def goal(self) -> float:
        """The goal, turned so that more is better."""
        return self.target.sign * self.target.goal

    def sums(self, state: State, span: Span, agents: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return the complete sums by future and interval of a span, 0 where contacts do not count."""
        begin, end = span
        upper, lower = self._play(state, span, agents, finish=True)
        if self.target.bots == "included":
            replies = 1.0 if self.gauge.together else 1.0 + self.gauge.later
            kept = self.futures.contained[:, begin:end] * replies
            upper, lower = upper + (kept if self.target.sign > 0 else 0.0), lower + kept
        counts = self.window[begin:end]
        return upper * counts, lower * counts

    def move_on(self, state: State, span: Span) -> None:
        """Play a span with the agents found, so that ``state`` is that at its end."""
        self._play(state, span, self.agents, finish=False)

    def _play(self, state: State, span: Span, agents: IntArray, *, finish: bool) -> tuple[FloatArray, FloatArray]:
        begin, end = span
        stream = self.futures.stream
        contacts = len(stream.arrival) * (end - begin) / len(agents)
        jobs = (os.cpu_count() or 1) if contacts > _THREADED else 1
        return play(self.futures.desk, agents, begin, end, self.gauge, stream, state, finish=finish, jobs=jobs)

    def attained(self, upper: FloatArray, lower: FloatArray) -> float:
        """Return the highest goal that the sums by future hold, turned so that more is better."""
        target, sign = self.target, self.target.sign
        assessed = lower >= max(target.exempt_below, 1)
        # A future that is not assessed reaches all.
        ratio = np.divide(sign * upper, lower, out=np.full(upper.shape, np.inf), where=assessed)
        if target.confidence is not None:
            return float(reached_in(ratio, safe_share(target.confidence, len(ratio))))
        mean = safe_mean(sign * upper[assessed], lower[assessed])
        return mean if target.over == "interval" else min(mean, float(reached_in(ratio, 0.5)))


@dataclass(frozen=True)
class _Windows:
    """The 30 days up to each day of the plan, past days included."""

    search: _Search
    past: Past
    first: IntArray

    def by_day(self, upper: FloatArray, lower: FloatArray) -> FloatArray:
        """Return what each window attains, turned so that more is better: shape (days,)."""
        ups, lows = (rolled(np.add.reduceat(part, self.first, axis=1)) for part in (upper, lower))
        ups, lows = ups + self.past.uppers, lows + self.past.lowers
        return np.array([self.search.attained(up, low) for up, low in zip(ups.T, lows.T, strict=True)])

    @property
    def asked(self) -> BoolArray:
        """On which days the window must hold."""
        return self.past.asked(self.search.target.goal, self.search.target.sign)


def corrected(
    futures: Futures,
    grid: TimeGrid,
    formula: Formula,
    gauge: Gauge,
    window: BoolArray,
    floor: IntArray,
    past: Past,
    factor: float,
) -> Correction:
    """Return the fewest agents found, at least ``floor``, with which the target holds.

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

    Notes
    -----
    The 30 days up to the plan's last day must hold, and those up to each day whose past is not behind by itself. Other
    days can't hold, or only by doing better than the goal to make up for what was before the plan. Where no staff could
    make up for it by the end, the plan's own days reach the goal.
    """
    search = _Search(futures, formula.target, gauge, window, floor.copy())
    first = np.array([grid.slots_of_day(day).start for day in range(grid.days)], dtype=np.int64)
    windows = _Windows(search, past, first)
    within_reach = True
    if formula.target.over == "interval":
        holds = _by_interval(search, formula, floor)
    else:
        if formula.target.over == "30_days":
            within_reach = _within_reach(search, _scaled(search, formula, floor), windows)
        edges = [*first.tolist(), grid.n] if formula.target.over == "day" else [0, grid.n]
        holds = _by_span(search, formula, floor, list(pairwise(edges)), factor, windows, within_reach)
    if formula.target.over != "30_days":
        return Correction(search.agents, holds, np.zeros(0), math.nan)
    sums = search.sums(new_state(futures.stream, futures.busy, futures.seed), (0, grid.n), search.agents)
    own = search.target.sign * search.attained(sums[0].sum(axis=1), sums[1].sum(axis=1))
    return Correction(search.agents, holds, search.target.sign * windows.by_day(*sums), own, within_reach)


def _by_interval(search: _Search, formula: Formula, floor: IntArray) -> bool:
    # Never below the steady queue of the calmest cell: else a calm stretch flickers between n and n - 1 agents.
    least = np.where(search.window, np.maximum(floor, formula.calmest()), floor)
    guess = np.where(search.window, np.maximum(formula.agents(), least), floor)
    search.agents = guess.copy()

    def alone(_: Span, agents: int) -> IntArray:
        return np.array([agents], dtype=np.int64)

    def attained(upper: FloatArray, lower: FloatArray) -> float:
        return search.attained(upper[:, 0], lower[:, 0])

    spans = [(t, t + 1) for t in range(len(floor))]
    most = [max(4 * int(one) + 50, int(low)) for one, low in zip(guess, least, strict=True)]
    return _settle(search, spans, alone, attained, least.tolist(), guess.tolist(), most)


def _by_span(
    search: _Search,
    formula: Formula,
    floor: IntArray,
    spans: list[Span],
    factor: float,
    windows: _Windows,
    within_reach: bool,
) -> bool:
    """Find one factor on the load for every span."""
    level = min(max(round(math.log(max(factor, 0.1)) / LEVEL_STEP), _LOWEST), _HIGHEST)
    scaled = _scaled(search, formula, floor)

    def attained(upper: FloatArray, lower: FloatArray) -> float:
        if search.target.over == "30_days" and within_reach:
            return float(windows.by_day(upper, lower)[windows.asked].min())
        return search.attained(upper.sum(axis=1), lower.sum(axis=1))

    for begin, end in spans:
        search.agents[begin:end] = scaled((begin, end), level)
    many = len(spans)
    return _settle(search, spans, scaled, attained, [_LOWEST] * many, [level] * many, [_HIGHEST] * many)


def _scaled(search: _Search, formula: Formula, floor: IntArray) -> Family:
    """Return the family of what the formulas need for the expected load times a factor."""

    def scaled(span: Span, level: int) -> IntArray:
        begin, end = span
        needed = formula.agents(math.exp(LEVEL_STEP * level), begin, end)
        return np.where(search.window[begin:end], np.maximum(needed, floor[begin:end]), floor[begin:end])

    return scaled


def _within_reach(search: _Search, scaled: Family, windows: _Windows) -> bool:
    """Return whether as many agents as are ever tried hold the 30 days up to the plan's end."""
    everything = (0, len(search.agents))
    state = new_state(search.futures.stream, search.futures.busy, search.futures.seed)
    sums = search.sums(state, everything, scaled(everything, _HIGHEST))
    return bool(windows.by_day(*sums)[-1] >= search.goal)


def _settle(
    search: _Search,
    spans: Sequence[Span],
    family: Family,
    attained: Callable[[FloatArray, FloatArray], float],
    least: Sequence[int],
    guess: Sequence[int],
    most: Sequence[int],
) -> bool:
    """Set the agents of every span to the fewest that hold with those of all the others; return whether all hold."""
    found, goals = list(guess), [search.goal] * len(spans)
    for sweep in range(_SWEEPS):
        state = new_state(search.futures.stream, search.futures.busy, search.futures.seed)
        changed = sweep == 0
        for k, span in enumerate(spans):
            if np.any(search.window[slice(*span)]):
                value = _value(search, state, span, family, attained)
                if sweep == 0:
                    found[k], goals[k] = _fewest_or_best(value, search.goal, least[k], guess[k], most[k])
                else:
                    raised = _raised(value, goals[k], found[k], most[k])
                    changed |= raised > found[k]
                    found[k] = raised
                search.agents[slice(*span)] = family(span, found[k])
            search.move_on(state, span)
        if not changed:
            break
    return not changed and all(goal >= search.goal for goal in goals)


def _value(
    search: _Search, state: State, span: Span, family: Family, attained: Callable[[FloatArray, FloatArray], float]
) -> Callable[[int], float]:
    def value(number: int) -> float:
        tried = search.agents.copy()
        tried[slice(*span)] = family(span, number)
        return attained(*search.sums(state, span, tried)) + 1e-12

    return value


def _fewest_or_best(value: Callable[[int], float], goal: float, least: int, guess: int, most: int) -> tuple[int, float]:
    """Return the smallest number that reaches the goal, and the goal; out of reach: what next to nothing is above."""
    found = fewest(lambda number: value(number) >= goal, least, guess, most)
    if found is not None:
        return found, goal
    best = value(most)
    eased = best - _EASE * max(abs(goal), abs(best))
    found = fewest(lambda number: value(number) >= eased, least, guess, most)
    return (most if found is None else found), min(eased, goal)


def _raised(value: Callable[[int], float], goal: float, number: int, most: int) -> int:
    """Return the number, or the next higher one that reaches the goal; at most ``most``."""
    if number >= most or value(number) >= goal:
        return number
    found = fewest(lambda higher: value(higher) >= goal, number + 1, number + 1, most)
    return most if found is None else found


def fewest(holds: Callable[[int], bool], least: int, guess: int, most: int) -> int | None:
    """Return the smallest number from ``least`` to ``most`` that holds, by galloping from a guess; None: none does."""
    step = max(1, round(0.2 * math.sqrt(max(guess, 0))))
    low, high = least - 1, min(max(guess, least), most)
    if holds(high):
        while high - step > low and holds(high - step):
            high, step = high - step, 2 * step
        low = max(low, high - step)
    else:
        low = high
        while True:
            high = min(low + step, most)
            if high <= low:
                return None
            if holds(high):
                break
            low, step = high, 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
