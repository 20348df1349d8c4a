"""The problem of people who change between activities inside a shift, and the roster that answers it.

Time is counted in periods from the start of the horizon; a calendar day is a day from midnight to midnight, so that a
horizon which opens at six in the morning touches one calendar day more than it has days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.errors import InputError, Problem

__all__ = ["ActivityProblem", "ActivityRoster", "Person", "Stretch", "Tour", "Worked", "cost_of", "cover_of"]

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Person:
    """Someone to be rostered: a name, and the minutes of the whole horizon, at least and at most."""

    name: str
    least_minutes: int
    most_minutes: int


@dataclass(frozen=True)
class ActivityProblem:
    """What is asked for; everything but ``people`` is counted in periods.

    Parameters
    ----------
    period_minutes : int
        Length of a period.
    periods_per_day : int
        Periods from midnight to midnight.
    first_period : int
        The period of the day in which the horizon opens, in [0, periods_per_day).
    starts : ndarray of bool, shape (periods_per_day,)
        Whether a shift may start with that period of the calendar day.
    shortest, longest : int
        Length of a shift.
    rest : int
        Least time from the end of a shift to the start of the next.
    run : int
        Most consecutive calendar days on which a shift starts; the days around the horizon count as free.
    stretch : int
        Least time on one activity inside a shift before the next.
    least, most : ndarray of int, shape (periods, activities)
        People wanted, at least (hard) and at most (each one beyond costs: the square of the excess).
    people : tuple of Person
    """

    period_minutes: int
    periods_per_day: int
    first_period: int
    starts: BoolArray
    shortest: int
    longest: int
    rest: int
    run: int
    stretch: int
    least: IntArray
    most: IntArray
    people: tuple[Person, ...]

    def __post_init__(self) -> None:
        wrong = list(_faults(self))
        if wrong:
            raise InputError(Problem("", 0, "", text) for text in wrong)

    @property
    def periods(self) -> int:
        """Number of periods in the horizon."""
        return int(self.least.shape[0])

    @property
    def activities(self) -> int:
        """Number of activities."""
        return int(self.least.shape[1])

    @property
    def days(self) -> int:
        """Number of calendar days that the horizon touches."""
        return -(-(self.periods + self.first_period) // self.periods_per_day)


def _faults(problem: ActivityProblem) -> Sequence[str]:
    """Return in words what keeps a problem from being one."""
    shape = problem.least.shape
    fits = problem.longest + problem.rest <= problem.periods_per_day + 1
    checks = (
        (len(shape) == 2 and min(shape) > 0, f"least needs the shape (periods, activities), got {shape}"),
        (problem.most.shape == shape, f"most needs the shape of least, {shape}, got {problem.most.shape}"),
        (problem.period_minutes > 0, f"a period lasts more than 0 minutes, got {problem.period_minutes}"),
        (problem.starts.shape == (problem.periods_per_day,), "starts needs one entry for each period of a day"),
        (0 <= problem.first_period < problem.periods_per_day, "the horizon opens in one of the periods of a day"),
        (1 <= problem.stretch <= problem.shortest, "a shift must be long enough for one stretch of an activity"),
        (problem.shortest <= problem.longest, "the shortest shift is longer than the longest"),
        (problem.rest >= 0 and problem.run >= 1, "rest must not be negative, and a run has one day or more"),
        (fits, "the longest shift and the rest after it must fit into one day"),
    )
    faults = [text for holds, text in checks if not holds]
    if not faults and not ((problem.least >= 0) & (problem.least <= problem.most)).all():
        faults.append("cover needs 0 <= least <= most everywhere")
    faults.extend(
        f"{person.name}: needs 0 <= least_minutes <= most_minutes"
        for person in problem.people
        if not 0 <= person.least_minutes <= person.most_minutes
    )
    return faults


@dataclass(frozen=True)
class Stretch:
    """Time on one activity: periods from ``start`` up to, but not including, ``end``."""

    activity: int
    start: int
    end: int


@dataclass(frozen=True)
class Worked:
    """A shift: its stretches, one after the other without a gap."""

    stretches: tuple[Stretch, ...]

    @property
    def start(self) -> int:
        """First period."""
        return self.stretches[0].start

    @property
    def end(self) -> int:
        """Period after the last."""
        return self.stretches[-1].end


@dataclass(frozen=True)
class Tour:
    """The shifts of one person in the order of time."""

    person: str
    shifts: tuple[Worked, ...]


@dataclass(frozen=True)
class ActivityRoster:
    """A roster that keeps every rule of people and shifts, and whether it has the cover.

    ``tours`` are in the order of the problem's people; ``cost`` is the sum over period and activity of the squared
    excess over ``most``; ``shortage`` the people missing below ``least``, summed (0: the roster is feasible);
    ``bound`` a proven lower bound of the cost of every feasible roster; ``moves`` the effort spent;
    ``interrupted`` whether it ended on a wish or on time rather than on effort or at the bound.
    """

    tours: tuple[Tour, ...]
    cost: int
    shortage: int
    bound: int
    moves: int
    interrupted: bool

    @property
    def feasible(self) -> bool:
        """Whether nobody is missing anywhere."""
        return self.shortage == 0

    @property
    def gap(self) -> float:
        """How far the cost may be above the least possible, as a share of the cost."""
        return (self.cost - self.bound) / self.cost if self.cost else 0.0


def cover_of(problem: ActivityProblem, tours: Sequence[Tour]) -> IntArray:
    """Return the people at work by (period, activity)."""
    cover = np.zeros_like(problem.least)
    for tour in tours:
        for shift in tour.shifts:
            for part in shift.stretches:
                cover[part.start : part.end, part.activity] += 1
    return cover


def cost_of(problem: ActivityProblem, cover: IntArray) -> tuple[int, int]:
    """Return the squared excess over ``most`` and the shortage below ``least``, both summed."""
    excess = np.maximum(cover - problem.most, 0)
    return int((excess * excess).sum()), int(np.maximum(problem.least - cover, 0).sum())
