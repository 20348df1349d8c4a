"""People who may be taken on: from which day, at which cost, and how many the limits allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, islice
from math import floor

from scheduling.problem import NO_OVERTIME_KINDS, Person, RosterProblem
from scheduling.wages import published_cost
from wfm.plan import Contract, ContractLimits
from wfm.results import Hire

__all__ = [
    "HireOption",
    "broken_limits",
    "fit_limits",
    "hire_cost",
    "hire_fee",
    "hire_options",
    "hired_person",
    "hires_of",
]

_WORK_HOURS_PER_WEEK = 20.0  # work that a limit on cost should leave room for, per hire


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
        earliest = max(0, first + contract.training_days)
        seat_day = next((d for d in range(earliest, problem.days) if _training_holds(problem, number, d)), None)
        if seat_day is not None:
            inside = min(seat_day, contract.training_days)
            cost = contract.cost_per_hire + (contract.training_days - inside) * _training_day_cost(contract)
            found.append(HireOption(number, seat_day, contract.headcount, cost, inside))
    return tuple(found)


def _training_day_cost(contract: Contract) -> float:
    return contract.training_hours_per_day * contract.cost_per_hour


def _training_holds(problem: RosterProblem, number: int, seat_day: int) -> bool:
    """Return whether training up to the day before ``seat_day`` obeys the rules; only weeks of the plan are looked at.

    Training that lies wholly before the plan is the past, whatever it was.
    """
    contract, rules = problem.contracts[number], problem.rules
    days = range(seat_day - contract.training_days, seat_day)
    inside = [day for day in days if day >= 0]
    if not inside:
        return True
    most = 7 - rules.days_off_per_week_min
    hours = contract.training_hours_per_day
    like = _hired(problem, number, seat_day, 1)
    if len(days) > rules.consecutive_days_max or hours > min(rules.work_stretch_hours_max, rules.normal_hours_per_day):
        return False
    weeks = [sum(problem.week_of(d) == week for d in days) for week in {problem.week_of(d) for d in inside}]
    caps = (problem.week_hours_max(like), rules.normal_hours_per_week)
    return all(count <= most and count * hours <= min(caps) + 1e-9 for count in weeks)


def hired_person(problem: RosterProblem, option: HireOption, number: int) -> Person:
    """Return hire ``number`` (from 1) of a contract as a person."""
    return _hired(problem, option.contract, option.seat_day, number)


def _hired(problem: RosterProblem, place: int, seat_day: int, number: int) -> Person:
    contract = problem.contracts[place]
    training = tuple(range(seat_day - contract.training_days, seat_day))
    return Person(
        employee_id=_free_id(problem, contract.id, number),
        name="",
        team=contract.id,
        contract=place,
        speed=tuple(1.0 if not contract.queues or q in contract.queues else 0.0 for q in problem.queues),
        seat_day=seat_day,
        employed_from=seat_day - contract.training_days,
        no_night=contract.kind in problem.rules.no_night_for,
        no_overtime=contract.kind in problem.rules.no_overtime_for or contract.kind in NO_OVERTIME_KINDS,
        temporary=contract.is_temporary,
        training=training,
    )


def _free_id(problem: RosterProblem, contract: str, number: int) -> str:
    """Return the ``number``-th id that nobody in the people table bears."""
    taken = {person.employee_id for person in problem.people}
    free = (name for name in (f"{contract}-{n:03d}" for n in count(1)) if name not in taken)
    return next(islice(free, number - 1, None))


def hire_fee(problem: RosterProblem, hire: HireOption) -> float:
    """Return what one hire costs before the first day on seat: the fee and all training, before the plan and inside."""
    return hire.cost + hire.training_in_horizon * _training_day_cost(problem.contracts[hire.contract])


def hire_cost(problem: RosterProblem, person: Person) -> float:
    """Return what somebody taken on costs before the plan: the fee and the training."""
    contract = problem.contracts[person.contract]
    before = sum(day < 0 for day in person.training)
    return contract.cost_per_hire + before * _training_day_cost(contract)


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
    """Return whole heads per contract within every limit, and the limits that cut them, in words.

    Heads are taken one by one where most is missing to ``wanted``, as long as every limit still holds. Beyond the first
    of a contract they are taken only while a limit on cost leaves each of them ``_WORK_HOURS_PER_WEEK`` of work: a fee
    without the money for work buys nothing.

    Parameters
    ----------
    problem : RosterProblem
        What is to be rostered.
    options : sequence of HireOption
        People who may be taken on.
    wanted : mapping
        Contract index -> heads wished (may be fractional; rounded to nearest).
    """
    heads = {option.contract: 0 for option in options}
    goal = {option.contract: min(option.heads_max, round(wanted.get(option.contract, 0.0))) for option in options}
    weeks = {option.contract: (problem.days - option.seat_day) / 7.0 for option in options}
    notes: list[str] = []
    open_contracts = {contract for contract, most in goal.items() if most > 0}
    while open_contracts:
        contract = min(open_contracts, key=lambda c: (heads[c] / goal[c], c))
        heads[contract] += 1
        hours = {c: _WORK_HOURS_PER_WEEK * weeks[c] if heads[contract] > 1 else 0.0 for c in heads}
        broken = broken_limits(problem, heads, hours)
        if broken:
            heads[contract] -= 1
            notes.extend(text for text in broken if text not in notes)
        if broken or heads[contract] >= goal[contract]:
            open_contracts.discard(contract)
    return heads, tuple(notes)


def broken_limits(
    problem: RosterProblem, heads: Mapping[int, int], hours: Mapping[int, float] | None = None
) -> tuple[str, ...]:
    """Return which limits on heads, shares and cost a number of hires per contract breaks, in words.

    Parameters
    ----------
    problem : RosterProblem
        What is to be rostered.
    heads : mapping
        Contract index -> hires.
    hours : mapping, optional
        Contract index -> hours of work that the cost has to leave room for, per hire; 0 when not given. The cost is
        what nothing can avoid: fees, training and published shifts.
    """
    total = [heads.get(c, 0) for c in range(len(problem.contracts))]
    for person in problem.people:
        total[person.contract] += 1
    kinds = [contract.kind for contract in problem.contracts]
    everybody = sum(total)
    groups: list[tuple[str, ContractLimits, list[int]]] = [
        ("temporary staff", problem.limits, [c for c, kind in enumerate(kinds) if kind != "employee"])
    ]
    groups += [(f"contract '{c.id}'", c.limits, [n]) for n, c in enumerate(problem.contracts)]
    broken = []
    for title, limits, members in groups:
        people = sum(total[c] for c in members)
        if limits.headcount_max is not None and people > limits.headcount_max:
            broken.append(f"{title}: headcount_max = {limits.headcount_max} binds")
        if limits.share_max is not None and people > limits.share_max * everybody + 1e-9:
            broken.append(f"{title}: share_max = {limits.share_max:g} binds")
        if limits.cost_max is not None and _cost(problem, members, heads, hours or {}) > limits.cost_max + 1e-6:
            broken.append(f"{title}: cost_max = {limits.cost_max:g} binds")
    return (*broken, *_dispatch_share(problem, total, kinds))


def _dispatch_share(problem: RosterProblem, total: Sequence[int], kinds: Sequence[str]) -> tuple[str, ...]:
    share = problem.limits.dispatch_share_max
    dispatched = sum(n for n, kind in zip(total, kinds, strict=True) if kind == "dispatch")
    base = dispatched + sum(n for n, kind in zip(total, kinds, strict=True) if kind == "employee")
    if share is not None and dispatched > floor(share * base + 1e-9):
        return (f"dispatched people: dispatch_share_max = {share:g} binds",)
    return ()


def _cost(
    problem: RosterProblem, members: Sequence[int], heads: Mapping[int, int], hours: Mapping[int, float]
) -> float:
    """Return the money that contracts cost at least: published shifts, and fee, training and some work of hires."""
    money = sum(published_cost(problem, p) for p in problem.people if p.fixed and p.contract in members)
    for c in (c for c in members if heads.get(c, 0)):
        contract = problem.contracts[c]
        each = contract.cost_per_hire + contract.training_days * _training_day_cost(contract)
        money += heads[c] * (each + hours.get(c, 0.0) * contract.cost_per_hour)
    return money
