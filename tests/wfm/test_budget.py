"""What rolling targets may still lose, against sums made by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.budget import budgets
from wfm.inputs import Attained
from wfm.plan import Plan
from wfm.results import Budget

START = date(2025, 10, 20)
SHARE = {"metric": "answered_within", "seconds": 180, "share": 0.9, "over": "30_days"}


def plan_of(*targets: dict[str, object], days: int = 3) -> Plan:
    """Return a plan of one queue with some targets."""
    return Plan.model_validate(
        {
            "plan": {"name": "p", "start": START, "days": days},
            "queue": [{"id": "q", "channel": "chat", "target": targets}],
            "contract": [{"id": "c", "cost_per_hour": 1}],
            "shift": [{"id": "s", "start": "08:00", "hours": [8]}],
        }
    )


def past(days_before: int, counted: float, value: float, target: int = 1, queue: str = "q") -> Attained:
    """Return a past day, so many days before the plan's first."""
    return Attained(START - timedelta(days=days_before), queue, target, counted, value)


def test_a_share_leaves_its_misses_less_those_of_the_past() -> None:
    """1,000 past rounds at 0.8 missed 200; with 300 more expected, 10 % of 1,300 may miss: 70 too many already."""
    got = budgets(plan_of(SHARE), [past(1, 1000, 0.8)], {("q", 0): np.array([100.0, 100.0, 100.0])})
    first, last = got
    assert (first.queue, first.number, first.end) == ("q", 0, START)
    assert (first.counted_past, first.expected) == (1000, 100)
    assert first.missed_past == pytest.approx(200)
    assert first.left == pytest.approx(110 - 200), "the first day is the tightest: fewest contacts to make up for it"
    assert last.end == START + timedelta(days=2)
    assert last.left == pytest.approx(130 - 200)


def test_old_days_leave_the_window_one_by_one() -> None:
    """A bad day 28 days ago counts on the first two days of the plan only, so the last day is free of it."""
    got = budgets(plan_of(SHARE), [past(28, 500, 0.5), past(1, 100, 1.0)], {("q", 0): np.full(3, 100.0)})
    tightest, last = got
    assert (tightest.end, tightest.counted_past) == (START, 600)
    assert tightest.missed_past == pytest.approx(250)
    assert (last.counted_past, last.missed_past, last.expected) == (100, 0, 300)
    assert last.left == pytest.approx(40)


def test_an_average_leaves_seconds() -> None:
    """1,000 contacts at 30 s used 30,000 s; 1,100 at 40 s may use 44,000: 14,000 for the 100 of the plan."""
    target = {"metric": "average_response", "seconds": 40, "over": "30_days"}
    (only,) = budgets(plan_of(target, days=1), [past(2, 1000, 30)], {("q", 0): np.array([100.0])})
    assert only == Budget("q", 0, START, 1000, 30_000, 100, 14_000)


@pytest.mark.parametrize("metric", ["abandoned", "no_service"])
def test_a_share_lost_leaves_losses(metric: str) -> None:
    """At most 5 % of 1,200 may be lost: 60, of which 40 are gone."""
    target = {"metric": metric, "share": 0.05, "over": "30_days"}
    (only,) = budgets(plan_of(target, days=1), [past(3, 1000, 0.04)], {("q", 0): np.array([200.0])})
    assert only.missed_past == pytest.approx(40)
    assert only.left == pytest.approx(20)


def test_the_tightest_day_is_told_where_it_is_another_than_the_last() -> None:
    """On the second day hardly anybody comes, but the good days have left the window: least is left per contact."""
    days = [past(29, 1000, 1.0), past(1, 100, 0.5)]
    got = budgets(plan_of(SHARE), days, {("q", 0): np.array([100.0, 10.0, 1000.0])})
    assert [one.end for one in got] == [START + timedelta(days=1), START + timedelta(days=2)]
    assert got[0].left == pytest.approx(0.1 * 210 - 50)


def test_windows_below_the_exemption_are_not_assessed() -> None:
    """Under 100 rounds nothing is assessed: the first day has none; with all below there is no budget."""
    target = {**SHARE, "exempt_below": 100}
    got = budgets(plan_of(target), [past(1, 20, 0.0)], {("q", 0): np.array([60.0, 60.0, 0.0])})
    assert [one.end for one in got] == [START + timedelta(days=1), START + timedelta(days=2)]
    assert budgets(plan_of(target), [], {("q", 0): np.array([1.0, 1.0, 1.0])}) == ()


def test_only_past_days_of_the_same_target_count() -> None:
    """Other targets, other queues, days of the plan and days that no window holds change nothing."""
    others = [past(1, 9, 0, target=2), past(1, 9, 0, queue="x"), past(0, 9, 0), past(30, 9, 0)]
    (only,) = budgets(plan_of(SHARE, days=1), others, {("q", 0): np.array([100.0])})
    assert (only.counted_past, only.missed_past) == (0, 0)
    assert only.left == pytest.approx(10)


def test_other_spans_and_unknown_counts_have_no_budget() -> None:
    """A target over a day, and one whose counts nobody tells."""
    assert budgets(plan_of({**SHARE, "over": "day"}), [], {("q", 0): np.ones(3)}) == ()
    assert budgets(plan_of(SHARE), [], {}) == ()


def test_a_day_without_anybody_is_lost_or_safe() -> None:
    """Nobody comes in a plan: with too much missed it is lost, else nothing can go wrong; either way a budget."""
    for value, left in ((0.5, -40.0), (1.0, 10.0)):
        (only,) = budgets(plan_of(SHARE, days=1), [past(1, 100, value)], {("q", 0): np.zeros(1)})
        assert only.left == pytest.approx(left)


@pytest.mark.parametrize("counted", [np.ones(2), np.ones((3, 1)), np.array([1.0, -1.0, 1.0]), np.array([1, np.nan, 1])])
def test_counts_that_don_t_fit_the_plan_are_refused(counted: np.ndarray) -> None:
    """One number per day, none below zero, none missing."""
    with pytest.raises(ValueError, match="expected 3 numbers"):
        budgets(plan_of(SHARE), [], {("q", 0): counted})


@given(
    st.lists(st.tuples(st.integers(1, 40), st.floats(0, 1e4), st.floats(0, 1)), max_size=30, unique_by=lambda x: x[0]),
    st.lists(st.floats(0, 1e4), min_size=1, max_size=45),
)
def test_no_day_is_tighter_than_the_one_told(rows: list[tuple[int, float, float]], counts: list[float]) -> None:
    """Against a plain count of each window: the first budget has the least per contact, the last is the last day's."""
    days = [past(*row) for row in rows]
    got = budgets(plan_of(SHARE, days=len(counts)), days, {("q", 0): np.array(counts)})
    left = []
    for place in range(len(counts)):
        inside = [(counted, value) for before, counted, value in rows if place + before <= 29]
        expected = sum(counts[max(place - 29, 0) : place + 1])
        total = sum(counted for counted, _ in inside) + expected
        left.append((0.1 * total - sum(counted * (1 - value) for counted, value in inside), expected))
    assert got[-1].left == pytest.approx(left[-1][0], rel=1e-9, abs=1e-6)
    if min(counts) > 1e-3:
        assert got[0].left / got[0].expected == pytest.approx(min(a / b for a, b in left), rel=1e-6, abs=1e-9)
