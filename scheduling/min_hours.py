"""The least scheduled hours that cover every shift of every day, decided for kinds of people instead of persons.

People whose hours count alike form a class. Per class, day and shift one whole number says how many work it; that these
numbers fall apart into tours that keep every forbidden succession is Hall's condition between neighbouring days. What
every single person must reach (days, hours) enters as a choice of profiles: the least numbers of shifts per length that
are enough. The optimum of this smaller model is a bound for the persons' model; tours that are built from it without a
violation prove it. Where tours can't be built, the people concerned become classes of their own and the model is solved
again: in the end it is the persons' model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from scheduling.min_hours_rules import blocks, least_profiles, subsets
from scheduling.min_hours_tours import Needs, Tours, build_tours
from wfm.errors import InputError, Problem
from wfm.progress import Stop, never_stop

__all__ = [
    "Member",
    "MinHoursLimits",
    "MinHoursPlan",
    "MinHoursProblem",
    "MinHoursStatus",
    "ShiftHours",
    "plan_min_hours",
]

IntArray = NDArray[np.int64]
_SCALE_MOST = 10_000
_SINGLE = 1


@dataclass(frozen=True)
class ShiftHours:
    """A shift by name, and the hours it counts."""

    name: str
    hours: float


@dataclass(frozen=True)
class Member:
    """A person: shifts (day, name) that may not be given, shifts that are liked, and what a liked one is worth."""

    name: str
    bans: frozenset[tuple[int, str]] = frozenset()
    likes: frozenset[str] = frozenset()
    weight: float = 1.0


@dataclass(frozen=True)
class MinHoursProblem:
    """Who is to cover what.

    Attributes
    ----------
    days : int
        Days of the plan, numbered from 0.
    shifts : tuple of ShiftHours
        At most one a day for each person.
    people : tuple of Member
        Everybody.
    required : mapping from shift name to a tuple of days numbers
        Least people per shift and day.
    min_hours : float
        Least hours of every person in all.
    max_days_off : int
        Most days without a shift of every person.
    forbidden : tuple of (str, str)
        The second may not be worked on the day after the first.

    Raises
    ------
    InputError
        With everything that is wrong.
    """

    days: int
    shifts: tuple[ShiftHours, ...]
    people: tuple[Member, ...]
    required: Mapping[str, tuple[int, ...]]
    min_hours: float = 0.0
    max_days_off: int = 1_000_000
    forbidden: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if found := list(self._problems()):
            raise InputError(found)

    def _problems(self) -> Iterator[Problem]:
        names = {shift.name for shift in self.shifts}
        if self.days < 1 or not self.shifts or len(names) < len(self.shifts):
            yield _wrong("shifts", "expected at least one day and one shift, and every shift name once")
        for name, row in self.required.items():
            if name not in names or len(row) != self.days or min(row, default=0) < 0:
                yield _wrong("required", f"expected a known shift and {self.days} numbers of 0 or more for {name}")
        for person in self.people:
            if not all(name in names and 0 <= day < self.days for day, name in person.bans):
                yield _wrong("bans", f"expected known shifts on days 0 to {self.days - 1} for {person.name}")
            if not person.likes <= names:
                yield _wrong("likes", f"expected known shifts for {person.name}")
        if not {name for pair in self.forbidden for name in pair} <= names:
            yield _wrong("forbidden", "expected pairs of known shifts")
        if min((shift.hours for shift in self.shifts), default=0) < 0:
            yield _wrong("hours", "expected hours of 0 or more")
        if not names or self.scale > _SCALE_MOST:
            yield _wrong("hours", "expected hours and weights with few decimals")

    @cached_property
    def scale(self) -> int:
        """The least number that makes all hours and weights whole."""
        numbers = [shift.hours for shift in self.shifts] + [self.min_hours] + [p.weight for p in self.people if p.likes]
        return math.lcm(*(Fraction(str(number)).denominator for number in numbers))

    def whole(self, number: float) -> int:
        """Return hours or a weight in whole units of ``1 / scale``."""
        return int(Fraction(str(number)) * self.scale)


def _wrong(column: str, message: str) -> Problem:
    return Problem("", 0, column, message)


@dataclass(frozen=True)
class MinHoursLimits:
    """How long to search; nothing depends on the clock.

    Attributes
    ----------
    effort : float
        Deterministic seconds of the solver for one model.
    rounds : int
        How often people may be taken out of their class.
    """

    effort: float = 60.0
    rounds: int = 12


class MinHoursStatus(Enum):
    """How it ended: proven least, at the limits of the search (with or without a plan), no plan can exist, stopped."""

    OPTIMAL = "optimal"
    LIMIT = "limit"
    INFEASIBLE = "infeasible"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class MinHoursPlan:
    """Who works what.

    Attributes
    ----------
    roster : tuple of tuples or None
        Shift name (None for a day off) per person and day, in the order of the problem; None without a plan.
    hours : float or None
        All hours scheduled.
    cost : float or None
        Hours less the worth of liked shifts.
    bound : float or None
        Proven: no plan costs less; None where nothing is proven.
    status : MinHoursStatus
    way : str
        How it was found and proven, in words.
    """

    roster: tuple[tuple[str | None, ...], ...] | None
    hours: float | None
    cost: float | None
    bound: float | None
    status: MinHoursStatus
    way: str


def plan_min_hours(
    problem: MinHoursProblem, limits: MinHoursLimits | None = None, seed: int = 0, stop: Stop = never_stop
) -> MinHoursPlan:
    """Return the plan with the least cost that was found, with a proven lower bound.

    Parameters
    ----------
    problem : MinHoursProblem
        Who is to cover what.
    limits : MinHoursLimits or None
        How long to search; None stands for its defaults.
    seed : int
        Same problem, limits and seed: same plan.
    stop : Stop
        Asked between models; once True, the best plan so far is returned.
    """
    return _Search(problem, limits or MinHoursLimits(), seed, stop).run()


@dataclass
class _Counts:
    """Outcome of a model: people per class, day and shift; the proven bound; whether it is the optimum."""

    status: int
    bound: int
    counts: list[IntArray] = field(default_factory=list)


class _Search:
    """Classes, their model, the tours; people leave their class until the tours fit."""

    def __init__(self, problem: MinHoursProblem, limits: MinHoursLimits, seed: int, stop: Stop) -> None:
        self.problem, self.limits, self.seed, self.stop = problem, limits, seed, stop
        shifts, people, days = problem.shifts, problem.people, problem.days
        place = {shift.name: s for s, shift in enumerate(shifts)}
        self.hours = np.array([problem.whole(shift.hours) for shift in shifts], dtype=np.int64)
        self.cost = np.tile(self.hours, (len(people), 1))
        self.banned = np.zeros((len(people), days, len(shifts)), dtype=np.bool_)
        for p, person in enumerate(people):
            self.cost[p, [place[name] for name in person.likes]] -= problem.whole(person.weight)
            for day, name in person.bans:
                self.banned[p, day, place[name]] = True
        self.required = np.array([problem.required.get(s.name, (0,) * days) for s in shifts], dtype=np.int64).T
        self.apart = np.zeros((len(shifts), len(shifts)), dtype=np.bool_)
        for before, after in problem.forbidden:
            self.apart[place[before], place[after]] = True
        self.needs = Needs(self.hours, max(0, days - problem.max_days_off), problem.whole(problem.min_hours))
        self.classes = self._classes()
        self.alone = 0
        self._least = int(np.minimum(self.cost.min(axis=1), 0).sum()) * days
        self.bound: int | None = None
        self.best: tuple[int, IntArray] | None = None

    def _classes(self) -> list[IntArray]:
        """Return the people by what their hours count; bans are kept when tours are built."""
        kinds: dict[bytes, list[int]] = {}
        for p in range(len(self.problem.people)):
            kinds.setdefault(self.cost[p].tobytes(), []).append(p)
        return [np.array(members, dtype=np.int64) for members in kinds.values()]

    def run(self) -> MinHoursPlan:
        rounds = 0
        for rounds in range(1, self.limits.rounds + 2):
            if self.stop():
                break
            found = self._model()
            if found.status == cp_model.INFEASIBLE:
                return MinHoursPlan(None, None, None, None, MinHoursStatus.INFEASIBLE, self._way(rounds, "no plan"))
            self.bound = found.bound if self.bound is None else max(self.bound, found.bound)
            parts = self._build(found.counts) if found.counts else []
            if (self.best is not None and self.best[0] <= self.bound) or not self._take_out(parts):
                break
        return self._plan(rounds)

    def _build(self, counts: list[IntArray]) -> list[Tours]:
        """Build tours class by class; keep the whole where all are legal, mended with more hours if need be."""
        parts = [
            build_tours(count, self.banned[members], self.apart, self.needs, self.cost[members[0]], self.seed)
            for members, count in zip(self.classes, counts, strict=True)
        ]
        mended = [part.mended for part in parts if part.mended is not None]
        if len(mended) == len(parts):
            roster = np.full((len(self.problem.people), self.problem.days), -1, dtype=np.int64)
            for members, tours in zip(self.classes, mended, strict=True):
                roster[members] = tours
            cost = self._cost(roster)
            if self.best is None or cost < self.best[0]:
                self.best = (cost, roster)
        return parts

    def _cost(self, roster: IntArray) -> int:
        people, days = np.nonzero(roster >= 0)
        return int(self.cost[people, roster[people, days]].sum())

    def _take_out(self, parts: list[Tours]) -> bool:
        """Make people whose tours don't fit classes of their own; return whether there were any in larger classes."""
        classes: list[IntArray] = []
        if not parts:
            return False
        for members, part in zip(self.classes, parts, strict=True):
            wrong = part.wrong
            if not len(wrong) or len(members) == _SINGLE:
                classes.append(members)
                continue
            rest = np.delete(members, wrong)
            classes += [rest] if len(rest) else []
            classes += [members[w : w + 1] for w in wrong]
            self.alone += len(wrong)
        changed = len(classes) > len(self.classes)
        self.classes = classes
        return changed

    def _model(self) -> _Counts:
        model = cp_model.CpModel()
        days, shifts = self.problem.days, len(self.problem.shifts)
        work = []
        for members in self.classes:
            free = (~self.banned[members]).sum(axis=0)
            here = [[model.new_int_var(0, int(free[d, s]), "") for s in range(shifts)] for d in range(days)]
            self._keep_days(model, members, here)
            self._keep_needs(model, len(members), here)
            work.append(here)
        for d in range(days):
            for s in range(shifts):
                if self.required[d, s] > 0:
                    model.add(sum(here[d][s] for here in work) >= int(self.required[d, s]))
        terms = [
            int(self.cost[members[0], s]) * here[d][s]
            for members, here in zip(self.classes, work, strict=True)
            for d in range(days)
            for s in range(shifts)
        ]
        model.minimize(sum(terms))
        solver = self._solver()
        status = solver.solve(model)
        bound = math.ceil(max(solver.best_objective_bound, float(self._least)) - 1e-6)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return _Counts(status, bound)
        counts = [np.array([[solver.value(v) for v in row] for row in here], dtype=np.int64) for here in work]
        return _Counts(status, bound, counts)

    def _solver(self) -> cp_model.CpSolver:
        """Return the solver with its settings: one worker and no clock, the same answer on every machine."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1  # several that take turns spend seconds on what one does at once
        solver.parameters.linearization_level = 2
        solver.parameters.random_seed = self.seed % 2**31
        solver.parameters.max_deterministic_time = self.limits.effort
        return solver

    def _keep_days(self, model: cp_model.CpModel, members: IntArray, here: list[list[cp_model.IntVar]]) -> None:
        """One shift a day, bans and successions, as Hall's condition for people that stand for one another."""
        size, pairs = len(members), blocks(self.apart)
        for d, today in enumerate(here):
            model.add(sum(today) <= size)
            banned = self.banned[members, d]
            for some in subsets(np.flatnonzero(banned.any(axis=0))):
                able = size - int(banned[:, some].all(axis=1).sum())
                model.add(sum(today[s] for s in some) <= able)
            for origins, after in pairs if d + 1 < len(here) else ():
                model.add(sum(today[s] for s in origins) + sum(here[d + 1][s] for s in after) <= size)

    def _keep_needs(self, model: cp_model.CpModel, size: int, here: list[list[cp_model.IntVar]]) -> None:
        """Everybody has a profile of enough shifts, by length; with very many profiles only the sums are kept."""
        lengths = sorted(set(self.hours.tolist()))
        done = [sum(row[s] for row in here for s in np.flatnonzero(self.hours == length)) for length in lengths]
        profiles = least_profiles(tuple(lengths), self.problem.days, self.needs.days, self.needs.hours)
        if profiles is None:
            model.add(sum(done) >= size * self.needs.days)
            model.add(
                sum(length * there for length, there in zip(lengths, done, strict=True)) >= size * self.needs.hours
            )
            return
        have = [model.new_int_var(0, size, "") for _ in profiles]
        model.add(sum(have) == size)
        for place, there in enumerate(done):
            model.add(there >= sum(profile[place] * h for profile, h in zip(profiles, have, strict=True)))

    def _plan(self, rounds: int) -> MinHoursPlan:
        scale = self.problem.scale
        bound = None if self.bound is None else self.bound / scale
        status = MinHoursStatus.INTERRUPTED if self.stop() else MinHoursStatus.LIMIT
        if self.best is None:
            return MinHoursPlan(None, None, None, bound, status, self._way(rounds, "no plan found"))
        cost, roster = self.best
        if self.bound is not None and cost <= self.bound:
            status = MinHoursStatus.OPTIMAL
        names = [shift.name for shift in self.problem.shifts]
        named = tuple(tuple(names[s] if s >= 0 else None for s in row) for row in roster)
        hours = int(self.hours[roster[roster >= 0]].sum()) / scale
        return MinHoursPlan(named, hours, cost / scale, bound, status, self._way(rounds, "tours built"))

    def _way(self, rounds: int, end: str) -> str:
        classes, people = len(self.classes), len(self.problem.people)
        text = f"{people} people in {classes} classes, {rounds} model(s), {end}"
        if self.alone:
            text += f"; {self.alone} people were taken out of their class as its tours did not fit them"
        return text
