"""Reads adjustments.csv: what the planner knows better than the forecast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from data.cells import Cells, Names
from data.columns import LARGEST
from data.problems import Problems
from data.tables import Table
from data.values import has_clock, items, parse_moment, parse_number, parse_seconds
from wfm.errors import nearest
from wfm.inputs import Adjustment

__all__ = ["read_adjustments"]

Action = Literal["set", "add", "multiply"]
Measure = Literal["offered", "aht_seconds"]
Word = TypeVar("Word", bound=str)

_EVERY_QUEUE = frozenset({"all", "*", "全部", "所有", "全部队列", "所有队列"})
_ACTIONS: Mapping[str, Action] = {
    "set": "set", "add": "add", "multiply": "multiply",
    "设定": "set", "设为": "set", "设置": "set", "增加": "add", "加": "add", "追加": "add",
    "乘": "multiply", "乘以": "multiply", "倍数": "multiply",
}  # fmt: skip
_MEASURES: Mapping[str, Measure] = {
    "offered": "offered", "aht_seconds": "aht_seconds", "aht": "aht_seconds", "contacts": "offered",
    "进线量": "offered", "咨询量": "offered", "呼入量": "offered", "会话量": "offered",
    "平均处理时长": "aht_seconds", "平均处理时间": "aht_seconds", "处理时长": "aht_seconds",
}  # fmt: skip
_LARGEST_FACTOR = 1000.0


def read_adjustments(table: Table, names: Names, zone: ZoneInfo, problems: Problems) -> tuple[Adjustment, ...]:
    """Return the adjustments that can be read, in the order of the file.

    An empty ``queue`` means every queue, an empty ``measure`` contacts offered; a date as ``end`` means that whole day,
    an empty one the day of the start.
    """
    cells = Cells(table, problems)
    read = (_adjustment(cells, row, names, zone) for row in range(len(table)))
    return tuple(one for one in read if one is not None)


def _adjustment(cells: Cells, row: int, names: Names, zone: ZoneInfo) -> Adjustment | None:
    queues = _queues(cells, row, names)
    start, end = _range(cells, row, zone)
    action = cells.required(row, "action", _named("action", _ACTIONS))
    measure = cells.parsed(row, "measure", _named("measure", _MEASURES)) if cells.text(row, "measure") else "offered"
    plain = action == "multiply" or measure == "offered"
    value = cells.required(row, "value", parse_number if plain else parse_seconds)
    if action and measure and value is not None and (text := _out_of_range(action, measure, value)):
        cells.error(row, "value", text)
        return None
    if queues is None or start is None or end is None or action is None or measure is None or value is None:
        return None
    reason = cells.text(row, "reason")
    return Adjustment(queues, start, end, action, value, measure, reason, cells.table.lines[row])


def _queues(cells: Cells, row: int, names: Names) -> tuple[str, ...] | None:
    """Return the ids of the queues, none for every queue; None when one of them is unknown."""
    text = cells.text(row, "queue")
    if not text or text.lower() in _EVERY_QUEUE:
        return ()
    listed = [text] if text in names.queues else items(text)
    if not listed:
        cells.error(row, "queue", f"expected a queue, several with `;`, or all, got '{text}'")
    found = [cells.known(row, "queue", name, "queue", names.queues) for name in listed]
    return tuple(dict.fromkeys(found)) if found and all(found) else None


def _range(cells: Cells, row: int, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    start = cells.required(row, "start", lambda text: parse_moment(text, zone)[0])
    if not cells.text(row, "end"):
        return start, None if start is None else _next_midnight(start)
    end = cells.parsed(row, "end", lambda text: _end(text, zone))
    if start is not None and end is not None and end.timestamp() <= start.timestamp():
        # As they stand in the file: a day that ends at its last moment would read like another one.
        first, last = cells.text(row, "start"), cells.text(row, "end")
        cells.error(row, "end", f"expected an end after the start '{first}', got '{last}'")
        return None, None
    return start, end


def _end(text: str, zone: ZoneInfo) -> datetime:
    moment = parse_moment(text, zone)[0]
    return moment if has_clock(text) else _next_midnight(moment)


def _next_midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, fold=0) + timedelta(days=1)


def _named(what: str, known: Mapping[str, Word]) -> Callable[[str], Word]:
    def parse(text: str) -> Word:
        word = known.get(text.lower())
        if word is None:
            raise ValueError(f"unknown {what} '{text}'{nearest(text.lower(), known.values())}")
        return word

    return parse


def _out_of_range(action: Action, measure: Measure, value: float) -> str:
    """Return what is wrong with a number, ``""`` when it can be meant."""
    if action == "multiply" and not 0 <= value <= _LARGEST_FACTOR:
        return f"expected a factor from 0 to {_LARGEST_FACTOR:g}, got {value:g}"
    if abs(value) > LARGEST:
        return f"expected at most {LARGEST:,.0f}, got {value:g}"
    if action == "set" and measure == "offered" and value < 0:
        return f"expected 0 or more contacts, got {value:g}; `add` with a negative number takes some away"
    if action == "set" and measure == "aht_seconds" and value < 1:
        return f"expected 1 second or more, got {value:g}"
    return ""
