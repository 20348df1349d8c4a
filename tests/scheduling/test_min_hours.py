"""The least hours: proven optima against brute force, rosters against the rules, and what happens at the limits."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.min_hours import (
    Member,
    MinHoursLimits,
    MinHoursPlan,
    MinHoursProblem,
    MinHoursStatus,
    ShiftHours,
    plan_min_hours,
)
from scheduling.min_hours_tours import Needs, build_tours
from wfm.errors import InputError


def legal(problem: MinHoursProblem, person: Member, tour: tuple[str | None, ...]) -> bool:
    """Tell whether a tour keeps every rule of one person."""
    hours = {shift.name: shift.hours for shift in problem.shifts}
    worked = [(day, shift) for day, shift in enumerate(tour) if shift is not None]
    return (
        not set(worked) & person.bans
        and sum(hours[shift] for _, shift in worked) >= problem.min_hours
        and len(tour) - len(worked) <= problem.max_days_off
        and not set(pairwise(tour)) & set(problem.forbidden)
    )


def cost_of(problem: MinHoursProblem, person: Member, tour: tuple[str | None, ...]) -> float:
    """Return the hours of a tour less the worth of liked shifts."""
    hours = {shift.name: shift.hours for shift in problem.shifts}
    return sum(hours[shift] - person.weight * (shift in person.likes) for shift in tour if shift is not None)


def cheapest(problem: MinHoursProblem) -> float | None:
    """Return the least cost over all combinations of tours; None when there is no plan."""
    names = [shift.name for shift in problem.shifts]
    choices: list[list[tuple[float, np.ndarray]]] = []
    for person in problem.people:
        tours = [t for t in product([None, *names], repeat=problem.days) if legal(problem, person, t)]
        choices.append([(cost_of(problem, person, t), np.array([[k == n for k in t] for n in names])) for t in tours])
    need = np.array([problem.required.get(name, (0,) * problem.days) for name in names])
    costs = [
        sum(cost for cost, _ in some) for some in product(*choices) if (sum(cover for _, cover in some) >= need).all()
    ]
    return min(costs, default=None)


def check(problem: MinHoursProblem, plan: MinHoursPlan) -> None:
    """Assert that the roster keeps all rules and costs what the plan says, and that the bound holds."""
    assert plan.roster is not None
    assert plan.cost is not None
    assert plan.bound is not None
    for person, tour in zip(problem.people, plan.roster, strict=True):
        assert legal(problem, person, tour), (person, tour)
    for name, row in problem.required.items():
        for day, least in enumerate(row):
            assert sum(tour[day] == name for tour in plan.roster) >= least
    counted = sum(cost_of(problem, p, t) for p, t in zip(problem.people, plan.roster, strict=True))
    assert plan.cost == pytest.approx(counted)
    assert plan.bound <= plan.cost + 1e-9


@st.composite
def small_problems(draw: st.DrawFn) -> MinHoursProblem:
    """Return a problem of three people, three days and two shifts, with rules of every kind."""
    shifts = (ShiftHours("a", draw(st.sampled_from((4, 7.5, 8)))), ShiftHours("b", draw(st.sampled_from((8, 10)))))
    pairs = [(a.name, b.name) for a in shifts for b in shifts]
    slots = [(day, shift.name) for day in range(3) for shift in shifts]
    people = []
    for number in range(3):
        bans = draw(st.frozensets(st.sampled_from(slots), max_size=2)) if number < 2 else frozenset[tuple[int, str]]()
        likes = frozenset("b") if number == 0 and draw(st.booleans()) else frozenset[str]()
        people.append(Member(f"p{number}", bans, likes, draw(st.sampled_from((0.5, 1, 9)))))
    row = st.tuples(*[st.integers(0, 1)] * 3)
    return MinHoursProblem(
        days=3,
        shifts=shifts,
        people=tuple(people),
        required={shift.name: draw(row) for shift in shifts},
        min_hours=draw(st.sampled_from((0, 9, 15, 15.5, 20))),
        max_days_off=draw(st.integers(0, 3)),
        forbidden=tuple(draw(st.sets(st.sampled_from(pairs), max_size=3))),
    )


@settings(max_examples=120, deadline=None)
@given(small_problems())
def test_the_plan_is_the_cheapest_of_all(problem: MinHoursProblem) -> None:
    """On three days the proven cost is the least over all combinations of tours, or there is none."""
    plan, least = plan_min_hours(problem), cheapest(problem)
    if least is None:
        assert plan.status is MinHoursStatus.INFEASIBLE
        assert plan.roster is None
        return
    assert plan.status is MinHoursStatus.OPTIMAL, plan.way
    check(problem, plan)
    assert plan.cost == plan.bound == pytest.approx(least)


def fleet(size: int, seed: int, days: int = 14) -> MinHoursProblem:
    """Return a tight plan of two weeks: nights of ten hours that nothing may follow but a night, some bans."""
    rng = np.random.default_rng(seed)
    shifts = (ShiftHours("day", 8), ShiftHours("late", 8), ShiftHours("night", 10))
    required = {
        shift.name: tuple(int(n) for n in size * share * rng.uniform(0.8, 1.0, days))
        for shift, share in zip(shifts, (0.3, 0.2, 0.15), strict=True)
    }
    bans = [frozenset({(int(rng.integers(days)), "night")}) if p % 3 == 0 else frozenset() for p in range(size)]
    likes = [frozenset({"late"}) if p % 5 == 1 else frozenset() for p in range(size)]
    people = tuple(Member(f"p{p}", b, k, 2.0) for p, (b, k) in enumerate(zip(bans, likes, strict=True)))
    return MinHoursProblem(days, shifts, people, required, 78, days - 9, (("night", "day"), ("night", "late")))


@settings(max_examples=10, deadline=None)
@given(st.integers(3, 40), st.integers(0, 1000))
def test_plans_of_two_weeks_are_legal_and_proven(size: int, seed: int) -> None:
    """Whatever way the tours were found, every rule holds person by person."""
    problem = fleet(size, seed)
    plan = plan_min_hours(problem)
    check(problem, plan)
    assert (plan.cost == plan.bound) == (plan.status is MinHoursStatus.OPTIMAL)


def test_people_alike_are_decided_together() -> None:
    """Bans don't split a class: forty people are two kinds, with and without a liking."""
    plan = plan_min_hours(replace(fleet(40, 1), forbidden=()))
    assert plan.status is MinHoursStatus.OPTIMAL
    assert plan.way.startswith("40 people in 2 classes, 1 model")


def test_same_seed_same_plan() -> None:
    """Nothing depends on chance or on the clock."""
    assert plan_min_hours(fleet(12, 4), seed=3) == plan_min_hours(fleet(12, 4), seed=3)


def test_hours_that_no_mix_of_shifts_meets_are_rounded_up_per_person() -> None:
    """Nobody can work 15 hours in shifts of 8: everybody works 16, and the bound knows."""
    people = tuple(Member(f"p{p}") for p in range(10))
    plan = plan_min_hours(MinHoursProblem(5, (ShiftHours("a", 8),), people, {}, min_hours=15))
    assert plan.status is MinHoursStatus.OPTIMAL
    assert plan.hours == plan.bound == 160


def test_whoever_does_not_fit_leaves_the_class() -> None:
    """Two people with the same hours and a ban each that the sums don't see are told apart, and the plan is proven."""
    bans = (frozenset({(0, "a"), (1, "b")}), frozenset({(0, "b"), (1, "a")}))
    people = tuple(Member(f"p{p}", ban) for p, ban in enumerate(bans))
    shifts = (ShiftHours("a", 4), ShiftHours("b", 8))
    problem = MinHoursProblem(2, shifts, people, {"a": (1, 1), "b": (1, 1)}, forbidden=(("a", "a"),))
    plan = plan_min_hours(problem)
    assert plan.status is MinHoursStatus.OPTIMAL
    check(problem, plan)


def test_limits_give_what_is_proven_so_far() -> None:
    """Without effort there is no plan, no sentinel, and at most a bound; stopped at once nothing is known."""
    problem = fleet(20, 2)
    plan = plan_min_hours(problem, MinHoursLimits(effort=0.0))
    assert plan.status in (MinHoursStatus.LIMIT, MinHoursStatus.OPTIMAL)
    stopped = plan_min_hours(problem, stop=lambda: True)
    assert (stopped.status, stopped.roster, stopped.bound) == (MinHoursStatus.INTERRUPTED, None, None)


def test_mending_adds_work_where_somebody_has_too_little() -> None:
    """One shift for two people who need one each: the second gets a shift more, and is named."""
    needs = Needs(np.array([8]), 1, 8)
    tours = build_tours(
        np.array([[1], [0]]), np.zeros((2, 2, 1), bool), np.zeros((1, 1), bool), needs, np.array([8]), 0
    )
    assert len(tours.wrong) == 1
    assert tours.mended is not None
    assert ((tours.mended >= 0).sum(axis=1) == 1).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 0},
        {"required": {"x": (1, 1)}},
        {"required": {"a": (1,)}},
        {"people": (Member("p", frozenset({(2, "a")})),)},
        {"people": (Member("p", likes=frozenset("x")),)},
        {"forbidden": (("a", "x"),)},
        {"shifts": (ShiftHours("a", -1),)},
        {"min_hours": 0.123456789},
    ],
)
def test_wrong_input_is_told(wrong: dict[str, object]) -> None:
    """Unknown shifts, days outside the plan, negative hours and numbers with many decimals are refused."""
    given: dict[str, object] = {"days": 2, "shifts": (ShiftHours("a", 8),), "people": (Member("p"),), "required": {}}
    with pytest.raises(InputError):
        MinHoursProblem(**(given | wrong))  # type: ignore[arg-type]
