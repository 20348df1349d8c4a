"""The data-quality report of ``wfm check``: what in the history looks wrong, counted, with the first examples."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from data.daily_shape import DayTable, day_table, level_shift, outlying_days, outlying_intervals, zone_slips
from data.own_numbers import open_mask, runs_of
from wfm.errors import Problem
from wfm.grid import TimeGrid
from wfm.inputs import History, Inputs
from wfm.plan import Queue
from wfm.platforms import EVERY_PLATFORM, platform_group

__all__ = ["quality"]

_FILE = "history.csv"
_SHOWN = 3
_LONGEST_AHT_SECONDS = 4 * 3600
_LATE_DAYS = 14
BoolArray = NDArray[np.bool_]


def quality(inputs: Inputs) -> tuple[Problem, ...]:
    """Return the data-quality warnings of a plan's history, queue by queue.

    Gaps within opening hours, numbers that can't be (more handled than offered, handle times of 0 or above 4 h), days
    and intervals far from their usual size (days on which an event or a public holiday is known are no outliers),
    months whose daily shape fits the rest only when moved by hours (a time-zone slip), lasting changes of level, queues
    that end weeks before the last known day. Repeated rows, empty cells and queues without history are reported when
    the folder is loaded.
    """
    grid = inputs.plan.plan.grid
    # Later rows never reach the forecaster.
    history = inputs.history.until(int(grid.midnight(inputs.plan.plan.last_known + timedelta(days=1)).timestamp()))
    found: list[Problem] = []
    for place, name in enumerate(history.queues):
        rows = np.flatnonzero(history.queue == place)
        if not len(rows):
            continue
        queue = inputs.plan.queue_by_id(name)
        one = _only(history, rows)
        texts = _of_queue(inputs, queue, one)
        found.extend(Problem(_FILE, 0, "", f"queue '{name}': {text}", "warning") for text in texts)
    return tuple(found)


def _only(history: History, rows: NDArray[np.int64]) -> History:
    queue, start, minutes = (column[rows] for column in (history.queue, history.start, history.minutes))
    counts = (history.offered, history.handled, history.abandoned, history.aht_seconds)
    return History(history.queues, queue, start, minutes, *(column[rows] for column in counts))


def _of_queue(inputs: Inputs, queue: Queue, rows: History) -> Iterator[str]:
    zone = inputs.plan.plan.timezone
    grid = _span(rows, zone)
    yield from _gaps(queue, rows, grid)
    yield from _impossible(rows, grid)
    yield from _late_end(grid, inputs.plan.plan.last_known)
    table = day_table(rows, grid)
    special = _special_days(inputs, queue, table)
    yield from outlying_days(table, special)
    if table.slots > 1:
        yield from outlying_intervals(table, special)
        yield from zone_slips(table, queue)
    yield from level_shift(table, special)


def _span(rows: History, timezone: str) -> TimeGrid:
    """Return the grid of whole local days that holds the rows, at their shortest interval (hours for daily rows)."""
    probe = TimeGrid(timezone, date(2000, 1, 1), 1, 60)
    first, last = probe.at(float(rows.start.min())).date(), probe.at(float(rows.start.max())).date()
    return TimeGrid(timezone, first, (last - first).days + 1, min(60, int(rows.minutes.min())))


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _gaps(queue: Queue, rows: History, grid: TimeGrid) -> Iterator[str]:
    first, last = int(rows.start.min()), int(rows.start.max())
    wanted = open_mask(queue, grid) & (grid.starts >= first) & (grid.starts <= last)
    missing = np.flatnonzero(wanted & ~_covered(rows, grid))
    if not len(missing):
        return
    # Closed hours between two missing stretches don't part them.
    order = np.flatnonzero(wanted)
    runs = [(order[a], order[b]) for a, b in runs_of(np.searchsorted(order, missing))]
    shown = ", ".join(_run_text(grid, int(a), int(b)) for a, b in runs[:_SHOWN])
    share = len(missing) / int(np.count_nonzero(wanted))
    more = f", ... ({len(runs):,} stretches)" if len(runs) > _SHOWN else ""
    hours = len(missing) * grid.interval_minutes / 60
    yield f"{hours:,.1f} open hours ({share:.1%}) have no row: {shown}{more}"


def _covered(rows: History, grid: TimeGrid) -> BoolArray:
    """Return which intervals of the grid some row covers."""
    change = np.zeros(grid.n + 1, dtype=np.int64)
    begin = np.searchsorted(grid.starts, rows.start, side="right") - 1
    # A daily row covers its local day, also when a clock change makes that 23 or 25 hours.
    day = np.minimum(grid.day_index[begin] + 1, grid.days)
    end_seconds = np.where(rows.minutes == 1440, grid.day_starts[day], rows.start + rows.minutes * 60)
    end = np.searchsorted(grid.starts, end_seconds)
    np.add.at(change, begin, 1)
    np.add.at(change, end, -1)
    return np.asarray(np.cumsum(change)[:-1] > 0)


def _run_text(grid: TimeGrid, first: int, last: int) -> str:
    end = grid.moment(last) + timedelta(minutes=grid.interval_minutes)
    return f"{_stamp(grid.moment(first))} to {_stamp(end)}"


def _impossible(rows: History, grid: TimeGrid) -> Iterator[str]:
    with np.errstate(invalid="ignore"):
        wrong = {
            "more handled than offered": rows.handled > rows.offered,
            "more abandoned than offered": rows.abandoned > rows.offered,
            "a handle time of 0 although contacts were handled": (rows.aht_seconds == 0) & (rows.handled > 0),
            "a handle time above 4 h": rows.aht_seconds > _LONGEST_AHT_SECONDS,
        }
    for what, mask in wrong.items():
        where = np.flatnonzero(mask)
        if len(where):
            shown = ", ".join(_stamp(grid.at(float(rows.start[row]))) for row in where[:_SHOWN])
            yield f"{len(where):,} rows have {what}: {shown}" + (", ..." if len(where) > _SHOWN else "")


def _late_end(grid: TimeGrid, last_known: date) -> Iterator[str]:
    days = (last_known - grid.end).days
    if days > _LATE_DAYS:
        yield f"ends on {grid.end}, {days} days before the last known day {last_known}"


def _special_days(inputs: Inputs, queue: Queue, table: DayTable) -> BoolArray:
    """Return the days that an event of the queue's platform or a public holiday explains: shape (days,)."""
    special = np.zeros(len(table.dates), dtype=np.bool_)
    number = {day: at for at, day in enumerate(table.dates)}
    for day in inputs.day_types.days_off | inputs.day_types.makeup_workdays:
        if day in number:
            special[number[day]] = True
    for event in inputs.events:
        if len({platform_group(queue.platform), platform_group(event.platform)} - {EVERY_PLATFORM}) > 1:
            continue
        first = (event.start.date() - table.dates[0]).days
        last = (event.end.date() - table.dates[0]).days
        # The day before (carts are filled) and after (urging, questions) belong to it.
        special[max(0, first - 1) : max(0, last + 2)] = True
    return special
