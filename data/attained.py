"""Reads attained.csv: what targets over 30 days reached on the days before the plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from data.cells import Cells, Names
from data.columns import LARGEST, out_of_range
from data.problems import Problems
from data.tables import Table
from data.values import parse_number, parse_plan_date
from wfm.inputs import Attained
from wfm.plan import Plan, Queue, Target
from wfm.queues import ROLLING_DAYS

__all__ = ["read_attained"]


def read_attained(table: Table, names: Names, plan: Plan | None, problems: Problems) -> tuple[Attained, ...]:
    """Return the past days that can be read and that a window of the plan holds, in the order of the file.

    Older days are left out without a word: the file may grow from plan to plan. Days of the plan itself, and targets
    that are not over 30 days (in a scenario, say), are left out with a warning. Without a valid plan everything is
    read, but targets and days can't be compared with it.
    """
    cells, seen, found = Cells(table, problems), dict[tuple[date, str, int], int](), []
    for row in range(len(table)):
        one = _attained(cells, row, names, plan)
        if one is None:
            continue
        key = (one.date, one.queue, one.target)
        if key in seen:
            text = f"target {one.target} of '{one.queue}' on {one.date} is already on line {seen[key]}; keep one"
            cells.error(row, "date", text)
            continue
        seen[key] = one.line
        found.append(one)
    return tuple(found) if plan is None else _usable(found, plan, table, problems)


def _usable(found: Iterable[Attained], plan: Plan, table: Table, problems: Problems) -> tuple[Attained, ...]:
    """Return the days that windows of the plan hold; what is left out though it is not too old is told once a cause."""
    start, kept, late = plan.plan.start, list[Attained](), list[Attained]()
    other: dict[tuple[str, int], list[Attained]] = {}
    for one in found:
        if plan.queue_by_id(one.queue).target[one.target - 1].over != "30_days":
            other.setdefault((one.queue, one.target), []).append(one)
        elif one.date >= start:
            late.append(one)
        elif one.date > start - timedelta(days=ROLLING_DAYS):
            kept.append(one)
    for (name, number), rows in other.items():
        text = _not_rolling(plan.queue_by_id(name), number)
        problems.warn(table.file, rows[0].line, table.label("target"), f"{text}; {_lines(rows)} not used")
    if late:
        text = f"{late[0].date} is not before the plan's start {start}; {_lines(late)} not used"
        problems.warn(table.file, late[0].line, table.label("date"), text)
    return tuple(kept)


def _lines(rows: Sequence[Attained]) -> str:
    return "the line is" if len(rows) == 1 else f"{len(rows)} lines like this are"


def _not_rolling(queue: Queue, number: int) -> str:
    rolling = [str(place) for place, target in enumerate(queue.target, start=1) if target.over == "30_days"]
    way = f"over 30_days: {', '.join(rolling)}" if rolling else "none is over 30_days"
    return f"target {number} of '{queue.id}' is assessed over {queue.target[number - 1].over} ({way})"


def _attained(cells: Cells, row: int, names: Names, plan: Plan | None) -> Attained | None:
    day = cells.required(row, "date", parse_plan_date)
    name = cells.required(row, "queue", str)
    queue = cells.known(row, "queue", name, "queue", names.queues) if name else ""
    number = cells.required(row, "target", _target_number)
    target = _target(cells, row, plan, queue, number) if queue and number is not None else None
    counted = _counted(cells, row)
    value = _value(cells, row, target, may_be_empty=counted == 0)
    if day is None or not queue or number is None or counted is None or value is None:
        return None
    if plan is not None and target is None:
        return None
    return Attained(day, queue, number, counted, value, cells.table.lines[row])


def _counted(cells: Cells, row: int) -> float | None:
    counted = cells.required(row, "counted", parse_number)
    if counted is not None and not 0 <= counted <= LARGEST:
        cells.error(row, "counted", out_of_range(counted))
        return None
    return counted


def _value(cells: Cells, row: int, target: Target | None, *, may_be_empty: bool) -> float | None:
    if may_be_empty and not cells.text(row, "value"):
        return 0.0
    value = cells.required(row, "value", parse_number)
    if value is not None and (wrong := _wrong_value(value, target)):
        cells.error(row, "value", wrong)
        return None
    return value


def _target_number(text: str) -> int:
    value = parse_number(text)
    if value < 1 or value != round(value):
        raise ValueError(f"expected the number of the target in its queue (1 = the first), got '{text}'")
    return round(value)


def _target(cells: Cells, row: int, plan: Plan | None, queue: str, number: int) -> Target | None:
    """Return the target that a line is about; None (and a problem, where there is a plan) when there is none."""
    if plan is None:
        return None
    targets = plan.queue_by_id(queue).target
    if number > len(targets):
        cells.error(row, "target", f"'{queue}' has {len(targets)} target{'s' * (len(targets) != 1)}, got {number}")
        return None
    return targets[number - 1]


def _wrong_value(value: float, target: Target | None) -> str:
    if target is not None and target.metric != "average_response" and not 0 <= value <= 1:
        percent = f" ({value:g} % is {value / 100:g})" if 1 < value <= 100 else ""
        return f"expected a share from 0 to 1, got {value:g}{percent}"
    return "" if 0 <= value <= LARGEST else out_of_range(value)
