"""The aggregate model: head counts per class, day and shift, whose linear program bounds the cost of every roster.

Every row below holds for each legal roster, so its minimum is a lower bound:

* a class has no more shifts on a day than people who may start one; per week no more shifts than their work days;
* on seat (per skill class and interval) = shifts running - pauses; pauses of a skill class are pooled: up to a moment,
  no more pause time was taken than the shifts so far could have begun, and no less than they must have finished
  (exact for one kind of pause by first-in-first-out, a relaxation for several);
* people on seat are split over their queues at their speed; missing agents = requirement - what is served;
* hours per week, overtime per week and month, unused guaranteed hours: sums over the class, and the sum of
  max(0, .) over people is at least max(0, .) of the sums;
* rest: those who end late the evening before and those who start early are different people;
* hires are on seat from the first possible day, with cost on the first day, which no later hire undercuts.

Published shifts are options of their own that must be worked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.classes import PeopleClass, people_classes
from scheduling.hire_rows import hire_limits
from scheduling.hires import HireOption, hire_fee
from scheduling.options import ShiftOptions
from scheduling.problem import RosterProblem
from scheduling.solver import LinearProgram
from scheduling.supply import Shifts, add_supply
from scheduling.wages import shift_wage

__all__ = ["build_aggregate"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class _Block:
    """Shift columns of one class: day, option and column number of each, and its class."""

    people: PeopleClass
    day: IntArray
    option: IntArray
    column: IntArray
    hire: int | None


def build_aggregate(
    problem: RosterProblem, options: ShiftOptions, hires: Sequence[HireOption], required: FloatArray, whole: bool
) -> LinearProgram:
    """Return the aggregate model of a problem.

    Parameters
    ----------
    problem : RosterProblem
        What is to be rostered.
    options : ShiftOptions
        Shifts that may be worked.
    hires : sequence of HireOption
        People who may be taken on.
    required : float array (queues, intervals)
        Requirement left after shifts of the evening before.
    whole : bool
        Whole head counts: a tighter, slower bound.
    """
    classes, speeds = people_classes(problem, options, hires)
    program = LinearProgram()
    heads = {hire.contract: _hire_column(problem, program, hire, whole) for hire in hires}
    blocks = [_shift_columns(problem, options, people, program, heads, whole) for people in classes]
    blocks = [block for block in blocks if len(block.column)]
    for block in blocks:
        _head_rows(program, block)
        _hour_rows(problem, options, program, block)
        _rest_rows(problem, options, program, block)
    _limit_rows(problem, program, hires, heads, blocks)
    _coverage(problem, options, program, blocks, speeds, required)
    return program


def _hire_column(problem: RosterProblem, program: LinearProgram, hire: HireOption, whole: bool) -> int:
    return int(program.add_columns(1, hire_fee(problem, hire), float(hire.heads_max), whole)[0])


def _shift_columns(
    problem: RosterProblem, options: ShiftOptions, people: PeopleClass, program: LinearProgram,
    heads: dict[int, int], whole: bool,
) -> _Block:  # fmt: skip
    start = options.start[:, people.options]
    legal = start >= 0
    if people.like.no_night:
        legal &= ~options.night[:, people.options]
    legal &= (people.heads > 0)[:, None]
    legal |= (start >= 0) & (options.owner[people.options] >= 0)
    day, place = np.nonzero(legal)
    option = people.options[place]
    wage = shift_wage(problem, options, people.like.contract)[day, option]
    column = program.add_columns(len(day), wage, people.heads[day].astype(np.float64), whole)
    program.lower[-1] = np.where(options.owner[option] >= 0, 1.0, 0.0)
    return _Block(people, day, option, column, heads[people.hire.contract] if people.hire else None)


def _cap_row(program: LinearProgram, block: _Block, per_head: float, heads: float) -> int:
    """Return a row ``... <= per_head * heads``, where the heads of a hire are its column."""
    if block.hire is None:
        return int(program.add_rows(1, -np.inf, per_head * heads)[0])
    row = int(program.add_rows(1, -np.inf, 0.0)[0])
    program.put(row, block.hire, -per_head)
    return row


def _head_rows(program: LinearProgram, block: _Block) -> None:
    for day in np.unique(block.day).tolist():
        row = _cap_row(program, block, 1.0, float(block.people.heads[day]))
        program.put(row, block.column[block.day == day], 1.0)


def _hour_rows(problem: RosterProblem, options: ShiftOptions, program: LinearProgram, block: _Block) -> None:
    """Add work days and hours per week, weekly overtime, guaranteed hours and overtime per month."""
    people, rules = block.people, problem.rules
    contract = problem.contracts[people.like.contract]
    paid = options.paid[block.option]
    daily = np.where(problem.holiday[block.day], 0.0, np.maximum(0.0, paid - rules.normal_hours_per_day))
    normal = np.where(problem.holiday[block.day], 0.0, np.minimum(paid, rules.normal_hours_per_day))
    premium = (rules.rest_day_pay - 1.0) * contract.cost_per_hour if contract.kind in ("employee", "dispatch") else 0.0
    week = np.array([problem.week_of(d) for d in range(problem.days)])[block.day]
    monthly: list[tuple[int, IntArray]] = []
    for w in np.unique(week).tolist():
        mine = week == w
        heads = float(people.weekly[w])
        days = float(people.workdays[w]) if people.hire is None else 7.0 - rules.days_off_per_week_min
        row = _cap_row(program, block, days if people.hire else 1.0, days)
        program.put(row, block.column[mine], 1.0)
        cap = problem.week_hours_max(people.like)
        if cap < 10**5:
            program.put(_cap_row(program, block, cap, heads), block.column[mine], paid[mine])
        extra_max = 0.0 if people.like.no_overtime else 100.0 * heads
        extra = program.add_columns(1, premium, extra_max)
        row = _cap_row(program, block, rules.normal_hours_per_week, heads)
        program.put(row, block.column[mine], normal[mine])
        program.put(row, extra, -1.0)
        monthly.append((w, extra))
        if people.guaranteed[w] > 0:
            unused = program.add_columns(1, contract.cost_per_hour, people.guaranteed[w])
            least = program.add_rows(1, people.guaranteed[w], np.inf)
            program.put(least, block.column[mine], paid[mine])
            program.put(least, unused, 1.0)
    if not people.like.no_overtime:
        _month_rows(problem, program, block, daily, monthly)


def _month_rows(
    problem: RosterProblem, program: LinearProgram, block: _Block, daily: FloatArray,
    weekly: list[tuple[int, IntArray]],
) -> None:  # fmt: skip
    """Limit the overtime per month; weeks that reach into two months are left to their daily part."""
    month = problem.month_of_day
    for m in range(int(month[-1]) + 1):
        row = _cap_row(program, block, problem.rules.overtime_hours_per_month_max, float(block.people.size))
        mine = month[block.day] == m
        program.put(row, block.column[mine], daily[mine])
        for w, extra in weekly:
            if all(month[d] == m for d in problem.days_of_week(w)):
                program.put(row, extra, 1.0)


def _rest_rows(problem: RosterProblem, options: ShiftOptions, program: LinearProgram, block: _Block) -> None:
    """Keep those who end late apart from those who start early on the day after, at up to four moments a day."""
    rest = round(problem.rules.rest_hours_between_shifts_min * 60)
    start = options.start[block.day, block.option]
    end = start + options.minutes[block.option]
    for day in range(1, problem.days):
        before, after = block.day == day - 1, block.day == day
        if not before.any() or not after.any():
            continue
        moments = np.unique(start[after])
        late = [int((end[before] + rest > m).sum()) for m in moments]
        useful = [m for m, n in zip(moments.tolist(), late, strict=True) if n > 0]
        for moment in useful[:: max(1, len(useful) // 3)]:
            row = _cap_row(program, block, 1.0, float(block.people.size))
            program.put(row, block.column[before][end[before] + rest > moment], 1.0)
            program.put(row, block.column[after][start[after] <= moment], 1.0)


def _limit_rows(
    problem: RosterProblem, program: LinearProgram, hires: Sequence[HireOption], heads: dict[int, int],
    blocks: list[_Block],
) -> None:  # fmt: skip
    """Add headcount, shares and cost of temporary staff."""
    table, right, *_ = hire_limits(problem, hires)
    columns = np.array([heads[hire.contract] for hire in hires], dtype=np.int64)
    rows = program.add_rows(len(right), -np.inf, right)
    program.put(rows[:, None], columns, table)
    kinds = [contract.kind for contract in problem.contracts]
    groups = [(problem.limits.cost_max, [c for c, kind in enumerate(kinds) if kind != "employee"])]
    groups += [(contract.limits.cost_max, [c]) for c, contract in enumerate(problem.contracts)]
    for limit, members in groups:
        if limit is not None:
            _cost_row(program, heads, blocks, members, limit)


def _cost_row(
    program: LinearProgram, heads: dict[int, int], blocks: list[_Block], members: list[int], limit: float
) -> None:
    row = program.add_rows(1, -np.inf, limit)
    cost = np.concatenate(program.cost)
    for contract, column in heads.items():
        if contract in members:
            program.put(row, column, float(cost[column]))
    for block in blocks:
        if block.people.like.contract in members:
            program.put(row, block.column, cost[block.column])


def _coverage(
    problem: RosterProblem, options: ShiftOptions, program: LinearProgram, blocks: list[_Block], speeds: FloatArray,
    required: FloatArray,
) -> None:  # fmt: skip
    slots = problem.grid.n
    price = problem.shortage_price[:, None] * problem.interval_hours
    short = program.add_columns(required.size, np.broadcast_to(price, required.shape).ravel(), required.ravel())
    demand = program.add_rows(required.size, required.ravel(), np.inf)
    program.put(demand, short, 1.0)
    demand = demand.reshape(len(problem.queues), slots)
    for group in range(len(speeds)):
        mine = [
            (b.day[k], b.option[k], b.column[k], b.people.scale[b.day[k]])
            for b in blocks
            for k in [b.people.group[b.day] == group]
        ]
        if not any(len(part[2]) for part in mine):
            continue
        day, option, column, scale = (np.concatenate(part) for part in zip(*mine, strict=True))
        heads = sum(b.people.size * float(b.people.scale.max()) for b in blocks if (b.people.group == group).any())
        shifts = Shifts(day, option, column, scale)
        add_supply(problem, options, program, shifts, speeds[group], required, demand, heads)
