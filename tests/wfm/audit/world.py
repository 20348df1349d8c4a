"""A small hand-made plan and a builder of rosters for it; nothing of the roster engine is used.

Two weeks from Monday 2025-09-29: 1-3 and 6 October are statutory holidays. The builder fills the columns of a row by
walking through the week minute by minute, which is another way than the auditor's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from wfm.audit import BoundClaim, audit
from wfm.bound_prices import BoundPrices, LimitPrice
from wfm.inputs import Agent, FixedShift, History, Inputs
from wfm.plan import Plan
from wfm.results import Activity, Finding, Hire, Requirement, RosteredShift
from wfm.rules import DayTypes, LabourRules

START = date(2025, 9, 29)
HOLIDAYS = frozenset({date(2025, 10, 1), date(2025, 10, 2), date(2025, 10, 3), date(2025, 10, 6)})
EMPTY = np.zeros(0)
NO_HISTORY = History((), EMPTY.astype(np.int64), EMPTY.astype(np.int64), EMPTY.astype(np.int64), *[EMPTY] * 4)

LIMITS = {
    "headcount_max": 6, "share_max": 0.7, "dispatch_share_max": 0.34, "seats_max": 3, "cost_max": 50000.0,
    "per_experienced_max": 3,
}  # fmt: skip

PLAN: dict[str, Any] = {
    "plan": {"name": "small", "start": START, "days": 14, "interval_minutes": 30},
    "queue": [{"id": "chat", "channel": "chat"}, {"id": "phone", "channel": "phone"}],
    "contract": [
        {"id": "staff", "kind": "employee", "cost_per_hour": 30.0, "hours_per_week_max": 50},
        {"id": "student", "kind": "part_time", "cost_per_hour": 20.0, "headcount": 2, "cost_per_hire": 300.0,
         "training_days": 2, "training_hours_per_day": 4.0, "hire_from": date(2025, 9, 26), "queues": ["chat"],
         "shifts": ["short"]},
        {"id": "agency", "kind": "dispatch", "cost_per_hour": 28.0},
        {"id": "trainee", "kind": "intern", "cost_per_hour": 15.0},
        {"id": "seat", "kind": "outsourced", "cost_per_hour": 40.0, "headcount": 2, "queues": ["chat"]},
    ],
    "shift": [
        {"id": "day", "start": "08:00-12:00", "hours": [9.0, 10.0, 12.0, 13.0], "meal_minutes": 60,
         "meal_after": "3h-5h", "break_minutes": [15, 15]},
        {"id": "night", "start": "20:00-23:00", "hours": [9.0], "meal_minutes": 60, "break_minutes": [15, 15]},
        {"id": "short", "start": "09:00-18:00", "hours": [4.0, 5.0, 6.0], "break_minutes": [15],
         "break_clear_minutes": 30},
        {"id": "odd", "start": "00:00-06:00", "hours": [4.0]},
    ],
    "limits": {"temporary": LIMITS},
}  # fmt: skip


def on(day: int) -> date:
    """Return day number ``day`` of the plan (0 = Monday, 29 September)."""
    return START + timedelta(days=day)


@dataclass(frozen=True)
class Duty:
    """One shift to build: local start, absolute length, and where its pauses lie (minutes after the start)."""

    who: str
    day: int
    template: str
    start: str
    hours: float
    queue: str = "chat"
    meal_at: int = 240
    breaks_at: tuple[int, ...] | None = None


@dataclass
class World:
    """Everything that is audited, open to be changed before :meth:`audit`."""

    inputs: Inputs
    hires: list[Hire]
    duties: list[Duty]
    shifts: list[RosteredShift] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    claim: BoundClaim | None = None

    def build(self) -> World:
        """Return itself with rows and activities made from the duties and the hires' training."""
        self.shifts, self.activities = [], []
        for duty in self.duties:
            self._add(duty)
        for hire in self.hires:
            self._train(hire)
        fill_columns(self)
        return self

    def change(self, who: str, day: int, **changes: Any) -> World:
        """Return itself rebuilt with one duty changed."""
        index = next(i for i, duty in enumerate(self.duties) if (duty.who, duty.day) == (who, day))
        self.duties[index] = replace(self.duties[index], **changes)
        return self.build()

    def add(self, *duties: Duty) -> World:
        """Return itself rebuilt with more duties."""
        self.duties.extend(duties)
        return self.build()

    def row(self, who: str, day: int, **changes: Any) -> World:
        """Return itself with columns of one row overwritten."""
        index = next(i for i, row in enumerate(self.shifts) if (row.employee_id, row.date) == (who, on(day)))
        self.shifts[index] = replace(self.shifts[index], **changes)
        return self

    def with_inputs(self, **changes: Any) -> World:
        """Return itself with tables of the inputs replaced, rows kept."""
        self.inputs = replace(self.inputs, **changes)
        return self

    def agent(self, who: str, **changes: Any) -> World:
        """Return itself with one person of the people table changed, rows kept."""
        agents = [replace(a, **changes) if a.employee_id == who else a for a in self.inputs.agents]
        return self.with_inputs(agents=tuple(agents))

    def audit(self) -> tuple[Finding, ...]:
        """Return what the auditor finds."""
        return audit(self.inputs, self.shifts, self.activities, self.hires, self.claim)

    def claims(self, **changes: Any) -> World:
        """Return itself with parts of what it claims about its bound changed."""
        assert self.claim is not None
        self.claim = replace(self.claim, **changes)
        return self

    def broken(self) -> set[str]:
        """Return the rules that the auditor finds broken."""
        return {finding.rule for finding in self.audit()}

    def moment(self, day: date, clock: str) -> datetime:
        """Return a local time."""
        zone = ZoneInfo(self.inputs.plan.plan.timezone)
        return datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), tzinfo=zone)

    def later(self, moment: datetime, minutes: float) -> datetime:
        """Return a local time that is so many minutes of absolute time later."""
        return datetime.fromtimestamp(moment.timestamp() + minutes * 60, tz=moment.tzinfo)

    def _person(self, who: str) -> tuple[str, str, str]:
        for agent in self.inputs.agents:
            if agent.employee_id == who:
                return agent.name, agent.contract, agent.team
        contract = who.rsplit("-", 1)[0]
        return "", contract, contract

    def _add(self, duty: Duty) -> None:
        template = self.inputs.plan.shift_by_id(duty.template)
        day = self.inputs.plan.plan.start + timedelta(days=duty.day)
        start = self.moment(day, duty.start)
        pauses: list[tuple[int, int, str]] = []
        if template.meal_minutes:
            pauses.append((duty.meal_at, template.meal_minutes, "meal"))
        places = duty.breaks_at if duty.breaks_at is not None else (120, 420)
        pauses.extend((at, length, "break") for at, length in zip(places, template.break_minutes, strict=False))
        length = round(duty.hours * 60)
        self._row(duty.who, day, duty.template, start, length)
        clock = 0
        for at, minutes, kind in sorted(pauses):
            self._activity(duty, day, "work", start, clock, at)
            self._activity(duty, day, kind, start, at, at + minutes)
            clock = at + minutes
        self._activity(duty, day, "work", start, clock, length)

    def _row(self, who: str, day: date, shift: str, start: datetime, length: float) -> None:
        name, contract, team = self._person(who)
        row = RosteredShift(who, name, contract, team, day, shift, start, self.later(start, length), 0.0, 0.0, 0.0)
        self.shifts.append(row)

    def _activity(self, duty: Duty, day: date, kind: str, start: datetime, begin: int, finish: int) -> None:
        span = self.later(start, begin), self.later(start, finish)
        queue = duty.queue if kind == "work" else ""
        self.activities.append(Activity(duty.who, day, kind, queue, *span, kind != "meal"))

    def _train(self, hire: Hire) -> None:
        plan, day = self.inputs.plan, hire.training_from
        hours = plan.contract_by_id(hire.contract).training_hours_per_day
        while day < hire.on_seat_from:
            if plan.plan.start <= day <= plan.plan.end:
                start = self.moment(day, "09:00")
                self._row(hire.employee_id, day, "training", start, hours * 60)
                end = self.later(start, hours * 60)
                self.activities.append(Activity(hire.employee_id, day, "training", "", start, end, True))
            day += timedelta(days=1)


def fill_columns(world: World) -> None:
    """Set paid hours, overtime and cost of each row by walking through every paid minute in order."""
    plan, rules = world.inputs.plan, world.inputs.rules
    meals = {template.id: template.meal_minutes for template in plan.shift}
    by_week: dict[tuple[str, tuple[int, int]], list[int]] = defaultdict(list)
    for index in sorted(range(len(world.shifts)), key=lambda i: world.shifts[i].start):
        row = world.shifts[index]
        by_week[row.employee_id, tuple(row.date.isocalendar()[:2])].append(index)  # type: ignore[index]
    for indices in by_week.values():
        normal_minutes = 0
        for index in indices:
            row = world.shifts[index]
            contract = plan.contract_by_id(row.contract)
            minutes = round((row.end.timestamp() - row.start.timestamp()) / 60) - meals.get(row.shift, 0)
            premium = contract.kind in ("employee", "dispatch")
            overtime, worth = 0, 0.0
            for minute in range(minutes):
                if row.date in world.inputs.day_types.statutory and row.shift != "training":
                    worth += 1.0 if contract.kind == "outsourced" else rules.holiday_pay
                elif minute >= rules.normal_hours_per_day * 60:
                    overtime, worth = overtime + 1, worth + (rules.overtime_pay if premium else 1.0)
                elif normal_minutes >= rules.normal_hours_per_week * 60:
                    overtime, worth = overtime + 1, worth + (rules.rest_day_pay if premium else 1.0)
                else:
                    normal_minutes, worth = normal_minutes + 1, worth + 1.0
            cost = round(worth / 60 * contract.cost_per_hour, 2)
            columns = {"paid_hours": round(minutes / 60, 2), "overtime_hours": round(overtime / 60, 2), "cost": cost}
            world.shifts[index] = replace(row, **columns)  # type: ignore[arg-type]


AGENTS = (
    Agent("e1", "王一", "staff", "A", {"chat": 1.0, "phone": 1.0}),
    Agent("e2", "李二", "staff", "A", {"chat": 1.0}, attributes=frozenset({"nursing"})),
    Agent("e3", "张三", "staff", "B", {"chat": 1.0, "phone": 0.9}),
    Agent("p1", "赵四", "student", "B", {"chat": 1.0}, hired_on=date(2025, 9, 1)),
    Agent("d1", "钱五", "agency", "B", {"phone": 1.0}),
    Agent("i1", "孙六", "trainee", "B", {"chat": 1.0}),
)

HIRES = (
    Hire("student-001", "student", date(2025, 9, 28), date(2025, 9, 30), 380.0),  # one training day before the plan
    Hire("seat-001", "seat", date(2025, 9, 29), date(2025, 9, 29), 0.0),
)

DUTIES = (
    *(Duty("e1", day, "day", "09:00", 9) for day in (0, 1, 2, 3, 4, 7, 9, 10, 11, 12)),
    Duty("e1", 8, "day", "09:00", 10),  # one hour above the day
    *(Duty("e2", day, "day", "08:00", 9) for day in (0, 1, 2, 3, 4, 8, 9, 10, 11)),
    *(Duty("e3", day, "night", "22:00", 9) for day in (0, 1, 3)),
    *(Duty("e3", day, "day", "10:00", 9, queue="phone") for day in (8, 9, 10, 11, 12, 13)),  # eight above the week
    *(Duty("p1", day, "short", "13:00", 5) for day in (0, 1, 2, 3, 8, 9, 10, 11)),
    *(Duty("d1", day, "day", "10:00", 9, queue="phone") for day in (8, 9, 10, 11, 12)),
    *(Duty("i1", day, "short", "10:00", 6) for day in (8, 9, 10)),
    *(Duty("student-001", day, "short", "14:00", 4) for day in (1, 2, 3)),
    *(Duty("seat-001", day, "short", "09:00", 4, queue="") for day in (0, 1)),
)


def published(world: World, who: str, day: int) -> FixedShift:
    """Return one row of the roster as a published shift."""
    row = next(row for row in world.shifts if (row.employee_id, row.date) == (who, on(day)))
    return FixedShift(row.employee_id, row.date, row.shift, row.start, row.end)


def small_claim(inputs: Inputs) -> BoundClaim:
    """Return a claim that holds: a bound of 10,000 that the prices prove, below the cost."""
    grid, queues = inputs.plan.plan.grid, tuple(queue.id for queue in inputs.plan.queue)
    prices = np.full((len(queues), grid.n), 20.0)
    need = np.ones(prices.shape)
    limits = (LimitPrice("", "headcount_max", 5.0),)
    return BoundClaim(
        12_000.0, 10_000.0, BoundPrices(prices, limits, (), 10_000.0), np.full((len(queues), 1), 150.0), 10_000.0, 0.0,
        Requirement(grid, queues, need, need, need),
    )  # fmt: skip


def small_world(
    limits: dict[str, Any] | None = None, rules: dict[str, Any] | None = None, duties: Sequence[Duty] = DUTIES
) -> World:
    """Return the clean plan and roster, with other limits or labour rules where given."""
    raw = {**PLAN, "limits": {"temporary": {**LIMITS, **(limits or {})}}}
    inputs = Inputs(Plan(**raw), LabourRules(**(rules or {})), DayTypes(statutory=HOLIDAYS), NO_HISTORY, AGENTS)
    world = World(inputs, list(HIRES), list(duties)).build()
    world.claim = small_claim(inputs)
    if duties is DUTIES:
        world.with_inputs(fixed_shifts=(published(world, "e1", 0),))
    return world


def staff_world(duties: Iterable[Duty], zone: str = "Asia/Shanghai", start: date = START, days: int = 14) -> World:
    """Return a roster of employees alone, without holidays and limits."""
    head = {**PLAN["plan"], "timezone": zone, "start": start, "days": days}
    raw = {**PLAN, "plan": head, "limits": {}, "contract": [{"id": "staff", "cost_per_hour": 30.0}]}
    agents = tuple(replace(agent, attributes=frozenset()) for agent in AGENTS if agent.contract == "staff")
    inputs = Inputs(Plan(**raw), LabourRules(), DayTypes(), NO_HISTORY, agents)
    return World(inputs, [], list(duties)).build()
