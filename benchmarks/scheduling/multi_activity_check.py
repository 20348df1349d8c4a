"""Check rosters of the published multi-activity instances, rule by rule, from the rows of the roster alone.

Plain Python over minutes; shares no code with the search.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

__all__ = ["Instance", "Row", "recount", "violations"]

DAY = 24 * 60
PERIOD = 15
OPENS = 6 * 60
SHIFT_MINUTES = (6 * 60, 10 * 60)
REST = 14 * 60
RUN = 5
STRETCH = 60
STARTS = ((0, 0), (6 * 60, 10 * 60), (14 * 60, 18 * 60), (20 * 60, 23 * 60 + 45))


@dataclass(frozen=True)
class Instance:
    """What a file says: days, number of tasks, (least, most) minutes by person, (least, most) people by cell.

    A cell is (minute, task); minutes count from midnight of day 1, and the horizon opens at 06:00.
    """

    name: str
    days: int
    tasks: int
    staff: dict[str, tuple[int, int]]
    cover: dict[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, order=True)
class Row:
    """A stretch of a roster: who, from which minute to which (from midnight of day 1), on which task (from 1)."""

    person: str
    start: int
    end: int
    task: int


def _shifts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the shifts in the rows of one person: rows that follow each other without a gap."""
    shift: list[Row] = []
    for row in sorted(rows):
        if shift and row.start != shift[-1].end:
            yield shift
            shift = []
        shift.append(row)
    if shift:
        yield shift


def _at(minute: int) -> str:
    return f"day {minute // DAY + 1} {minute % DAY // 60:02d}:{minute % 60:02d}"


def _shift_faults(instance: Instance, shift: Sequence[Row]) -> Iterator[str]:
    """Yield what is wrong with one shift."""
    start, end = shift[0].start, shift[-1].end
    if any(row.start % PERIOD or row.end % PERIOD or row.end <= row.start for row in shift):
        yield f"shift at {_at(start)}: off the grid of {PERIOD} minutes"
    if not SHIFT_MINUTES[0] <= end - start <= SHIFT_MINUTES[1]:
        yield f"shift at {_at(start)}: lasts {end - start} minutes"
    if not any(first <= start % DAY <= last for first, last in STARTS):
        yield f"shift at {_at(start)}: may not start then"
    if start < OPENS or end > OPENS + instance.days * DAY:
        yield f"shift at {_at(start)}: outside the horizon"
    for task, rows in groupby(shift, key=lambda row: row.task):
        minutes = sum(row.end - row.start for row in rows)
        if minutes < STRETCH:
            yield f"shift at {_at(start)}: {minutes} minutes at a time on task {task}"
        if not 1 <= task <= instance.tasks:
            yield f"shift at {_at(start)}: unknown task {task}"


def _tour_faults(shifts: Sequence[Sequence[Row]]) -> Iterator[str]:
    """Yield what is wrong between the shifts of one person."""
    for before, after in pairwise(shifts):
        if after[0].start - before[-1].end < REST:
            yield f"{after[0].start - before[-1].end} minutes of rest before {_at(after[0].start)}"
    starts = [shift[0].start // DAY for shift in shifts]
    if len(set(starts)) < len(starts):
        yield "two starts on one day"
    days = set(starts)
    for day in days:
        if all(day + step in days for step in range(RUN + 1)):
            yield f"more than {RUN} days in a row from day {day + 1}"


def violations(instance: Instance, rows: Iterable[Row]) -> list[str]:
    """Return every broken hard rule in words; empty: the roster is feasible."""
    of = defaultdict(list)
    rows = list(rows)
    for row in rows:
        of[row.person].append(row)
    faults = [f"unknown person {person}" for person in of if person not in instance.staff]
    for person, (least, most) in instance.staff.items():
        shifts = list(_shifts(of[person]))
        found = [fault for shift in shifts for fault in _shift_faults(instance, shift)]
        found += _tour_faults(shifts)
        minutes = sum(row.end - row.start for row in of[person])
        if not least <= minutes <= most:
            found.append(f"works {minutes} minutes instead of {least} to {most}")
        faults += [f"{person}: {fault}" for fault in found]
    cover = _cover(rows)
    for (minute, task), (least, _) in instance.cover.items():
        if cover[minute, task] < least:
            faults.append(f"task {task} at {_at(minute)}: {cover[minute, task]} people instead of {least}")
    return faults


def _cover(rows: Iterable[Row]) -> Counter[tuple[int, int]]:
    """Return the people on a task by (minute, task)."""
    return Counter((minute, row.task) for row in rows for minute in range(row.start, row.end, PERIOD))


def recount(instance: Instance, rows: Iterable[Row]) -> int:
    """Return the cost: squared excess over the most people, summed over every cell that anybody works in."""
    cover = _cover(rows)
    return sum(max(count - instance.cover.get(cell, (0, 0))[1], 0) ** 2 for cell, count in cover.items())
