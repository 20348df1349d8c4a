"""The person-level search: a legal roster from the first moment on, bettered until the effort is used up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from scheduling.compiled import stream
from scheduling.kernel import BREACH_PRICE, State, cover_all
from scheduling.lanes import Lanes
from scheduling.moves import anneal
from scheduling.problem import RosterProblem, Span
from scheduling.tables import Index, Tables
from scheduling.week_options import Work, new_work
from scheduling.weekly import worths

__all__ = ["Search"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
SLICE = 20_000
_MEND_SLICES = 20
_MEND_HEAT = 1.0  # money: wages are not spent in vain
_SOFT_MOST = 0.9


class Search:
    """A roster under search.

    Parameters
    ----------
    problem : RosterProblem
        What is to be rostered.
    tables, index : Tables, Index
        From :func:`scheduling.tables.build_tables`.
    seed : int
        Seed of every random draw.
    work : Work, optional
        Scratch of an earlier search of the same options, whoever its people were.
    """

    def __init__(
        self, problem: RosterProblem, tables: Tables, index: Index, seed: int, work: Work | None = None
    ) -> None:  # fmt: skip
        self.problem, self.index, self.tables = problem, index, tables
        self.state = _empty_state(problem, tables, index, seed)
        _write_past(problem, tables, index, self.state)
        self.required = np.asarray(index.requirement.T @ index.weights.T, dtype=np.float32)
        for (p, day), option in index.span_option.items():
            self.state.option[p, day] = option
            self.state.pattern[p, day] = tables.opt_pattern[option]
        self.best = (np.inf, self.state.option.copy(), self.state.pattern.copy())
        self.work = work or new_work(problem, index.options, tables)
        self.lanes = Lanes(tables, self.state, self.work, seed)
        self.order = np.random.default_rng(seed)

    def prepare(self) -> None:
        """Price the roster so far; the first call in a process compiles the search."""
        self.write(self.state.option.copy(), self.state.pattern.copy())
        self._mend()
        self.keep_best()

    def _mend(self) -> None:
        """Roster people beside published shifts of temporary staff that stand alone, before anything else.

        Missing agents cost nothing meanwhile, so that nobody works who is not needed for it and no limit is used up.
        """
        urgent = self.tables._replace(block_price=np.zeros_like(self.tables.block_price))
        for _ in range(_MEND_SLICES):
            if self.state.totals[3] < 1e-9:
                break
            anneal(urgent, self.state, SLICE, _MEND_HEAT, _MEND_HEAT)
            self.refresh()

    @property
    def cost(self) -> float:
        """Wages, unused guaranteed hours and missing agents (breaches of seat limits at a prohibitive price)."""
        missing, wages, unused, breach, _ = self.state.totals
        return float(missing + wages + unused + BREACH_PRICE * breach)

    @property
    def breached(self) -> bool:
        """Whether the best roster passes seat limits (only published shifts can do that), counted afresh."""
        tables, (_, option, pattern) = self.tables, self.best
        on = np.zeros((len(tables.pool_seats), self.state.experts.shape[0]), dtype=np.int64)
        experts = np.zeros(on.shape[1], dtype=np.int64)
        for p, day in np.argwhere(option >= 0):
            row = pattern[p, day]
            slot, length = tables.opt_slot[day, option[p, day]], tables.pat_len[row]
            if tables.experienced[p]:
                experts[slot : slot + length] += tables.pat_all[row, :length]
            for pool in tables.pools[p][tables.pools[p] >= 0]:
                on[pool, slot : slot + length] += tables.pat_any[row, :length]
        most = np.minimum(tables.pool_seats[:, None], tables.pool_ratio[:, None] * experts + 1e-9)
        return bool((on > np.maximum(most, 0)).any())

    def refresh(self) -> None:
        """Rebuild everything derived, so that rounding does not pile up."""
        cover_all(self.tables, self.state, self.required)

    def run(self, moves: int, hot: float, cold: float, stop: Callable[[], bool], tick: Callable[[float], None]) -> bool:
        """Anneal in slices; return False when stopped early. Keeps the best roster seen at the end of a slice."""
        if not len(self.index.people):
            tick(1.0)
            return True
        slices = max(1, round(moves / SLICE))
        ladder = hot * (cold / hot) ** (np.arange(slices + 1) / slices)
        size = max(1, moves // slices)
        for number in range(slices):
            if stop():
                self.restore()
                return False
            anneal(self.tables, self.state, size, float(ladder[number]), float(ladder[number + 1]))
            self.refresh()
            self.keep_best()
            tick((number + 1) / slices)
        self.restore()
        return True

    def draw(
        self, ladder: Sequence[tuple[float, float]], stop: Callable[[], bool], tick: Callable[[float], None]
    ) -> bool:
        """Draw the weeks of everybody anew in random order, once for each step of ``ladder``; False when stopped early.

        A step is a temperature and how far the price of missing agents is rounded off. Where a step is sharp, nobody
        gains by leaving an interval that just has enough; rounded, a draw feels what the others could make of it, as
        the methods of smoothing for convex programs do (Nesterov 2005). Keeps the roster of least true cost seen at the
        end of a sweep.
        """
        if not len(self.index.people) or not self.tables.opt_paid.size:
            return True
        whole = True
        with ThreadPoolExecutor(len(self.lanes.lanes)) as pool:
            for number, (heat, soft) in enumerate(ladder):

                def told(part: float, done: int = number) -> None:
                    tick((done + part) / len(ladder))

                self._soften(soft)
                whole = self._sweep(heat, pool, stop, told)
                self._soften(0.0)
                self.keep_best()
                if not whole:
                    break
        self.restore()
        return whole

    def _sweep(
        self, heat: float, pool: ThreadPoolExecutor, stop: Callable[[], bool], tick: Callable[[float], None]
    ) -> bool:
        """Draw the weeks of everybody anew once; return False when stopped early."""
        weeks, drawn = len(self.index.people) * self.problem.weeks, 0
        for turns in self.lanes.rounds(self.order.permutation(weeks)):
            if stop():
                return False
            drawn += self.lanes.draw(turns, float(heat), pool)
            tick(drawn / weeks)
        return True

    def _soften(self, soft: float) -> None:
        """Round off the price of missing agents by so many agents where one is wanted (by its root where more are)."""
        wanted = np.maximum(np.maximum.reduceat(self.required, self.tables.block_first[:-1], axis=1), 0.0)
        self.state.soft[:] = np.minimum(soft * np.sqrt(wanted), _SOFT_MOST * wanted)
        self.refresh()

    def lean(self, seat: FloatArray) -> None:
        """Round off the price of missing agents so that its slope, where nobody is missing, is what an agent is worth.

        Then what a rounded price leaves is what the proof leaves: of intervals that have just enough, some are worth
        an agent more than others (the prices are those of an augmented Lagrangian; Hestenes 1969, Powell 1969).

        Parameters
        ----------
        seat : float array (queues, intervals)
            Price of an agent on seat, money per agent-interval.
        """
        for b, block in enumerate(self.index.blocks):
            worth = seat[list(block.queues)].max(axis=0) / self.problem.interval_hours
            self.state.lean[:, b] = np.clip((worth - block.below) / block.price, 0.0, 1.0)
        self.refresh()

    def keep_best(self) -> None:
        """Remember the roster when it is the cheapest so far (wishes break ties)."""
        if self.cost - float(self.state.totals[4]) * 1e-3 < self.best[0] - 1e-9:
            self.best = (self.cost, self.state.option.copy(), self.state.pattern.copy())

    def restore(self) -> None:
        """Go back to the best roster."""
        self.write(self.best[1], self.best[2])

    def worths(self, people: Sequence[int]) -> dict[int, float]:
        """Return what the roster would cost more without the shifts of each person (negative: it would cost less)."""
        found = np.zeros(len(people))
        worths(self.tables, self.state, np.array(people, dtype=np.int64), found)
        self.refresh()
        return dict(zip(people, found.tolist(), strict=True))

    def write(self, option: IntArray, pattern: IntArray) -> None:
        """Set all shifts at once (they must be legal) and rebuild everything derived."""
        state, tables, pre = self.state, self.tables, self.tables.pre
        state.option[:], state.pattern[:] = option, pattern
        days = np.arange(option.shape[1])
        works = option >= 0
        start = tables.opt_start[days, np.maximum(option, 0)] if len(tables.opt_paid) else option
        ends = start + (tables.opt_minutes[np.maximum(option, 0)] if len(tables.opt_paid) else 0)
        paid = tables.opt_paid[np.maximum(option, 0)] if len(tables.opt_paid) else np.zeros(option.shape)
        keep = tables.training[:, pre:]
        state.start[:, pre:] = np.where(keep, state.start[:, pre:], np.where(works, start, -1))
        state.end[:, pre:] = np.where(keep, state.end[:, pre:], np.where(works, ends, -1))
        state.paid[:, pre:] = np.where(keep, state.paid[:, pre:], np.where(works, paid, 0.0))
        self.refresh()


def _empty_state(problem: RosterProblem, tables: Tables, index: Index, seed: int) -> State:
    people, days, extended = len(index.people), problem.days, tables.pre + problem.days
    slots, subsets, pools = problem.grid.n, tables.smax.shape[1], len(tables.pool_seats)
    tail = tables.pat_seat.shape[1] + 1
    return State(
        option=np.full((people, days), -1, dtype=np.int64),
        pattern=np.full((people, days), -1, dtype=np.int64),
        start=np.full((people, extended), -1, dtype=np.int64),
        end=np.full((people, extended), -1, dtype=np.int64),
        paid=np.zeros((people, extended)),
        overtime=np.zeros((people, extended)),
        wages=np.zeros((people, problem.weeks)),
        unused=np.zeros((people, problem.weeks)),
        cut=np.zeros((slots, subsets), dtype=np.float32),
        missing=np.zeros(slots),
        soft=np.zeros((slots, len(tables.block_price))),
        lean=np.full((slots, len(tables.block_price)), 0.5),
        on_duty=np.zeros((pools, slots + tail), dtype=np.int64),
        experts=np.zeros(slots + tail, dtype=np.int64),
        pool_spent=np.zeros(pools),
        totals=np.zeros(5),
        random=stream(seed),
        net=np.zeros(slots),
        row_of=np.full(slots, -1, dtype=np.int64),
        rows=np.zeros(slots + 1, dtype=np.int64),
        scratch=np.zeros((min(slots, 4 * tables.pat_seat.shape[1]) + 1, subsets), dtype=np.float32),
        scratch_missing=np.zeros(slots + 1),
        edits=np.zeros((2, 6), dtype=np.int64),
        pairs=np.zeros((2, 2), dtype=np.int64),
        more=np.zeros(2),
    )


def _write_past(problem: RosterProblem, tables: Tables, index: Index, state: State) -> None:
    """Enter published shifts of the past, published training, and the training of hires."""
    for p, person in enumerate(index.people):
        for span in (*person.past, *(span for span in person.fixed if span.training)):
            if span.day >= -tables.pre:
                _write_span(problem, state, p, tables.pre + span.day, span)
        hours = problem.contracts[person.contract].training_hours_per_day
        for day in (d for d in person.training if d >= -tables.pre):
            e, start = tables.pre + day, problem.minute_at(day, 9 * 60)
            state.start[p, e], state.end[p, e], state.paid[p, e] = start, start + round(hours * 60), hours


def _write_span(problem: RosterProblem, state: State, p: int, e: int, span: Span) -> None:
    """Enter a past shift; two on one day (nobody plans that, but it may have happened) stand as one."""
    if state.paid[p, e] > 0:
        state.start[p, e], state.end[p, e] = min(span.start, state.start[p, e]), max(span.end, state.end[p, e])
    else:
        state.start[p, e], state.end[p, e] = span.start, span.end
    state.paid[p, e] += problem.span_hours(span)
