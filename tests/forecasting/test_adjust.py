"""The planner's adjustments move what they name, by what they say, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from forecasting.adjust import adjusted
from wfm.grid import TimeGrid
from wfm.inputs import Adjustment
from wfm.results import Forecast, ForecastPart

ZONE = ZoneInfo("Asia/Shanghai")
GRID = TimeGrid("Asia/Shanghai", date(2025, 11, 10), 3, 60)
OPEN = np.tile((GRID.minute_of_day >= 8 * 60), (2, 1))
ALL = np.ones((2, GRID.n), dtype=np.bool_)


def made(rate: float = 20.0, paths: int = 40, day_sd: float = 0.2) -> Forecast:
    """Return a forecast of two queues, open from 08:00, whose days are busy or quiet as a whole."""
    rng = np.random.default_rng(5)
    mean = np.where(OPEN, rate, 0.0) * np.array([[1.0], [0.5]])
    factor = np.exp(day_sd * rng.standard_normal((paths, 2, 3)) - day_sd**2 / 2)
    sampled = rng.poisson(mean * factor[:, :, GRID.day_index]).astype(np.float32)
    daily = np.add.reduceat(mean, [0, 24, 48], axis=1)
    parts = (ForecastPart("baseline", "", daily),)
    return Forecast(GRID, ("a", "b"), sampled, mean, np.full(mean.shape, 300.0), parts=parts)


FORECAST = made()


def hour(hours: float) -> datetime:
    """Return a moment so many hours after the horizon's start."""
    return GRID.at(float(GRID.starts[0]) + hours * 3600)


def change(
    action: Literal["set", "add", "multiply"], value: float, first: float, last: float, *queues: str, **more: Any
) -> Adjustment:
    """Return an adjustment from hour ``first`` to hour ``last`` of the horizon."""
    return Adjustment(queues, hour(first), hour(last), action, value, **more)


def run(*adjustments: Adjustment, forecast: Forecast = FORECAST, mask: NDArray[np.bool_] = OPEN) -> Forecast:
    """Return the forecast with the adjustments."""
    return adjusted(forecast, adjustments, mask, seed=7)


Action = Literal["set", "add", "multiply"]
ACTIONS: st.SearchStrategy[Action] = st.sampled_from(("set", "add", "multiply"))
QUEUES = st.sampled_from([(), ("a",), ("b",), ("b", "a")])
HOURS = st.tuples(st.integers(0, 287), st.integers(1, 288)).map(lambda pair: (pair[0] / 4, (pair[0] + pair[1]) / 4))


@st.composite
def changes(draw: st.DrawFn) -> Adjustment:
    """Draw any adjustment on a quarter-hour grid, sometimes one that takes away or runs past the horizon."""
    action, (first, last) = draw(ACTIONS), draw(HOURS)
    value = draw(st.floats(0, 3) if action == "multiply" else st.floats(-300 if action == "add" else 0, 900))
    measure = draw(st.sampled_from(["offered", "aht_seconds"]))
    return change(action, value, first, last, *draw(QUEUES), measure=measure, reason=draw(st.sampled_from(["", "x"])))


@given(st.lists(changes(), max_size=4))
def test_every_result_is_a_forecast(adjustments: list[Adjustment]) -> None:
    """Paths stay whole and 0 or more, handle times a second or more, parts sum to the day; same seed, same bytes."""
    got = run(*adjustments)
    assert np.array_equal(got.paths, np.floor(got.paths))
    assert got.paths.min() >= 0
    assert got.rate.min() >= 0
    assert got.aht_seconds.min() >= 1
    assert np.allclose(sum(part.contacts for part in got.parts), got.daily_rate, rtol=1e-9, atol=1e-9)
    again = run(*adjustments)
    assert got.paths.tobytes() == again.paths.tobytes()
    assert got.paths.dtype == np.float32


@given(changes())
def test_nothing_outside_the_range_changes(one: Adjustment) -> None:
    """Other queues, closed hours and intervals that the range does not touch keep every bit of rate, paths and time."""
    got = run(one)
    touched = OPEN & (GRID.starts + 3600 > one.start.timestamp()) & (GRID.starts < one.end.timestamp())
    touched[[name not in (one.queues or ("a", "b")) for name in FORECAST.queues]] = False
    assert np.array_equal(got.rate[~touched], FORECAST.rate[~touched])
    assert np.array_equal(got.paths[:, ~touched], FORECAST.paths[:, ~touched])
    assert np.array_equal(got.aht_seconds[~touched], FORECAST.aht_seconds[~touched])


@given(HOURS, QUEUES)
def test_multiply_by_one_changes_no_byte(hours: tuple[float, float], queues: tuple[str, ...]) -> None:
    """A factor of 1 leaves rate, paths, handle times and parts as they were."""
    same = [change("multiply", 1.0, *hours, *queues, measure=what) for what in ("offered", "aht_seconds")]
    got = run(*same)
    for name in ("rate", "paths", "aht_seconds"):
        assert getattr(got, name).tobytes() == getattr(FORECAST, name).tobytes()
    assert got.parts == FORECAST.parts


@given(st.floats(0, 1e5), HOURS, QUEUES)
def test_add_raises_the_sum_by_its_value(value: float, hours: tuple[float, float], queues: tuple[str, ...]) -> None:
    """The rate over the range rises by what is added, or by the share of it that lies inside the horizon."""
    one = change("add", value, *hours, *queues)
    covered = (min(hours[1], 72) - hours[0]) / (hours[1] - hours[0])
    got = run(one, mask=ALL)
    assert got.rate.sum() - FORECAST.rate.sum() == pytest.approx(value * covered, rel=1e-6, abs=1e-6)


@given(st.floats(0, 1e5), st.integers(0, 70), st.integers(1, 72), QUEUES)
def test_set_gives_exactly_its_value(value: float, first: int, length: int, queues: tuple[str, ...]) -> None:
    """The rate over the range's whole intervals sums to what is set."""
    last = min(first + length, 72)
    got = run(change("set", value, first, last, *queues), mask=ALL)
    rows = [FORECAST.queues.index(name) for name in queues or ("a", "b")]
    assert got.rate[rows, first:last].sum() == pytest.approx(value, rel=1e-9)


def test_order_counts() -> None:
    """Twice the forecast and 100, or twice the sum of both: each line works on what the ones before it left."""
    double, more = change("multiply", 2.0, 8, 12, "a"), change("add", 100.0, 8, 12, "a")
    assert run(double, more).rate[0, 8:12].sum() == pytest.approx(80 * 2 + 100)
    assert run(more, double).rate[0, 8:12].sum() == pytest.approx((80 + 100) * 2)


def test_contacts_are_laid_out_in_proportion_to_the_forecast() -> None:
    """Queue a, forecast twice as high as b, gets two thirds; closed hours inside the range get nothing."""
    got = run(change("add", 300.0, 0, 24))
    assert (got.rate - FORECAST.rate).sum(axis=1) == pytest.approx([200.0, 100.0])
    assert np.array_equal(got.rate[:, :8], FORECAST.rate[:, :8])


def test_where_nothing_is_forecast_contacts_lie_evenly_over_the_open_hours() -> None:
    """64 contacts on a day without forecast: 4 in each of the 16 open hours, as Poisson counts in the paths."""
    empty = made(rate=0.0, paths=4000)
    got = run(change("set", 64.0, 0, 24, "a"), forecast=empty)
    assert got.rate[0, 8:24] == pytest.approx(np.full(16, 4.0))
    assert got.rate[0, :8].sum() == got.rate[1].sum() == 0
    sampled = got.paths[:, 0, 8:24]
    assert abs(sampled.mean() - 4) < 4 * np.sqrt(4 / sampled.size)
    assert sampled.var() == pytest.approx(4.0, rel=0.05)


def test_a_range_that_the_horizon_cuts_counts_by_its_share() -> None:
    """48 hours of which the last 24 lie inside: half of the contacts."""
    got = run(change("add", 200.0, -24, 24, "a"))
    assert (got.rate - FORECAST.rate).sum() == pytest.approx(100.0)


def test_an_interval_that_a_range_covers_in_part_moves_in_part() -> None:
    """Doubling from 10:15 adds three quarters of that hour's contacts; setting 30 leaves the first quarter alone."""
    assert run(change("multiply", 2.0, 10.25, 11, "a")).rate[0, 10] == pytest.approx(20 * 1.75)
    assert run(change("set", 30.0, 10.25, 11, "a")).rate[0, 10] == pytest.approx(5 + 30)
    assert run(change("set", 400.0, 10.25, 11, "a", measure="aht_seconds")).aht_seconds[0, 10] == pytest.approx(375.0)


def test_paths_follow_the_rate_and_keep_their_spread() -> None:
    """Added contacts scale each path: the mean is the new rate, the relative spread of day totals stays."""
    before = made(paths=3000)
    got = run(change("add", 960.0, 0, 72, "a"), forecast=before)
    days_before, days_after = before.daily_paths[:, 0], got.daily_paths[:, 0]
    assert days_after.mean() == pytest.approx(2 * days_before.mean(), rel=0.001)
    assert got.paths.mean(axis=0)[0, 8:24] == pytest.approx(got.rate[0, 8:24], rel=0.03)
    ratio = days_after.std(axis=0) / days_after.mean(axis=0) / (days_before.std(axis=0) / days_before.mean(axis=0))
    assert ratio == pytest.approx(np.ones(3), rel=0.03)


def test_few_contacts_are_not_blown_up() -> None:
    """From 0.1 to 30 an hour: contacts are drawn afresh, so an hour does not hold either nobody or hundreds."""
    thin = made(rate=0.1, paths=2000)
    got = run(change("set", 480.0, 0, 24, "a"), forecast=thin)
    hours = got.paths[:, 0, 8:24]
    assert hours.mean() == pytest.approx(30.0, rel=0.02)
    assert hours.std() / hours.mean() < 0.5


def test_a_fresh_draw_keeps_the_level_of_its_path() -> None:
    """A new hour on a day that is busy in a path is busy there too: the quiet hours and it rise and fall together."""
    before = made(rate=200.0, paths=2000, day_sd=0.3)
    mask = OPEN.copy()
    mask[0, 2] = True
    got = run(change("set", 500.0, 2, 3, "a"), forecast=before, mask=mask)
    assert np.corrcoef(got.paths[:, 0, 2], before.daily_paths[:, 0, 0])[0, 1] > 0.9


def test_scaling_keeps_luck_out_of_comparisons() -> None:
    """A larger factor gives no fewer contacts in any path."""
    low, high = (run(change("multiply", factor, 0, 72)) for factor in (1.2, 1.3))
    assert np.all(high.paths >= low.paths)


def test_taking_away_more_than_there_is_ends_at_nothing_and_is_told() -> None:
    """Contacts end at 0, handle time at a second; the warning names the line."""
    got = run(
        change("add", -500.0, 8, 12, "a", line=3),
        change("add", -400.0, 8, 12, "a", measure="aht_seconds", reason="new"),
    )
    assert (got.rate[0, 8:12] == 0).all()
    assert (got.paths[:, 0, 8:12] == 0).all()
    assert (got.aht_seconds[0, 8:12] == 1).all()
    assert got.warnings == (
        "adjustments.csv:3: add -500 would leave less than 0 contacts in places; 0 is used there",
        "adjustment 'new': add -400 would leave less than 1 second of handle time in places; 1 is used there",
    )
    exact = run(change("add", -80.0, 8, 12, "a"))
    assert exact.rate[0, 8:12].sum() == pytest.approx(0.0)
    assert exact.warnings == ()


def test_closed_and_outside() -> None:
    """A range of closed hours changes nothing and is told; so does one outside the horizon, which loading tells."""
    got = run(change("add", 50.0, 0, 8, line=2), change("add", 50.0, 72, 96))
    assert got.rate.tobytes() == FORECAST.rate.tobytes()
    assert got.warnings == ("adjustments.csv:2: changes nothing, its queues are closed then",)


def test_parts_are_named_by_reason() -> None:
    """Lines of one reason are one part; a line without describes itself; a forecast without parts gets none."""
    lines = [
        change("add", 100.0, 8, 12, "a", reason="TV spot"), change("add", 50.0, 32, 36, "b", reason="TV spot"),
        change("set", 10.0, 44, 46, "a"),
    ]  # fmt: skip
    got = run(*lines)
    assert [(part.kind, part.name) for part in got.parts] == [
        ("baseline", ""), ("adjustment", "TV spot"), ("adjustment", "set 11-11 20:00"),
    ]  # fmt: skip
    assert got.parts[1].contacts == pytest.approx(np.array([[100.0, 0, 0], [0, 50.0, 0]]))
    assert run(*lines, forecast=replace(FORECAST, parts=())).parts == ()


def test_a_day_on_which_the_clock_changes() -> None:
    """Berlin's day of 25 hours: a whole-day range covers all of them, and adds exactly its contacts."""
    grid = TimeGrid("Europe/Berlin", date(2025, 10, 26), 1, 60)
    rate = np.full((1, grid.n), 4.0)
    forecast = Forecast(grid, ("a",), np.full((5, 1, grid.n), 4.0, np.float32), rate, rate * 50)
    start = grid.midnight(date(2025, 10, 26))
    one = Adjustment(("a",), start, start + timedelta(days=1), "add", 50.0)
    got = adjusted(forecast, [one], np.ones((1, grid.n), dtype=np.bool_), seed=1)
    assert grid.n == 25
    assert got.rate[0] == pytest.approx(np.full(25, 6.0))
