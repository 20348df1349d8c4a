"""Reads what moves contacts: events.csv, drivers.csv, holidays.csv, priors.csv."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from data.cells import Cells, Names
from data.problems import Problems
from data.tables import Table
from data.values import has_clock, parse_moment, parse_number
from wfm.errors import nearest
from wfm.inputs import Driver, Event, Prior

__all__ = ["HOLIDAY_TYPES", "merged_events", "read_drivers", "read_events", "read_holidays", "read_priors"]

HOLIDAY_TYPES = ("holiday", "statutory", "workday")
"""Types of holidays.csv: a day off, a day off paid at the holiday rate, a working day."""
_TYPE_ALIASES = {
    "节假日": "holiday", "休息日": "holiday", "法定节假日": "statutory", "法定": "statutory", "调休": "workday",
    "调休上班": "workday", "工作日": "workday",
}  # fmt: skip

# The days of a phase by the names that the forecaster has for them.
_PART = re.compile(r"eve|part|full[123]|days(4|7|10)|day\d{1,3}|first|in|last|tail[0-4]")
_DATED = re.compile(r".*\b\d{4}(-\d{2}-\d{2})?")
_LARGEST_MULTIPLE, _USUAL_SD = 1000.0, 0.15


def read_events(table: Table, zone: ZoneInfo, problems: Problems) -> tuple[Event, ...]:
    """Return the events that can be read; a date without clock time starts at 00:00 and ends at 23:59:59."""
    cells, found = Cells(table, problems), []
    for row in range(len(table)):
        event = _event(cells, row, zone)
        if event is not None:
            found.append(event)
    return tuple(found)


def _event(cells: Cells, row: int, zone: ZoneInfo) -> Event | None:
    name = cells.required(row, "event", str)
    start = cells.required(row, "start", lambda text: parse_moment(text, zone)[0])
    end = cells.parsed(row, "end", lambda text: _last_moment(text, zone))
    scale = cells.number(row, "scale", 1.0)
    if scale < 0:
        cells.error(row, "scale", f"expected a factor of 0 or more, got {scale:g}")
    if name is None or start is None:
        return None
    end = end or datetime.combine(start.date(), time(23, 59, 59), tzinfo=zone)
    if end < start:
        cells.error(row, "end", f"ends at {end:%Y-%m-%d %H:%M}, before it starts at {start:%Y-%m-%d %H:%M}")
        return None
    return Event(
        event=name,
        platform=cells.text(row, "platform", "all"),
        phase=cells.text(row, "phase", "whole_event"),
        start=start,
        end=end,
        has_hour=has_clock(cells.text(row, "start")),
        scale=scale,
        source=cells.text(row, "source", "events.csv"),
        confidence=cells.text(row, "confidence"),
        like=cells.text(row, "like"),
    )


def _last_moment(text: str, zone: ZoneInfo) -> datetime:
    moment = parse_moment(text, zone)[0]
    return moment if has_clock(text) else moment + timedelta(days=1) - timedelta(seconds=1)


def merged_events(calendar: Iterable[Event], own: Iterable[Event]) -> tuple[Event, ...]:
    """Return the calendar's events and the plan's own, sorted by start.

    An own row takes the place of all rows of the calendar with the same event, platform, phase and year.
    """

    def key(event: Event) -> tuple[str, str, str, int]:
        return event.event, event.platform, event.phase, event.start.year

    mine = list(own)
    replaced = {key(event) for event in mine}
    kept = [event for event in calendar if key(event) not in replaced]
    return tuple(sorted((*kept, *mine), key=lambda event: (event.start, event.event, event.platform, event.phase)))


# No shop has more orders, and no turnover more digits, in a day.
_LARGEST = 1e12


def read_drivers(table: Table, problems: Problems) -> tuple[Driver, ...]:
    """Return the drivers that can be read, in the order of the file; a day and name given twice is a problem."""
    cells, seen, found = Cells(table, problems), dict[tuple[date, str], int](), []
    for row in range(len(table)):
        day, name = cells.day(row, "date"), cells.required(row, "name", str)
        value = cells.required(row, "value", parse_number)
        if day is None or name is None or value is None:
            continue
        if not 0 <= value <= _LARGEST:
            cells.error(row, "value", f"expected a number from 0 to {_LARGEST:g}, got {value:g}")
            continue
        if (day, name) in seen:
            cells.error(row, "date", f"'{name}' on {day} is already on line {seen[day, name]}; keep one")
            continue
        seen[day, name] = table.lines[row]
        found.append(Driver(day, name, value))
    return tuple(found)


def read_holidays(table: Table, problems: Problems) -> tuple[tuple[date, str, str], ...]:
    """Return ``(date, type, name)`` of the planner's own holidays and make-up workdays."""
    cells, found = Cells(table, problems), []
    for row in range(len(table)):
        day, kind = cells.day(row, "date"), cells.required(row, "type", str)
        kind = _TYPE_ALIASES.get(kind or "", (kind or "").lower())
        if kind and kind not in HOLIDAY_TYPES:
            cells.error(row, "type", f"unknown type '{kind}'{nearest(kind, HOLIDAY_TYPES)}")
        elif kind and day is not None:
            found.append((day, kind, cells.text(row, "name")))
    return tuple(found)


def read_priors(table: Table, names: Names, problems: Problems) -> tuple[Prior, ...]:
    """Return the priors that can be read, in the order of the file; a day of a phase given twice is a problem."""
    cells, seen, found = Cells(table, problems), dict[tuple[str, ...], int](), []
    for row in range(len(table)):
        prior = _prior(cells, row, names)
        if prior is None:
            continue
        key = (prior.edition, prior.event, prior.platform, prior.phase, prior.part, prior.queue)
        if key in seen:
            cells.error(row, "part", f"'{prior.part}' of this phase and queue is already on line {seen[key]}; keep one")
            continue
        seen[key] = prior.line
        found.append(prior)
    return tuple(found)


def _prior(cells: Cells, row: int, names: Names) -> Prior | None:
    edition, event, phase, queue, part = (
        cells.required(row, column, str) for column in ("edition", "event", "phase", "queue", "part")
    )
    multiple, sd = cells.required(row, "multiple", parse_number), cells.number(row, "sd", _USUAL_SD)
    level = cells.parsed(row, "level", parse_number)
    queue = cells.known(row, "queue", queue, "queue", names.queues) if queue else ""
    if edition and not _DATED.fullmatch(edition):
        cells.error(
            row, "edition", f"expected a name with its year or first day, like '{edition} 2025', got '{edition}'"
        )
        return None
    if part and not _PART.fullmatch(part):
        cells.error(row, "part", f"expected eve, part, full1 to full3, day5, first, in, last or tail0, got '{part}'")
        return None
    if multiple is not None and not 0.0 < multiple <= _LARGEST_MULTIPLE:
        cells.error(row, "multiple", f"expected a factor above 0, at most {_LARGEST_MULTIPLE:g}, got {multiple:g}")
        return None
    if sd < 0 or (level is not None and level <= 0):
        cells.error(row, "sd" if sd < 0 else "level", "expected a number above 0")
        return None
    if not (edition and event and phase and queue and part) or multiple is None:
        return None
    platform = cells.text(row, "platform", "all")
    return Prior(edition, event, platform, phase, part, queue, multiple, sd, level, cells.table.lines[row])
