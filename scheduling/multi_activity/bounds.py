"""Proven lower bounds of the cost."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scheduling.multi_activity.problem import ActivityProblem, Person
from scheduling.solver import LinearProgram, lp_parameters, solve

__all__ = ["least_periods", "stretch_bound", "volume_bound"]

IntArray = NDArray[np.int64]
_PIECES = 3  # of the square of the excess; beyond, the last slope goes on


def least_periods(problem: ActivityProblem, person: Person) -> int:
    """Return the fewest periods in whole shifts that give a person its least minutes."""
    floor = -(-person.least_minutes // problem.period_minutes)
    shifts = -(-floor // problem.longest)
    return max(floor, shifts * problem.shortest)


def volume_bound(problem: ActivityProblem) -> int:
    """Return the cost of the work that nobody asked for, spread as evenly as possible.

    All work is somewhere: the excess over ``most`` is at least what people's least minutes are more than ``most`` in
    total. Squares being convex, it costs least in equal shares: with E periods over n cells, E = q n + r, it is
    (n - r) q^2 + r (q + 1)^2.
    """
    work = sum(least_periods(problem, person) for person in problem.people)
    excess = max(work - int(problem.most.sum()), 0)
    cells = int(np.prod(problem.most.shape))
    each, rest = divmod(excess, cells)
    return (cells - rest) * each**2 + rest * (each + 1) ** 2


def stretch_bound(problem: ActivityProblem, stop: Callable[[], bool]) -> int:
    """Return the bound of a linear program that knows stretches, shifts and the volume, but no single person.

    People on an activity are those who have begun there and not left; those who began within the least stretch are
    still there. The same holds for people at work, who begin where shifts may and leave within the longest. The bound
    is that of the program's duals, so it holds however far the solver came; 0 when it came nowhere.
    """
    program = LinearProgram()
    cells = problem.least.size
    crowd = float(len(problem.people))
    begin = np.ones(problem.least.shape, dtype=np.bool_)
    begin[max(problem.periods - problem.stretch + 1, 0) :] = False
    more = program.add_columns(cells, 0.0, crowd).reshape(problem.least.shape)  # people above the least
    for i in range(_PIECES):
        over = program.add_columns(cells, 2.0 * i + 1.0, 1.0 if i < _PIECES - 1 else crowd)
        if i == 0:
            row = program.add_rows(cells, -np.inf, (problem.most - problem.least).ravel().astype(np.float64))
            program.put(row, more.ravel(), 1.0)
        program.put(row, over, -1.0)
    begins = program.add_columns(cells, 0.0, (crowd * begin.ravel()).astype(np.float64)).reshape(problem.least.shape)
    for a in range(problem.activities):
        _flow(program, more[:, a : a + 1], begins[:, a], problem.least[:, a], (problem.stretch, 0))
    _shifts(program, problem, more)
    work = sum(least_periods(problem, person) for person in problem.people)
    program.put(program.add_rows(1, float(work - problem.least.sum()), np.inf), more.ravel(), 1.0)
    bound = solve(program, lp_parameters(), stop).bound
    return max(math.ceil(bound - 1e-4 * max(1.0, abs(bound))), 0) if math.isfinite(bound) else 0


def _shifts(program: LinearProgram, problem: ActivityProblem, more: IntArray) -> None:
    """Add people at work: they begin where shifts may, stay as long as the shortest, leave within the longest."""
    clock = np.arange(problem.periods) + problem.first_period
    allowed = problem.starts[clock % problem.periods_per_day]
    allowed = allowed & (np.arange(problem.periods) + problem.shortest <= problem.periods)
    crowd = float(len(problem.people))
    begins = program.add_columns(problem.periods, 0.0, (crowd * allowed).astype(np.float64))
    _flow(program, more, begins, problem.least.sum(axis=1), (problem.shortest, problem.longest))
    day = clock // problem.periods_per_day
    program.put(program.add_rows(problem.days, -np.inf, crowd)[day], begins, 1.0)


def _flow(program: LinearProgram, more: IntArray, begins: IntArray, least: IntArray, stay: tuple[int, int]) -> None:
    """Tie people (``least`` plus the columns of ``more`` in a row) to those who begin, with least and most stay."""
    periods = len(begins)
    times = np.arange(periods)
    # People at t are at most those of t - 1 and the new ones.
    row = program.add_rows(periods, -np.inf, np.diff(least, prepend=0).astype(np.float64) * -1.0)
    program.put(row[:, None], more, 1.0)
    program.put(row[1:, None], more[:-1], -1.0)
    program.put(row, begins, -1.0)
    for length, low, high in ((stay[0], 0.0, np.inf), (stay[1], -np.inf, 0.0)):
        if not length:
            continue
        side = -least.astype(np.float64)
        row = program.add_rows(periods, side + low, side + high) if low == 0.0 else program.add_rows(periods, low, side)
        program.put(row[:, None], more, 1.0)
        for i in range(min(length, periods)):
            program.put(row[i:], begins[times[i:] - i], -1.0)
