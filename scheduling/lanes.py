"""Two lanes of the search by weeks: weeks at least two apart share no interval, so they are drawn at the same time.

What is drawn when, and by which lane, follows from the seed alone: one core or two, the roster is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import stream
from scheduling.kernel import State
from scheduling.tables import Tables
from scheduling.week_options import Work
from scheduling.weekly import sweep

__all__ = ["CHUNK", "Lanes", "turns"]

IntArray = NDArray[np.int64]
Pairs = tuple[IntArray, IntArray]
CHUNK = 1000
_LANES = 2


class Lanes:
    """The lanes of one search; a lane has random numbers, sums and scratch of its own, the roster is shared.

    Parameters
    ----------
    tables : Tables
        A limit on the money of a pool counts everybody's wages, so one lane draws all where there is such a limit.
    state : State
        The roster.
    work : Work
        Scratch of the first lane.
    seed : int
        Seed of the random numbers of the second lane.
    """

    def __init__(self, tables: Tables, state: State, work: Work, seed: int) -> None:
        self.tables = tables
        people, weeks = state.wages.shape
        limited = np.isfinite(tables.pool_cost[tables.pools[tables.pools >= 0]]).any()
        self.weeks, self.lanes = weeks, [(state, work)]
        if weeks > _LANES and people >= _LANES and not limited:
            totals, spent = np.zeros_like(state.totals), np.zeros_like(state.pool_spent)
            own = state._replace(random=stream(seed, 1), totals=totals, pool_spent=spent)
            self.lanes.append((own, _copied(work)))

    @property
    def two(self) -> bool:
        """Whether weeks are drawn at the same time."""
        return len(self.lanes) == _LANES

    def rounds(self, order: IntArray) -> Iterator[list[list[Pairs]]]:
        """Yield what is drawn between two looks at the clock: turns, each of one list of pairs for every lane."""
        people, weeks = order // self.weeks, order % self.weeks
        if self.two:
            yield from turns(people, weeks)
            return
        for first in range(0, len(order), CHUNK):
            part = slice(first, first + CHUNK)
            yield [[(people[part], weeks[part])]]

    def draw(self, turns: Sequence[Sequence[Pairs]], heat: float, pool: ThreadPoolExecutor) -> int:
        """Draw the pairs of a round, one turn after the other, each lane its own; return how many there were."""

        def one(lane: tuple[State, Work], pairs: Pairs) -> int:
            sweep(self.tables, *lane, *pairs, heat)
            return len(pairs[0])

        drawn = sum(count for turn in turns for count in pool.map(one, self.lanes, turn))
        for own, _ in self.lanes[1:]:
            self.lanes[0][0].totals[:] += own.totals
            own.totals[:] = 0.0
        return drawn


def turns(people: IntArray, weeks: IntArray) -> Iterator[list[list[Pairs]]]:
    """Yield rounds of turns of two lists of (people, weeks): all pairs once, in their order but for the turns.

    In a turn the lanes have weeks that are two or more apart, and different people.
    """
    pieces = max(1, len(people) // CHUNK)
    cut = {
        (rest, half): [
            (people[at], weeks[at])
            for at in np.array_split(np.flatnonzero((weeks % 4 == rest) & (people % 2 == half)), pieces)
        ]
        for rest in range(4)
        for half in range(2)
    }
    for piece in range(pieces):
        yield [
            [cut[rest, half][piece], cut[rest + 2, 1 - half][piece]]  # weeks 0, 4, ... beside 2, 6, ..., then 1, 3
            for rest in range(2)
            for half in range(2)
        ]


def _copied(work: Any) -> Any:
    """Return a copy of nested named tuples of arrays."""
    if isinstance(work, tuple):
        return type(work)(*(_copied(part) for part in work))
    return work.copy() if isinstance(work, np.ndarray) else work
