"""The data-quality report finds what was planted, and nothing in clean data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data.quality import quality
from tests.data.read_folder import PLAN, inputs_of
from wfm.inputs import Event, History, Inputs

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST, DAYS = date(2025, 3, 17), 210


def clean(seed: int = 1) -> History:
    """Thirty weeks of hourly rows of a phone queue open 9-21: two humps a day, quiet Sundays, Poisson noise."""
    rng = np.random.default_rng(seed)
    hour = np.tile(np.arange(24), DAYS)
    day = np.repeat(np.arange(DAYS), 24)
    shape = np.exp(-((hour - 11) ** 2) / 6) + 0.7 * np.exp(-((hour - 19) ** 2) / 3)
    shape[(hour < 9) | (hour >= 21)] = 0.0
    mean = 120 * shape * np.where((FIRST.weekday() + day) % 7 == 6, 0.6, 1.0)
    offered = rng.poisson(mean).astype(float)
    start = int(datetime.combine(FIRST, datetime.min.time(), SHANGHAI).timestamp()) + 3600 * np.arange(24 * DAYS)
    ones = np.ones(len(start))
    zeros = np.zeros(len(start), dtype=np.int64)
    return History(("phone",), zeros, start, zeros + 60, offered, offered * 0.9, offered * 0.05, 300 * ones)


@pytest.fixture
def plan(tmp_path: Path) -> Inputs:
    """The tiny plan with the clean history."""
    text = PLAN.replace("days = 7", "days = 7\nlabour_rules = []")
    return replace(inputs_of(tmp_path, plan__toml=text), history=clean())


def changed(plan: Inputs, **columns: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    """Return the report on the history with other columns."""
    return [str(p) for p in quality(replace(plan, history=replace(plan.history, **columns)))]  # type: ignore[arg-type]


def at(day: int, hour: int = 0) -> int:
    """Row of an hour of a day."""
    return day * 24 + hour


def test_clean_data_have_no_findings(plan: Inputs) -> None:
    """Noise, weekdays and closed nights are nothing to report, for several draws of the noise."""
    for seed in range(5):
        assert quality(replace(plan, history=clean(seed))) == ()


def test_missing_rows_are_counted_by_stretch(plan: Inputs) -> None:
    """A missing afternoon and a missing day are two stretches; closed hours in between don't count."""
    gone = np.ones(plan.history.rows, dtype=np.bool_)
    gone[at(10, 14) : at(10, 17)] = False
    gone[at(20) : at(21)] = False
    history = plan.history
    kept = History(("phone",), *(getattr(history, name)[gone] for name in (
        "queue", "start", "minutes", "offered", "handled", "abandoned", "aht_seconds")))  # fmt: skip
    assert [str(p) for p in quality(replace(plan, history=kept))] == [
        "history.csv: queue 'phone': 15.0 open hours (0.6%) have no row: "
        "2025-03-27 14:00 to 2025-03-27 17:00, 2025-04-06 09:00 to 2025-04-06 21:00"
    ]


def test_numbers_that_cannot_be(plan: Inputs) -> None:
    """More handled or abandoned than offered, no handle time, more than four hours."""
    handled, abandoned, aht = (getattr(plan.history, name).copy() for name in ("handled", "abandoned", "aht_seconds"))
    handled[at(3, 12)] = abandoned[at(4, 12)] = 999
    aht[at(5, 11)], aht[at(6, 11)] = 0, 20_000
    report = changed(plan, handled=handled, abandoned=abandoned, aht_seconds=aht)
    assert [line.partition("'phone': ")[2] for line in report] == [
        "1 rows have more handled than offered: 2025-03-20 12:00",
        "1 rows have more abandoned than offered: 2025-03-21 12:00",
        "1 rows have a handle time of 0 although contacts were handled: 2025-03-22 11:00",
        "1 rows have a handle time above 4 h: 2025-03-23 11:00",
    ]


def test_a_day_far_from_usual_is_an_outlier_unless_an_event_explains_it(plan: Inputs) -> None:
    """Three times the usual contacts are reported, but not on the day of an event."""
    offered = plan.history.offered.copy()
    offered[at(100) : at(101)] *= 3
    day = FIRST + timedelta(days=100)
    report = changed(plan, offered=offered)
    assert len(report) == 1
    assert f"days far from the usual size without a known event: {day} (" in report[0]
    start = datetime.combine(day, datetime.min.time(), SHANGHAI)
    known = replace(plan, events=(Event("live", "all", "sale", start, start + timedelta(hours=23)),))
    assert changed(known, offered=offered) == []


def test_an_interval_far_from_usual_is_an_outlier(plan: Inputs) -> None:
    """An outage of one hour is found though the day's sum is nearly usual."""
    offered = plan.history.offered.copy()
    offered[at(100, 10)] = 0
    report = [line for line in changed(plan, offered=offered) if "far from" in line]
    assert len(report) == 1
    day = FIRST + timedelta(days=100)
    assert f"intervals far from the usual size without a known event: {day} 10:00 (" in report[0]


@pytest.mark.parametrize("hours", [-8, -3, 8])
def test_a_month_in_another_time_zone_is_suspected_with_its_shift(plan: Inputs, hours: int) -> None:
    """Rows of June moved by some hours: the report names the month and the shift that puts it right."""
    offered = plan.history.offered.copy()
    june = slice(at((date(2025, 6, 1) - FIRST).days), at((date(2025, 7, 1) - FIRST).days))
    offered[june] = np.roll(offered[june], hours)
    slips = [line for line in changed(plan, offered=offered) if "time-zone slip in" in line]
    assert len(slips) == 1
    assert f"in 2025-06: the shape of the day fits the rest when moved {-hours:+d} h" in slips[0]


def test_a_whole_history_in_utc_is_suspected_from_the_opening_hours(plan: Inputs) -> None:
    """Local times taken for UTC put contacts into the night, when the queue is closed."""
    moved = np.roll(plan.history.offered, -8)
    slips = [line for line in changed(plan, offered=moved) if "slip" in line]
    assert len(slips) == 1
    assert "contacts arrive while the queue is closed; moved +8 h it were 0%" in slips[0]


def test_a_lasting_change_of_level_is_dated(plan: Inputs) -> None:
    """Twice the contacts from one Monday on: found within a week of it, with its size."""
    offered = plan.history.offered.copy()
    offered[at(105) :] *= 2
    report = [line for line in changed(plan, offered=offered) if "level" in line]
    assert len(report) == 1
    assert 90 <= int(report[0].split("by +")[1].split("%")[0]) <= 110
    found = date.fromisoformat(report[0].split("about ")[1].split()[0])
    assert abs((found - (FIRST + timedelta(days=105))).days) <= 7


def test_daily_rows_are_looked_at_too(plan: Inputs) -> None:
    """A missing day and an outlying day in a history of daily rows."""
    offered = plan.history.offered.reshape(DAYS, 24).sum(axis=1)
    offered[100] *= 4
    start = plan.history.start.reshape(DAYS, 24)[:, 0]
    keep = np.arange(DAYS) != 50
    nothing = np.full(DAYS - 1, np.nan)
    zeros = np.zeros(DAYS - 1, dtype=np.int64)
    daily = History(("phone",), zeros, start[keep], zeros + 1440, offered[keep], nothing, nothing, nothing)
    report = [str(p) for p in quality(replace(plan, history=daily))]
    assert len(report) == 2
    assert "12.0 open hours (0.5%) have no row: 2025-05-06 09:00 to 2025-05-06 21:00" in report[0]
    assert f"{FIRST + timedelta(days=100)} (" in report[1]


def test_a_queue_that_ends_early_is_told(plan: Inputs) -> None:
    """Rows that stop months before the last known day."""
    history = plan.history.until(int(plan.history.start[at(150)]))
    assert any("days before the last known day 2025-10-12" in str(p) for p in quality(replace(plan, history=history)))
