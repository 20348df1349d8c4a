"""The roster problem: what the engine needs of a plan, as plain tuples and arrays on the grid's clock.

Times are whole minutes since local midnight of the plan's first day (absolute time, so clock changes are real); days
are counted from the plan's first day, the past is negative.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.inputs import Agent, FixedShift, Inputs
from wfm.plan import Contract, Queue, ShiftTemplate, TemporaryLimits
from wfm.results import Requirement
from wfm.rules import LabourRules

__all__ = [
    "NO_OVERTIME_KINDS",
    "PREMIUM_KINDS",
    "TRAINING",
    "Person",
    "RosterProblem",
    "Span",
    "from_inputs",
    "week_speeds",
]

NO_OVERTIME_KINDS = frozenset({"part_time", "intern", "outsourced"})
PREMIUM_KINDS = frozenset({"employee", "dispatch"})
TRAINING = "training"
FAR = 10**6  # days: "no such limit"

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Span:
    """A shift that stands: ``template`` is an index, -1 when the plan has no such template (then it has no meal)."""

    day: int
    template: int
    start: int
    end: int
    shift: str

    @property
    def training(self) -> bool:
        """Whether it is a published training day: paid plainly, nobody is served."""
        return self.shift == TRAINING


@dataclass(frozen=True)
class Person:
    """Somebody who may be rostered, named or taken on.

    Attributes
    ----------
    contract : int
        Index of the contract.
    speed : tuple of float
        Relative speed per queue when fully trained, 0 where the person does not hold the queue.
    seat_day : int or None
        First day on seat, from which the contract's speed ramp counts; None = fully ramped, always on seat.
    employed_from, employed_to : int
        First and last day of employment (inclusive).
    off : frozenset of int
        Days of leave.
    training : tuple of int
        Training days of a hire (those before the plan included).
    past, fixed : tuple of Span
        Published shifts before and inside the horizon.
    """

    employee_id: str
    name: str
    team: str
    contract: int
    speed: tuple[float, ...]
    seat_day: int | None = None
    employed_from: int = -FAR
    employed_to: int = FAR
    off: frozenset[int] = frozenset()
    no_night: bool = False
    no_overtime: bool = False
    temporary: bool = False
    training: tuple[int, ...] = ()
    past: tuple[Span, ...] = ()
    fixed: tuple[Span, ...] = ()

    def available(self, day: int) -> bool:
        """Return whether the person may start a shift on ``day``."""
        first = self.employed_from if self.seat_day is None else max(self.seat_day, self.employed_from)
        return first <= day <= self.employed_to and day not in self.off


@dataclass(frozen=True)
class RosterProblem:
    """Everything that the roster engine works on.

    Attributes
    ----------
    requirement : float array (queues, intervals)
        Agents on seat that are wanted (shrinkage included).
    shortage_price : float array (queues,)
        Price of one missing agent for one hour.
    holiday : bool array (days,)
        Statutory holidays, paid at the holiday rate.
    first_hire_day : int
        First day on which hires without ``hire_from`` may start training (may be negative).
    wishes : tuple of (person, day, template, weight)
        ``template`` -1 means any work on that day.
    past_holidays : frozenset of int
        Statutory holidays before the horizon, for the overtime of published shifts.
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    requirement: FloatArray
    shortage_price: FloatArray
    contracts: tuple[Contract, ...]
    templates: tuple[ShiftTemplate, ...]
    rules: LabourRules
    limits: TemporaryLimits
    holiday: BoolArray
    people: tuple[Person, ...]
    first_hire_day: int
    wishes: tuple[tuple[int, int, int, float], ...] = ()
    past_holidays: frozenset[int] = field(default_factory=frozenset)

    @cached_property
    def known_ids(self) -> frozenset[str]:
        """Ids of the named people."""
        return frozenset(person.employee_id for person in self.people)

    @property
    def days(self) -> int:
        """Number of days of the horizon."""
        return self.grid.days

    @property
    def interval_hours(self) -> float:
        """Length of an interval in hours."""
        return self.grid.interval_minutes / 60.0

    def date_of(self, day: int) -> date:
        """Return the calendar date of a day number."""
        return self.grid.start + timedelta(days=day)

    def minute_at(self, day: int, clock_minute: int) -> int:
        """Return the minute of a local clock time (may pass 1440) on a day, real hours across clock changes."""
        days, rest = divmod(clock_minute, 1440)
        moment = self.grid.midnight(self.date_of(day + days)).replace(hour=rest // 60, minute=rest % 60)
        return int(moment.timestamp() - int(self.grid.day_starts[0])) // 60

    def week_of(self, day: int) -> int:
        """Return the number of the calendar week of a day: 0 holds the first day of the plan."""
        return (day + self.grid.start.weekday()) // 7

    @property
    def weeks(self) -> int:
        """Number of calendar weeks that the horizon touches."""
        return self.week_of(self.days - 1) + 1

    def days_of_week(self, week: int) -> range:
        """Return the days of a calendar week that lie inside the horizon."""
        first = 7 * week - self.grid.start.weekday()
        return range(max(0, first), min(self.days, first + 7))

    @cached_property
    def month_of_day(self) -> NDArray[np.int64]:
        """Number of the calendar month (0 = that of the first day) of each day: shape (days,)."""
        months = [d.year * 12 + d.month for d in self.grid.dates]
        return np.array(months, dtype=np.int64) - months[0]

    def span_hours(self, span: Span) -> float:
        """Return the paid hours of a published shift (its template's meal out)."""
        meal = self.templates[span.template].meal_minutes if span.template >= 0 else 0
        return (span.end - span.start - meal) / 60.0

    def week_hours_max(self, person: Person) -> float:
        """Return the most paid hours of a calendar week, overtime included."""
        contract = self.contracts[person.contract]
        caps = [contract.hours_per_week_max or float(FAR)]
        if contract.kind == "part_time":
            caps.append(self.rules.part_time_hours_per_week_max)
        return min(caps)

    def day_hours_max(self, person: Person) -> float:
        """Return the most paid hours of one shift."""
        extra = 0.0 if person.no_overtime else self.rules.overtime_hours_per_day_max
        return self.rules.normal_hours_per_day + extra

    def template_allowed(self, contract: int, template: int) -> bool:
        """Return whether a contract may work a template."""
        allowed = self.contracts[contract].shifts
        return not allowed or self.templates[template].id in allowed


def week_speeds(problem: RosterProblem, person: Person, day: int) -> tuple[float, ...]:
    """Return the relative speed of the person per queue on a day: the training ramp, less what must be done again."""
    contract = problem.contracts[person.contract]
    last = max(len(contract.speed), len(contract.errors))
    ramp = contract.capacity_in_week(last if person.seat_day is None else (day - person.seat_day) // 7)
    return _at_ramp(person.speed, ramp)


@lru_cache(4096)
def _at_ramp(speeds: tuple[float, ...], ramp: float) -> tuple[float, ...]:
    return tuple(round(speed * ramp, 9) for speed in speeds)


def from_inputs(inputs: Inputs, requirement: Requirement) -> RosterProblem:
    """Return the roster problem of a plan and its requirement.

    Parameters
    ----------
    inputs : Inputs
        Checked plan with people, leave, wishes and published shifts.
    requirement : Requirement
        ``agents_with_shrinkage`` is what the roster covers.
    """
    plan, grid = inputs.plan, requirement.grid
    queues = [plan.queue_by_id(name) for name in requirement.queues]
    default = plan.costs.shortage_per_agent_hour
    price = [default if q.shortage_cost_per_hour is None else q.shortage_cost_per_hour for q in queues]
    statutory = {(d - grid.start).days for d in inputs.day_types.statutory}
    return RosterProblem(
        grid=grid,
        queues=tuple(requirement.queues),
        requirement=np.nan_to_num(np.asarray(requirement.agents_with_shrinkage, dtype=np.float64)),
        shortage_price=np.array(price, dtype=np.float64),
        contracts=plan.contract,
        templates=plan.shift,
        rules=inputs.rules,
        limits=plan.limits.temporary,
        holiday=np.array([d in statutory for d in range(grid.days)], dtype=np.bool_),
        people=tuple(_person(inputs, agent, grid, queues) for agent in inputs.agents),
        first_hire_day=(plan.plan.last_known - grid.start).days + 1,
        wishes=_wishes(inputs, grid),
        past_holidays=frozenset(d for d in statutory if d < 0),
    )


def _person(inputs: Inputs, agent: Agent, grid: TimeGrid, queues: list[Queue]) -> Person:
    contracts = [contract.id for contract in inputs.plan.contract]
    contract = inputs.plan.contract_by_id(agent.contract)
    marks = set(agent.attributes) | {contract.kind}
    hired = None if agent.hired_on is None else (agent.hired_on - grid.start).days
    spans = [_span(inputs, grid, f) for f in inputs.fixed_shifts if f.employee_id == agent.employee_id]
    spans.sort(key=lambda span: (span.start, span.end))
    return Person(
        employee_id=agent.employee_id,
        name=agent.name,
        team=agent.team,
        contract=contracts.index(agent.contract),
        speed=tuple(float(agent.queues.get(queue.id, 0.0)) for queue in queues),
        seat_day=None if hired is None else hired + contract.training_days,
        employed_from=-FAR if hired is None else hired,
        employed_to=FAR if agent.leaves_on is None else (agent.leaves_on - grid.start).days,
        off=_days_off(inputs, agent, grid),
        no_night=bool(marks & set(inputs.rules.no_night_for)),
        no_overtime=bool(marks & set(inputs.rules.no_overtime_for)) or contract.kind in NO_OVERTIME_KINDS,
        temporary=contract.is_temporary,
        past=tuple(span for span in spans if span.day < 0),
        fixed=tuple(span for span in spans if 0 <= span.day < grid.days),
    )


def _days_off(inputs: Inputs, agent: Agent, grid: TimeGrid) -> frozenset[int]:
    days: set[int] = set()
    for leave in inputs.time_off:
        if leave.employee_id == agent.employee_id:
            first, last = (leave.start - grid.start).days, (leave.end - grid.start).days
            days.update(range(max(first, 0), min(last, grid.days + 1) + 1))
    return frozenset(days)


def _span(inputs: Inputs, grid: TimeGrid, fixed: FixedShift) -> Span:
    ids = [template.id for template in inputs.plan.shift]
    start, end = (int(moment.timestamp() - int(grid.day_starts[0])) // 60 for moment in (fixed.start, fixed.end))
    template = ids.index(fixed.shift) if fixed.shift in ids else -1
    return Span((fixed.date - grid.start).days, template, start, end, fixed.shift)


def _wishes(inputs: Inputs, grid: TimeGrid) -> tuple[tuple[int, int, int, float], ...]:
    people = {agent.employee_id: number for number, agent in enumerate(inputs.agents)}
    ids = {template.id: number for number, template in enumerate(inputs.plan.shift)} | {"": -1}
    found = []
    for wish in inputs.preferences:
        day = (wish.date - grid.start).days
        if wish.employee_id in people and wish.shift in ids and 0 <= day < grid.days:
            found.append((people[wish.employee_id], day, ids[wish.shift], wish.weight))
    return tuple(found)
