"""Two lanes of the search: what is drawn together never meets, and threads change nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import search as searching
from scheduling.hires import hire_options
from scheduling.lanes import CHUNK, turns
from scheduling.options import shift_options
from scheduling.problem import RosterProblem
from scheduling.search import Search
from scheduling.season import Season
from tests.scheduling.small import agent, problem_of, tiny
from wfm.progress import never_stop

LATE = {"id": "late", "start": "14:00-20:00", "hours": [8.0, 9.0], "meal_minutes": 60, "meal_after": "3h-5h"}


@given(st.integers(1, 400), st.integers(3, 9), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_turns_hold_every_week_once_and_keep_lanes_apart(people: int, weeks: int, seed: int) -> None:
    """Beside one another: weeks at least two apart (a night shift reaches into the next week), different people."""
    order = np.random.default_rng(seed).permutation(people * weeks)
    seen = []
    for number in turns(order // weeks, order % weeks):
        drawn = 0
        for first, second in number:
            assert not set(first[0].tolist()) & set(second[0].tolist())
            for week in set(first[1].tolist()):
                assert all(abs(week - other) >= 2 for other in second[1].tolist())
            for chosen, when in (first, second):
                seen += (chosen * weeks + when).tolist()
                drawn += len(chosen)
        assert drawn <= 2 * CHUNK
    assert sorted(seen) == list(range(people * weeks))


def _drawn(problem: RosterProblem) -> Search:
    season = Season(problem, shift_options(problem), hire_options(problem), 1.0, 5)
    search = season.best()
    search.prepare()
    assert search.draw([(60.0, 1.0), (20.0, 0.5), (5.0, 0.0)] * 2, never_stop, lambda _share: None)
    return search


def test_one_thread_or_two_give_the_same_roster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lanes drawn one after the other and at the same time end at the same roster, of the cost of a recount."""
    problem = problem_of(tiny([agent(n) for n in range(1, 13)], days=28, shifts=(LATE,)), seed=2, peak=9)
    together = _drawn(problem)
    assert together.lanes.two
    monkeypatch.setattr(searching, "ThreadPoolExecutor", lambda _threads: ThreadPoolExecutor(1))
    alone = _drawn(problem)
    assert np.array_equal(together.best[1], alone.best[1])
    assert np.array_equal(together.best[2], alone.best[2])
    assert (together.best[1] >= 0).any()


def test_lanes_book_every_change() -> None:
    """The sums that the lanes keep are those of a roster counted afresh."""
    problem = problem_of(tiny([agent(n) for n in range(1, 13)], days=28, shifts=(LATE,)), seed=2, peak=9)
    search = _drawn(problem)
    order = np.random.default_rng(1).permutation(12 * search.problem.weeks)
    with ThreadPoolExecutor(2) as pool:
        drawn = sum(search.lanes.draw(round_, 30.0, pool) for round_ in search.lanes.rounds(order))
    assert drawn == len(order)
    booked = search.state.totals.copy()
    search.refresh()
    assert booked.tolist() == pytest.approx(search.state.totals.tolist(), abs=1e-2)


@pytest.mark.parametrize(
    ("limits", "days", "two"), [({}, 28, True), ({}, 14, False), ({"cost_max": 9000.0}, 28, False)]
)
def test_one_lane_where_money_is_limited_or_weeks_are_few(limits: dict[str, float], days: int, two: bool) -> None:
    """A limit on money counts everybody's wages: lanes side by side could pass it together."""
    people = [agent(1), agent(2), agent(3, "temp"), agent(4, "temp")]
    temp = {"id": "temp", "kind": "dispatch", "cost_per_hour": 40.0, "headcount": 0}
    problem = problem_of(tiny(people, days, [temp], limits={"seats_max": 3, **limits}), seed=1)
    assert Season(problem, shift_options(problem), (), 1.0, 1).best().lanes.two is two
