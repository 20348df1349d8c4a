"""Whole columns at once: cells to codes, numbers and interval starts; cells that can't be read are problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.problems import Problems
from data.tables import Table
from data.values import has_clock, is_clock, parse_moment, parse_number, parse_seconds

__all__ = [
    "LARGEST", "Times", "coded", "first_rows", "numbers", "out_of_range", "read_times", "report_cells", "time_column",
]  # fmt: skip

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


LARGEST = 1e9
"""Contacts, agents or seconds of one interval beyond which a number can only be a mistake."""


def out_of_range(value: float) -> str:
    """Return the message on a number below zero or above :data:`LARGEST`."""
    return f"expected {'0 or more' if value < 0 else f'at most {LARGEST:,.0f}'}, got {value:g}"


def coded(cells: Sequence[str]) -> tuple[IntArray, list[str]]:
    """Return the number of each cell's text and the distinct texts, in the order in which they first appear."""
    codes: dict[str, int] = {}
    numbers_of = np.fromiter((codes.setdefault(cell, len(codes)) for cell in cells), np.int64, len(cells))
    return numbers_of, list(codes)


def first_rows(codes: IntArray, distinct: int) -> IntArray:
    """Return the row in which each code appears first."""
    first = np.zeros(distinct, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return first


def numbers(table: Table, column: str, problems: Problems, parse: Callable[[str], float] = parse_number) -> FloatArray:
    """Return a column as numbers, NaN for empty cells and for cells that are no number (the latter are problems)."""
    cells = table.columns.get(column)
    if cells is None:
        return np.full(len(table), np.nan)
    plain = _plain_numbers(cells) if parse in (parse_number, parse_seconds) else None
    if plain is not None:
        return plain
    codes, texts = coded(cells)
    parsed, wrong = np.full(len(texts), np.nan), {}
    for code, text in enumerate(texts):
        try:
            parsed[code] = parse(text)
        except ValueError as error:
            wrong[code] = str(error)
    report_cells(table, column, codes, wrong, problems)
    return parsed[codes]


def _plain_numbers(cells: Sequence[str]) -> FloatArray | None:
    """Return cells as floats when all are empty or plain finite numbers (the quick way), else None."""
    try:
        values = np.array([float(cell) if cell else np.nan for cell in cells])
    except ValueError:
        return None
    return values if np.isfinite(values).sum() == sum(map(bool, cells)) else None


def report_cells(table: Table, column: str, codes: IntArray, wrong: Mapping[int, str], problems: Problems) -> None:
    """Add a problem for every row whose code is in ``wrong`` (code -> message)."""
    if wrong:
        rows = np.flatnonzero(np.isin(codes, list(wrong))).tolist()
        messages = (wrong[int(codes[row])] for row in rows)
        problems.many(table.file, table.label(column), [table.lines[row] for row in rows], messages)


@dataclass(frozen=True)
class Times:
    """Unix seconds per row; rows whose clock time does not exist or comes twice at a clock change."""

    start: IntArray
    valid: BoolArray
    skipped: BoolArray
    twice: BoolArray
    midnight: BoolArray
    minute: IntArray


def _time_columns(table: Table) -> tuple[str, str]:
    """Return the column of each row's start, and that of the clock times to join to it (``""``: none)."""
    if table.has("interval_start_utc"):
        return "interval_start_utc", ""
    clock = next((name for name in ("time", "interval_start") if table.has(name)), "")
    if not table.has("date"):
        return "interval_start", ""
    if not clock or any(has_clock(day) for day in table.columns["date"][:1]):
        return "date", ""
    return ("date", clock) if all(is_clock(text) for text in table.columns[clock][:1]) else (clock, "")


def _time_texts(table: Table) -> list[str]:
    column, clock = _time_columns(table)
    days = table.columns[column]
    if not clock:
        return days
    return [f"{day} {_begin(text)}" for day, text in zip(days, table.columns[clock], strict=True)]


def _begin(clock: str) -> str:
    """Return the start of a span of clock times such as ``10:00-10:30``."""
    return clock.replace("~", "-").replace("至", "-").partition("-")[0].strip()


def time_column(table: Table) -> str:
    """Return the column to blame for a wrong time."""
    return _time_columns(table)[0]


def read_times(table: Table, zone: ZoneInfo, problems: Problems) -> Times:
    """Return the interval starts of a table; times without offset are local to ``zone`` unless the header says UTC."""
    codes, texts = coded(_time_texts(table))
    stamp, state, minute = (np.zeros(len(texts), dtype=np.int64) for _ in range(3))
    wrong = {}
    read_in = ZoneInfo("UTC") if table.has("interval_start_utc") else zone
    for code, text in enumerate(texts):
        try:
            moment, change = parse_moment(text, read_in)
        except ValueError as error:
            wrong[code] = str(error)
            continue
        stamp[code] = round(moment.timestamp())
        state[code] = ("", "skipped", "twice").index(change)
        local = moment.astimezone(zone)
        minute[code] = local.hour * 60 + local.minute
    report_cells(table, time_column(table), codes, wrong, problems)
    valid = np.ones(len(texts), dtype=np.bool_)
    valid[list(wrong)] = False
    row_state, row_minute = state[codes], minute[codes]
    return Times(stamp[codes], valid[codes], row_state == 1, row_state == 2, row_minute == 0, row_minute)
