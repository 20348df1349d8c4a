"""Reads agents.csv, time_off.csv, preferences.csv and fixed_shifts.csv."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from data.cells import Cells, Names
from data.problems import Problems
from data.tables import Table
from data.values import items, parse_clock, parse_date, parse_moment, parse_number, parse_plan_date
from wfm.inputs import Agent, FixedShift, Preference, TimeOff

__all__ = ["OFF_TOKENS", "moment_of_day", "read_agents", "read_fixed_shifts", "read_preferences", "read_time_off"]

_ATTRIBUTES: Mapping[str, str] = {
    "怀孕": "pregnant", "孕期": "pregnant", "孕妇": "pregnant", "哺乳": "nursing", "哺乳期": "nursing",
    "未成年": "minor", "未成年工": "minor", "实习": "intern", "实习生": "intern", "学生": "part_time_student",
    "兼职学生": "part_time_student", "学生兼职": "part_time_student",
}  # fmt: skip
OFF_TOKENS = frozenset({"off", "rest", "休", "休息", "空", "0"})
"""Shift cells (lower-case) that mean a day without work."""


def read_agents(
    table: Table, names: Names, contract_queues: Mapping[str, tuple[str, ...]], problems: Problems
) -> tuple[Agent, ...]:
    """Return the people of agents.csv that can be read; the rest are problems.

    ``contract_queues`` maps contract ids to their queues, for people whose own ``queues`` cell is empty.
    """
    cells, seen, people = Cells(table, problems), dict[str, int](), []
    for row in range(len(table)):
        employee_id = cells.required(row, "employee_id", str)
        if employee_id is None:
            continue
        if employee_id in seen:
            cells.error(row, "employee_id", f"'{employee_id}' is already on line {seen[employee_id]}; ids must differ")
            continue
        seen[employee_id] = table.lines[row]
        people.append(_agent(cells, row, employee_id, names, contract_queues))
    if not people:
        problems.error(table.file, 0, "", "holds nobody; expected one row per person")
    return tuple(people)


def _agent(
    cells: Cells, row: int, employee_id: str, names: Names, contract_queues: Mapping[str, tuple[str, ...]]
) -> Agent:
    contract = cells.required(row, "contract", str) or ""
    if contract:
        contract = cells.known(row, "contract", contract, "contract", names.contracts)
    hired, leaves = (cells.parsed(row, column, parse_date) for column in ("hired_on", "leaves_on"))
    if hired and leaves and leaves < hired:
        cells.error(row, "leaves_on", f"leaves on {leaves}, before being hired on {hired}")
    attributes = (item.lower() for item in items(cells.text(row, "attributes")))
    return Agent(
        employee_id=employee_id,
        name=cells.text(row, "name"),
        contract=contract,
        team=cells.text(row, "team"),
        queues=_agent_queues(cells, row, contract, names, contract_queues),
        hired_on=hired,
        leaves_on=leaves,
        attributes=frozenset(_ATTRIBUTES.get(item, item) for item in attributes),
    )


def _agent_queues(
    cells: Cells, row: int, contract: str, names: Names, contract_queues: Mapping[str, tuple[str, ...]]
) -> dict[str, float]:
    text = cells.text(row, "queues")
    if not text and contract in contract_queues:
        queues = dict.fromkeys(contract_queues[contract], 1.0)
        if not queues:
            cells.error(row, "queues", "is empty, and the contract names no queues; expected e.g. 'phone;chat:0.9'")
        return queues
    found = {}
    for item in items(text):
        name, _, speed_text = item.replace("：", ":").partition(":")
        if item in names.queues:
            name, speed_text = item, ""
        queue = cells.known(row, "queues", name.strip(), "queue", names.queues)
        speed = _speed(cells, row, speed_text.strip())
        if queue:
            found[queue] = speed
    return found


def _speed(cells: Cells, row: int, text: str) -> float:
    if not text:
        return 1.0
    try:
        speed = parse_number(text)
    except ValueError:
        speed = 0.0
    if not 0.0 < speed <= 3.0:
        cells.error(row, "queues", f"expected a relative speed above 0 and up to 3 behind the colon, got '{text}'")
        return 1.0
    return speed


def read_time_off(table: Table, names: Names, problems: Problems) -> tuple[TimeOff, ...]:
    """Return the absences that can be read; a missing end means one day."""
    cells, found = Cells(table, problems), []
    for row in range(len(table)):
        person, start = cells.person(row, names), cells.day(row, "start")
        end = cells.parsed(row, "end", parse_date) or start
        if start is None or end is None:
            continue
        if end < start:
            cells.error(row, "end", f"ends on {end}, before it starts on {start}")
        elif person:
            found.append(TimeOff(person, start, end, cells.text(row, "kind")))
    return tuple(found)


def read_preferences(table: Table, names: Names, problems: Problems) -> tuple[Preference, ...]:
    """Return the wishes that can be read.

    An empty ``weight`` counts 1. A wish for rest (``off``, ``休``) is a wish against any work with the same weight.
    """
    cells, found = Cells(table, problems), []
    for row in range(len(table)):
        person, day = cells.person(row, names), cells.day(row, "date")
        weight = cells.number(row, "weight", 1.0)
        shift = cells.text(row, "shift")
        if shift.lower() in OFF_TOKENS:
            shift, weight = "", -weight
        shift = cells.known(row, "shift", shift, "shift", names.shifts) if shift else ""
        if person and day is not None:
            found.append(Preference(person, day, shift, weight))
    return tuple(found)


def moment_of_day(text: str, day: date, zone: ZoneInfo) -> datetime:
    """Return a moment from a full time or from a clock time on ``day``.

    Raises
    ------
    ValueError
        When the text is neither.
    """
    if len(text) > 8:
        return parse_moment(text, zone)[0]
    minutes = parse_clock(text)
    clock = time(minutes % 1440 // 60, minutes % 60)
    return datetime.combine(day + timedelta(days=minutes // 1440), clock, tzinfo=zone)


def read_fixed_shifts(table: Table, names: Names, zone: ZoneInfo, problems: Problems) -> tuple[FixedShift, ...]:
    """Return the published shifts that can be read; an end given as a clock time up to the start is the next day's."""
    cells = Cells(table, problems)
    seen: dict[tuple[str, date], int] = {}
    found = []
    for row, shift in _fixed(cells, names, zone):
        key = (shift.employee_id, shift.date)
        if key in seen:
            text = f"'{shift.employee_id}' has a shift on {shift.date} already on line {seen[key]}; one a day"
            cells.error(row, "date", text)
            continue
        seen[key] = table.lines[row]
        found.append(shift)
    return tuple(found)


def _fixed(cells: Cells, names: Names, zone: ZoneInfo) -> Iterator[tuple[int, FixedShift]]:
    for row in range(len(cells.table)):
        person, day = cells.person(row, names), cells.required(row, "date", parse_plan_date)
        if day is None:
            continue
        read = partial(moment_of_day, day=day, zone=zone)
        start, end = cells.required(row, "start", read), cells.required(row, "end", read)
        if start is None or end is None:
            continue
        if end <= start and len(cells.text(row, "end")) <= 8:
            end += timedelta(days=1)
        if problem := _fixed_problem(day, start, end):
            cells.error(row, *problem)
        elif person:
            name = cells.text(row, "shift")
            yield row, FixedShift(person, day, names.shifts.get(name, name), start, end, cells.table.lines[row])


def _fixed_problem(day: date, start: datetime, end: datetime) -> tuple[str, str] | None:
    if start.date() != day:
        return "start", f"expected a start on the row's date {day}, got {start.date()}"
    if end <= start:
        return "end", f"ends at {end:%Y-%m-%d %H:%M}, not after its start at {start:%Y-%m-%d %H:%M}"
    if end - start > timedelta(hours=24):
        return "end", f"expected a shift of at most 24 h, got {(end - start).total_seconds() / 3600:g} h"
    return None
