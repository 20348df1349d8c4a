"""Pauses of the shifts that the search may make, as tables for placing them without trying every pattern."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.options import ShiftOptions
from scheduling.patterns import PATTERNS_MAX, Pattern, all_patterns, fine_step, meal_starts, presence
from scheduling.problem import RosterProblem

__all__ = ["PauseShapes", "filled", "pause_shapes"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_BREAKS_MAX = 2


class PauseShapes(NamedTuple):
    """Shapes of pauses: shifts of one template and length, in fine steps of which ``fine`` make an interval.

    ``of_option`` is the shape of each option, -1 when its patterns have to be tried one by one: more than two breaks,
    too many patterns, or pauses that may meet in one interval. ``pattern`` holds at ``first[shape]`` the row of the
    pattern table by meal, first and second break (-1: not legal). ``loss`` is what a pause of each kind (its length)
    costs by where it begins; ``level`` the place of a presence in ``Work.seat_values`` by the fine steps away.
    """

    of_option: IntArray
    length: IntArray
    meals: IntArray
    meal_count: IntArray
    meal_kind: IntArray
    breaks: IntArray
    break_count: IntArray
    break_kind: IntArray
    clear: IntArray
    first: IntArray
    pattern: IntArray
    kind_length: IntArray
    level: IntArray
    loss: FloatArray
    fine: int


def pause_shapes(
    problem: RosterProblem, options: ShiftOptions, first_row: IntArray, seat_values: FloatArray, slots: int
) -> PauseShapes:
    """Return the shapes of a problem's options.

    Parameters
    ----------
    problem, options : RosterProblem, ShiftOptions
        What is to be rostered, and the shifts that may be worked.
    first_row : int array (options,)
        First row of each option in the pattern table.
    seat_values : float array
        Shares of an interval on seat that patterns have, rising.
    slots : int
        Intervals that shifts may touch.
    """
    step, interval = fine_step(problem), problem.grid.interval_minutes
    fine = interval // step
    seen: dict[tuple[int, int], int] = {}
    of_option = np.full(options.count, -1, dtype=np.int64)
    tables: list[IntArray] = []
    for s in np.flatnonzero(options.owner < 0).tolist():
        key = (int(options.template[s]), int(options.minutes[s]))
        if key not in seen and _fits(problem, key, options.patterns[s]):
            seen[key] = len(tables)
            tables.append(_rows(problem, key, options.patterns[s], int(first_row[s])))
        of_option[s] = seen.get(key, -1)
    templates = [problem.templates[t] for t, _ in seen]
    meals = [[m // step for m in meal_starts(problem.templates[t], minutes, interval)] for t, minutes in seen]
    breaks = [[length // step for length in t.break_minutes] for t in templates]
    meal = [t.meal_minutes // step for t in templates]
    kinds = sorted({*meal, *(length for row in breaks for length in row)} - {0})
    away = 1.0 - np.arange(fine + 1) / fine
    level = np.searchsorted(seat_values, np.round(away, 9))
    known = np.isclose(seat_values[np.minimum(level, len(seat_values) - 1)], away)
    return PauseShapes(
        of_option=of_option,
        length=np.array([minutes // step for _, minutes in seen], dtype=np.int64),
        meals=filled(meals), meal_count=np.array([len(row) for row in meals], dtype=np.int64),
        meal_kind=np.array([kinds.index(m) if m else 0 for m in meal], dtype=np.int64),
        breaks=filled(breaks, _BREAKS_MAX), break_count=np.array([len(row) for row in breaks], dtype=np.int64),
        break_kind=filled([[kinds.index(b) for b in row] for row in breaks], _BREAKS_MAX),
        clear=np.array([t.break_clear_minutes // step for t in templates], dtype=np.int64),
        first=np.cumsum([0, *(len(table) for table in tables)]).astype(np.int64),
        pattern=np.concatenate([*tables, np.zeros(0, dtype=np.int64)]),
        kind_length=np.array([*kinds, *([1] if not kinds else [])], dtype=np.int64),
        level=np.where(known, level, -1).astype(np.int64),
        loss=np.zeros((max(1, len(kinds)), slots * fine)), fine=fine,
    )  # fmt: skip


def _fits(problem: RosterProblem, key: tuple[int, int], legal: Sequence[Pattern]) -> bool:
    template, minutes = problem.templates[key[0]], key[1]
    interval, count = problem.grid.interval_minutes, len(template.break_minutes)
    apart = template.break_clear_minutes >= interval or count == 0
    return count <= _BREAKS_MAX and len(legal) < PATTERNS_MAX and apart and minutes % interval == 0


def _rows(problem: RosterProblem, key: tuple[int, int], legal: Sequence[Pattern], first_row: int) -> IntArray:
    """Return the row of the pattern table by meal, first and second break, each by its place; -1: not in the table."""
    template, minutes = problem.templates[key[0]], key[1]
    step, interval = fine_step(problem), problem.grid.interval_minutes
    row_of = {presence(minutes, 0, interval, p.pauses).tobytes(): first_row + n for n, p in enumerate(legal)}
    meals = {start: number for number, start in enumerate(meal_starts(template, minutes, interval))}
    wide = minutes // step + 1
    rows = np.full((max(1, len(meals)), wide, wide), -1, dtype=np.int64)
    for pattern in all_patterns(template, minutes, 0, interval, step, problem.rules.work_stretch_hours_max):
        meal = meals[pattern.meal[0]] if pattern.meal else 0
        starts = [start // step for start, _ in pattern.breaks] + [0] * (_BREAKS_MAX - len(pattern.breaks))
        rows[meal, starts[0], starts[1]] = row_of.get(presence(minutes, 0, interval, pattern.pauses).tobytes(), -1)
    return rows.ravel()


def filled(rows: Sequence[Sequence[int]], least: int = 1) -> IntArray:
    """Return rows of different lengths as one table, filled up with 0, at least so wide."""
    table = np.zeros((len(rows), max([least, *(len(row) for row in rows)])), dtype=np.int64)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table
