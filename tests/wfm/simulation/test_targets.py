"""Each metric, window and period, counted by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from tests.wfm.simulation.builders import day_after, make_inputs
from wfm.inputs import Attained
from wfm.results import TargetResult
from wfm.simulation.messages import prepare_talk
from wfm.simulation.model import Outcome, plain_contacts
from wfm.simulation.tally import tally
from wfm.simulation.targets import add_contained, gauges_of, pack
from wfm.simulation.verdict import Sums, hurting, judge, quantile, with_past

NEVER = float("nan")
HOUR = 3600.0
GOAL: dict[str, Any] = {"metric": "answered_within", "seconds": 20, "share": 0.5}
HALF_HOUR = 1800.0


def results(
    rows: list[tuple[float, float, float, float]], days: int = 1, channel: str = "phone", contained: int = 0,
    queue: Mapping[str, Any] | None = None, attained: Sequence[Attained] = (), **target: Any,
) -> list[TargetResult]:  # fmt: skip
    """Return the target's results when contacts with (arrival, answered, finished, abandoned) are all there was.

    ``contained``: so many stay with the bot in each half hour.
    """
    inputs = make_inputs([{"id": "q", "channel": channel, "target": [target], **(queue or {})}], days=days)
    queues, grid = list(inputs.plan.queue), inputs.plan.plan.grid
    gauges = gauges_of(queues, grid)
    table = np.array(rows, dtype=np.float64)
    n = len(table)
    contacts = plain_contacts(np.zeros(n, np.int64), table[:, 0].copy(), np.ones(n), np.ones(n))
    times = (table[:, column].copy() for column in range(4))
    outcome = Outcome._make((*times, np.zeros(n, np.bool_), np.zeros((0, 3))))
    talk = prepare_talk(queues)
    upper, lower = tally(contacts, outcome, pack(gauges, queues, grid), talk, grid.n * HALF_HOUR)
    add_contained(gauges, queues, talk, np.full((1, grid.n), float(contained)), upper, lower)
    gauge = gauges[1]
    sums = Sums(gauge.by_period(upper[1])[None], gauge.by_period(lower[1])[None])
    return judge(gauge, with_past(gauge, sums, attained, grid))[0]


ANSWERED_AT_10 = (0.0, 10.0, 100.0, NEVER)
ANSWERED_AT_20 = (0.0, 20.0, 100.0, NEVER)
ANSWERED_AT_21 = (0.0, 21.0, 100.0, NEVER)
GONE_AT_5 = (0.0, NEVER, NEVER, 5.0)


def test_answered_within_counts_all_who_came() -> None:
    """Two of four are answered within 20 s (20 s sharp is in time); who left counts as not answered."""
    (row,) = results(
        [ANSWERED_AT_10, ANSWERED_AT_20, ANSWERED_AT_21, GONE_AT_5], metric="answered_within", seconds=20, share=0.5
    )
    assert (row.expected, row.met, row.probability_met, row.goal) == (0.5, True, 1.0, 0.5)
    assert row.period == "2025-10-20"


def test_abandoned_is_the_share_that_left() -> None:
    """One of four left; the goal of 20 % is missed."""
    (row,) = results([ANSWERED_AT_10, ANSWERED_AT_20, ANSWERED_AT_21, GONE_AT_5], metric="abandoned", share=0.2)
    assert (row.expected, row.met) == (0.25, False)


def test_average_response_takes_the_wait_until_left_and_is_capped() -> None:
    """10 s, 5 s until left, and 5,000 s counted as 600 s."""
    late = (0.0, 5000.0, 5100.0, NEVER)
    (row,) = results([ANSWERED_AT_10, GONE_AT_5, late], metric="average_response", seconds=210)
    assert row.expected == pytest.approx(615.0 / 3)
    assert row.met
    assert row.goal == 210.0


def test_email_counts_until_it_is_finished() -> None:
    """Taken in time but finished late is late, for the first response, too; its wait is not capped."""
    slow = (0.0, 10.0, 5000.0, NEVER)
    for metric in ("answered_within", "resolved_within"):
        (row,) = results([slow], channel="email", metric=metric, seconds=3600, share=0.5)
        assert row.expected == 0.0
    (row,) = results([slow], channel="email", metric="average_response", seconds=60)
    assert row.expected == 5000.0


def test_contacts_outside_the_window_do_not_count() -> None:
    """The window is the clock time of arrival: 08:59 is out, 09:00 is in, 17:00 is out."""
    rows = [(9 * 3600.0 - 60, NEVER, NEVER, 32400.0), (9 * 3600.0, 32405.0, 32500.0, NEVER)]
    rows.append((17 * 3600.0, NEVER, NEVER, 61300.0))
    (row,) = results(rows, metric="answered_within", seconds=20, share=1.0, window="09:00-17:00")
    assert row.expected == 1.0


def test_periods_are_intervals_days_or_the_horizon() -> None:
    """Contacts on the first day at 00:00 and on the second at 00:30; periods without contacts have no row."""
    rows = [ANSWERED_AT_10, (88200.0, NEVER, NEVER, 88210.0)]
    goal: dict[str, Any] = {"metric": "answered_within", "seconds": 20, "share": 0.5}
    by_interval = results(rows, days=3, over="interval", **goal)
    assert [(row.period, row.expected) for row in by_interval] == [
        ("2025-10-20T00:00:00+08:00", 1.0),
        ("2025-10-21T00:30:00+08:00", 0.0),
    ]
    by_day = results(rows, days=3, over="day", **goal)
    assert [(row.period, row.expected) for row in by_day] == [("2025-10-20", 1.0), ("2025-10-21", 0.0)]
    assert [(row.period, row.expected) for row in results(rows, days=3, over="horizon", **goal)] == [("horizon", 0.5)]


def test_open_contacts_are_late_once_older_than_the_target() -> None:
    """At the end one waits for 30 s (late against 20 s), one for 10 s (left out)."""
    end = 86400.0
    rows = [ANSWERED_AT_10, (end - 30, NEVER, NEVER, NEVER), (end - 10, NEVER, NEVER, NEVER)]
    (row,) = results(rows, metric="answered_within", seconds=20, share=0.5)
    assert row.expected == 0.5
    (row,) = results(rows, metric="average_response", seconds=20)
    assert row.expected == pytest.approx((10 + 30) / 2)


def test_probability_counts_futures_and_confidence_is_asked_for() -> None:
    """Three of four futures meet 80 %: enough for a coin's chance, not for 90 % confidence."""
    target = {"metric": "answered_within", "seconds": 20, "share": 0.8, "over": "horizon"}
    sums = Sums(np.array([[8.0], [9.0], [10.0], [1.0]]), np.array([[10.0], [10.0], [10.0], [2.0]]))
    for confidence, met in ((None, True), (0.75, True), (0.9, False)):
        queue = make_inputs([{"id": "q", "channel": "phone", "target": [{**target, "confidence": confidence}]}])
        gauge = gauges_of(list(queue.plan.queue), queue.plan.plan.grid)[1]
        (row,), holds = judge(gauge, sums)
        assert row.probability_met == 0.75
        assert row.met is met
        assert row.expected == pytest.approx(28 / 32)
        assert row.p10 == pytest.approx(0.59)
        assert holds.tolist() == [True, True, True, False]


def test_quantile_leaves_out_what_is_missing() -> None:
    """The same as numpy's on the known values; NaN where there are none."""
    rng = np.random.default_rng(3)
    values = np.where(rng.random((25, 40)) < 0.3, np.nan, rng.random((25, 40)))
    expected = [np.quantile(column[np.isfinite(column)], 0.1) for column in values.T]
    np.testing.assert_allclose(quantile(values, 0.1), expected)
    assert np.isnan(quantile(np.full((3, 1), np.nan), 0.1)).all()


GONE_AT_25 = (0.0, NEVER, NEVER, 25.0)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [("sl_offered", 2 / 5), ("sl_answered", 2 / 3), ("sl_excl_short_ab", 2 / 4), ("sl_left_queue", 3 / 5)],
)
def test_a_share_is_of_whom_the_platform_says(definition: str, expected: float) -> None:
    """Answered at 10, 20 and 21, gone at 5 and 25, target 20 s."""
    rows = [ANSWERED_AT_10, ANSWERED_AT_20, ANSWERED_AT_21, GONE_AT_5, GONE_AT_25]
    (row,) = results(rows, metric="answered_within", seconds=20, share=0.5, definition=definition)
    assert row.expected == pytest.approx(expected)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, (10 + 5 + 600) / 3),
        ({"cap_seconds": 8}, (8 + 5 + 8) / 3),
        ({"unanswered_seconds": 600}, (10 + 600 + 600) / 3),
        ({"unanswered": "excluded"}, (10 + 600) / 2),
        ({"unanswered": "excluded", "cap_seconds": 10_000}, (10 + 5000) / 2),
    ],
)
def test_averages_count_the_unanswered_as_the_platform_says(more: dict[str, Any], expected: float) -> None:
    """Answered at 10 and 5,000, gone at 5."""
    rows = [ANSWERED_AT_10, GONE_AT_5, (0.0, 5000.0, 5100.0, NEVER)]
    (row,) = results(rows, metric="average_response", seconds=210, **more)
    assert row.expected == pytest.approx(expected)


def test_no_service_is_who_finds_nobody_or_is_never_answered() -> None:
    """Answered at once, after a wait, left, and still waiting: three of four had no service."""
    rows = [(0.0, 0.0, 9.0, NEVER), ANSWERED_AT_10, GONE_AT_5, (0.0, NEVER, NEVER, NEVER)]
    (row,) = results(rows, metric="no_service", share=0.5)
    assert (row.expected, row.met) == (0.75, False)


def test_bots_count_as_answered_at_once_where_they_count() -> None:
    """48 contained contacts and two that waited 10 s and 21 s."""
    rows = [ANSWERED_AT_10, ANSWERED_AT_21]
    for metric, bots, expected in (
        ("answered_within", "included", 49 / 50),
        ("answered_within", "excluded", 1 / 2),
        ("average_response", "included", 31 / 50),
    ):
        (row, *_) = results(rows, contained=1, metric=metric, seconds=20, share=0.5, bots=bots)
        assert row.expected == pytest.approx(expected)
        assert row.counted == (50 if bots == "included" else 2)
    (row,) = results([GONE_AT_5], contained=1, metric="abandoned", share=0.5, bots="included")
    assert row.expected == pytest.approx(1 / 49)


def test_too_few_to_be_assessed_is_met() -> None:
    """Nobody of two in time: missed, unless periods with fewer than three are exempt."""
    rows = [ANSWERED_AT_21, ANSWERED_AT_21]
    for least, met in ((0, False), (2, False), (3, True)):
        (row,) = results(rows, metric="answered_within", seconds=20, share=0.5, exempt_below=least)
        assert (row.expected, row.met, row.probability_met) == (0.0, met, float(met))


def test_seconds_may_run_in_opening_hours_only() -> None:
    """Written at 20:59:30, answered at 09:00:20 the next day: 50 s of a queue that is open from 09:00 to 21:00."""
    evening, morning = 21 * HOUR - 30, 33 * HOUR + 20
    rows = [(evening, morning, morning + 60, NEVER)]
    goal: dict[str, Any] = {"metric": "answered_within", "seconds": 60, "share": 0.5}
    for clock, expected in (("open", 1.0), ("calendar", 0.0)):
        (row,) = results(rows, days=2, queue={"open": "09:00-21:00"}, clock=clock, **goal)
        assert row.expected == expected
    (row,) = results(rows, days=2, queue={"open": "09:00-21:00"}, metric="average_response", seconds=60, clock="open")
    assert row.expected == pytest.approx(50.0)


def test_thirty_days_roll_over_the_past() -> None:
    """Each day ends a window of 30 days: days past it drop out, other targets' days don't count.

    On the first day 1 of 2 in time, on the second 1 of 1; 29 days before the first: 10 with 0.9, the day before that
    100 with 0.1; the last day before the plan: 20 with 0.5.
    """
    rows = [ANSWERED_AT_10, ANSWERED_AT_21, (90_000.0, 90_010.0, 90_100.0, NEVER)]
    attained = [
        Attained(day_after(-30), "q", 1, 100.0, 0.1),
        Attained(day_after(-29), "q", 1, 10.0, 0.9),
        Attained(day_after(-1), "q", 1, 20.0, 0.5),
        Attained(day_after(-1), "q", 2, 1e6, 0.0),
        Attained(day_after(-1), "other", 1, 1e6, 0.0),
        Attained(day_after(0), "q", 1, 1e6, 0.0),
    ]
    first, second = results(rows, 2, attained=attained, metric="answered_within", seconds=20, share=0.5, over="30_days")
    assert first.expected == pytest.approx((9 + 10 + 1) / 32)
    assert second.expected == pytest.approx((10 + 1 + 1) / 23)
    assert (first.period, second.period, first.counted) == ("2025-10-20", "2025-10-21", 32.0)


def test_the_standard_error_is_that_of_a_ratio() -> None:
    """By 2,000 repetitions: 30 replications of Poisson contacts of whom 80 % are in time, all in one period."""
    rng = np.random.default_rng(5)
    lower = rng.poisson(40, (2000, 30, 1)).astype(np.float64)
    upper = rng.binomial(lower.astype(int), 0.8).astype(np.float64)
    sums = [Sums(a, b) for a, b in zip(upper, lower, strict=True)]
    spread = np.std([float(one.mean[0]) for one in sums])
    assert np.mean([float(one.standard_error[0]) for one in sums]) == pytest.approx(spread, rel=0.05)
    assert np.isnan(Sums(upper[0, :1], lower[0, :1]).standard_error).all()


def test_what_hurts_most_is_told_with_its_share() -> None:
    """8, 4, 2, 1, 1 and 1 late in six half hours: the five worst, shares of all 17, in their periods."""
    inputs = make_inputs([{"id": "q", "channel": "phone", "target": [GOAL]}], days=2)
    grid = inputs.plan.plan.grid
    gauge = gauges_of(list(inputs.plan.queue), grid)[1]
    lost = np.zeros(grid.n)
    lost[[10, 60, 20, 30, 40, 50]] = [8, 4, 2, 1, 1, 1]
    got = hurting(gauge, lost, grid)
    assert [row.missed for row in got] == [8, 4, 2, 1, 1]
    assert [row.share for row in got] == pytest.approx([8 / 17, 4 / 17, 2 / 17, 1 / 17, 1 / 17])
    assert (got[0].period, got[0].start.isoformat()) == ("2025-10-20", "2025-10-20T05:00:00+08:00")
    assert (got[1].period, got[1].number) == ("2025-10-21", 0)
    assert hurting(gauge, np.zeros(grid.n), grid) == []
