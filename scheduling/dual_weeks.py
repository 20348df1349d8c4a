"""Whose weeks the dual prices: classes of person-days, distinct weeks, and stretches of days in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scheduling.dual_kernel import Classes, Weeks
from scheduling.options import ShiftOptions, allowed_options
from scheduling.problem import PREMIUM_KINDS, Person, RosterProblem
from scheduling.tables import guaranteed_hours
from scheduling.wages import shift_wage

__all__ = ["PersonDays", "PersonWeeks", "Stretches", "person_days", "person_weeks", "stretches"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class PersonDays:
    """Class of each person and day (-1: off), whether it must be worked, the classes, and the kind of each person.

    A kind shares contract, speeds, protection and open shifts; hires are kinds of their own.
    """

    classes: Classes
    of_day: IntArray
    forced: BoolArray
    kind: IntArray


@dataclass(frozen=True)
class Stretches:
    """Stretches of one day more than may be worked in a row: in each a day is off.

    Each has a price per kind of person, which counts for those only who are not off anyway (``active``: people by
    stretch). ``right`` is what the prices take off the bound for named people: (kinds, stretches).
    """

    days: int
    active: BoolArray
    right: FloatArray


@dataclass(frozen=True)
class PersonWeeks:
    """Distinct weeks, how many named people have each, whose hire's it is (-1: named people's), prices on its days.

    ``prices`` is a sparse matrix (weeks x 7, kinds x stretches): which prices of stretches fall on which day.
    """

    weeks: Weeks
    count: FloatArray
    hire: IntArray
    prices: csr_array


def person_days(problem: RosterProblem, options: ShiftOptions, people: Sequence[Person], skill: IntArray) -> PersonDays:
    """Return the classes of person-days: same skill, kind and open shifts; published shifts are their own."""
    named, published = len(problem.people), options.published
    kinds: dict[tuple[object, ...], int] = {}
    seen: dict[tuple[int, int, int | None], int] = {}
    rows: list[BoolArray] = []
    where: list[tuple[int, int, bool]] = []
    of_day = np.full((len(people), problem.days), -1, dtype=np.int64)
    forced = np.zeros(of_day.shape, dtype=np.bool_)
    kind = np.zeros(len(people), dtype=np.int64)
    for p, person in enumerate(people):
        row = allowed_options(problem, options, person)
        key = (person.contract, person.no_night, person.speed, row.tobytes(), p >= named)
        kind[p] = kinds.setdefault(key, len(kinds))
        for day in range(problem.days):
            span = published.get((p, day))
            if span is None and (not person.available(day) or any(s.day == day for s in person.fixed)):
                continue
            forced[p, day] = span is not None
            full = (int(skill[p, day]), int(kind[p]), span)
            if full not in seen:
                seen[full] = len(rows)
                rows.append(row if span is None else np.arange(options.count) == span)
                where.append((int(skill[p, day]), person.contract, person.no_night and span is None))
            of_day[p, day] = seen[full]
    return PersonDays(_classes(problem, options, rows, where), of_day, forced, kind)


def _classes(
    problem: RosterProblem, options: ShiftOptions, rows: Sequence[BoolArray], where: Sequence[tuple[int, int, bool]]
) -> Classes:
    """Return classes from their options, and skill, contract and whether nights are closed to each."""
    allowed = np.array(rows, dtype=np.bool_).reshape(len(rows), options.count)
    wages = np.array([shift_wage(problem, options, c) for c in range(len(problem.contracts))])
    no_night = np.array([nights for _, _, nights in where], dtype=np.bool_)
    return Classes(
        skill=np.array([skill for skill, _, _ in where], dtype=np.int64),
        first=np.cumsum([0, *allowed.sum(axis=1)]).astype(np.int64),
        options=np.nonzero(allowed)[1].astype(np.int64),
        wage=wages[np.array([contract for _, contract, _ in where], dtype=np.int64)],
        open=(options.start >= 0) & ~(no_night[:, None, None] & options.night),
        length=np.searchsorted(np.unique(options.paid), options.paid).astype(np.int64),
    )


def stretches(problem: RosterProblem, days: PersonDays) -> Stretches:
    """Return the stretches of days in a row that nobody may work through."""
    length = problem.rules.consecutive_days_max + 1
    count = max(0, problem.days - length + 1)
    active = np.zeros((len(days.kind), count), dtype=np.bool_)
    for first in range(count):
        active[:, first] = (days.of_day[:, first : first + length] >= 0).all(axis=1)
    named = len(problem.people)
    right = np.zeros((int(days.kind.max(initial=-1)) + 1, count))
    np.add.at(right, days.kind[:named], active[:named] * (length - 1.0))
    return Stretches(length, active, right)


def person_weeks(problem: RosterProblem, people: Sequence[Person], days: PersonDays, runs: Stretches) -> PersonWeeks:
    """Return the distinct weeks of people, those of hires apart."""
    named = len(problem.people)
    seen: dict[tuple[object, ...], int] = {}
    found: list[tuple[int, IntArray, BoolArray, tuple[float, ...], int, list[int]]] = []
    count: list[float] = []
    hire: list[int] = []
    for p, person in enumerate(people):
        owner = p - named if p >= named else -1
        for week in range(problem.weeks):
            inside = problem.days_of_week(week)
            here = slice(inside.start, inside.stop)
            classes, forced = days.of_day[p, here], days.forced[p, here]
            early = max(0, inside.start - runs.days + 1)
            active = (early + np.flatnonzero(runs.active[p, early : inside.stop])).tolist()
            terms = _terms(problem, person, week, owner >= 0)
            kind = int(days.kind[p])
            key = (inside.start, owner, kind, classes.tobytes(), forced.tobytes(), terms, *active)
            if key not in seen:
                seen[key] = len(found)
                found.append((inside.start, classes, forced, terms, kind, active))
                count.append(0.0)
                hire.append(owner)
            count[seen[key]] += 1.0
    wide = np.full((len(found), 7), -1, dtype=np.int64)
    held = np.zeros((len(found), 7), dtype=np.bool_)
    for number, (_, classes, forced, _, _, _) in enumerate(found):
        wide[number, : len(classes)], held[number, : len(classes)] = classes, forced
    first = np.array([row[0] for row in found], dtype=np.int64)
    weeks = Weeks(first, wide, held, np.array([row[3] for row in found], dtype=np.float64).reshape(len(found), 5))
    marks = [(row[0], len(row[1]), row[4], row[5]) for row in found]
    return PersonWeeks(weeks, np.array(count), np.array(hire, dtype=np.int64), _prices(marks, runs))


def _prices(weeks: Sequence[tuple[int, int, int, list[int]]], runs: Stretches) -> csr_array:
    """Return which prices of stretches fall on which day, from (first day, days, kind, active stretches) per week."""
    place: list[int] = []
    stretch: list[int] = []
    for number, (first, days, kind, active) in enumerate(weeks):
        for v in active:
            inside = range(max(first, v), min(first + days, v + runs.days))
            place += [7 * number + day - first for day in inside]
            stretch += [kind * runs.right.shape[1] + v] * len(inside)
    shape = (7 * len(weeks), runs.right.size)
    at = (np.array(place, dtype=np.int64), np.array(stretch, dtype=np.int64))
    return csr_array((np.ones(len(place)), at), shape=shape)


def _terms(problem: RosterProblem, person: Person, week: int, hired: bool) -> tuple[float, ...]:
    """Return the terms of a person's week as :class:`Weeks` holds them.

    Guaranteed hours of hires count as 0 (they might be taken on later). What the past has used of the first week is
    left out: it can only make the week dearer.
    """
    contract = problem.contracts[person.contract]
    premium = problem.rules.rest_day_pay - 1.0 if contract.kind in PREMIUM_KINDS else 0.0
    guaranteed = 0.0 if hired else guaranteed_hours(problem, person, week)
    cap = min(problem.week_hours_max(person), 168.0)
    return cap, guaranteed, contract.cost_per_hour, premium, 0.0 if person.no_overtime else 1.0
