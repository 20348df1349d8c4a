"""Reads history.csv: contacts per queue and interval, from our own layout or that of other systems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.columns import (
    LARGEST,
    BoolArray,
    FloatArray,
    IntArray,
    Times,
    coded,
    first_rows,
    numbers,
    out_of_range,
    read_times,
    time_column,
)
from data.problems import Problems
from data.tables import Table
from data.values import BLANKS, parse_seconds
from wfm.errors import nearest
from wfm.inputs import History

__all__ = ["NO_HISTORY", "read_history"]

_LENGTHS = (5, 10, 15, 20, 30, 60, 1440)
_WORDS = {"daily": 1440, "day": 1440, "日": 1440, "天": 1440, "hourly": 60}
_SPLITS = ("channel", "skill_set", "language", "shop")
_DAY = 86_400
_NO_INTEGERS, _NO_NUMBERS = np.zeros(0, dtype=np.int64), np.zeros(0)
NO_HISTORY = History((), _NO_INTEGERS, _NO_INTEGERS, _NO_INTEGERS, _NO_NUMBERS, _NO_NUMBERS, _NO_NUMBERS, _NO_NUMBERS)
"""The history of a plan that needs none."""


def _queue_column(table: Table, known: Mapping[str, str]) -> str:
    """Return which column names the queue: the first of which a value is known, else the first there is."""
    there = [name for name in ("queue", "shop", "channel") if table.has(name)]
    for name in there:
        if any(text in known for text in set(table.columns[name])):
            return name
    return there[0]


def _queues(table: Table, known: Mapping[str, str], order: Sequence[str], problems: Problems) -> tuple[IntArray, str]:
    """Return the queue's place in ``order`` per row (-1 for unknown names, which are problems), and the column used."""
    column = _queue_column(table, known)
    codes, texts = coded(table.columns[column])
    place = np.array([order.index(known[text]) if text in known else -1 for text in texts], dtype=np.int64)
    counts, first = np.bincount(codes, minlength=len(texts)), first_rows(codes, len(texts))
    for code in np.flatnonzero(place < 0):
        hint = nearest(texts[code], known)
        message = f"unknown queue '{texts[code]}' in {counts[code]:,} rows (this is the first){hint}"
        problems.error(table.file, int(table.lines[first[code]]), table.label(column), message)
    return (place[codes] if len(codes) else codes), column


def _aht(table: Table, handled: FloatArray, offered: FloatArray, problems: Problems) -> FloatArray:
    """Return average handle time: as given, in minutes, or total handle time over handled contacts."""
    if table.has("aht_seconds"):
        return numbers(table, "aht_seconds", problems, parse_seconds)
    if table.has("aht_minutes"):
        return 60.0 * numbers(table, "aht_minutes", problems)
    if not table.has("handle_seconds_total"):
        return np.full(len(table), np.nan)
    total = numbers(table, "handle_seconds_total", problems, parse_seconds)
    contacts = handled if table.has("handled") else offered
    aht = np.full(len(table), np.nan)
    np.divide(total, contacts, out=aht, where=contacts > 0)
    return aht


@dataclass
class _Rows:
    """Columns of the rows that are still in use."""

    line: IntArray
    queue: IntArray
    start: IntArray
    twice: BoolArray
    midnight: BoolArray
    minute: IntArray
    minutes: IntArray
    offered: FloatArray
    handled: FloatArray
    abandoned: FloatArray
    aht: FloatArray
    split: IntArray

    def take(self, rows: NDArray[np.int64] | BoolArray) -> _Rows:
        return _Rows(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def read_history(
    table: Table, known: Mapping[str, str], order: Sequence[str], zone: ZoneInfo, problems: Problems
) -> History:
    """Return the history that a table holds; rows that can't be used are problems.

    Parameters
    ----------
    table : Table
        The file as text cells.
    known : mapping
        Names under which queues may appear (ids and titles) -> queue id.
    order : sequence of str
        Queue ids, in the order of the plan.
    zone : ZoneInfo
        Zone of times without offset.
    problems : Problems
        Gets every unusable row, with its line.
    """
    rows = _read(table, known, order, zone, problems)
    rows = _second_hours(rows)
    rows = _summed(rows)
    rows = _without_duplicates(table, rows, order, problems)
    _infer_minutes(table, rows, order, problems)
    _check_counts(table, rows, problems)
    used = np.unique(rows.queue)
    place = np.zeros(len(order) + 1, dtype=np.int64)
    place[used] = np.arange(len(used))
    names = tuple(order[int(queue)] for queue in used)
    return History(
        names, place[rows.queue], rows.start, rows.minutes, rows.offered, rows.handled, rows.abandoned, rows.aht
    )


def _read(table: Table, known: Mapping[str, str], order: Sequence[str], zone: ZoneInfo, problems: Problems) -> _Rows:
    queue, queue_column = _queues(table, known, order, problems)
    times = read_times(table, zone, problems)
    offered, handled = numbers(table, "offered", problems), numbers(table, "handled", problems)
    splits = [table.columns[name] for name in _SPLITS if table.has(name) and name != queue_column]
    split = coded(["|".join(cells) for cells in zip(*splits, strict=True)])[0] if splits else np.zeros_like(queue)
    rows = _Rows(
        np.asarray(table.lines, dtype=np.int64), queue, times.start, times.twice, times.midnight, times.minute,
        _stated_minutes(table, problems), offered, handled, numbers(table, "abandoned", problems),
        _aht(table, handled, offered, problems), split,
    )  # fmt: skip
    usable = _without_skipped_hours(table, rows, times, problems)
    rows = rows.take(usable & times.valid & (queue >= 0))
    return rows.take(np.lexsort((rows.line, rows.start, rows.queue)))


def _stated_minutes(table: Table, problems: Problems) -> IntArray:
    """Return interval lengths as stated by a column (``30``, ``30mins``, ``daily``), 0 where nothing is said."""
    if not table.has("interval_minutes"):
        return np.zeros(len(table), dtype=np.int64)

    def parse(text: str) -> float:
        word = text.lower()
        if word in BLANKS:
            return 0.0
        plain = word.removesuffix("分钟").rstrip("utesmin. ")
        value = _WORDS.get(word, int(plain) if plain.isdigit() else -1)
        if value not in _LENGTHS:
            raise ValueError(f"expected an interval of {', '.join(map(str, _LENGTHS))} minutes, got '{text}'")
        return float(value)

    return np.nan_to_num(numbers(table, "interval_minutes", problems, parse)).astype(np.int64)


def _without_skipped_hours(table: Table, rows: _Rows, times: Times, problems: Problems) -> BoolArray:
    """Return which rows to keep: a clock time that a clock change skips can hold no contacts."""
    empty = ~(rows.offered > 0)
    wrong = np.flatnonzero(times.skipped & ~empty)
    column = table.label(time_column(table))
    message = "this local time does not exist (the clock is put forward); write UTC with Z or give the offset"
    problems.many(table.file, column, rows.line[wrong].tolist(), (message for _ in wrong))
    dropped = int(np.count_nonzero(times.skipped & empty))
    if dropped:
        problems.warn(
            table.file, 0, column, f"{dropped:,} empty rows at local times that a clock change skips were left out"
        )
    return ~times.skipped


def _second_hours(rows: _Rows) -> _Rows:
    """Return the rows with the second of two rows at a clock time that comes twice moved to the later hour."""
    if not rows.twice.any():
        return rows
    again = np.zeros(len(rows.start), dtype=np.bool_)
    again[1:] = _same_key(rows) & rows.twice[1:] & (rows.split[1:] == rows.split[:-1])
    # Three rows at one such time are duplicates, not hours.
    again[2:] &= ~again[1:-1]
    start = rows.start + np.where(again, 3600, 0)
    moved = _Rows(**{**vars(rows), "start": start})
    return moved.take(np.lexsort((moved.line, moved.start, moved.queue)))


def _same_key(rows: _Rows) -> BoolArray:
    """Return for each row but the first whether it has the queue and start of the row before."""
    return np.asarray((rows.queue[1:] == rows.queue[:-1]) & (rows.start[1:] == rows.start[:-1]))


def _summed(rows: _Rows) -> _Rows:
    """Return one row per queue and interval where other columns (media, skill set, language) split a queue's rows."""
    if len(rows.split) < 2 or not rows.split.any():
        return rows
    order = np.lexsort((rows.line, rows.split, rows.start, rows.queue))
    rows = rows.take(order)
    same = _same_key(rows)
    # Rows alike in every splitting column too are true duplicates: keep them apart for the report.
    doubled = same & (rows.split[1:] == rows.split[:-1])
    if not same.any() or doubled.any():
        return rows
    first = np.flatnonzero(np.concatenate(([True], ~same)))
    weight = np.where(rows.handled > 0, rows.handled, np.where(np.isnan(rows.handled), rows.offered, 0.0))
    weight = np.where(np.isnan(rows.aht), 0.0, np.nan_to_num(weight))
    work = np.add.reduceat(weight * np.nan_to_num(rows.aht), first)
    weights = np.add.reduceat(weight, first)
    merged = rows.take(first)
    merged.aht = np.divide(work, weights, out=merged.aht.copy(), where=weights > 0)
    for name in ("offered", "handled", "abandoned"):
        setattr(merged, name, _sum_groups(getattr(rows, name), first))
    return merged


def _sum_groups(values: FloatArray, first: IntArray) -> FloatArray:
    """Return sums of groups that start at ``first``; NaN where a whole group says nothing."""
    sums = np.add.reduceat(np.nan_to_num(values), first)
    said = np.add.reduceat((~np.isnan(values)).astype(np.int64), first)
    return np.where(said > 0, sums, np.nan).astype(np.float64)


def _without_duplicates(table: Table, rows: _Rows, order: Sequence[str], problems: Problems) -> _Rows:
    """Return the rows without repeated ones; rows that say different things of one interval are problems."""
    if len(rows.start) < 2:
        return rows
    same = np.flatnonzero(_same_key(rows)) + 1
    if not len(same):
        return rows
    columns = (rows.offered, rows.handled, rows.abandoned, rows.aht)
    equal = np.ones(len(same), dtype=np.bool_)
    for values in columns:
        here, before = values[same], values[same - 1]
        equal &= (here == before) | (np.isnan(here) & np.isnan(before))
    for rows_of, text, severity in (
        (same[~equal], "differs from line {line} for the same queue '{queue}' and interval; keep one", "error"),
        (same[equal], "repeats line {line} (queue '{queue}'); counted once", "warning"),
    ):
        messages = _lazy(text, rows, rows_of, order)
        problems.many(table.file, "", rows.line[rows_of].tolist(), messages, severity=severity)
    keep = np.ones(len(rows.start), dtype=np.bool_)
    keep[same] = False
    return rows.take(keep)


def _lazy(text: str, rows: _Rows, which: IntArray, order: Sequence[str]) -> Iterator[str]:
    return (text.format(line=rows.line[row - 1], queue=order[int(rows.queue[row])]) for row in which)


def _infer_minutes(table: Table, rows: _Rows, order: Sequence[str], problems: Problems) -> None:
    """Fill in interval lengths that the file does not state, queue by queue."""
    for queue in np.unique(rows.queue):
        here = np.flatnonzero(rows.queue == queue)
        if (rows.minutes[here] == 0).any():
            rows.minutes[here] = _lengths(rows.start[here], rows.midnight[here], rows.minute[here], rows.minutes[here])
        odd = here[(rows.minutes[here] <= 0) | (rows.minute[here] % np.maximum(rows.minutes[here], 1) != 0)]
        length = int(rows.minutes[here].min())
        what = f"rows of queue '{order[int(queue)]}' start {-length} minutes apart" if length < 0 else ""
        allowed = "5, 10, 15, 20, 30 or 60 minutes, or one row a day at midnight"
        if what:
            problems.error(table.file, int(rows.line[odd[0]]), "", f"expected intervals of {allowed}; {what}")
        else:
            message = f"expected a start on the {length}-minute grid that the other rows of the queue follow"
            column = table.label(time_column(table))
            problems.many(table.file, column, rows.line[odd].tolist(), (message for _ in odd))


def _lengths(start: IntArray, midnight: BoolArray, minute: IntArray, stated: IntArray) -> IntArray:
    """Return the minutes of each row of one queue: the smallest step, or a day; minus the step when it fits nothing."""
    gap = np.diff(start)
    if midnight.all():
        daily = midnight
    else:
        # A block of lone rows at midnight among shorter ones: older days kept as daily sums.
        alone = np.concatenate(([True], gap >= _DAY - 7200)) & np.concatenate((gap >= _DAY - 7200, [True]))
        daily = midnight & alone
        daily &= np.count_nonzero(daily) >= 14
    length = _common_step(gap[~daily[1:] & ~daily[:-1]] // 60)
    length = _aligned(length, minute[~daily])
    return np.where(stated > 0, stated, np.where(daily, 1440, length)).astype(np.int64)


def _aligned(length: int, minute: IntArray) -> int:
    """Return the longest usual interval up to ``length`` on whose grid most of the clock minutes lie."""
    for shorter in reversed([usual for usual in _LENGTHS[:-1] if usual <= length]):
        if np.count_nonzero(minute % shorter == 0) * 50 >= 49 * len(minute):
            return shorter
    return length


def _common_step(gaps: IntArray) -> int:
    """Return the shortest usual interval that at least one gap in fifty has; minus the commonest gap when none fits.

    Counting keeps one mistyped time from passing for the step. Where closed hours leave only wider steps, their
    greatest common part counts.
    """
    if not len(gaps):
        return 30
    for length in _LENGTHS[:-1]:
        if np.count_nonzero(gaps == length) * 50 >= len(gaps):
            return length
    common = int(np.gcd.reduce(gaps))
    return common if common in _LENGTHS[:-1] else -int(np.bincount(gaps).argmax())


def _check_counts(table: Table, rows: _Rows, problems: Problems) -> None:
    """Report counts and times below zero or beyond all sense: no interval can have them."""
    for column, values in (
        ("offered", rows.offered), ("handled", rows.handled), ("abandoned", rows.abandoned), ("aht_seconds", rows.aht),
    ):  # fmt: skip
        wrong = np.flatnonzero((values < 0) | (values > LARGEST))
        messages = (out_of_range(values[row]) for row in wrong)
        problems.many(table.file, table.label(column), rows.line[wrong].tolist(), messages)
    silent = int(np.count_nonzero(np.isnan(rows.offered)))
    if silent:
        first = int(rows.line[np.flatnonzero(np.isnan(rows.offered))[0]])
        message = f"{silent:,} cells are empty (this is the first): these intervals count as unknown, not as 0"
        problems.warn(table.file, first, table.label("offered"), message)
