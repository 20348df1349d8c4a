"""Supply of one skill class in the aggregate model: people running through their shifts, pauses, split over queues."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.options import ShiftOptions
from scheduling.patterns import presence
from scheduling.problem import RosterProblem
from scheduling.solver import LinearProgram

__all__ = ["Shifts", "add_supply"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Shifts(NamedTuple):
    """Shift columns of one skill class: day, option, column number and overall speed of each."""

    day: IntArray
    option: IntArray
    column: IntArray
    scale: FloatArray


def add_supply(
    problem: RosterProblem, options: ShiftOptions, program: LinearProgram, shifts: Shifts,
    speed: FloatArray, required: FloatArray, demand: IntArray, heads: float,
) -> None:  # fmt: skip
    """Add rows and columns by which shift columns of one skill class serve its queues.

    Chains over the intervals t: on seat N(t) = N(t-1) + in(t) - out(t); pauses that may have begun but were not taken
    U(t) = U(t-1) + released(t) - M(t) >= 0; pauses taken before they were due V(t) = V(t-1) + M(t) - due(t) >= 0; and
    what is served: sum of y(q, t) <= N(t) - M(t).

    Parameters
    ----------
    problem : RosterProblem
        What is to be rostered.
    options : ShiftOptions
        Shifts that may be worked.
    program : LinearProgram
        Model to which columns and rows are added.
    shifts : Shifts
        Shifts inside the horizon.
    required : float array (queues, intervals)
        Requirement to cover.
    speed : float array (queues,)
        Relative speed of the class per queue.
    demand : int array (queues, intervals)
        Row numbers of the queues' demand.
    heads : float
        Most people of the class, in units of full speed.
    """
    here = _manned(problem, options, shifts)
    present = program.add_columns(len(here), 0.0, heads)
    away = program.add_columns(len(here), 0.0, heads)
    longest = 16 * 60 / problem.grid.interval_minutes
    waiting, early = (program.add_columns(len(here), 0.0, heads * longest) for _ in range(2))
    rows = [program.add_rows(len(here), 0.0, 0.0) for _ in range(3)]
    for row, level in zip(rows, (present, waiting, early), strict=True):
        program.put(row, level, 1.0)
        program.put(row[1:], level[:-1], -1.0)
    program.put(rows[1], away, 1.0)
    program.put(rows[2], away, -1.0)
    signs = (-1.0, -1.0, 1.0)
    for number in np.unique(shifts.option).tolist():
        steps = _steps(problem, options, number)
        mine = shifts.option == number
        slot = options.start[shifts.day[mine], number] // problem.grid.interval_minutes
        for row, sign, step in zip(rows, signs, steps, strict=True):
            for change in np.flatnonzero(step).tolist():
                # What changes between two manned intervals shows in the next one.
                place = np.searchsorted(here, slot + change)
                inside = place < len(here)
                value = sign * step[change] * shifts.scale[mine][inside]
                program.put(row[place[inside]], shifts.column[mine][inside], value)
    _split(program, here, present, away, speed, required, demand, heads)


def _manned(problem: RosterProblem, options: ShiftOptions, shifts: Shifts) -> IntArray:
    """Return the intervals of the horizon in which anybody of the class may be on a shift."""
    start = options.start[shifts.day, shifts.option]
    edge = np.zeros(problem.grid.n + 1, dtype=np.int64)
    interval = problem.grid.interval_minutes
    np.add.at(edge, np.clip(start // interval, 0, problem.grid.n), 1)
    np.add.at(edge, np.clip(-(-(start + options.minutes[shifts.option]) // interval), 0, problem.grid.n), -1)
    return np.flatnonzero(np.cumsum(edge[:-1]) > 0)


def _steps(problem: RosterProblem, options: ShiftOptions, number: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the changes per interval of presence, of pauses released and of pauses due, from the shift's start on."""
    interval = problem.grid.interval_minutes
    minutes = int(options.minutes[number])
    phase = int(options.start[:, number].max()) % interval
    inside = presence(minutes, phase, interval, ())
    taken = np.cumsum(inside - options.envelope[number], axis=1)
    released, due = taken[0], taken[1]

    def changes(level: FloatArray, back: bool) -> FloatArray:
        return np.diff(level, prepend=0.0, append=0.0) if back else np.diff(level, prepend=0.0)

    return changes(inside, True), changes(released, False), changes(due, False)


def _split(
    program: LinearProgram, here: IntArray, present: IntArray, away: IntArray, speed: FloatArray, required: FloatArray,
    demand: IntArray, heads: float,
) -> None:  # fmt: skip
    held = [q for q in range(len(speed)) if speed[q] > 0]
    if len(held) == 1:
        program.put(demand[held[0], here], present, speed[held[0]])
        program.put(demand[held[0], here], away, -speed[held[0]])
    served = program.add_rows(len(here), 0.0, np.inf)
    program.put(served, present, 1.0)
    program.put(served, away, -1.0)
    for q in held if len(held) > 1 else []:
        wanted = np.flatnonzero(required[q, here] > 0)
        most = np.minimum(heads, required[q, here[wanted]] / speed[q])
        split = program.add_columns(len(wanted), 0.0, most)
        program.put(served[wanted], split, -1.0)
        program.put(demand[q, here[wanted]], split, speed[q])
