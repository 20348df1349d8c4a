"""The building worker: which hires to take on, and the annealing of everybody's shifts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.costing import cheapest_split, on_seat
from scheduling.hires import HireOption, broken_limits, fit_limits, hired_person
from scheduling.options import ShiftOptions
from scheduling.outcome import placed_shifts
from scheduling.problem import RosterProblem
from scheduling.queue_weights import wanted_weights
from scheduling.search import Search
from scheduling.tables import build_tables
from scheduling.week_options import Work

__all__ = ["Advice", "Season"]

FloatArray = NDArray[np.float64]

# How often everybody's weeks are drawn: as a total allows that grows with the root of the weeks beyond a number,
# within limits. Then moves of single shifts for each draw.
DRAWS = 420_000
WEEKS = 3000
SWEEPS_MOST = 1000
SWEEPS_LEAST = 11
MOVES_PER_DRAW = 30
MOVES_LEAST = 50_000
MOVES_MOST = 10_000_000
# How far the price of missing agents is rounded off at first; it is sharp in the end.
SOFT = 1.0
_DROP_ROUNDS = 4
# How often the weights of queues are looked after, and how many may be found at a time.
_WEIGHINGS = 3
_WEIGHTS_MOST = 24
# Shares of the search before the number of hires is known and with it; up to the third idle ones are sent away.
_FIRST, _SECOND, _FINISH = 0.2, 0.4, 0.8
_COOLED = 0.25
_HOT, _COLD, _SLOW = 0.28, 0.007, 300
# The relaxed problem takes on fractions of people and cuts shifts into fractions: whole people need a little more.
_HEADROOM = 1.08
Heads = Mapping[int, float]


@dataclass(frozen=True)
class Advice:
    """What the proof says to the search: people to take on per contract, and the price of an agent on seat.

    ``seat`` is money per agent-interval (queues, intervals), as in ``BoundPrices``; None where unknown.
    """

    heads: Heads | None = None
    seat: FloatArray | None = None


def _no_advice() -> Advice:
    return Advice()


class Season:
    """A roster in the making. A legal one exists from the start: published shifts only.

    Attributes
    ----------
    share : float
        Share of the search that is done.
    cost : float
        Cost of the best roster so far, hiring included; inf before it is priced.
    hires : tuple of HireOption
        People who may be taken on.
    """

    def __init__(
        self, problem: RosterProblem, options: ShiftOptions, hires: Sequence[HireOption], effort: float, seed: int
    ) -> None:
        self.problem, self.options, self.hires = problem, options, tuple(hires)
        self.effort, self.seed = effort, seed
        self.share, self.cost = 0.0, float("inf")
        self._weights: list[tuple[float, ...]] = []
        self._heats = (1.0, 1.0)
        self._seat: FloatArray | None = None
        self._work: Work | None = None
        self._search = self._with(dict.fromkeys((hire.contract for hire in hires), 0))
        self._notes: tuple[str, ...] = ()

    def _with(self, heads: dict[int, int]) -> Search:
        """Return a fresh search with that many hires per contract."""
        hired = [hired_person(self.problem, h, n + 1) for h in self.hires for n in range(heads[h.contract])]
        people = (*self.problem.people, *hired)
        tables, index = build_tables(self.problem, self.options, people, self._weights)
        search = Search(self.problem, tables, index, self.seed, self._work)
        self._work = search.work
        if self._seat is not None:
            search.lean(self._seat)
        return search

    def best(self) -> Search:
        """Return the search that holds the best roster so far, with that roster written back."""
        search = self._search
        _, option, pattern = search.best
        search.state.option[:], search.state.pattern[:] = option, pattern
        return search

    def breached(self, search: Search) -> bool:
        """Return whether seat limits are passed, which only published shifts of temporary staff can do."""
        return search.breached

    def run(self, stop: Callable[[], bool], advice: Callable[[], Advice] = _no_advice) -> None:
        """Search until the effort is used up or ``stop`` says so.

        Parameters
        ----------
        stop : callable
            Polled between slices of the search.
        advice : callable
            Waits for the proof and returns what it knows. Asked once, after a fixed share of the search, so the roster
            does not depend on who is faster.
        """
        heads, self._notes = fit_limits(self.problem, self.hires, {h.contract: h.heads_max for h in self.hires})
        search = self._with(heads)
        search.prepare()
        sweeps = self._sweeps(search)
        hot, cold = self._heats = self._temperatures(sweeps)
        self._adopt_soon(search)
        if not sum(heads.values()):
            self._named_only(search, sweeps, hot, cold, stop, advice)
            return
        warm = hot * _COOLED
        if not self._draw(search, round(sweeps * _FIRST), hot, warm, 0.0, _FIRST, stop):
            return
        wanted = self._advised(search, advice)
        if wanted is not None and not stop():
            search = self._cut_to(search, wanted)
        search = self._weighed(search, stop)
        if not self._draw(search, round(sweeps * _SECOND), warm, cold, _FIRST, _FIRST + _SECOND, stop):
            return
        search = self._weighed(search, stop)
        search = self._trim(search, sweeps, hot, cold, stop)
        if not stop():
            self._anneal(search, sweeps, cold, _FINISH, stop)

    def _advised(self, search: Search, advice: Callable[[], Advice]) -> Heads | None:
        """Ask for advice: the search and all later ones lean on its prices; return how many people to take on."""
        advised = advice()
        self._seat = advised.seat
        if self._seat is not None:
            search.lean(self._seat)
        return advised.heads

    def _named_only(
        self, search: Search, sweeps: int, hot: float, cold: float, stop: Callable[[], bool],
        advice: Callable[[], Advice],
    ) -> None:  # fmt: skip
        """Search when nobody may be taken on."""
        share, heats = _FINISH / _WEIGHINGS, np.geomspace(hot, cold, _WEIGHINGS + 1).tolist()
        for number in range(_WEIGHINGS):
            begin, part = number * share, round(sweeps / _WEIGHINGS)
            if not self._draw(search, part, heats[number], heats[number + 1], begin, begin + share, stop):
                return
            if number == 0:
                self._advised(search, advice)
            search = self._weighed(search, stop)
        self._anneal(search, sweeps, cold, _FINISH, stop)

    def _weighed(self, search: Search, stop: Callable[[], bool]) -> Search:
        """Return the search with the weights of queues that it lacks to tell the agents missing in its best roster."""
        index = search.index
        seats, speeds = on_seat(self.problem, index.people, placed_shifts(self.problem, search))
        _, worth = cheapest_split(self.problem, seats, speeds, index.requirement, stop)
        found = wanted_weights(index.blocks, seats, speeds, index.requirement, worth, _WEIGHTS_MOST)
        if stop() or not found:
            return search
        self._weights += found
        weighed = self._smaller(search, range(len(index.people)))
        # Adopted whatever it costs: costs by fewer weights are too low to be compared with.
        self.cost, self._search = weighed.best[0] + self.hiring_cost(weighed), weighed
        return weighed

    def _sweeps(self, search: Search) -> int:
        """Return how often everybody's weeks are drawn: as a total allows, within limits."""
        weeks = max(1, len(search.index.people) * self.problem.weeks)
        draws = DRAWS * float(np.sqrt(max(1.0, weeks / WEEKS)))
        return max(4, round(self.effort * min(SWEEPS_MOST, max(draws / weeks, SWEEPS_LEAST))))

    def _temperatures(self, sweeps: int) -> tuple[float, float]:
        """Return the first and last temperature, shares of a shift's wage: hotter with more time to cool.

        Measured: 60 people drawn 300 times do best from 0.2 to 0.4 on, 700 people drawn 20 times from 0.05 to 0.1.
        """
        rates = [contract.cost_per_hour for contract in self.problem.contracts]
        wage = 8.0 * (float(np.mean(rates)) or float(self.problem.shortage_price.max(initial=1.0)))
        time = float(np.clip(np.sqrt(sweeps / _SLOW), 0.2, 1.0))
        return _HOT * wage * time, _COLD * wage * time

    def _draw(
        self, search: Search, sweeps: int, hot: float, cold: float, begin: float, end: float, stop: Callable[[], bool]
    ) -> bool:
        heats = np.geomspace(hot, cold, sweeps).tolist() if sweeps > 1 else [cold]
        return search.draw([(heat, self._soft(heat)) for heat in heats], stop, self._teller(search, begin, end))

    def _soft(self, heat: float) -> float:
        """Return how far the price of missing agents is rounded off at a temperature: not at all when it is cold."""
        hot, cold = self._heats
        cooled = np.log(hot / heat) / np.log(hot / cold)
        return SOFT * max(0.0, 1.0 - float(cooled))

    def _anneal(self, search: Search, sweeps: int, cold: float, begin: float, stop: Callable[[], bool]) -> bool:
        """Move single shifts, days and pauses at low temperature: what drawing whole weeks leaves undone."""
        draws = sweeps * len(search.index.people) * self.problem.weeks
        moves = min(draws * MOVES_PER_DRAW, round(MOVES_MOST * self.effort))
        moves = max(round(MOVES_LEAST * min(1.0, self.effort)), moves)
        done = search.run(moves, 3.0 * cold, cold, stop, self._teller(search, begin, 1.0))
        self._adopt(search)
        return done

    def _teller(self, search: Search, begin: float, end: float) -> Callable[[float], None]:
        def tick(share: float) -> None:
            self.share = begin + (end - begin) * share
            self._adopt(search)

        return tick

    def hiring_cost(self, search: Search) -> float:
        """Return the money for the hires of a search: fees and training before the plan."""
        cost = {hire.contract: hire.cost for hire in self.hires}
        return sum(cost[person.contract] for person in search.index.people[len(self.problem.people) :])

    def _adopt_soon(self, search: Search) -> None:
        """Without hires at stake the search is adopted at once."""
        if len(search.index.people) == len(self.problem.people):
            self._adopt(search)

    def _adopt(self, search: Search) -> None:
        cost = search.best[0] + self.hiring_cost(search)
        if cost < self.cost:
            self.cost, self._search = cost, search

    def _trim(self, search: Search, sweeps: int, hot: float, cold: float, stop: Callable[[], bool]) -> Search:
        """Send away, in rounds, the hires that cost more than they are worth, and mend the roster in between."""
        begin = _FIRST + _SECOND
        step = (_FINISH - begin) / _DROP_ROUNDS
        for number in range(_DROP_ROUNDS):
            search = self._without_idle(search, number == _DROP_ROUNDS - 1)
            warm = hot * (0.25, 0.2, 0.15, 0.1)[number]
            here = begin + step * number
            if not self._draw(search, round(sweeps * step), warm, cold, here, here + step, stop):
                return search
        search = self._without_idle(search, True)
        self._adopt(search)
        return search

    def _cut_to(self, search: Search, wanted: Heads) -> Search:
        """Return the search with about as many hires per contract as wanted, those of most worth kept."""
        ceiling = {contract: np.ceil(count * _HEADROOM) for contract, count in wanted.items()}
        heads, self._notes = fit_limits(self.problem, self.hires, ceiling)
        named, people = len(self.problem.people), search.index.people
        worth = search.worths(range(named, len(people)))
        keep = list(range(named))
        for contract, count in heads.items():
            mine = [p for p in worth if people[p].contract == contract]
            keep += sorted(mine, key=lambda p: (-worth[p], p))[:count]
        return self._smaller(search, keep)

    def _smaller(self, search: Search, keep: Sequence[int]) -> Search:
        """Return the search with some of its people only (all named ones among them), their shifts as they are."""
        people, named = search.index.people, len(self.problem.people)
        heads = {hire.contract: 0 for hire in self.hires}
        for p in keep[named:]:
            heads[people[p].contract] += 1
        smaller = self._with(heads)
        position = {contract: number for number, contract in enumerate(heads)}
        order = [*keep[:named], *sorted(keep[named:], key=lambda p: (position[people[p].contract], p))]
        smaller.state.option[:], smaller.state.pattern[:] = search.best[1][order], search.best[2][order]
        smaller.prepare()
        return smaller

    def _without_idle(self, search: Search, everyone: bool) -> Search:
        """Return the search without the hires whose cost exceeds their worth: the worst half of them, or all."""
        named = len(self.problem.people)
        cost = {hire.contract: hire.cost for hire in self.hires}
        people = search.index.people
        gain = {p: worth - cost[people[p].contract] for p, worth in search.worths(range(named, len(people))).items()}
        losers = sorted((p for p, value in gain.items() if value < 0), key=lambda p: (gain[p], p))
        losers = losers if everyone else losers[: (len(losers) + 1) // 2]
        keep = [p for p in range(len(people)) if p not in losers]
        heads = {hire.contract: 0 for hire in self.hires}
        for p in keep[named:]:
            heads[people[p].contract] += 1
        if not losers or broken_limits(self.problem, heads):
            return search
        return self._smaller(search, keep)

    def notes(self, search: Search) -> tuple[str, ...]:
        """Return which limits on temporary staff the roster meets or was cut by, in words."""
        heads = {hire.contract: 0 for hire in self.hires}
        for person in search.index.people[len(self.problem.people) :]:
            heads[person.contract] += 1
        found = []
        for hire in self.hires:
            name, taken = self.problem.contracts[hire.contract].id, heads[hire.contract]
            more = dict(heads)
            more[hire.contract] += 1
            if taken >= hire.heads_max:
                found.append(f"contract '{name}': headcount = {hire.heads_max} binds")
            found += [text for text in broken_limits(self.problem, more) if text not in found]
        return tuple(found)
