"""Reads what a look back needs: the forecast that was written, and what came."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.aliases import FORECAST, HISTORY, TableSpec
from data.cells import Cells
from data.history import read_history
from data.own_numbers import read_series
from data.problems import Problems
from data.tables import FORMS, Folder, Table
from data.values import parse_number
from wfm.errors import InputError, Problem, nearest
from wfm.grid import TimeGrid
from wfm.inputs import History, Inputs
from wfm.results import ForecastPart, PartKind
from wfm.review import WrittenForecast

__all__ = ["read_actuals", "read_written"]

FloatArray = NDArray[np.float64]
_DAILY = TableSpec(
    "forecast_daily",
    {"date": (), "queue": (), "offered_p10": (), "offered_p90": ()},
    (("date",), ("queue",), ("offered_p10",), ("offered_p90",)),
)
_PARTS = TableSpec(
    "forecast_parts",
    {"date": (), "queue": (), "kind": (), "part": (), "contacts": ()},
    (("date",), ("queue",), ("kind",), ("part",), ("contacts",)),
)
_KINDS: dict[str, PartKind] = {
    "baseline": "baseline", "holiday": "holiday", "event": "event", "driver": "driver", "adjustment": "adjustment",
}  # fmt: skip


def read_written(folder: Path, inputs: Inputs) -> WrittenForecast:
    """Return the forecast that an earlier run wrote into a folder.

    Raises
    ------
    InputError
        When there is none, or it was made for other days or queues than the plan's.
    """
    _check_there(folder)
    problems = Problems()
    reader, grid = Folder(folder, problems), inputs.plan.plan.grid
    queues = tuple(queue.id for queue in inputs.plan.queue)
    tables = [reader.table(spec, folder / f"{spec.name}.csv") for spec in (FORECAST, _DAILY, _PARTS)]
    if None in tables:
        problems.raise_if_any()
    slots, daily, parts = (table for table in tables if table is not None)
    known = {queue: queue for queue in queues}
    values = read_series(slots, FORECAST, inputs.plan, known, problems).values
    _check_same(folder, problems)
    blank = np.zeros((len(queues), grid.n))
    rate, low, high, aht = (
        np.nan_to_num(values.get(name, blank)) for name in ("offered_mean", "offered_p10", "offered_p90", "aht_seconds")
    )
    bands = [_daily(daily, queues, grid, column, problems) for column in ("offered_p10", "offered_p90")]
    found = _parts(parts, queues, grid, problems)
    _check_same(folder, problems)
    return WrittenForecast(grid, queues, rate, low, high, aht, bands[0], bands[1], found)


def read_actuals(plan: Path, file: Path, inputs: Inputs) -> tuple[History, str]:
    """Return what came, and the name of its file: one with the columns of history.csv, or the plan's own history.

    Raises
    ------
    InputError
        When the file is not there, and for every row that can't be read.
    """
    path = file if file.is_file() else plan / file
    if not path.is_file():
        there = [one.name for one in sorted(path.parent.glob("*")) if one.name.endswith(FORMS)]
        raise InputError(
            [Problem(str(file), 0, "", f"not found here or in the plan folder{nearest(file.name, there)}")]
        )
    if path.resolve().parent == plan.resolve() and path.name in {f"history{form}" for form in FORMS}:
        return inputs.history, path.name
    problems = Problems()
    table = Folder(path.parent, problems).table(HISTORY, path)
    problems.raise_if_any()
    assert table is not None
    known = {queue.title: queue.id for queue in inputs.plan.queue if queue.title}
    known |= {queue.id: queue.id for queue in inputs.plan.queue}
    order = [queue.id for queue in inputs.plan.queue]
    history = read_history(table, known, order, inputs.plan.plan.grid.zone, problems)
    problems.raise_if_any()
    return history, path.name


def _check_there(folder: Path) -> None:
    missing = [f"{spec.name}.csv" for spec in (FORECAST, _DAILY, _PARTS) if not (folder / f"{spec.name}.csv").is_file()]
    if missing:
        text = f"{', '.join(missing)} not found in {folder}; a review compares what came with the forecast that was " \
            "written: run `wfm forecast PLAN` (with --scenario or --out as then) first"  # fmt: skip
        raise InputError([Problem(missing[0], 0, "", text)])


def _check_same(folder: Path, problems: Problems) -> None:
    if problems.errors:
        problems.error(
            "", 0, "", f"the forecast in {folder} is not of this plan as it stands: run `wfm forecast` again"
        )
        problems.raise_if_any()


def _place(cells: Cells, row: int, queues: tuple[str, ...], grid: TimeGrid) -> tuple[int, int] | None:
    day, queue = cells.day(row, "date"), cells.text(row, "queue")
    if day is None or not grid.start <= day <= grid.end:
        if day is not None:
            cells.error(row, "date", f"expected a day from {grid.start} to {grid.end}, got {day}")
        return None
    if queue not in queues:
        cells.error(row, "queue", f"unknown queue '{queue}'{nearest(queue, queues)}")
        return None
    return queues.index(queue), (day - grid.start).days


def _daily(table: Table, queues: tuple[str, ...], grid: TimeGrid, column: str, problems: Problems) -> FloatArray:
    cells, found = Cells(table, problems), np.zeros((len(queues), grid.days))
    for row in range(len(table)):
        place, value = _place(cells, row, queues, grid), cells.required(row, column, parse_number)
        if place is not None and value is not None:
            found[place] = value
    return found


def _parts(table: Table, queues: tuple[str, ...], grid: TimeGrid, problems: Problems) -> tuple[ForecastPart, ...]:
    """Return the parts in the order in which the file names them first, the baseline before all others."""
    cells, found = Cells(table, problems), dict[tuple[PartKind, str], FloatArray]()
    shape = (len(queues), grid.days)
    for row in range(len(table)):
        place, value = _place(cells, row, queues, grid), cells.required(row, "contacts", parse_number)
        kind = _KINDS.get(cells.text(row, "kind"))
        if kind is None:
            cells.error(row, "kind", f"expected one of {', '.join(_KINDS)}, got '{cells.text(row, 'kind')}'")
        elif place is not None and value is not None:
            found.setdefault((kind, cells.text(row, "part")), np.zeros(shape))[place] = value
    parts = [ForecastPart(kind, name, contacts) for (kind, name), contacts in found.items()]
    return tuple(sorted(parts, key=lambda part: part.kind != "baseline"))
