"""The flow model of shift design: people who come and go on the time line, and the inequalities that make it tight.

A slot's coverage changes by who starts minus who ends, so a shift on a day is a column with two entries (and a third
for its link to "this shift exists") however long it is. Whoever fixes which shifts exist leaves a network flow: only
the columns over one slot boundary of the circle need be whole, the others come out whole by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt
from ortools.util.python import solve_interrupter

from scheduling.worker import Worker
from wfm.progress import Stop, never_stop

__all__ = ["Budget", "Columns", "Flow", "Prices", "Programmed", "Root"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_VIOLATION = 1e-4
_ROUNDS_AT_LEAST = 4
_STALLED = 2e-4
_STAFF_NODES = 10_000
_NOTHING, _NEARLY = 1e-6, 0.8
_PATIENCE_SECONDS = 1.5


@dataclass(frozen=True)
class Prices:
    """What one slot over, one slot under and one existing shift cost, in whole units."""

    over: int
    under: int
    shift: int


@dataclass(frozen=True)
class Columns:
    """Possible shifts on their days.

    Attributes
    ----------
    shift, first, length, most : int arrays of the same shape
        Per column: which shift, first slot on the circle, slots, and the most people that an optimal plan can need.
    """

    shift: IntArray
    first: IntArray
    length: IntArray
    most: IntArray

    @classmethod
    def of(cls, shifts: Iterable[tuple[int, int]], demand: IntArray, days: int, prices: Prices) -> Columns:
        """Return the columns of shifts (first slot of the day, slots) that an optimal plan can use.

        Among the cheapest plans take one with the fewest people. Sending one person home from a shift saves its over
        slots and costs its other slots, so fewer than ``under / (over + under)`` of the slots are over. In the others
        the people of the shift are at most the demand: they are at most its q-th largest value.
        """
        per_day = len(demand) // days
        rows = []
        for number, (start, length) in enumerate(shifts):
            enough = prices.over * length // (prices.over + prices.under)
            for day in range(days):
                first = day * per_day + start
                seen = np.sort(demand[(first + np.arange(length)) % len(demand)])[::-1]
                if seen[enough] > 0:
                    rows.append((number, first, length, int(seen[enough])))
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
        return cls(table[:, 0], table[:, 1], table[:, 2], table[:, 3])

    def covering(self, slot: int, slots: int) -> IntArray:
        """Return the columns with people at work in a slot of a circle of so many slots."""
        return np.flatnonzero((slot - self.first) % slots < self.length)


@dataclass(frozen=True)
class Root:
    """The tightened linear relaxation: its value and, per shift, how far it exists and its reduced cost."""

    value: float
    exists: FloatArray
    reduced: FloatArray
    rounds: int


@dataclass(frozen=True)
class Budget:
    """Nodes, and seconds of the wall clock where somebody asked for a time limit."""

    nodes: int
    seconds: float = np.inf


@dataclass(frozen=True)
class Programmed:
    """Outcome of an integer program: shifts that exist (None without a solution), a lower bound, and how it ended."""

    shifts: frozenset[int] | None
    bound: float
    proved: bool


class Flow:
    """The model for one demand.

    Parameters
    ----------
    count : int
        Number of possible shifts.
    columns : Columns
        Where they can be used.
    demand : int array
        People wanted per slot of the circle.
    prices : Prices
        In whole units.
    """

    def __init__(self, count: int, columns: Columns, demand: IntArray, prices: Prices) -> None:
        self.columns, self.demand, self.slots, self.count = columns, demand, len(demand), count
        self.model = mathopt.Model()
        self.exists = [self.model.add_variable(lb=0.0, ub=1.0) for _ in range(count)]
        self.people = [self.model.add_variable(lb=0.0, ub=float(most)) for most in columns.most]
        self.over = [self.model.add_variable(lb=0.0) for _ in demand]
        self.under = [self.model.add_variable(lb=0.0, ub=float(need)) for need in demand]
        self._cover = [columns.covering(slot, self.slots) for slot in range(self.slots)]
        self._balance()
        for column, shift in enumerate(columns.shift):
            link = self.people[column] - float(columns.most[column]) * self.exists[shift]
            self.model.add_linear_constraint(expr=link, ub=0.0)
        total = mathopt.fast_sum
        self.model.minimize(
            prices.over * total(self.over) + prices.under * total(self.under) + prices.shift * total(self.exists)
        )
        self._cuts: list[Any] = []
        self._last = np.zeros(len(columns.most), dtype=np.int64)
        self._seam = self._thinnest()

    def _balance(self) -> None:
        """Slot 0 says how many are there; every later slot says by how much that changes."""
        starts: list[list[int]] = [[] for _ in range(self.slots)]
        ends: list[list[int]] = [[] for _ in range(self.slots)]
        for column, (first, length) in enumerate(zip(self.columns.first, self.columns.length, strict=True)):
            starts[first % self.slots].append(column)
            ends[(first + length) % self.slots].append(column)
        for slot in range(self.slots):
            there = mathopt.fast_sum([self.people[c] for c in (starts[slot] if slot else self._cover[0])])
            there += self.under[slot] - self.over[slot]
            need = float(self.demand[slot])
            if slot:
                there -= mathopt.fast_sum([self.people[c] for c in ends[slot]])
                there += self.over[slot - 1] - self.under[slot - 1]
                need -= float(self.demand[slot - 1])
            self.model.add_linear_constraint(expr=there, lb=need, ub=need)

    def _thinnest(self) -> IntArray:
        """Return the columns over the least crossed boundary: once they are whole, intervals on a line remain."""
        crossing = [
            np.intersect1d(self._cover[slot - 1], self._cover[slot][self.columns.first[self._cover[slot]] != slot])
            for slot in range(self.slots)
        ]
        return min(crossing, key=len)

    def tighten(self, rounds: int, stop: Stop) -> Root | None:
        """Add violated inequalities round by round, those without a price leave; return the last relaxation.

        Wherever demand is higher in slot u than in slot t by g, the shifts that cover u and not t bring at least g
        people, or the difference is under in u or over in t: ``sum of min(people, g exists) + under(u) + over(t) >= g``
        with either term taken per shift. A shift that exists counts g once, on whatever days it is used.
        """
        solver = self._relaxation = mathopt.IncrementalSolver(self.model, mathopt.SolverType.GLOP)
        root: Root | None = None
        for done in range(rounds):
            if stop():
                break
            result = solver.solve()
            if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
                break
            before, root = root, self._root(result, done + 1)
            if done > _ROUNDS_AT_LEAST and before and root.value - before.value < _STALLED * abs(root.value):
                break
            self._forget(result)
            if not self._add_cuts(result):
                break
        return root

    def dive(self, stop: Stop) -> frozenset[int]:
        """Return the shifts of a first plan: what is wanted most is said to exist, until nothing is half."""
        kept: set[int] = set()
        while not stop():
            result = self._relaxation.solve()
            if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
                break
            exists = np.array(result.variable_values(self.exists), dtype=np.float64)
            exists[sorted(kept)] = 0.0
            if exists.max(initial=0.0) < _NOTHING:
                break
            found = {int(exists.argmax()), *np.flatnonzero(exists > _NEARLY).tolist()}
            for shift in found:
                self.exists[shift].lower_bound = 1.0
            kept |= found
        for shift in kept:
            self.exists[shift].lower_bound = 0.0
        return frozenset(kept)

    def _root(self, result: Any, rounds: int) -> Root:
        exists = np.array(result.variable_values(self.exists), dtype=np.float64)
        reduced = np.array(result.reduced_costs(self.exists), dtype=np.float64)
        return Root(float(result.objective_value()), exists, reduced, rounds)

    def _forget(self, result: Any) -> None:
        prices = result.dual_values(self._cuts)
        for cut, price in zip(self._cuts, prices, strict=True):
            if abs(price) < 1e-9:
                self.model.delete_linear_constraint(cut)
        self._cuts = [cut for cut, price in zip(self._cuts, prices, strict=True) if abs(price) >= 1e-9]

    def _add_cuts(self, result: Any) -> bool:
        """Add the most violated inequality of every slot; return whether there was any."""
        names = (self.people, self.exists, self.over, self.under)
        people, exists, over, under = (np.array(result.variable_values(name), dtype=np.float64) for name in names)
        found = False
        for slot in range(self.slots):
            covering = self._cover[slot]
            since = (slot - self.columns.first[covering]) % self.slots
            left = self.columns.length[covering] - since
            here = (people[covering], exists[self.columns.shift[covering]])
            worst = _VIOLATION
            choice: tuple[int, IntArray, IntArray] | None = None
            for step, away in ((-1, since + 1), (1, left)):
                reach = np.arange(1, int(away.max(initial=0)) + 1)
                others = (slot + step * reach) % self.slots
                rise = self.demand[slot] - self.demand[others]
                inside = away[None, :] <= reach[:, None]
                counted = np.minimum(here[0][None, :], rise[:, None] * here[1][None, :])
                have = np.where(inside, counted, 0.0).sum(axis=1) + under[slot] + over[others]
                missing = np.where(rise > 0, 1.0 - have / np.maximum(rise, 1), 0.0)
                if len(missing) and missing.max() > worst:
                    at = int(missing.argmax())
                    worst, choice = float(missing[at]), (int(others[at]), inside[at], rise[at] * here[1] < here[0])
            if choice is not None:
                self._cut(slot, choice[0], covering[choice[1] & choice[2]], covering[choice[1] & ~choice[2]])
                found = True
        return found

    def _cut(self, slot: int, other: int, by_shift: IntArray, by_people: IntArray) -> None:
        rise = float(self.demand[slot] - self.demand[other])
        shifts = np.unique(self.columns.shift[by_shift])
        terms = chain((self.people[c] for c in by_people), (rise * self.exists[s] for s in shifts))
        row = mathopt.fast_sum([*terms, self.under[slot], self.over[other]])
        self._cuts.append(self.model.add_linear_constraint(expr=row, lb=rise))

    def program(
        self, allowed: frozenset[int], budget: Budget, seed: int, stop: Stop, fixed: bool = False
    ) -> Programmed:
        """Return the outcome of branch and bound over the shifts allowed; ``fixed`` makes all of them exist.

        It ends when nothing cheaper by a whole unit can exist, at the end of the budget, or once ``stop`` says so (then
        the solver may not hear it, and what it found is lost).
        """
        self._restrict(allowed, fixed)
        parameters = mathopt.SolveParameters(node_limit=budget.nodes, absolute_gap_tolerance=0.99)
        parameters.relative_gap_tolerance = 0.0
        if np.isfinite(budget.seconds):
            parameters.time_limit = timedelta(seconds=max(0.1, budget.seconds))
        parameters.highs.int_options["random_seed"] = seed % 2**31
        result = _interruptible(self.model, parameters, stop)
        if result is None:
            return Programmed(None, -np.inf, False)
        proved = result.termination.reason == mathopt.TerminationReason.OPTIMAL
        shifts = None
        if result.has_primal_feasible_solution():
            values = result.variable_values(self.exists)
            shifts = frozenset(np.flatnonzero(np.array(values) > 0.5).tolist())
            self._last = np.rint(np.array(result.variable_values(self.people))).astype(np.int64)
        return Programmed(shifts, float(result.dual_bound()), proved)

    def staff(self, shifts: frozenset[int], seed: int) -> IntArray | None:
        """Return people per column of the cheapest plan with just these shifts, a flow that takes a moment."""
        found = self.program(shifts, Budget(_STAFF_NODES), seed, never_stop, fixed=True)
        return None if found.shifts is None else self._last

    def _restrict(self, allowed: frozenset[int], fixed: bool) -> None:
        for shift, exists in enumerate(self.exists):
            exists.upper_bound = float(shift in allowed)
            exists.lower_bound = float(fixed and shift in allowed)
            exists.integer = True
        for people in self.people:
            people.integer = fixed
        for column in self._seam:
            self.people[column].integer = True


def _interruptible(model: mathopt.Model, parameters: mathopt.SolveParameters, stop: Stop) -> Any:
    """Return HiGHS' result; None once ``stop`` says so and the solver has nothing, or does not hear it."""
    interrupter = solve_interrupter.SolveInterrupter()

    def work(_: Any) -> Any:
        return mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters, interrupter=interrupter)

    worker = Worker(work)
    worker.wait_for_end(stop)
    if worker.running:
        interrupter.interrupt()
        worker.stop(_PATIENCE_SECONDS)
    return worker.result()
