"""Every roster is legal: random plans, limits on money, hours worked before the plan, and horizons of all shapes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from scheduling.build import SearchLimits, build
from scheduling.conflicts import check_conflicts
from scheduling.hires import broken_limits, fit_limits, hire_options, hired_person
from scheduling.options import shift_options
from scheduling.problem import from_inputs
from scheduling.tables import build_tables
from scheduling.wages import past_overtime
from tests.scheduling.plans import requirement_of
from tests.scheduling.random_plans import random_plan
from tests.scheduling.small import DAY, START, agent, fixed, problem_of, tiny
from wfm.audit import audit
from wfm.errors import NoRosterError
from wfm.inputs import FixedShift, Inputs, TimeOff
from wfm.results import Roster
from wfm.rules import DayTypes, LabourRules

LITTLE = SearchLimits(effort=0.01, gap=10.0)  # the bound by the linear program will do: rosters are looked at here
LONG = {"id": "long", "start": "08:00", "hours": [9.0, 12.0], "meal_minutes": 60, "break_minutes": [15]}
TEMP: dict[str, Any] = {"id": "temp", "kind": "dispatch", "cost_per_hour": 10.0}
TRAINED: dict[str, Any] = {
    "id": "temp", "kind": "part_time", "cost_per_hour": 10.0, "headcount": 4, "cost_per_hire": 100.0,
    "training_days": 3, "training_hours_per_day": 4.0,
}  # fmt: skip


def built(inputs: Inputs, need: float = 2.0) -> Roster:
    """Return the roster for a constant requirement; fail unless the auditor finds nothing."""
    agents = np.full((len(inputs.plan.queue), inputs.plan.plan.grid.n), need)
    roster = build(from_inputs(inputs, requirement_of(inputs, agents)), LITTLE, seed=1)
    assert audit(inputs, roster.shifts, roster.activities, roster.hires) == ()
    assert roster.bound <= roster.cost.total + 1e-6
    return roster


@pytest.mark.parametrize("seed", [0, 2, 5, 7])
def test_random_plans_pass_the_audit(seed: int) -> None:
    """Whatever limits, leave, published shifts, hires, clock changes and holidays there are: no rule is broken."""
    inputs, requirement = random_plan(seed)
    roster = build(from_inputs(inputs, requirement), LITTLE, seed)
    assert audit(inputs, roster.shifts, roster.activities, roster.hires) == ()


@pytest.mark.parametrize("scope", ["all", "contract"])
@pytest.mark.parametrize("cost_max", [90.0, 230.0, 700.0])
def test_fees_and_training_count_as_cost(scope: str, cost_max: float) -> None:
    """Fees and training before and inside the plan, and wages, stay within the limit together."""
    limits = {"cost_max": cost_max}
    temp = TRAINED | ({"limits": limits} if scope == "contract" else {}) | {"hire_from": START - timedelta(days=2)}
    inputs = tiny([agent(1)], 4, [temp], limits=limits if scope == "all" else None)
    roster = built(inputs, 5.0)
    spent = sum(row.cost for row in roster.shifts if row.contract == "temp") + roster.cost.hiring
    assert spent <= cost_max
    assert len(roster.hires) <= cost_max // 220  # the fee and three days of training are spent on anybody taken on


@pytest.mark.parametrize(("limits", "most"), [({}, np.inf), ({"cost_max": 900.0}, 900.0)])
def test_no_limit_on_cost_is_none_in_any_currency(limits: dict[str, float], most: float) -> None:
    """Temporary staff whose seats alone are limited may earn anything, 100 million too."""
    problem = problem_of(tiny([agent(1, "temp")], contracts=[TEMP], limits={"seats_max": 3, **limits}))
    tables, _ = build_tables(problem, shift_options(problem), problem.people)
    pools = tables.pools[tables.pools >= 0]
    assert tables.pool_cost[pools].tolist() == [most]


def test_a_limit_on_cost_leaves_money_for_work() -> None:
    """Of many who could be taken on, only so many are that the money pays their work too, but one in any case."""
    problem = problem_of(tiny([agent(1)], 7, [TRAINED | {"headcount": 50}], limits={"cost_max": 1500.0}))
    options = hire_options(problem)
    heads, notes = fit_limits(problem, options, {1: 50.0})
    assert 1 < heads[1] < 1500 // 220
    assert notes == ("temporary staff: cost_max = 1500 binds",)
    poor = replace(problem, limits=problem.limits.model_copy(update={"cost_max": 225.0}))
    assert fit_limits(poor, options, {1: 50.0})[0] == {1: 1}


def test_published_shifts_above_the_money_are_a_conflict() -> None:
    """Published shifts of temporary staff that alone cost more than allowed leave no legal roster; at par they do."""
    shifts = (fixed(2, 0, "09:00", 5.0), fixed(2, 1, "09:00", 5.0))
    inputs = tiny([agent(1), agent(2, "temp")], contracts=[TEMP], limits={"cost_max": 99.0}, fixed_shifts=shifts)
    with pytest.raises(NoRosterError, match="published shifts alone cost more"):
        check_conflicts(problem_of(inputs))
    inputs = tiny([agent(1), agent(2, "temp")], contracts=[TEMP], limits={"cost_max": 100.0}, fixed_shifts=shifts)
    assert sum(row.cost for row in built(inputs).shifts if row.contract == "temp") == 100.0


def test_published_shift_of_a_temp_gets_company_although_money_is_short() -> None:
    """Employees whose money is limited are put beside the published shift of a temp before they work elsewhere."""
    inputs = tiny(
        [agent(1), agent(2), agent(3, "temp")], 6, [TEMP], shifts=[DAY], limits={"per_experienced_max": 1.0},
        fixed_shifts=(fixed(3, 4, "08:00", 4.0),),
    )  # fmt: skip
    staff = inputs.plan.contract[0]
    tight = staff.model_copy(update={"limits": staff.limits.model_copy(update={"cost_max": 400.0, "seats_max": 1})})
    plan = inputs.plan.model_copy(update={"contract": (tight, *inputs.plan.contract[1:])})
    roster = built(replace(inputs, plan=plan))
    assert [(r.date, r.start.hour) for r in roster.shifts if r.contract == "staff" and r.date.day == 24] == [
        (date(2025, 10, 24), 8)
    ]


@pytest.mark.parametrize(("hours", "cap", "seat"), [(4.0, 24.0, 4), (4.0, 8.0, 9), (4.0, 3.0, None)])
def test_training_keeps_to_weekly_hours(hours: float, cap: float, seat: int | None) -> None:
    """Training that a week has no room for is split over two weeks or not begun; shifts beside it fit in."""
    more = {"hire_from": START, "training_hours_per_day": hours, "hours_per_week_max": cap}
    inputs = tiny([agent(1)], 14, [TRAINED | more | {"training_days": 4}])
    found = hire_options(problem_of(inputs))
    assert [option.seat_day for option in found] == ([] if seat is None else [seat])
    roster = built(inputs, 4.0)
    weeks: dict[tuple[str, int], float] = {}
    for row in roster.shifts:
        if row.contract == "temp":
            key = (row.employee_id, row.date.isocalendar().week)
            weeks[key] = weeks.get(key, 0.0) + row.paid_hours
    assert max(weeks.values(), default=0.0) <= min(cap, 24.0)


def test_hires_bear_ids_that_nobody_has() -> None:
    """People of the table who bear a hire's id (taken over from an earlier plan) keep it."""
    known = replace(agent(1, "temp"), employee_id="temp-001")
    problem = problem_of(tiny([agent(2), known], 4, [TRAINED]))
    option = hire_options(problem)[0]
    assert [hired_person(problem, option, n).employee_id for n in (1, 2)] == ["temp-002", "temp-003"]
    assert broken_limits(problem, {1: 4}) == ()


def _month_before(hours: float, days: range) -> tuple[FixedShift, ...]:
    """Return published long shifts on the Mondays to Wednesdays among days before the plan."""
    return tuple(fixed(1, day, "08:00", hours, "long") for day in days if day % 7 < 3)


def test_overtime_early_in_the_month_counts() -> None:
    """A plan that starts on the 20th knows the overtime since the 1st: nine days of three hours leave nine of 36."""
    past = _month_before(12.0, range(-19, 0))
    inputs = tiny([agent(1)], 7, shifts=[LONG], fixed_shifts=past)
    problem = problem_of(inputs)
    count = len(past)
    assert past_overtime(problem, problem.people[0]) == pytest.approx(3.0 * count)
    roster = built(inputs, 1.0)
    assert sum(row.overtime_hours for row in roster.shifts) <= 36.0 - 3.0 * count


@pytest.mark.parametrize("attributes", [frozenset(), frozenset({"nursing"})])
def test_overtime_passed_already_means_no_more_work_in_the_month(attributes: frozenset[str]) -> None:
    """Who has passed the month's overtime before the plan (nothing can mend that) works again from the 1st on."""
    past = _month_before(12.0, range(-19, 0))
    inputs = tiny(
        [agent(1, attributes=attributes)], 14, shifts=[LONG], fixed_shifts=past,
        rules=LabourRules(overtime_hours_per_month_max=12.0),
    )  # fmt: skip
    roster = built(inputs, 1.0)
    assert {row.date.month for row in roster.shifts} == {11}


def test_hours_before_the_plan_in_the_same_week_count() -> None:
    """A plan that starts on a Thursday knows the week's hours: what passes 40 is rest-day overtime, 24 binds."""
    thursday = START + timedelta(days=3)
    past = tuple(fixed(n, day, "08:00", 9.0, "long") for n in (1, 2) for day in (0, 1, 2) if n == 1 or day < 2)
    inputs = tiny([agent(1), agent(2, "half")], 4, [{"id": "half", "kind": "part_time", "cost_per_hour": 9.0}],
                  shifts=[LONG, DAY], fixed_shifts=past)  # fmt: skip
    plan = inputs.plan.model_copy(update={"plan": inputs.plan.plan.model_copy(update={"start": thursday})})
    roster = built(replace(inputs, plan=plan), 2.0)
    half = [row.paid_hours for row in roster.shifts if row.contract == "half"]
    assert sum(half) <= 24.0 - 16.0
    staff = [(row.paid_hours, row.overtime_hours) for row in roster.shifts if row.contract == "staff"]
    assert sum(o for _, o in staff) >= max(0.0, sum(h for h, _ in staff) - 16.0)


@pytest.mark.parametrize(
    ("days", "interval", "zone", "start"),
    [
        (1, 60, "Asia/Shanghai", START),
        (35, 60, "Asia/Shanghai", START),
        (5, 30, "America/New_York", date(2025, 10, 31)),
        (5, 60, "America/New_York", date(2026, 3, 6)),
        (3, 15, "Europe/London", date(2025, 10, 25)),
    ],
)
def test_horizons_grids_and_clock_changes(days: int, interval: int, zone: str, start: date) -> None:
    """One day and five weeks, 15 and 60 minutes, the hour that is missing and the one that comes twice."""
    night = {"id": "night", "start": "21:00-02:00", "hours": [4.0, 9.0], "meal_minutes": 60, "break_minutes": [15]}
    inputs = tiny([agent(n) for n in range(3)], days, shifts=[DAY | {"break_minutes": [15]}, night])
    head = inputs.plan.plan.model_copy(update={"timezone": zone, "start": start, "interval_minutes": interval})
    roster = built(replace(inputs, plan=inputs.plan.model_copy(update={"plan": head})), 1.0)
    assert roster.status in ("feasible", "optimal")
    assert {row.date for row in roster.shifts} >= {start}


@pytest.mark.parametrize("people", [0, 1, 3])
def test_a_plan_that_nobody_can_serve(people: int) -> None:
    """All on leave, or no people at all: an empty roster that costs what is missing, and is proven optimal."""
    leave = tuple(TimeOff(f"E{n}", START, START + timedelta(days=9)) for n in range(people))
    inputs = tiny([agent(n) for n in range(people)], 3, time_off=leave)
    roster = built(inputs, 1.0)
    assert roster.shifts == ()
    assert roster.status == "optimal"
    assert roster.cost.total == pytest.approx(72 * 80.0)


def test_published_training_is_no_time_on_seat() -> None:
    """Training published for somebody named stands as training, plainly paid on a holiday; nobody is served."""
    course = replace(fixed(1, 1, "09:00", 4.0), shift="training")
    types = DayTypes(statutory=frozenset({START + timedelta(days=1)}))
    inputs = tiny([agent(1, contract="temp")], 2, [TEMP], fixed_shifts=(course,), day_types=types,
                  limits={"per_experienced_max": 0.0})  # fmt: skip
    roster = built(inputs, 1.0)
    assert [(row.shift, row.cost) for row in roster.shifts] == [("training", 40.0)]
    assert [activity.activity for activity in roster.activities] == ["training"]
    assert roster.scheduled.sum() == 0
