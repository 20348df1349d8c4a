"""People who may be taken on: from which day, at which cost, and how many the limits allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import floor

from scheduling.problem import NO_OVERTIME_KINDS, Person, RosterProblem
from wfm.results import Hire

__all__ = ["HireOption", "broken_limits", "fit_limits", "hire_options", "hired_person", "hires_of"]


@dataclass(frozen=True)
class HireOption:
    """One contract's hires: first possible day on seat, most heads, and the cost of each.

    Everybody is taken on for the first possible day: the fee and the training cost the same on any day, and an earlier
    day on seat only adds availability and speed.
    """

    contract: int
    seat_day: int
    heads_max: int
    cost: float
    training_in_horizon: int


def hire_options(problem: RosterProblem) -> tuple[HireOption, ...]:
    """Return what can be hired; contracts that can't be on seat inside the horizon are left out."""
    found = []
    for number, contract in enumerate(problem.contracts):
        if contract.headcount == 0:
            continue
        first = problem.first_hire_day
        if contract.hire_from is not None:
            first = (contract.hire_from - problem.grid.start).days
        seat_day = max(0, first + contract.training_days)
        inside = min(seat_day, contract.training_days)
        if seat_day >= problem.days or contract.training_days > _training_run_max(problem, inside):
            continue
        before = (contract.training_days - inside) * contract.training_hours_per_day * contract.cost_per_hour
        found.append(HireOption(number, seat_day, contract.headcount, contract.cost_per_hire + before, inside))
    return tuple(found)


def _training_run_max(problem: RosterProblem, inside: int) -> int:
    """Return the longest training: days in a row and days per week bind as soon as a training day is in the plan."""
    if inside == 0:
        return 60
    return min(problem.rules.consecutive_days_max, 7 - problem.rules.days_off_per_week_min)


def hired_person(problem: RosterProblem, option: HireOption, number: int) -> Person:
    """Return hire ``number`` (from 1) of a contract as a person."""
    contract = problem.contracts[option.contract]
    training = tuple(range(option.seat_day - contract.training_days, option.seat_day))
    return Person(
        employee_id=f"{contract.id}-{number:03d}",
        name="",
        team=contract.id,
        contract=option.contract,
        speed=tuple(1.0 if not contract.queues or q in contract.queues else 0.0 for q in problem.queues),
        seat_day=option.seat_day,
        employed_from=option.seat_day - contract.training_days,
        no_night=contract.kind in problem.rules.no_night_for,
        no_overtime=contract.kind in problem.rules.no_overtime_for or contract.kind in NO_OVERTIME_KINDS,
        temporary=contract.is_temporary,
        training=training,
    )


def hires_of(problem: RosterProblem, options: Sequence[HireOption], people: Sequence[Person]) -> tuple[Hire, ...]:
    """Return the hires among ``people`` as results."""
    cost = {option.contract: option.cost for option in options}
    hires = []
    for person in people:
        if person.training or person.employee_id not in {known.employee_id for known in problem.people}:
            seat = problem.grid.start + timedelta(days=person.seat_day or 0)
            training = seat - timedelta(days=len(person.training))
            contract = problem.contracts[person.contract]
            hires.append(Hire(person.employee_id, contract.id, training, seat, round(cost[person.contract], 2)))
    return tuple(hires)


def fit_limits(
    problem: RosterProblem, options: Sequence[HireOption], wanted: Mapping[int, float]
) -> tuple[dict[int, int], tuple[str, ...]]:
    """Return whole heads per contract within every headcount and share limit, and the limits that cut them.

    Heads are taken one by one where most is missing to ``wanted``, as long as every limit still holds.

    Parameters
    ----------
    problem : RosterProblem
        What is to be rostered.
    options : sequence of HireOption
        Shifts that may be worked.
    wanted : mapping
        Contract index -> heads wished (may be fractional; rounded to nearest).
    """
    heads = {option.contract: 0 for option in options}
    goal = {option.contract: min(option.heads_max, round(wanted.get(option.contract, 0.0))) for option in options}
    notes: list[str] = []
    open_contracts = {contract for contract, count in goal.items() if count > 0}
    while open_contracts:
        contract = min(open_contracts, key=lambda c: (heads[c] / goal[c], c))
        heads[contract] += 1
        broken = broken_limits(problem, heads)
        if broken:
            heads[contract] -= 1
            notes.extend(text for text in broken if text not in notes)
        if broken or heads[contract] >= goal[contract]:
            open_contracts.discard(contract)
    return heads, tuple(notes)


def broken_limits(problem: RosterProblem, heads: Mapping[int, int]) -> tuple[str, ...]:
    """Return which headcount and share limits a number of hires per contract breaks, in words."""
    count = [0] * len(problem.contracts)
    for person in problem.people:
        count[person.contract] += 1
    for contract, extra in heads.items():
        count[contract] += extra
    kinds = [contract.kind for contract in problem.contracts]
    everybody = sum(count)
    groups = [("temporary staff", problem.limits, [c for c, kind in enumerate(kinds) if kind != "employee"])]
    groups += [(f"contract '{c.id}'", c.limits, [n]) for n, c in enumerate(problem.contracts)]  # type: ignore[misc]
    broken = []
    for title, limits, members in groups:
        total = sum(count[c] for c in members)
        if limits.headcount_max is not None and total > limits.headcount_max:
            broken.append(f"{title}: headcount_max = {limits.headcount_max} binds")
        if limits.share_max is not None and total > limits.share_max * everybody + 1e-9:
            broken.append(f"{title}: share_max = {limits.share_max:g} binds")
    dispatched = sum(n for n, kind in zip(count, kinds, strict=True) if kind == "dispatch")
    base = dispatched + sum(n for n, kind in zip(count, kinds, strict=True) if kind == "employee")
    share = problem.limits.dispatch_share_max
    if share is not None and dispatched > floor(share * base + 1e-9):
        broken.append(f"dispatched people: dispatch_share_max = {share:g} binds")
    return tuple(broken)
