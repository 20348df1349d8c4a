"""History on the plan's slots: sums, splits, gaps, clock changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from forecasting.resample import DayTable, day_table, open_slots
from tests.forecasting import world
from wfm.errors import InputError
from wfm.plan import Plan, Queue

MIDNIGHT = int(datetime(2024, 11, 1, tzinfo=world.ZONE).timestamp())


def of_rows(minutes: int, offered: NDArray[np.float64], keep: NDArray[np.bool_] | None = None, **head: Any) -> DayTable:
    """Return the table of ``chat-a`` (open 08:00-24:00) from rows that start on 2024-11-01, 00:00."""
    start = MIDNIGHT + 60 * minutes * np.arange(len(offered))
    keep = np.ones(len(offered), dtype=bool) if keep is None else keep
    rows = world.table(("chat-a",), np.zeros(int(keep.sum()), dtype=np.int64), start[keep], minutes, offered[keep])
    plan = world.plan(**{"start": date(2024, 11, 4), "known_until": date(2024, 11, 3), **head})
    return day_table(world.inputs(history=rows, plan=plan))


def opened(rows: int, minutes: int) -> NDArray[np.float64]:
    """Return 1, 2, 3, ... in open rows and 0 in closed ones."""
    hour = np.arange(rows) * minutes // 60 % 24
    return np.where(hour >= 8, np.arange(rows) % 7 + 1.0, 0.0)


def test_finer_rows_are_summed() -> None:
    """Four quarters make the hour, and the day total is the sum of all."""
    offered = opened(3 * 96, 15)
    table = of_rows(15, offered)
    assert np.allclose(table.counts[0], offered.reshape(3, 24, 4).sum(axis=2))
    assert np.allclose(table.totals[0], offered.reshape(3, 96).sum(axis=1))


def test_coarser_rows_are_split_without_losing_a_contact() -> None:
    """Hours are split along the slope: every hour keeps its sum, and the halves lean towards the busier neighbour."""
    offered = opened(3 * 24, 60)
    table = of_rows(60, offered, interval_minutes=30)
    halves = table.counts[0].reshape(3, 24, 2)
    assert np.allclose(halves.sum(axis=2), offered.reshape(3, 24))
    assert (halves >= 0).all()
    rising = np.arange(9, 12)
    assert np.isfinite(halves[0, rising]).all()
    assert np.allclose(table.totals[0], offered.reshape(3, 24).sum(axis=1))


def test_missing_rows_are_unknown_and_not_zero() -> None:
    """Half a day without rows makes the day missing; one hour of sixteen is scaled up."""
    offered = np.where(np.arange(72) % 24 >= 8, 10.0, 0.0)
    keep = np.ones(72, dtype=bool)
    keep[24 + 10 : 24 + 18] = False
    keep[48 + 12] = False
    table = of_rows(60, offered, keep)
    assert np.isnan(table.counts[0, 1, 12])
    assert np.isnan(table.totals[0, 1])
    assert table.totals[0, 2] == pytest.approx(160.0, rel=1e-3)


def test_a_row_given_twice_counts_once() -> None:
    """Rows that overlap are averaged."""
    offered = opened(72, 60)
    start = MIDNIGHT + 3600 * np.arange(72)
    zeros = np.zeros(144, dtype=np.int64)
    twice = world.table(("chat-a",), zeros, np.concatenate([start, start]), 60, np.tile(offered, 2))
    plan = world.plan(start=date(2024, 11, 4), known_until=date(2024, 11, 3))
    table = day_table(world.inputs(history=twice, plan=plan))
    assert np.allclose(table.counts[0], offered.reshape(3, 24))


def test_closed_hours_hold_nothing() -> None:
    """Contacts outside the opening hours are left out, and the reader is told."""
    table = of_rows(60, np.full(72, 5.0))
    assert (table.counts[0, :, :8] == 0).all()
    assert any("outside the opening hours" in text for text in table.warnings)


def test_an_export_without_empty_intervals_is_understood() -> None:
    """Where no row is ever 0 and most days have gaps, the gaps are the zeros that the export left out."""
    rng = np.random.default_rng(2)
    offered = np.where(np.arange(24 * 30) % 24 >= 8, rng.poisson(0.8, 24 * 30), 0).astype(float)
    table = of_rows(60, offered, offered > 0, start=date(2024, 12, 1), known_until=date(2024, 11, 30))
    some = np.isfinite(table.totals[0])
    assert np.allclose(table.totals[0][some], offered.reshape(30, 24).sum(axis=1)[some])
    assert any("gaps count as zero" in text for text in table.warnings)


def test_daily_rows_give_totals_without_a_shape() -> None:
    """Rows of 1440 minutes are day totals; nothing is known of the hours."""
    start = MIDNIGHT + 86400 * np.arange(3)
    rows = world.table(("chat-a",), np.zeros(3, dtype=np.int64), start, 1440, np.array([30.0, 40.0, 50.0]))
    plan = world.plan(start=date(2024, 11, 4), known_until=date(2024, 11, 3))
    table = day_table(world.inputs(history=rows, plan=plan))
    assert table.totals[0].tolist() == [30.0, 40.0, 50.0]
    assert not table.has_shape(0)


@pytest.mark.parametrize(("day", "hours"), [(date(2024, 3, 31), 23), (date(2024, 10, 27), 25)])
def test_days_of_a_clock_change_keep_their_contacts(day: date, hours: int) -> None:
    """On days of 23 and 25 hours rows find their clock hour, and one contact an hour is the day's total."""
    zone = ZoneInfo("Europe/Berlin")
    first = int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
    start = first + 3600 * np.arange(hours)
    offered = np.ones(hours)
    offered[-1] = 50.0
    plan = Plan.model_validate({
        "plan": {"name": "d", "timezone": "Europe/Berlin", "start": day + timedelta(days=1), "days": 1,
                 "interval_minutes": 60},
        "queue": [{"id": "q", "channel": "phone"}],
        "contract": [{"id": "c", "cost_per_hour": 1}],
        "shift": [{"id": "s", "start": "08:00-10:00", "hours": [8]}],
    })  # fmt: skip
    rows = world.table(("q",), np.zeros(hours, dtype=np.int64), start, 60, offered)
    table = day_table(world.inputs(history=rows, plan=plan, events=()))
    assert table.counts[0, 0, 23] == 50.0
    assert table.totals[0, 0] == pytest.approx(hours - 1 + 50, rel=0.08)


def test_hours_past_midnight_belong_to_the_next_day() -> None:
    """A queue open 20:00-02:00 on Fridays is open on Saturday until 02:00."""
    queue = Queue.model_validate({"id": "q", "channel": "phone", "open": {"fri": "20:00-02:00"}})
    mask = open_slots(queue, 60)
    assert np.flatnonzero(mask[4]).tolist() == [20, 21, 22, 23]
    assert np.flatnonzero(mask[5]).tolist() == [0, 1]
    assert mask.sum() == 6


def test_no_contact_at_all_is_an_input_error() -> None:
    """An all-zero history can't be forecast from."""
    with pytest.raises(InputError, match=r"history\.csv"):
        of_rows(60, np.zeros(72))
