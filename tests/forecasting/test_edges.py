"""Histories as they come: a young queue, one without any event, gaps, an outage, a spike, holidays that move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.forecast import forecast
from tests.forecasting import world
from wfm.inputs import Event, History, Inputs
from wfm.results import Forecast
from wfm.rules import DayTypes

DAY = 86400
PEAK = (world.OPENINGS[-1] - world.START).days + 1
KNOWN = (world.START - world.FIRST).days


def changed(queue: str, days: NDArray[np.int64], factor: float | None) -> History:
    """Return the history with some days of a queue multiplied, or taken out (None)."""
    rows = world.history()
    first = int(rows.start.min())
    mine = (rows.queue == rows.queues.index(queue)) & np.isin((rows.start - first) // DAY, days)
    if factor is not None:
        return replace(rows, offered=np.where(mine, np.round(rows.offered * factor), rows.offered))
    names = ("queue", "start", "minutes", "offered", "handled", "abandoned", "aht_seconds")
    return History(rows.queues, *(getattr(rows, name)[~mine] for name in names))


def found(history: History, **changes: object) -> Forecast:
    """Return the forecast of the small shop from a history."""
    return forecast(world.inputs(history=history, **changes), seed=1)


def truth(queue: str) -> NDArray[np.float64]:
    """Return the planted contacts per day of the plan."""
    return world.day_totals(queue, KNOWN + 14)[KNOWN:]


def error(made: Forecast, queue: str, days: slice = slice(None)) -> float:
    """Return the WAPE of a queue's days against the planted truth."""
    guess = made.daily_rate[made.queues.index(queue)]
    return float(np.abs(guess - truth(queue))[days].sum() / truth(queue)[days].sum())


def test_a_queue_that_started_last_month_takes_the_peak_from_the_others() -> None:
    """With 40 days of its own and no edition among them, its four-fold day is still within 25 %."""
    made = found(changed("chat-b", np.arange(KNOWN - 40), None))
    assert abs(made.daily_rate[1, PEAK] / truth("chat-b")[PEAK] - 1) < 0.25
    assert error(made, "chat-b") < 0.2
    assert error(made, "chat-a") < 0.1


def test_a_queue_that_never_reacted_is_not_given_a_peak() -> None:
    """A queue that stayed flat through seven promotions gets less than a third of the others' uplift."""
    flat = world.history()
    plain = world.day_totals("phone", KNOWN, promoted=False) / world.day_totals("phone", KNOWN)
    day = ((flat.start - flat.start.min()) // DAY).astype(np.int64)
    offered = np.where(flat.queue == 2, np.round(flat.offered * plain[day]), flat.offered)
    made = found(replace(flat, offered=offered))
    assert made.baseline is not None
    uplift = made.daily_rate[:, PEAK] / made.baseline[:, PEAK] - 1
    assert uplift[2] < uplift[0] / 3


def test_missing_weeks_are_no_zeros() -> None:
    """Five weeks without rows move the forecast by less than 4 %."""
    gap = np.arange(KNOWN - 90, KNOWN - 55)
    whole, holed = found(world.history()), found(changed("chat-a", gap, None))
    assert abs(holed.daily_rate[0].sum() / whole.daily_rate[0].sum() - 1) < 0.04


def test_an_outage_and_a_spike_are_forgotten() -> None:
    """Three days of zeros in the last weeks, or one day of tenfold contacts months ago, move it by less than 4 %."""
    whole = found(world.history()).daily_rate[0].sum()
    for days, factor in ((np.array([KNOWN - 20, KNOWN - 19, KNOWN - 9]), 0.0), (np.array([KNOWN - 100]), 10.0)):
        assert abs(found(changed("chat-a", days, factor)).daily_rate[0].sum() / whole - 1) < 0.04


def test_a_queue_of_zeros_stays_at_zero() -> None:
    """A queue that nobody ever contacted is forecast at zero, without a warning of numpy or a missing number."""
    made = found(changed("phone", np.arange(KNOWN), 0.0))
    assert (made.rate[2] == 0).all()
    assert (made.paths[:, 2] == 0).all()


def lunar(inputs: Inputs) -> Inputs:
    """Return the shop with a New Year that moves: half the contacts for a week in January 2024, then in the plan."""
    days = (date(2023, 1, 22), date(2024, 2, 10), world.START + timedelta(days=5))
    new_years = tuple(
        Event("chinese_new_year", "all", "main_day", datetime.combine(day, time(0), world.ZONE),
              datetime.combine(day, time(23, 59), world.ZONE))
        for day in days
    )  # fmt: skip
    off = frozenset(day + timedelta(days=k) for day in days for k in range(-1, 6))
    makeup = frozenset({world.START + timedelta(days=13)})
    rows = inputs.history
    local = [(world.FIRST + timedelta(days=int(n))) in off for n in range(KNOWN)]
    dip = np.where(np.array(local)[((rows.start - rows.start.min()) // DAY).astype(np.int64)], 0.5, 1.0)
    moved = replace(rows, offered=np.round(rows.offered * dip))
    types = DayTypes(off, off, makeup, {}, date(2022, 1, 1), date(2025, 12, 31))
    return replace(inputs, history=moved, events=new_years, day_types=types)


def test_a_lunar_holiday_is_forecast_on_its_new_date() -> None:
    """The dip of two past New Years comes back in the plan, on the dates of the new one, and not elsewhere."""
    made = forecast(lunar(world.inputs()), seed=1)
    plain = found(world.history(), events=())
    ratio = made.daily_rate[0] / plain.daily_rate[0]
    assert np.abs(ratio[5:9] - 0.5).max() < 0.12
    assert abs(ratio[0] - 1) < 0.12


def test_a_make_up_workday_counts_as_the_workday_that_it_was_before() -> None:
    """Weekend workdays that were half as busy in the past are forecast so; other weekends are not."""
    saturdays = [day for day in range(5, KNOWN, 7) if day % 70 == 5]
    makeup = frozenset(world.FIRST + timedelta(days=day) for day in (*saturdays, KNOWN + 12))
    types = DayTypes(frozenset(), frozenset(), makeup, {}, date(2022, 1, 1), date(2025, 12, 31))
    made = found(changed("chat-a", np.array(saturdays), 0.5), day_types=types, events=())
    plain = found(world.history(), events=())
    assert (world.START + timedelta(days=12)).weekday() == 5
    assert abs(made.daily_rate[0, 12] / plain.daily_rate[0, 12] - 0.5) < 0.1
    assert abs(made.daily_rate[0, 5] / plain.daily_rate[0, 5] - 1) < 0.08


def test_a_slip_of_the_pen_on_a_peak_day_is_left_out_and_told() -> None:
    """A hundred times the contacts on the last edition's peak day move no day by 15 %, and the warning dates it."""
    peak = (world.OPENINGS[-2] - world.FIRST).days + 1
    typed = found(changed("chat-a", np.array([peak]), 100.0))
    assert np.abs(typed.daily_rate[0] / truth("chat-a") - 1).max() < 0.15
    assert any("chat-a" in text and "2024-09-11" in text for text in typed.warnings)


def test_an_event_that_was_never_seen_is_told() -> None:
    """Without any edition in the history the warning names the event and the ways out; with one it is silent."""
    first_only = found(world.history(), events=world.events(world.OPENINGS[-1:]))
    assert any("'megasale'" in text and "priors.csv" in text for text in first_only.warnings)
    assert not any("megasale" in text for text in found(world.history()).warnings)
