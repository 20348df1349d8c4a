"""What people earn by the rules, from their days alone: overtime, premiums, guaranteed hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.options import ShiftOptions
from scheduling.problem import PREMIUM_KINDS, Person, RosterProblem

__all__ = [
    "DayWork", "Earned", "earn", "past_overtime", "past_works", "published_cost", "shift_wage", "unused_guaranteed",
]  # fmt: skip

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class DayWork:
    """Paid hours of one day of one person."""

    day: int
    hours: float
    training: bool


@dataclass(frozen=True)
class Earned:
    """What a day earns: overtime hours, wages at the plain rate and the premium on top."""

    overtime: float
    wages: float
    premium: float


def earn(problem: RosterProblem, person: Person, works: Sequence[DayWork]) -> list[Earned]:
    """Return what each day earns, in date order.

    Hours above the normal day are daily overtime; normal hours above the normal week, in date order, are rest-day
    overtime; all hours on a statutory holiday are paid at its rate and count as neither. Training is paid plainly.

    Parameters
    ----------
    problem : RosterProblem
        What is to be rostered.
    person : Person
        Whose days they are.
    works : sequence of DayWork
        All days of the person, the past included, by date.
    """
    rules, contract = problem.rules, problem.contracts[person.contract]
    priced = contract.kind in PREMIUM_KINDS
    used: dict[int, float] = {}
    today: dict[int, float] = {}
    found = []
    for work in works:
        statutory = bool(problem.holiday[work.day]) if work.day >= 0 else work.day in problem.past_holidays
        if statutory and not work.training:
            more = 0.0 if contract.kind == "outsourced" else rules.holiday_pay - 1.0
            found.append(Earned(0.0, work.hours * contract.cost_per_hour, work.hours * more * contract.cost_per_hour))
            continue
        week = problem.week_of(work.day)
        normal = min(work.hours, max(0.0, rules.normal_hours_per_day - today.get(work.day, 0.0)))
        daily = work.hours - normal
        today[work.day] = today.get(work.day, 0.0) + normal
        weekly = max(0.0, normal - max(0.0, rules.normal_hours_per_week - used.get(week, 0.0)))
        used[week] = used.get(week, 0.0) + normal
        more = daily * (rules.overtime_pay - 1.0) + weekly * (rules.rest_day_pay - 1.0)
        premium = more * contract.cost_per_hour if priced and not work.training else 0.0
        found.append(Earned(daily + weekly, work.hours * contract.cost_per_hour, premium))
    return found


def unused_guaranteed(problem: RosterProblem, person: Person, works: Sequence[DayWork]) -> float:
    """Return the money for guaranteed hours of a person that nobody worked, all weeks of the horizon."""
    contract = problem.contracts[person.contract]
    total = 0.0
    for week in range(problem.weeks):
        days = problem.days_of_week(week)
        employed = [d for d in days if person.employed_from <= d <= person.employed_to and d not in person.off]
        worked = sum(work.hours for work in works if work.day in days)
        total += max(0.0, contract.hours_per_week_guaranteed * len(employed) / 7.0 - worked)
    return total * contract.cost_per_hour


def past_works(problem: RosterProblem, person: Person) -> list[DayWork]:
    """Return the published shifts of the past and the training before the plan, by date."""
    works = [DayWork(span.day, problem.span_hours(span), span.training) for span in person.past]
    hours = problem.contracts[person.contract].training_hours_per_day
    works += [DayWork(day, hours, True) for day in person.training if day < 0]
    return sorted(works, key=lambda work: work.day)


def past_overtime(problem: RosterProblem, person: Person) -> float:
    """Return the overtime hours before the plan in the calendar month of its first day."""
    first = 1 - problem.grid.start.day
    works = past_works(problem, person)
    return sum(e.overtime for w, e in zip(works, earn(problem, person, works), strict=True) if w.day >= first)


def published_cost(problem: RosterProblem, person: Person) -> float:
    """Return what published shifts inside the horizon earn: more shifts beside them only make them dearer."""
    works = past_works(problem, person)
    works += [DayWork(span.day, problem.span_hours(span), span.training) for span in person.fixed]
    pairs = zip(works, earn(problem, person, works), strict=True)
    return sum(earned.wages + earned.premium for work, earned in pairs if work.day >= 0)


def shift_wage(problem: RosterProblem, options: ShiftOptions, contract: int) -> FloatArray:
    """Return the wage of each option per day with daily overtime or holiday pay, without weekly overtime."""
    terms, rules = problem.contracts[contract], problem.rules
    overtime = np.maximum(0.0, options.paid - rules.normal_hours_per_day)
    factor = rules.overtime_pay - 1.0 if terms.kind in PREMIUM_KINDS else 0.0
    holiday = 1.0 if terms.kind == "outsourced" else rules.holiday_pay
    plain = options.paid + overtime * factor
    hours = np.where(problem.holiday[:, None], options.paid * holiday, plain)
    return np.asarray(hours * terms.cost_per_hour, dtype=np.float64)
