"""What is held back, what it is measured against, and that nothing of it was seen before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from forecasting.backtest import backtest, on_slots
from forecasting.held_back import Window, edition_windows, moved, week_windows
from forecasting.plain_models import MEAN, NAIVE, plain_slots, plain_totals, prophet_defaults
from forecasting.resample import DayTable, day_table
from forecasting.work import Work
from tests.forecasting import world
from wfm.grid import TimeGrid
from wfm.inputs import Inputs

WINDOW = Window("w", "weeks", origin=60, gap=3, days=9)


def quiet(**changes: object) -> Inputs:
    """Return the shop without a calendar of its promotions, the plan as it is or changed."""
    return world.inputs(plan=world.plan(**changes), events=())


def table(inputs: Inputs) -> DayTable:
    """Return the history as the forecaster sees it."""
    return day_table(inputs)


def test_windows_go_back_from_the_last_known_day_at_the_plans_lead_time() -> None:
    """Four weeks, nine days after the last known one: the latest ends on that day, the others two weeks before each."""
    inputs = quiet(days=28, start=world.START + timedelta(days=7))
    known = table(inputs)
    windows = week_windows(inputs, known, gap=9)
    assert [window.first + window.days for window in windows] == [known.days - 14 * k for k in range(8)]
    assert {(window.gap, window.days) for window in windows} == {(9, 28)}
    assert windows[0].ahead.tolist() == list(range(10, 38))


def test_a_short_history_is_tested_as_far_as_it_goes() -> None:
    """With 50 days two windows of 14 days leave four weeks to learn from; with 34 days nothing can be tested."""
    for days, count in ((50, 2), (34, 0)):
        inputs = world.inputs(history=world.history(days), events=(), plan=world.plan(
            start=world.FIRST + timedelta(days=days), known_until=world.FIRST + timedelta(days=days - 1)
        ))  # fmt: skip
        assert len(week_windows(inputs, table(inputs), gap=0)) == count
    assert backtest(inputs, seed=1).rows == ()


def test_an_edition_is_asked_for_as_it_would_have_been() -> None:
    """The plan of a window starts on the edition's first day and knows nothing of the seven days before it."""
    inputs = world.inputs()
    last = edition_windows(inputs, table(inputs))[-1]
    plan = moved(inputs, table(inputs), last).plan.plan
    assert (plan.start, plan.days) == (world.OPENINGS[-2], 6)
    assert plan.known_until == world.OPENINGS[-2] - timedelta(days=8)


def test_weeks_see_nothing_of_themselves() -> None:
    """Garbage after the origin of the earliest window changes what comes there, never what is forecast."""
    inputs = quiet()
    earliest = week_windows(inputs, table(inputs), gap=2)[-1]
    later = inputs.history.start >= inputs.history.start.min() + 86_400 * earliest.origin
    wild = replace(inputs.history, offered=np.where(later, 5 * inputs.history.offered, inputs.history.offered))
    calm, moved_rows = (
        [row for row in backtest(given, seed=1).rows if row.window == earliest.name]
        for given in (inputs, replace(inputs, history=wild))
    )
    assert [row.forecast for row in calm] == [row.forecast for row in moved_rows]
    assert all(other.actual > one.actual for one, other in zip(calm, moved_rows, strict=True))


def test_plain_weekdays_are_taken_as_they_were() -> None:
    """The naive one repeats the last same weekday, the mean takes the last eight; nothing after the origin counts."""
    known = table(quiet())
    marked = replace(known, totals=known.totals.copy(), counts=known.counts.copy())
    marked.totals[0, 59], marked.totals[0, 60:] = 700.0, np.nan
    marked.counts[0, 59, 12] = np.nan
    naive, mean = (plain_totals(name, marked, WINDOW) for name in (NAIVE, MEAN))
    step = 66 - WINDOW.first  # the same weekday as day 59
    assert naive[0, step] == 700.0
    assert mean[0, step] == pytest.approx(marked.totals[0, 3:60:7][-8:].mean())
    slots = plain_slots(MEAN, marked, WINDOW)
    assert slots[0, step, 12] == pytest.approx(np.nanmean(marked.counts[0, 10:53:7, 12]))
    assert slots[0, step, 11] == pytest.approx(marked.counts[0, 10:60:7, 11].mean())


def test_prophet_as_it_comes_follows_the_level() -> None:
    """Its defaults on raw totals come within a tenth of the planted days; a queue without history gives NaN."""
    noise = np.exp(0.03 * np.random.default_rng(1).standard_normal(120))
    totals = np.vstack([world.day_totals("chat-a", 120, promoted=False) * noise, np.full(120, np.nan)])
    blank = replace(table(quiet()), totals=totals)
    told: list[float] = []
    (found,) = prophet_defaults(blank, [Window("w", "weeks", 120, 2, 7)], 1, told.append)
    planted = world.day_totals("chat-a", 129, promoted=False)[122:]
    assert np.abs(found[0] / planted - 1).max() < 0.1
    assert np.isnan(found[1]).all()
    assert told == [0.5, 1.0]


def test_daily_rows_are_judged_by_day_alone() -> None:
    """A history of day totals gives errors and coverage of days, none of slots."""
    days = 120
    first = int(np.datetime64(world.FIRST).astype("datetime64[s]").astype(np.int64)) - 8 * 3600
    start = first + 86_400 * np.arange(days)
    totals = np.random.default_rng(5).poisson(world.day_totals("chat-a", days, promoted=False)).astype(np.float64)
    rows = world.table(("chat-a",), np.zeros(days, dtype=np.int64), start, 1440, totals)
    last = world.FIRST + timedelta(days=days - 1)
    inputs = world.inputs(
        history=rows, events=(), plan=world.plan(start=last + timedelta(days=1), days=7, known_until=last)
    )
    chosen = [row for row in backtest(inputs, seed=1).rows if row.model == "chosen" and row.queue == "chat-a"]
    assert chosen
    assert all(np.isfinite(row.wape) and 0 <= row.day_coverage <= 1 for row in chosen)
    assert all(np.isnan(row.slot_wape) and np.isnan(row.slot_coverage) for row in chosen)


def test_an_hour_that_comes_twice_is_averaged() -> None:
    """On the day the clocks go back 02:00 comes twice; forwards it is left out and holds 0."""
    back = TimeGrid("Europe/Berlin", date(2025, 10, 26), 1, 60)
    values = np.arange(25.0)
    assert on_slots(values, back, 24)[0].tolist() == [0.0, 1.0, 2.5, *range(4, 25)]
    forwards = TimeGrid("Europe/Berlin", date(2025, 3, 30), 1, 60)
    assert on_slots(np.ones(23), forwards, 24)[0].tolist() == [1.0, 1.0, 0.0, *[1.0] * 21]


def test_progress_never_goes_back_and_ends_at_the_end() -> None:
    """The share that is told rises, stays below the whole until all is done, and ends at 1."""
    told: list[float] = []
    backtest(world.inputs(), 1, lambda _step, done, _message="": told.append(done))
    assert told == sorted(told)
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert told[-2] < 1.0


def test_slow_models_take_a_larger_share_of_the_progress() -> None:
    """With Prophet among the models fitting them is most of the work, without it hardly any."""
    shares = []
    for names in (("prophet",), ("regression",)):
        told: list[float] = []
        work = Work(lambda _step, done, _message="", told=told: told.append(done), 8, names, 1, 8)
        work.expect(8, 0, default=False)
        work.levels(36)("forecast", 1.0)
        shares.append(told[-1])
    assert shares[0] > 0.6 > 0.3 > shares[1]
