"""When queues are open."""

from __future__ import annotations

import numpy as np

from tests.wfm.simulation.builders import make_inputs
from wfm.grid import TimeGrid
from wfm.opening import open_minutes
from wfm.queues import Queue
from wfm.simulation.hours import open_seconds, shut_seconds


def case(opened: object, days: int = 2, timezone: str = "Asia/Shanghai") -> tuple[Queue, TimeGrid]:
    """Return a queue with opening hours and a grid from a Monday."""
    inputs = make_inputs([{"id": "q", "channel": "phone", "open": opened}], days=days)
    grid = inputs.plan.plan.grid
    return inputs.plan.queue[0], TimeGrid(timezone, grid.start, days, 30)


def test_hours_run_to_the_minute() -> None:
    """09:10-21:00 opens 10 minutes into its half hour; the clock stands still at night."""
    queue, grid = case("09:10-21:00")
    opened = open_minutes(grid, queue)
    assert np.flatnonzero(opened)[0] == 550
    assert opened.sum() == 2 * 710
    clock = open_seconds(queue, grid)
    assert clock[550] == 0.0
    assert clock[21 * 60] == clock[24 * 60 + 550] == 710 * 60.0
    assert clock[-1] == 2 * 710 * 60.0


def test_hours_past_midnight_belong_to_the_evening_before() -> None:
    """Monday 20:00-02:00 only: open at 01:00 on Tuesday, not on Monday."""
    queue, grid = case({"mon": "20:00-02:00"})
    opened = open_minutes(grid, queue)
    assert not opened[60]
    assert opened[24 * 60 + 60]
    assert opened.sum() == 360


def test_the_next_opening_is_found_to_the_interval() -> None:
    """At 08:30 it is half an hour until 09:00; after the last closing there is none."""
    queue, grid = case("09:10-21:00")
    shut = shut_seconds(queue, grid)
    assert shut[17] == 1800.0
    assert shut[18] == 0.0
    assert shut[42] == 12 * 3600.0
    assert np.isinf(shut[-1])


def test_a_day_of_25_hours_has_its_hours_by_the_clock() -> None:
    """In Berlin the clock goes back on Sunday 2025-10-26: 00:00-03:00 lasts four hours then."""
    queue, grid = case("00:00-03:00", days=7, timezone="Europe/Berlin")
    assert open_minutes(grid, queue).sum() == 7 * 180 + 60
