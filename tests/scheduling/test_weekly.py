"""Drawing whole weeks: the books stay right, the draw is free of the clock, and cold draws find the best week."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import product

import numpy as np
import pytest

from scheduling.hires import hire_options
from scheduling.options import shift_options
from scheduling.problem import RosterProblem
from scheduling.search import Search
from scheduling.season import Advice, Season
from scheduling.tables import Tables
from tests.scheduling.small import agent, problem_of, tiny
from wfm.progress import never_stop


def _search(problem: RosterProblem) -> Search:
    season = Season(problem, shift_options(problem), hire_options(problem), 1.0, 3)
    search = season.best()
    search.prepare()
    return search


def _nothing(share: float) -> None:
    """Hear how far it is."""


def test_the_books_of_draws_are_those_of_a_fresh_count() -> None:
    """After hot draws coverage, wages and totals that were carried along equal those rebuilt from the shifts alone."""
    search = _search(problem_of(tiny([agent(1), agent(2), agent(3)], days=9), seed=4))
    search.draw([(heat, 0.5) for heat in np.geomspace(200.0, 50.0, 6).tolist()], never_stop, _nothing)
    carried, cut = search.state.totals.copy(), search.state.cut.copy()
    search.refresh()
    assert carried == pytest.approx(search.state.totals, abs=1e-3)
    assert cut == pytest.approx(search.state.cut, abs=1e-3)


def test_the_same_seed_draws_the_same_weeks() -> None:
    """Two searches of one seed end with the same shifts and pauses."""
    problem = problem_of(tiny([agent(1), agent(2)], days=8), seed=5)
    ends = []
    for _ in range(2):
        search = _search(problem)
        search.draw([(100.0, 1.0), (37.0, 0.5), (14.0, 0.0), (5.0, 0.0)], never_stop, _nothing)
        ends.append((search.state.option.copy(), search.state.pattern.copy()))
    assert np.array_equal(ends[0][0], ends[1][0])
    assert np.array_equal(ends[0][1], ends[1][1])


@pytest.mark.parametrize("seed", range(4))
def test_a_cold_draw_is_the_best_week_of_one_person(seed: int) -> None:
    """For one person and two days every pair of shifts is tried: none is cheaper than the week that is drawn cold."""
    problem = problem_of(tiny([agent(1)], days=2), seed=seed)
    search = _search(problem)
    search.draw([(1e-9, 0.0)], never_stop, _nothing)
    found = search.cost
    tables, best = search.tables, np.inf
    for first in range(-1, len(tables.opt_paid)):
        for second in range(-1, len(tables.opt_paid)):
            for patterns in _pairs(tables.opt_pattern, tables.opt_patterns, first, second):
                option = np.array([[first, second]])
                starts = [tables.opt_start[d, s] for d, s in enumerate((first, second))]
                if any(s >= 0 and starts[d] < 0 for d, s in enumerate((first, second))):
                    continue
                rest = starts[1] - starts[0] - tables.opt_minutes[first] >= tables.rules[5]
                if first >= 0 and second >= 0 and not rest:
                    continue
                search.write(option, np.array([patterns]))
                best = min(best, search.cost)
    assert found == pytest.approx(best)


@pytest.mark.parametrize("seed", range(3))
def test_a_cold_draw_of_seven_days_is_the_best_of_all_weeks(seed: int) -> None:
    """Guaranteed hours, overtime, rest and days off: all 2,187 weeks of two shifts are priced, none is cheaper."""
    salaried = {"id": "salaried", "cost_per_hour": 50.0, "hours_per_week_guaranteed": 24}
    shifts = ({"id": "day", "start": "08:00", "hours": [7.0]}, {"id": "late", "start": "15:00", "hours": [8.0]})
    problem = problem_of(tiny([agent(1, "salaried")], 7, [salaried], shifts=shifts), seed, peak=1)
    search = _search(problem)
    search.draw([(1e-9, 0.0)], never_stop, _nothing)
    found, tables, best = search.cost, search.tables, np.inf
    for week in product(range(-1, len(tables.opt_paid)), repeat=7):
        if _legal(tables, week):
            search.write(np.array([week]), np.array([[tables.opt_pattern[s] if s >= 0 else -1 for s in week]]))
            best = min(best, search.cost)
    assert found == pytest.approx(best)


def _legal(tables: Tables, week: Sequence[int]) -> bool:
    """Return whether days off, hours of the week and rest hold."""
    worked = [(d, s) for d, s in enumerate(week) if s >= 0]
    rest, days = tables.rules[5], tables.rules[7]
    starts = [tables.opt_start[d, s] for d, s in worked]
    ends = [tables.opt_start[d, s] + tables.opt_minutes[s] for d, s in worked]
    if len(worked) > days or sum(tables.opt_paid[s] for _, s in worked) > tables.week_cap[0, 0]:
        return False
    return all(start >= 0 for start in starts) and all(b - a >= rest for a, b in zip(ends, starts[1:], strict=False))


def _pairs(first: np.ndarray, count: np.ndarray, a: int, b: int) -> list[tuple[int, int]]:
    one = range(first[a], first[a] + count[a]) if a >= 0 else (-1,)
    two = range(first[b], first[b] + count[b]) if b >= 0 else (-1,)
    return [(x, y) for x in one for y in two]


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0, 4.0])
def test_a_rounded_price_leans_on_what_an_agent_is_worth(share: float) -> None:
    """Where nobody is missing, the slope is what an agent is worth, within the price; the sharp cost is as before."""
    problem = problem_of(tiny([agent(1), agent(2)], days=2), seed=1)
    search = _search(problem)
    cost = search.cost
    full = np.repeat(problem.shortage_price * problem.interval_hours, problem.grid.n).reshape(problem.requirement.shape)
    search.lean(share * full)
    assert search.state.lean == pytest.approx(np.full(search.state.lean.shape, min(share, 1.0)))
    assert search.cost == pytest.approx(cost)


def test_advice_changes_the_search_only_through_its_prices() -> None:
    """Prices of half the shortage price are what the search takes for granted without advice."""
    problem = problem_of(tiny([agent(1), agent(2)], days=8), seed=5)
    half = np.repeat(problem.shortage_price * problem.interval_hours / 2, problem.grid.n)
    costs = []
    for prices in (None, half.reshape(problem.requirement.shape)):
        season = Season(problem, shift_options(problem), hire_options(problem), 0.05, 3)
        season.run(never_stop, partial(Advice, None, prices))
        costs.append((season.cost, season.best().state.option.tolist()))
    assert costs[0] == costs[1]
