"""Who of a finished roster serves which queue, and what missing agents cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scheduling.classes import people_shapes
from scheduling.patterns import Pattern, presence
from scheduling.problem import Person, RosterProblem, week_speeds
from scheduling.solver import LinearProgram, simplex_parameters, solve
from wfm.progress import never_stop

__all__ = ["PlacedShift", "cheapest_split", "on_seat", "scheduled_agents", "shortage_cost"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PlacedShift:
    """A shift of a person: ``option`` -1 is a training day; times in minutes since the plan's first midnight."""

    person: int
    day: int
    shift: str
    start: int
    end: int
    paid_hours: float
    pattern: Pattern
    training: bool = False


def on_seat(
    problem: RosterProblem, people: Sequence[Person], shifts: Sequence[PlacedShift]
) -> tuple[FloatArray, FloatArray]:
    """Return people on seat per skill class and interval in units of full speed, and the speeds of the classes."""
    seen: dict[tuple[float, ...], int] = {}
    rows: list[tuple[int, int, FloatArray]] = []
    interval, shape_of, share_of = problem.grid.interval_minutes, cache(people_shapes), cache(presence)
    for shift in (s for s in shifts if not s.training):
        shape, scale = shape_of(week_speeds(problem, people[shift.person], shift.day))
        share = share_of(shift.end - shift.start, shift.start % interval, interval, shift.pattern.pauses)
        rows.append((seen.setdefault(shape, len(seen)), shift.start // interval, share * scale))
    seats = np.zeros((len(seen), problem.grid.n))
    for group, slot, share in rows:
        inside = share[: max(0, problem.grid.n - slot)]
        seats[group, slot : slot + len(inside)] += inside
    return seats, np.array(list(seen), dtype=np.float64).reshape(len(seen), len(problem.queues))


def scheduled_agents(
    problem: RosterProblem, people: Sequence[Person], shifts: Sequence[PlacedShift], required: FloatArray,
    stop: Callable[[], bool] = never_stop,
) -> FloatArray:  # fmt: skip
    """Return agents that serve each queue per interval, split so that missing agents cost least: (queues, intervals).

    Who is not needed is spread evenly over the queues that the person holds.

    Parameters
    ----------
    problem : RosterProblem
        What is to be rostered.
    people : sequence of Person
        Named people and hires; shifts point into them.
    shifts : sequence of PlacedShift
        Shifts inside the horizon.
    stop : callable
        Once True, everybody is spread evenly instead.
    required : float array (queues, intervals)
        What the shifts have to cover.
    """
    seats, speeds = on_seat(problem, people, shifts)
    split, _ = cheapest_split(problem, seats, speeds, required, stop)
    idle = np.clip(seats - split.sum(axis=1), 0.0, None)
    held = speeds > 0
    even = held / np.maximum(held.sum(axis=1, keepdims=True), 1)
    split += idle[:, None, :] * even[:, :, None]
    return np.asarray(np.einsum("gqt,gq->qt", split, speeds), dtype=np.float64)


def cheapest_split(
    problem: RosterProblem, seats: FloatArray, speeds: FloatArray, required: FloatArray, stop: Callable[[], bool]
) -> tuple[FloatArray, FloatArray]:
    """Return people of each class on each queue, and what one more agent is worth: a linear program per day.

    Shapes (classes, queues, intervals) and (queues, intervals), the worth in the unit of the shortage price. Intervals
    do not depend on one another; days keep the programs small, so that the time grows with the days only.
    """
    split, worth = np.zeros((len(speeds), *required.shape)), np.zeros(required.shape)
    for day in range(problem.days):
        slots = problem.grid.slots_of_day(day)
        here = slice(slots.start, slots.stop)
        found = _day_split(problem.shortage_price, seats[:, here], speeds, required[:, here], stop)
        split[:, :, here], worth[:, here] = found
    return split, worth


def _day_split(
    prices: FloatArray, seats: FloatArray, speeds: FloatArray, required: FloatArray, stop: Callable[[], bool]
) -> tuple[FloatArray, FloatArray]:
    program = LinearProgram()
    split, worth = np.zeros((len(speeds), *required.shape)), np.zeros(required.shape)
    queue, slot = np.nonzero(required > 0)
    if len(queue) == 0 or not seats.any():
        return split, worth
    row = np.full(required.shape, -1, dtype=np.int64)
    row[queue, slot] = program.add_rows(len(queue), required[queue, slot], np.inf)
    missing = program.add_columns(len(queue), prices[queue], required[queue, slot])
    program.put(row[queue, slot], missing, 1.0)
    places = []
    for group in np.flatnonzero(seats.any(axis=1)).tolist():
        seat_rows = program.add_rows(required.shape[1], -np.inf, seats[group])
        useful = (required > 0) & (speeds[group] > 0)[:, None] & (seats[group] > 0)[None, :]
        q, t = np.nonzero(useful)
        column = program.add_columns(len(q), 0.0, seats[group, t])
        program.put(seat_rows[t], column, 1.0)
        program.put(row[q, t], column, speeds[group, q])
        places.append((group, q, t, column))
    result = solve(program, simplex_parameters(), stop)
    if result.values is None:
        if not stop():  # always feasible and bounded: another end than by the user is a defect, not a plan
            raise RuntimeError(f"people could not be split over their queues: {result.reason}")
        return split, worth
    for group, q, t, column in places:
        split[group, q, t] = np.clip(result.values[column], 0.0, None)
    if result.duals is not None:
        worth[queue, slot] = result.duals[row[queue, slot]]
    return split, worth


def shortage_cost(problem: RosterProblem, scheduled: FloatArray) -> float:
    """Return the price of missing agents over all queues and intervals."""
    missing = np.clip(problem.requirement - scheduled, 0.0, None)
    return float((missing.sum(axis=1) * problem.shortage_price).sum() * problem.interval_hours)
