"""Shift design: the cheapest shifts to offer, proven; against brute force and an independent recount."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.shift_design import DesignLimits, DesignProblem, DesignStatus, ShiftDesign, ShiftKind, design_shifts
from wfm.errors import InputError

SIX_HOURS = 360


def recount(problem: DesignProblem, design: ShiftDesign) -> int:
    """Return the cost of a design, counted slot by slot from what it offers."""
    slots, per_day = len(problem.demand), 1440 // problem.slot_minutes
    cover = [0] * slots
    for shift in design.shifts:
        assert (shift.start, shift.length) in problem.shifts
        assert any(shift.people)
        assert min(shift.people) >= 0
        for day, people in enumerate(shift.people):
            for slot in range(shift.length):
                cover[(day * per_day + shift.start + slot) % slots] += people
    over = problem.slot_minutes * sum(max(0, c - d) for c, d in zip(cover, problem.demand, strict=True))
    under = problem.slot_minutes * sum(max(0, d - c) for c, d in zip(cover, problem.demand, strict=True))
    assert (over, under) == (design.over_minutes, design.under_minutes)
    price = problem.slot_minutes if problem.shift_price is None else problem.shift_price
    return problem.over_price * over + problem.under_price * under + price * len(design.shifts)


def cheapest(problem: DesignProblem) -> int:
    """Return the least cost over everything that can be offered, with up to the highest demand of people each."""
    slots, per_day = len(problem.demand), 1440 // problem.slot_minutes
    days = slots // per_day
    columns = [(s, day) for s in range(len(problem.shifts)) for day in range(days)]
    covers = np.zeros((len(columns), slots), dtype=np.int64)
    for row, (s, day) in enumerate(columns):
        start, length = problem.shifts[s]
        for slot in range(length):
            covers[row, (day * per_day + start + slot) % slots] += 1
    people = np.array(list(product(range(max(problem.demand) + 1), repeat=len(columns))), dtype=np.int64)
    spare = people @ covers - np.array(problem.demand)
    used = (people.reshape(len(people), len(problem.shifts), days) > 0).any(axis=2).sum(axis=1)
    minutes = problem.over_price * np.maximum(spare, 0) + problem.under_price * np.maximum(-spare, 0)
    price = problem.slot_minutes if problem.shift_price is None else problem.shift_price
    return int((problem.slot_minutes * minutes.sum(axis=1) + price * used).min())


@st.composite
def small_problems(draw: st.DrawFn) -> DesignProblem:
    """Return a problem of one or two days of four slots with at most eight (shift, day) pairs."""
    days = draw(st.sampled_from((1, 2)))
    start = draw(st.integers(0, 3))
    width = draw(st.integers(0, min(1, 3 - start)))
    shortest = draw(st.integers(1, 3))
    longest = min(4, shortest + draw(st.integers(0, 1)))
    kinds: tuple[ShiftKind, ...] = (ShiftKind("any", start, start + width, shortest, longest),)
    if days == 1:
        kinds += (ShiftKind("other", draw(st.integers(0, 3)), 3, 2, 2),)
    demand = draw(st.lists(st.integers(0, 2), min_size=4 * days, max_size=4 * days))
    over, under = draw(st.integers(0, 2)), draw(st.integers(1, 3))
    price = draw(st.sampled_from((None, 0, 100, 1000)))
    return DesignProblem(SIX_HOURS, tuple(demand), kinds, over, under, price)


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_the_design_is_the_cheapest_of_all(problem: DesignProblem) -> None:
    """On tiny circles the proven cost is the least over everything that can be offered."""
    design = design_shifts(problem)
    assert design.status is DesignStatus.OPTIMAL
    assert design.cost == design.bound == recount(problem, design) == cheapest(problem)


def noisy(seed: int) -> DesignProblem:
    """Return a day and night operation over three days of hours, noisy, with 48 possible shifts."""
    rng = np.random.default_rng(seed)
    wave = 6 + 4 * np.sin(np.arange(72) / 24 * 2 * np.pi - 2)
    kinds = (ShiftKind("early", 5, 8, 6, 9), ShiftKind("late", 12, 15, 6, 9), ShiftKind("night", 20, 23, 6, 9))
    return DesignProblem(60, tuple(np.rint(wave + rng.uniform(-2, 2, 72)).astype(int).tolist()), kinds)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(0, 40))
def test_limits_give_a_design_and_a_bound_that_holds(seed: int, rounds: int, nodes: int) -> None:
    """However early the search ends: what it says is what one counts, and no bound exceeds a cost."""
    problem = noisy(seed)
    cut = design_shifts(problem, DesignLimits(rounds=rounds, nodes=nodes))
    assert recount(problem, cut) == cut.cost >= cut.bound >= 0
    assert (cut.cost == cut.bound) == (cut.status is DesignStatus.OPTIMAL)


def test_bounds_of_short_searches_stay_below_the_proven_cost() -> None:
    """A search cut short proves less and finds nothing cheaper than the optimum."""
    problem = noisy(3)
    full, cut = design_shifts(problem), design_shifts(problem, DesignLimits(rounds=1, nodes=0))
    assert full.status is DesignStatus.OPTIMAL
    assert cut.bound <= full.cost <= cut.cost
    assert full.cost == recount(problem, full)


def test_same_seed_same_design() -> None:
    """Nothing depends on chance or on the clock."""
    assert design_shifts(noisy(5), seed=4) == design_shifts(noisy(5), seed=4)


def test_the_week_is_a_circle() -> None:
    """A night shift of the last day covers the first morning."""
    kinds = (ShiftKind("night", 3, 3, 2, 2),)
    design = design_shifts(DesignProblem(SIX_HOURS, (5, 0, 0, 5), kinds))
    assert [(s.start, s.length, s.people) for s in design.shifts] == [(3, 2, (5,))]
    assert design.cost == SIX_HOURS


def test_a_circle_that_only_halves_fit() -> None:
    """Three shifts of two slots around three slots: half a person in each would fit, whole people don't."""
    kinds = (ShiftKind("any", 0, 2, 2, 2),)
    design = design_shifts(DesignProblem(480, (1, 1, 1), kinds, shift_price=0))
    assert design.cost == design.bound == 480


def test_expensive_shifts_are_not_offered() -> None:
    """Where a shift costs more than what it covers, nothing is offered."""
    design = design_shifts(
        DesignProblem(60, (0,) * 9 + (1,) * 8 + (0,) * 7, (ShiftKind("day", 9, 9, 8, 8),), 1, 1, 481)
    )
    assert (design.shifts, design.cost, design.under_minutes) == ((), 480, 480)


def test_stopped_at_once() -> None:
    """Whoever stops before the first step gets the plan without people, and is told so."""
    problem = noisy(1)
    design = design_shifts(problem, stop=lambda: True)
    assert design.status is DesignStatus.INTERRUPTED
    assert design.cost == recount(problem, design) == 60 * sum(problem.demand)
    assert design.bound == 0
    assert "stopped" in design.way


@pytest.mark.parametrize(
    ("minutes", "demand", "kind"),
    [
        (7, (1,) * 4, ShiftKind("k", 0, 1, 1, 1)),
        (360, (1,) * 5, ShiftKind("k", 0, 1, 1, 1)),
        (360, (1, -1, 1, 1), ShiftKind("k", 0, 1, 1, 1)),
        (360, (1,) * 4, ShiftKind("k", 2, 4, 1, 1)),
        (360, (1,) * 4, ShiftKind("k", 0, 1, 1, 5)),
    ],
)
def test_wrong_input_is_told(minutes: int, demand: tuple[int, ...], kind: ShiftKind) -> None:
    """Slots that don't divide a day, broken days, negative demand and windows outside the day are refused."""
    with pytest.raises(InputError):
        DesignProblem(minutes, demand, (kind,))
