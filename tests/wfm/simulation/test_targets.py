"""Each metric, window and period, counted by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from tests.wfm.simulation.builders import make_inputs
from wfm.inputs import Attained
from wfm.results import TargetResult
from wfm.simulation.messages import prepare_talk
from wfm.simulation.model import Outcome, plain_contacts
from wfm.simulation.tally import tally
from wfm.simulation.targets import add_contained, gauges_of, pack
from wfm.simulation.verdict import Sums, judge, quantile, with_past

NEVER = float("nan")
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
