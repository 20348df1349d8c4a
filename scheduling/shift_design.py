"""Which shifts to offer: starts and lengths that cover a cyclic demand with few minutes off and few different shifts.

Minimum shift design (Musliu, Schaerf and Slany 2004; Di Gaspero et al. 2007): every different shift costs a fixed
price, every minute over or under the demand another. The model is :mod:`scheduling.shift_flow`. A dive into the linear
relaxation gives a first plan; where many shifts are possible, small integer programs around the best plan better it;
the last one, over all shifts that their reduced cost does not exclude, proves the bound.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scheduling.shift_flow import Budget, Columns, Flow, Prices, Root
from wfm.errors import InputError, Problem
from wfm.progress import Stop, never_stop

__all__ = [
    "DesignLimits",
    "DesignProblem",
    "DesignStatus",
    "DesignedShift",
    "ShiftDesign",
    "ShiftKind",
    "design_shifts",
]

IntArray = NDArray[np.int64]
_DAY_MINUTES = 1440
_NEIGHBOUR_ROUNDS = 6
_WIDTH = 60
_FEW = 150  # so few possible shifts are branched on at once
_ROUNDING = 1e-6


@dataclass(frozen=True)
class ShiftKind:
    """A family of shifts: every start and length inside its windows may be offered.

    Attributes
    ----------
    name : str
        For the reader (``"early"``).
    first_start, last_start : int
        Slots of the day, 0 is midnight, both included.
    shortest, longest : int
        Lengths in slots, both included.
    """

    name: str
    first_start: int
    last_start: int
    shortest: int
    longest: int


@dataclass(frozen=True)
class DesignProblem:
    """A demand and the shifts that may be offered for it.

    Attributes
    ----------
    slot_minutes : int
        Length of a slot; divides a day.
    demand : tuple of int
        People wanted per slot, whole days; after the last slot the first one follows.
    kinds : tuple of ShiftKind
        What may be offered. The same start and length in two kinds is one shift.
    over_price, under_price : int
        Per minute and person above and below the demand.
    shift_price : int or None
        Per different shift offered; None is the length of a slot.

    Raises
    ------
    InputError
        With everything that is wrong.
    """

    slot_minutes: int
    demand: tuple[int, ...]
    kinds: tuple[ShiftKind, ...]
    over_price: int = 1
    under_price: int = 1
    shift_price: int | None = None

    def __post_init__(self) -> None:
        if found := list(self._problems()):
            raise InputError(found)

    @cached_property
    def slots_per_day(self) -> int:
        """How many slots a day has."""
        return _DAY_MINUTES // self.slot_minutes

    @cached_property
    def days(self) -> int:
        """How many days the circle has."""
        return len(self.demand) // self.slots_per_day

    @cached_property
    def price_of_a_shift(self) -> int:
        """What one more different shift costs."""
        return self.slot_minutes if self.shift_price is None else self.shift_price

    @cached_property
    def shifts(self) -> tuple[tuple[int, int], ...]:
        """All (first slot of the day, slots) that may be offered, in order."""
        return tuple(
            sorted(
                {
                    (start, length)
                    for kind in self.kinds
                    for start in range(kind.first_start, kind.last_start + 1)
                    for length in range(kind.shortest, kind.longest + 1)
                }
            )
        )

    def _problems(self) -> Iterator[Problem]:
        if self.slot_minutes < 1 or _DAY_MINUTES % self.slot_minutes:
            yield _wrong("slot_minutes", f"expected a divisor of {_DAY_MINUTES}, got {self.slot_minutes}")
            return
        if not self.demand or len(self.demand) % self.slots_per_day:
            yield _wrong("demand", f"expected whole days of {self.slots_per_day} slots, got {len(self.demand)} slots")
        if min(self.demand, default=0) < 0:
            yield _wrong("demand", f"expected 0 or more people in every slot, got {min(self.demand)}")
        if self.under_price < 1 or self.over_price < 0 or self.price_of_a_shift < 0:
            yield _wrong("prices", "expected under_price of 1 or more, and no price below 0")
        for kind in self.kinds:
            if not 0 <= kind.first_start <= kind.last_start < self.slots_per_day:
                yield _wrong(kind.name, f"expected starts in order inside 0 to {self.slots_per_day - 1}")
            if not 1 <= kind.shortest <= kind.longest <= len(self.demand):
                yield _wrong(kind.name, f"expected lengths in order inside 1 to {len(self.demand)}")


def _wrong(column: str, message: str) -> Problem:
    return Problem("", 0, column, message)


@dataclass(frozen=True)
class DesignLimits:
    """How long to search; without a time limit the outcome does not depend on the machine.

    Attributes
    ----------
    rounds : int
        Rounds of tightening the relaxation, at least 1.
    nodes : int
        Nodes of the last branch and bound; each of those before gets a hundredth.
    time_limit_seconds : float or None
        Wall clock; once it is over the best design so far is returned (status ``interrupted``).
    """

    rounds: int = 40
    nodes: int = 20_000
    time_limit_seconds: float | None = None


class DesignStatus(Enum):
    """How a design ended: proven cheapest, at the limits of the search, or stopped from outside."""

    OPTIMAL = "optimal"
    LIMIT = "limit"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class DesignedShift:
    """A shift to offer: first slot of the day, slots, and people per day."""

    start: int
    length: int
    people: tuple[int, ...]


@dataclass(frozen=True)
class ShiftDesign:
    """The shifts to offer.

    Attributes
    ----------
    shifts : tuple of DesignedShift
        In order of start and length; each has people on some day.
    over_minutes, under_minutes : int
        Minutes of people above and below the demand.
    cost : int
        Both at their prices plus the price of the different shifts.
    bound : int
        Proven: no design costs less.
    status : DesignStatus
    way : str
        How it was found and proven, in words.
    """

    shifts: tuple[DesignedShift, ...]
    over_minutes: int
    under_minutes: int
    cost: int
    bound: int
    status: DesignStatus
    way: str

    @property
    def gap(self) -> float:
        """Share of the cost that is not proven."""
        return (self.cost - self.bound) / self.cost if self.cost else 0.0


def design_shifts(
    problem: DesignProblem, limits: DesignLimits | None = None, seed: int = 0, stop: Stop = never_stop
) -> ShiftDesign:
    """Return the cheapest shifts to offer that were found, with a proven lower bound.

    Parameters
    ----------
    problem : DesignProblem
        Demand and what may be offered.
    limits : DesignLimits or None
        How long to search; None stands for its defaults.
    seed : int
        Same problem, limits (without a time limit) and seed: same design.
    stop : Stop
        Once True, the best design so far is returned within about two seconds.
    """
    limits = DesignLimits() if limits is None else limits
    deadline = math.inf if limits.time_limit_seconds is None else time.monotonic() + limits.time_limit_seconds
    return _Search(problem, limits, seed, stop, deadline).run()


class _Search:
    """The three programs over one model, with the best plan and bound so far, both in whole units."""

    def __init__(self, problem: DesignProblem, limits: DesignLimits, seed: int, stop: Stop, deadline: float) -> None:
        self.problem, self.limits, self.seed = problem, limits, seed
        self.deadline, self._asked = deadline, stop
        slot = problem.slot_minutes
        prices = (problem.over_price * slot, problem.under_price * slot, problem.price_of_a_shift)
        self.unit = math.gcd(*prices)
        self.demand = np.array(problem.demand, dtype=np.int64)
        self.prices = Prices(*(price // self.unit for price in prices))
        self.columns = Columns.of(problem.shifts, self.demand, problem.days, self.prices)
        self.flow = Flow(len(problem.shifts), self.columns, self.demand, self.prices)
        self.people = np.zeros(len(self.columns.shift), dtype=np.int64)
        self.cost = self._cost(self.people)
        self.bound = 0
        self.ways: list[str] = []

    def stop(self) -> bool:
        return self._asked() or time.monotonic() >= self.deadline

    def run(self) -> ShiftDesign:
        root = self.flow.tighten(self.limits.rounds, self.stop)
        if root is not None:
            self._raise_bound(root.value)
            self.ways.append(f"relaxation proves {self.bound * self.unit} after {root.rounds} rounds")
            self._adopt(self.flow.dive(self.stop))
            if self.stop():  # the dive may not have got far
                self._adopt(frozenset(np.flatnonzero(root.exists > _ROUNDING).tolist()))
            if len(self.problem.shifts) > _FEW:
                self._near(root)
            self._prove(root)
        return self._design()

    def _budget(self, part: int) -> Budget:
        """Return the budget of one program, by nodes ``1 / part`` of all."""
        return Budget(self.limits.nodes // part, self.deadline - time.monotonic())

    def _done(self) -> bool:
        return self.cost <= self.bound or self.stop()

    def _try(self, allowed: frozenset[int]) -> bool:
        """Look for a cheaper plan among the shifts allowed; return whether there was one."""
        if self._done():
            return False
        return self._adopt(self.flow.program(allowed, self._budget(100), self.seed, self.stop).shifts)

    def _adopt(self, shifts: frozenset[int] | None) -> bool:
        people = None if shifts is None else self.flow.staff(shifts, self.seed)
        if people is None or self._cost(people) >= self.cost:
            return False
        self.people, self.cost = people, self._cost(people)
        return True

    def _near(self, root: Root) -> None:
        """Mix the best plan with what the relaxation likes, then with its own shifts moved while that helps."""
        liking = np.where(root.exists > _ROUNDING, -root.exists, root.reduced)
        wanted = np.argsort(liking, kind="stable")
        self._try(frozenset(self._used()) | frozenset(wanted[:_WIDTH].tolist()))
        for _ in range(_NEIGHBOUR_ROUNDS):
            used = self._used()
            pairs = [self.problem.shifts[number] for number in used]
            near = {(start + a, length - a + b) for start, length in pairs for a in (-1, 0, 1) for b in (-1, 0, 1)}
            moved = [number for number in wanted.tolist() if self.problem.shifts[number] in near]
            if not self._try(frozenset(used) | frozenset(moved[:_WIDTH])):
                return

    def _prove(self, root: Root) -> None:
        """Branch over all shifts but those whose mere existence costs as much as the best plan."""
        if self._done():
            return
        keep = root.value + root.reduced <= self.cost - 1 + _ROUNDING
        allowed = frozenset(np.flatnonzero(keep | (root.exists > _ROUNDING)).tolist())
        before = self.cost
        found = self.flow.program(allowed, self._budget(1), self.seed, self.stop)
        self._adopt(found.shifts)
        self._raise_bound(min(found.bound, before))
        self.ways.append(f"branch and bound over {len(allowed)} of {len(self.problem.shifts)} possible shifts")

    def _raise_bound(self, value: float) -> None:
        if math.isfinite(value):
            self.bound = max(self.bound, math.ceil(value - _ROUNDING * max(1.0, abs(value))))

    def _used(self) -> list[int]:
        return sorted({int(shift) for shift in self.columns.shift[self.people > 0]})

    def _cover(self, people: IntArray) -> IntArray:
        cover = np.zeros(len(self.demand), dtype=np.int64)
        for column in np.flatnonzero(people):
            slots = self.columns.first[column] + np.arange(self.columns.length[column])
            cover[slots % len(cover)] += people[column]
        return cover

    def _cost(self, people: IntArray) -> int:
        spare = self._cover(people) - self.demand
        shifts = len(np.unique(self.columns.shift[people > 0]))
        over, under = int(spare[spare > 0].sum()), int(-spare[spare < 0].sum())
        return self.prices.over * over + self.prices.under * under + self.prices.shift * shifts

    def _design(self) -> ShiftDesign:
        spare = (self._cover(self.people) - self.demand) * self.problem.slot_minutes
        status = DesignStatus.LIMIT
        if self.cost <= self.bound:
            status = DesignStatus.OPTIMAL
        elif self.stop():
            status = DesignStatus.INTERRUPTED
        return ShiftDesign(
            shifts=tuple(self._shift(number) for number in self._used()),
            over_minutes=int(spare[spare > 0].sum()),
            under_minutes=int(-spare[spare < 0].sum()),
            cost=self.cost * self.unit,
            bound=min(self.bound, self.cost) * self.unit,
            status=status,
            way="; ".join(self.ways) or "stopped before the first relaxation: no shift at all",
        )

    def _shift(self, number: int) -> DesignedShift:
        people = [0] * self.problem.days
        for column in np.flatnonzero(self.columns.shift == number):
            people[int(self.columns.first[column]) // self.problem.slots_per_day] = int(self.people[column])
        start, length = self.problem.shifts[number]
        return DesignedShift(start, length, tuple(people))
