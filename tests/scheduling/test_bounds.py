"""The proofs: settings that arrive, bounds that hold for any duals and prices, presence and pauses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.build import SearchLimits, build
from scheduling.dual import Dual
from scheduling.hires import hire_options
from scheduling.options import shift_options
from scheduling.patterns import PATTERNS_MAX, legal_patterns, pause_envelope, presence
from scheduling.prices import climb
from scheduling.problem import RosterProblem, from_inputs
from scheduling.solver import LinearProgram, dual_bound, lp_parameters, mip_parameters, simplex_parameters, solve
from tests.scheduling.plans import promotion_plan
from tests.scheduling.small import agent, fixed, problem_of, tiny
from wfm.plan import ShiftTemplate
from wfm.progress import never_stop


def test_settings_arrive_in_the_parameters() -> None:
    """What we ask of the solver stands in the parameter objects that it gets."""
    lp, mip = lp_parameters(), mip_parameters(7, 0.02, 11)
    assert lp.highs.string_options["solver"] == "ipm"
    assert lp.highs.string_options["run_crossover"] == "off"
    assert simplex_parameters().highs.string_options["solver"] == "simplex"
    assert (mip.node_limit, mip.relative_gap_tolerance, mip.highs.int_options["random_seed"]) == (7, 0.02, 11)
    assert mip.time_limit is None


def _diet() -> LinearProgram:
    program = LinearProgram()
    columns = program.add_columns(2, np.array([2.0, 3.0]), 10.0)
    rows = program.add_rows(2, np.array([4.0, -np.inf]), np.array([np.inf, 3.0]))
    program.put(rows[0], columns, np.array([1.0, 2.0]))
    program.put(rows[1], columns[1], 2.0)
    return program


def test_linear_program_and_its_bound() -> None:
    """The least 2x + 3y with x + 2y >= 4 and 2y <= 3 is 6.5 at x = 1, y = 1.5, proven by the duals."""
    result = solve(_diet(), simplex_parameters(), never_stop)
    assert result.values is not None
    assert result.values.tolist() == pytest.approx([1.0, 1.5])
    assert result.bound == pytest.approx(6.5)


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=2))
def test_any_duals_give_a_lower_bound(duals: list[float]) -> None:
    """Weak duality: no duals whatever prove more than the optimum."""
    assert dual_bound(_diet(), np.array(duals)) <= 6.5 + 1e-9


def test_gradient_of_the_dual_is_its_slope() -> None:
    """The gradient of the smoothed bound equals central differences in every kind of price."""
    inputs, requirement = promotion_plan(people=6, days=2)
    problem = from_inputs(inputs, requirement)
    dual = Dual(problem, shift_options(problem), hire_options(problem), problem.requirement)
    rng = np.random.default_rng(0)
    prices = dual.upper * rng.uniform(0.02, 0.2, len(dual.upper))
    _, slope = dual(prices, 30.0)
    free = np.flatnonzero(dual.upper > 0)
    for place in [*rng.choice(free, 12), *free[-8:]]:
        step = np.zeros(len(prices))
        step[place] = 1e-4
        measured = (dual(prices + step, 30.0)[0] - dual(prices - step, 30.0)[0]) / 2e-4
        assert slope[place] == pytest.approx(measured, rel=1e-3, abs=1e-3)


def test_an_evaluation_by_two_threads_is_the_same_to_the_last_byte() -> None:
    """Skills and weeks priced in two halves at the same time: value and gradient as by one thread."""
    inputs, requirement = promotion_plan(people=9, days=10)
    problem = from_inputs(inputs, requirement)
    options, hires = shift_options(problem), hire_options(problem)
    alone = Dual(problem, options, hires, problem.requirement)
    with ThreadPoolExecutor(2) as pool:
        shared = Dual(problem, options, hires, problem.requirement, pool.map)
        assert len(shared.skill_parts) == len(shared.week_parts) == 2
        for seed in range(3):
            prices = alone.upper * np.random.default_rng(seed).uniform(0.0, 0.2, len(alone.upper))
            (value, slope), (told, steep) = alone(prices, 3.0**seed), shared(prices, 3.0**seed)
            assert value == told
            assert slope.tobytes() == steep.tobytes()


def test_prices_prove_about_as_much_as_the_linear_program() -> None:
    """The climb knows whole weeks and exact pauses, which the aggregate program lacks: it comes near it or beats it."""
    from scheduling.aggregate import build_aggregate

    inputs, requirement = promotion_plan(people=6, days=1, hires=False)
    problem = from_inputs(inputs, requirement)
    options = shift_options(problem)
    program = build_aggregate(problem, options, (), problem.requirement, False)
    exact = solve(program, simplex_parameters(), never_stop).bound
    state = climb(problem, options, (), problem.requirement, 0.2, never_stop)
    assert state.bound >= 0.97 * exact


@given(st.integers(0, 10**6), st.floats(0.0, 20.0))
@settings(max_examples=25, deadline=None)
def test_no_prices_prove_more_than_a_roster_costs(seed: int, temperature: float) -> None:
    """Weak duality: at any prices and any temperature the dual stays below the cost of a legal roster."""
    problem, cost = _small_roster()
    dual = Dual(problem, shift_options(problem), hire_options(problem), problem.requirement)
    prices = dual.upper * np.random.default_rng(seed).random(len(dual.upper))
    prices[problem.requirement.size :] *= 0.01
    assert dual(prices, temperature)[0] <= cost + 1e-6


def test_a_published_shift_off_the_grid_is_not_priced_short() -> None:
    """Somebody from 08:20 to 12:20 is on seat in a third of the hour from 12:00 on: the bound may not forget it."""
    inputs = tiny([agent(1)], days=1, fixed_shifts=(fixed(1, 0, "08:20:00", 4.0),))
    problem = problem_of(inputs)
    required = np.zeros(problem.requirement.shape)
    required[0, 12] = 1.0
    problem = replace(problem, requirement=required)
    dual = Dual(problem, shift_options(problem), (), required)
    wage, missing = 4.0 * 50.0, 80.0 * 2.0 / 3.0
    assert dual(dual.upper * (np.arange(len(dual.upper)) == 12), 0.0)[0] <= wage + missing + 1e-6


@cache
def _small_roster() -> tuple[RosterProblem, float]:
    inputs, requirement = promotion_plan(people=8, days=3)
    problem = from_inputs(inputs, requirement)
    return problem, build(problem, SearchLimits(0.05), 1).cost.total


def test_patterns_obey_windows_clearance_and_stretch() -> None:
    """Every placement keeps the meal window, the clear times and the longest stretch; the envelope holds them all."""
    template = ShiftTemplate(id="x", start="08:00", hours=(9.0,), meal_minutes=60, break_minutes=(15, 15))
    patterns = legal_patterns(template, 540, 0, 30, 15, 5.0)
    early, late = (np.cumsum(1.0 - row) for row in pause_envelope(template, 540, 0, 30, 15, 5.0))
    assert len(patterns) > 50
    for pattern in patterns:
        assert pattern.meal is not None
        assert 180 <= pattern.meal[0] <= 300
        edges = [0, *(edge for pause in pattern.pauses for edge in pause), 540]
        gaps = [edges[i + 1] - edges[i] for i in range(0, len(edges), 2)]
        assert min(gaps) >= 60
        assert max(gaps) <= 300
        taken = np.cumsum(1.0 - presence(540, 0, 30, pattern.pauses))
        assert (taken <= early + 1e-9).all()
        assert (taken >= late - 1e-9).all()


def test_many_breaks_leave_every_meal_open() -> None:
    """Three breaks in twelve hours have more placements than are looked at: thinned out, none of the meals is lost."""
    template = ShiftTemplate(
        id="x", start="08:00", hours=(12.0,), meal_minutes=60, meal_after="2h-8h", break_minutes=(15, 15, 15),
        break_clear_minutes=30,
    )  # fmt: skip
    patterns = legal_patterns(template, 720, 0, 30, 15, 6.0)
    assert {pattern.meal[0] for pattern in patterns if pattern.meal} == set(range(120, 481, 30))
    assert len(patterns) <= PATTERNS_MAX
