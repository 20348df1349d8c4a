"""Reads the forecast or requirement that a plan brings itself, onto the plan's grid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from data.aliases import TableSpec
from data.columns import LARGEST, coded, numbers, out_of_range
from data.problems import Problems
from data.tables import Table
from data.values import parse_moment
from wfm.errors import nearest
from wfm.grid import TimeGrid
from wfm.inputs import SeriesTable
from wfm.plan import Plan, Queue

__all__ = ["open_mask", "read_series", "runs_of"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def read_series(table: Table, spec: TableSpec, plan: Plan, known: Mapping[str, str], problems: Problems) -> SeriesTable:
    """Return the numbers of a plan's own file: name -> array (queues, intervals), NaN where the file says nothing.

    Rows outside the horizon are left out. Unknown queues, times off the grid, repeated rows, numbers below zero and
    open intervals without a number are problems.
    """
    grid, order = plan.plan.grid, [queue.id for queue in plan.queue]
    queue = _queue_rows(table, known, order, problems)
    slot = _slots(table, grid, problems)
    names = [name for name in spec.columns if name not in ("interval_start", "queue") and table.has(name)]
    columns = {name: numbers(table, name, problems) for name in names}
    for name, values in columns.items():
        wrong = np.flatnonzero((values < 0) | (values > LARGEST)).tolist()
        messages = (out_of_range(values[row]) for row in wrong)
        problems.many(table.file, table.label(name), [table.lines[row] for row in wrong], messages)
    rows = np.flatnonzero((queue >= 0) & (slot >= 0) & (slot < grid.n))
    _report_repeats(table, queue[rows] * grid.n + slot[rows], rows, problems)
    series: dict[str, FloatArray] = {name: np.full((len(order), grid.n), np.nan) for name in names}
    for name in names:
        series[name][queue[rows], slot[rows]] = columns[name][rows]
    _report_gaps(table, plan, grid, series[spec.required[2][0]], problems)
    return SeriesTable(series)


def _queue_rows(table: Table, known: Mapping[str, str], order: Sequence[str], problems: Problems) -> IntArray:
    codes, texts = coded(table.columns["queue"])
    place = np.array([order.index(known[text]) if text in known else -1 for text in texts], dtype=np.int64)
    for code, text in enumerate(texts):
        if text not in known:
            line = table.lines[int(np.flatnonzero(codes == code)[0])]
            message = f"unknown queue '{text}' (first of its rows){nearest(text, known)}"
            problems.error(table.file, line, table.label("queue"), message)
    return place[codes] if len(codes) else codes


def _slots(table: Table, grid: TimeGrid, problems: Problems) -> IntArray:
    """Return the interval of each row; -1 for rows off the grid (which are problems) or outside the horizon."""
    codes, texts = coded(table.columns["interval_start"])
    step = grid.interval_minutes * 60
    slot, wrong = np.full(len(texts), -1, dtype=np.int64), {}
    for code, text in enumerate(texts):
        try:
            seconds = round(parse_moment(text, grid.zone)[0].timestamp()) - int(grid.starts[0])
        except ValueError as error:
            wrong[code] = str(error)
            continue
        if seconds % step:
            wrong[code] = f"expected a start on the plan's {grid.interval_minutes}-minute grid, got '{text}'"
        elif seconds >= 0:
            slot[code] = seconds // step
    rows = np.flatnonzero(np.isin(codes, list(wrong))).tolist()
    messages = (wrong[int(codes[row])] for row in rows)
    problems.many(table.file, table.label("interval_start"), [table.lines[row] for row in rows], messages)
    return slot[codes] if len(codes) else codes


def _report_repeats(table: Table, key: IntArray, rows: IntArray, problems: Problems) -> None:
    order = np.argsort(key, kind="stable")
    again = order[1:][key[order][1:] == key[order][:-1]]
    before = order[:-1][key[order][1:] == key[order][:-1]]
    lines = [table.lines[rows[row]] for row in again]
    messages = (f"repeats queue and interval of line {table.lines[rows[row]]}; keep one" for row in before)
    problems.many(table.file, "", lines, messages)


def _report_gaps(table: Table, plan: Plan, grid: TimeGrid, values: FloatArray, problems: Problems) -> None:
    for row, queue in enumerate(plan.queue):
        missing = np.flatnonzero(np.isnan(values[row]) & open_mask(queue, grid))
        if len(missing):
            first = grid.moment(int(missing[0])).strftime("%Y-%m-%d %H:%M")
            text = f"queue '{queue.id}' has no number for {len(missing):,} open intervals, the first at {first}"
            problems.error(table.file, 0, "", text)


def open_mask(queue: Queue, grid: TimeGrid) -> BoolArray:
    """Return in which intervals of a grid a queue is open: shape (n,)."""
    minute = grid.minute_of_day
    weekday = np.array([day.weekday() for day in grid.dates], dtype=np.int64)[grid.day_index]
    mask = np.zeros(grid.n, dtype=np.bool_)
    for number in range(7):
        window = queue.window_on(number)
        if window is None:
            continue
        mask |= (weekday == number) & (minute >= window[0]) & (minute < window[1])
        # What runs past midnight belongs to the next day's small hours.
        mask |= (weekday == (number + 1) % 7) & (minute < window[1] - 1440)
    return mask


def runs_of(numbers_of: IntArray) -> Iterable[tuple[int, int]]:
    """Yield ``(first, last)`` of each run of consecutive numbers in a sorted array."""
    if not len(numbers_of):
        return
    cuts = np.flatnonzero(np.diff(numbers_of) > 1) + 1
    for part in np.split(numbers_of, cuts):
        yield int(part[0]), int(part[-1])
