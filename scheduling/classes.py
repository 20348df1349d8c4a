"""Classes of people for the aggregate model: same contract, skills, protections and hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.hires import HireOption, hired_person
from scheduling.options import ShiftOptions, allowed_options
from scheduling.problem import Person, RosterProblem, week_speeds

__all__ = ["PeopleClass", "people_classes", "people_shapes"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PeopleClass:
    """People who are interchangeable but for their leave.

    Attributes
    ----------
    like : Person
        One of them.
    size : int
        Number of people, for hires the most that may be taken on.
    heads : int array (days,)
        How many may start a shift; for hires how many at most.
    weekly : int array (weeks,)
        How many may work at all in a week.
    workdays : int array (weeks,)
        Sum over the people of the days on which they may work, at most the limit per week each.
    guaranteed : float array (weeks,)
        Sum of the guaranteed hours; 0 for hires (they might be taken on later).
    group : int array (days,)
        Skill class on each day.
    scale : float array (days,)
        Overall speed on each day, the factor on the skill class's speeds.
    options : int array
        Shift options open to them.
    hire : HireOption or None
        Set when the heads are people yet to be taken on.
    """

    like: Person
    size: int
    heads: NDArray[np.int64]
    weekly: NDArray[np.int64]
    workdays: NDArray[np.int64]
    guaranteed: FloatArray
    group: NDArray[np.int64]
    scale: FloatArray
    options: NDArray[np.int64]
    hire: HireOption | None


def people_classes(
    problem: RosterProblem, options: ShiftOptions, hires: Sequence[HireOption]
) -> tuple[list[PeopleClass], FloatArray]:
    """Return the classes and the speeds of the skill classes (groups, queues)."""
    seen: dict[tuple[float, ...], int] = {}
    members: dict[object, list[Person]] = {}
    for person in problem.people:
        group, scale = _skills(problem, person, seen)
        key = (person.contract, person.no_night, person.no_overtime, group.tobytes(), scale.tobytes())
        members.setdefault(key, []).append(person)
    classes = [_class(problem, options, people, *_skills(problem, people[0], seen)) for people in members.values()]
    for hire in hires:
        person = hired_person(problem, hire, 1)
        one = _class(problem, options, [person], *_skills(problem, person, seen))
        times = hire.heads_max
        classes.append(
            replace(
                one, size=times, heads=one.heads * times, weekly=one.weekly * times, workdays=one.workdays * times,
                guaranteed=one.guaranteed * 0.0, hire=hire,
            )
        )  # fmt: skip
    return classes, np.array(list(seen) or [(0.0,) * len(problem.queues)], dtype=np.float64)


def _skills(
    problem: RosterProblem, person: Person, seen: dict[tuple[float, ...], int]
) -> tuple[NDArray[np.int64], FloatArray]:
    """Return the skill class and the overall speed of a person per day.

    People whose speeds are the same up to a factor share a class: somebody at 0.8 is 0.8 of somebody at 1.0.
    """
    group = np.zeros(problem.days, dtype=np.int64)
    scale = np.ones(problem.days)
    for day in range(problem.days):
        shape, scale[day] = people_shapes(week_speeds(problem, person, day))
        group[day] = seen.setdefault(shape, len(seen))
    return group, scale


def people_shapes(speeds: tuple[float, ...]) -> tuple[tuple[float, ...], float]:
    """Return speeds relative to the fastest queue, and that speed (1 for somebody without queues)."""
    scale = max(speeds) or 1.0
    return tuple(round(speed / scale, 9) for speed in speeds), scale


def _class(
    problem: RosterProblem,
    options: ShiftOptions,
    people: list[Person],
    group: NDArray[np.int64],
    scale: FloatArray,
) -> PeopleClass:
    from scheduling.tables import guaranteed_hours

    free = np.array([[p.available(d) or any(s.day == d for s in p.fixed) for d in range(problem.days)] for p in people])
    days = [list(problem.days_of_week(w)) for w in range(problem.weeks)]
    per_week = np.array([free[:, d].sum(axis=1) for d in days])
    most = 7 - problem.rules.days_off_per_week_min
    guaranteed = [sum(guaranteed_hours(problem, p, w) for p in people) for w in range(problem.weeks)]
    names = {person.employee_id for person in people}
    mine = [p for p, person in enumerate(problem.people) if person.employee_id in names]
    allowed = allowed_options(problem, options, people[0]) | np.isin(options.owner, mine)
    return PeopleClass(
        like=people[0],
        size=len(people),
        heads=free.sum(axis=0).astype(np.int64),
        weekly=(per_week > 0).sum(axis=1).astype(np.int64),
        workdays=np.minimum(per_week, most).sum(axis=1).astype(np.int64),
        guaranteed=np.array(guaranteed, dtype=np.float64),
        group=group,
        scale=scale,
        options=np.flatnonzero(allowed),
        hire=None,
    )
