"""Pauses placed by shapes against every pattern tried, and the other compiled parts of a draw against a recount."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from scheduling.hires import hire_options
from scheduling.kernel import rounded
from scheduling.options import shift_options
from scheduling.problem import RosterProblem
from scheduling.search import Search
from scheduling.season import Season
from scheduling.week_options import Work
from scheduling.week_pauses import NOWHERE, _least, pause_losses
from scheduling.weekly import sweep
from tests.scheduling.small import agent, problem_of, tiny
from wfm.compiled import stamp
from wfm.progress import never_stop
from wfm.rules import LabourRules

LONG = {
    "id": "long", "start": "08:00-10:00", "hours": [8.0, 9.0], "meal_minutes": 60, "meal_after": "2h-5h",
    "break_minutes": [15, 30], "break_clear_minutes": 60,
}  # fmt: skip
SHORT = {"id": "short", "start": "17:00", "hours": [5.0], "break_minutes": [15], "break_clear_minutes": 60}
# What only compiled functions call has no entry from Python of its own.
_cheapest = njit(lambda shapes, shape, begin: _least(shapes, shape, begin))
_price = njit(lambda shapes, gain, random, low, high: pause_losses(shapes, gain, random, low, high))
_bend = njit(lambda lack, soft, lean: rounded(lack, soft, lean))


def _search(problem: RosterProblem) -> Search:
    search = Season(problem, shift_options(problem), hire_options(problem), 1.0, 3).best()
    search.prepare()
    return search


def _loss(work: Work, row: int, slot: int) -> float:
    """Return what the pauses of a pattern cost: what each interval is worth less for presence in parts."""
    cells = range(work.cell_first[row], work.cell_first[row + 1])
    gain, top = work.gain, len(work.seat_values) - 1
    return float(
        sum(gain[top, slot + work.cell_at[x]] - gain[work.cell_level[x], slot + work.cell_at[x]] for x in cells)
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_cheapest_pauses_are_those_of_all_patterns(seed: int) -> None:
    """Every option with a shape, at random worth of each presence: the value, and the pattern it leads to."""
    search = _search(problem_of(tiny([agent(1)], days=2, shifts=(LONG, SHORT)), seed=4))
    work, tables, rng = search.work, search.tables, np.random.default_rng(seed)
    worth = np.sort(rng.random(work.gain.shape) * 50.0, axis=0)
    work.gain[:] = worth - worth[0]
    _price(work.pauses, work.gain, search.state.random, 0, work.gain.shape[1])
    shaped = [s for s in range(len(tables.opt_paid)) if work.pauses.of_option[s] >= 0 and tables.opt_start[0, s] >= 0]
    assert len({work.pauses.of_option[s] for s in shaped}) == 3
    exact = 0
    for s in shaped:
        slot, first = int(tables.opt_slot[0, s]), int(tables.opt_pattern[s])
        least = min(_loss(work, row, slot) for row in range(first, first + tables.opt_patterns[s]))
        found, place = _cheapest(work.pauses, work.pauses.of_option[s], slot * work.pauses.fine)
        assert found < NOWHERE
        assert found <= least + 1e-4
        row = work.pauses.pattern[work.pauses.first[work.pauses.of_option[s]] + place]
        exact += row >= 0
        if row >= 0:  # else the longest stretch of work forbids the place
            assert _loss(work, row, slot) == pytest.approx(least, abs=1e-4)
    assert exact > len(shaped) / 2


def test_worth_of_people_is_that_of_a_recount() -> None:
    """What the roster costs more without somebody, counted by taking the person out and starting afresh."""
    search = _search(problem_of(tiny([agent(1), agent(2), agent(3)], days=9), seed=4))
    search.draw([(20.0, 0.5), (5.0, 0.0)], never_stop, lambda _share: None)
    before, option, pattern = search.cost, search.state.option.copy(), search.state.pattern.copy()
    told = search.worths(range(3))
    for person, worth in told.items():
        without, rows = option.copy(), pattern.copy()
        without[person] = rows[person] = -1
        search.write(without, rows)
        assert worth == pytest.approx(search.cost - before, abs=1e-2)
    assert len(set(told.values())) > 1


@pytest.mark.parametrize("lean", [0.0, 0.25, 0.5, 1.0])
def test_rounding_keeps_the_ends_and_bends_between(lean: float) -> None:
    """Beyond the parabola the slopes are 0 and 1; at the kink it is ``lean``; it is convex and never bends down."""
    lack = np.linspace(-2.0, 2.0, 81)
    bent = np.array([_bend(x, 0.8, lean) for x in lack])
    low, high = -1.6 * lean, 1.6 * (1.0 - lean)
    assert bent[lack <= low] == pytest.approx(0.0)
    assert bent[lack >= high] - lack[lack >= high] == pytest.approx(0.8 * (2.0 * lean - 1.0))
    assert (_bend(1e-6, 0.8, lean) - _bend(-1e-6, 0.8, lean)) / 2e-6 == pytest.approx(lean, abs=1e-5)
    assert (np.diff(bent, 2) >= -1e-12).all()
    assert [_bend(x, 0.0, lean) for x in lack] == pytest.approx(np.maximum(lack, 0.0))


def test_kept_code_depends_on_every_file_of_the_engine() -> None:
    """Machine code of the search on disk is stamped with all sources of the package, not those of one file."""
    packages = ("scheduling", "scheduling.multi_activity")
    assert sweep._cache._cache_file._source_stamp == stamp(packages)
    assert stamp(packages) != stamp(("scheduling",))


def test_pauses_on_a_very_fine_grid_are_placed() -> None:
    """Breaks of 20 and 25 minutes make 5-minute steps and more places than are listed: a draw takes legal ones."""
    fine = {**LONG, "hours": [14.0], "meal_after": "2h-11h", "break_minutes": [20, 25]}
    rules = LabourRules(work_stretch_hours_max=12.0, overtime_hours_per_day_max=6.0)
    search = _search(problem_of(tiny([agent(1), agent(2)], days=3, shifts=(fine,), rules=rules), seed=2))
    assert search.work.pauses.of_option.max() >= 0
    search.draw([(20.0, 0.5), (1.0, 0.0)], never_stop, lambda _share: None)
    assert (search.state.option >= 0).any()
    carried = search.state.totals.copy()
    search.refresh()
    assert carried == pytest.approx(search.state.totals, abs=1e-3)
