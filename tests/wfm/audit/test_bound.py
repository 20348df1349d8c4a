"""The bound worked out anew: below the cost of every roster, at least as high as the engine's, exact for one person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from scheduling.build import SearchLimits, build
from scheduling.dual import Dual
from scheduling.hires import hire_options
from scheduling.options import shift_options
from scheduling.problem import RosterProblem, from_inputs
from scheduling.tables import open_requirement
from tests.scheduling.plans import inputs_of, requirement_of
from tests.scheduling.random_plans import random_plan
from wfm.audit import hours, people
from wfm.audit.bound import prove
from wfm.audit.bound_shifts import cover, shift_forms
from wfm.audit.context import Context
from wfm.bound_prices import BoundPrices
from wfm.inputs import Agent, FixedShift, Inputs, TimeOff
from wfm.plan import ShiftTemplate
from wfm.results import Requirement, RosteredShift
from wfm.rules import DayTypes, LabourRules

FloatArray = NDArray[np.float64]
START = date(2025, 10, 16)  # a Thursday: the second calendar week begins on day 4
RULES = (
    people.employment, people.time_off, hours.daily_hours, hours.overtime_allowed, hours.weekly_hours,
    hours.part_time_week, hours.consecutive_days, hours.weekly_rest, hours.night_work,
)  # fmt: skip
"""What the dynamic program knows of the auditor's rules."""


def drawn_prices(problem: RosterProblem, seed: int, share: float) -> tuple[BoundPrices, float]:
    """Return prices of agents and limits, drawn with a seed, with what the engine's dual says that they prove."""
    dual = Dual(problem, shift_options(problem), hire_options(problem), open_requirement(problem))
    rng = np.random.default_rng(seed)
    prices = dual.upper * rng.random(len(dual.upper)) * share
    limits = problem.requirement.size + len(dual.limits.right)
    prices[problem.requirement.size : limits] *= 0.002
    prices[limits:] = 0.0  # days in a row are exact in ours and need no prices
    proof = dual.proof(prices, 1e-6)
    return proof, proof.value


@pytest.mark.parametrize("seed", range(14))
def test_auditor_proves_at_least_what_the_engine_does(seed: int) -> None:
    """At any prices ours is as exact as the engine's dual, or more: days in a row need no prices here."""
    inputs, requirement = random_plan(seed)
    problem = from_inputs(inputs, requirement)
    for share in (0.1, 1.0):
        prices, engine = drawn_prices(problem, seed, share)
        assert prove(inputs, requirement, prices) >= engine - 1e-6 * abs(engine) - 1e-3


@pytest.mark.parametrize("seed", [0, 1, 5, 9])
def test_no_roster_costs_less_and_the_prices_that_it_carries_hold(seed: int) -> None:
    """At any prices the bound stays below the cost of a legal roster; its own prices prove what they claim."""
    inputs, requirement = random_plan(seed)
    problem = from_inputs(inputs, requirement)
    roster = build(problem, SearchLimits(0.002), 1)
    for share in (0.05, 0.1, 0.2, 0.4, 0.8):
        prices, _ = drawn_prices(problem, seed, share)
        assert prove(inputs, requirement, prices) <= roster.cost.total + 1e-6
    assert roster.prices is not None
    proven = prove(inputs, requirement, roster.prices)
    assert roster.prices.value - 1e-6 * abs(proven) <= proven <= roster.cost.total + 1e-6


SHIFTS = (
    {"id": "day", "start": "09:00", "hours": [6.0, 11.0], "meal_minutes": 60, "meal_after": "2h-3h",
     "break_minutes": [30], "break_clear_minutes": 60},
    {"id": "late", "start": "20:00", "hours": [4.0]},
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One person under one contract, and what is special about the plan."""

    contract: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    holidays: tuple[int, ...] = ()
    off: tuple[int, ...] = ()
    published: tuple[tuple[int, str, int, float], ...] = ()


def on(day: int) -> date:
    """Return the date of a day number."""
    return START + timedelta(days=day)


CASES = {
    "plain": Case(),
    "guaranteed": Case({"hours_per_week_guaranteed": 40.0}, off=(1,)),
    "overtime of the week": Case({"hours_per_week_guaranteed": 20.0}, {"normal_hours_per_week": 16.0}),
    "holidays": Case({}, holidays=(0, 5)),
    "outsourced": Case({"kind": "outsourced", "hours_per_week_max": 14.0}, holidays=(5,)),
    "part-time": Case({"kind": "part_time", "hours_per_week_guaranteed": 9.0}, {"part_time_hours_per_week_max": 13.5}),
    "days in a row": Case({}, {"consecutive_days_max": 2}, published=((3, "late", 20, 4.0),)),
    "days in the week": Case({}, {"days_off_per_week_min": 4, "consecutive_days_max": 7}),
    "no night": Case(person={"attributes": frozenset({"pregnant"})}),
    "newcomer": Case(
        {"training_days": 2, "speed": [0.5, 0.9], "errors": [0.2, 0.0]},
        person={"hired_on": on(-8), "leaves_on": on(5)},
    ),
    "published against the rules": Case({"hours_per_week_max": 9.0}, published=((4, "day", 9, 11.0),)),
}  # fmt: skip


def inputs_for(case: Case) -> Inputs:
    """Return a week of one person."""
    plan = {
        "plan": {"name": "one", "start": START, "days": 7, "interval_minutes": 60},
        "queue": [{"id": name, "channel": "phone"} for name in ("a", "b")],
        "contract": [{"id": "c", "cost_per_hour": 30.0, **case.contract}],
        "shift": list(SHIFTS),
        "costs": {"shortage_per_agent_hour": 200.0},
    }
    agent = Agent("e", "E", "c", "t", {"a": 1.0, "b": 0.8}, **case.person)
    inputs = inputs_of(
        plan, [agent], LabourRules(**case.rules), day_types=DayTypes(frozenset(map(on, case.holidays))),
        time_off=tuple(TimeOff("e", on(day), on(day)) for day in case.off),
    )  # fmt: skip
    rows = [shift_row(inputs, day, shift, hour, length) for day, shift, hour, length in case.published]
    fixed = tuple(FixedShift("e", row.date, row.shift, row.start, row.end) for row in rows)
    return replace(inputs, fixed_shifts=fixed)


def shift_row(inputs: Inputs, day: int, shift: str, hour: int, length: float) -> RosteredShift:
    """Return a row of the roster."""
    start = inputs.plan.plan.grid.midnight(on(day)).replace(hour=hour)
    return RosteredShift("e", "E", "c", "t", on(day), shift, start, start + timedelta(hours=length), 0.0, 0.0, 0.0)


def most_covered(inputs: Inputs, worth: FloatArray, row: RosteredShift, with_pauses: bool) -> float:
    """Return what a shift covers at its best pauses, all of them tried half hour by half hour."""
    template = inputs.plan.shift_by_id(row.shift)
    begin = round((row.start - inputs.plan.plan.grid.midnight(START)).total_seconds() / 1800)
    length = round((row.end - row.start).total_seconds() / 1800)
    seat = np.zeros(begin + length)
    seat[: min(len(seat), 2 * len(worth))] = np.repeat(worth / 2.0, 2)[: len(seat)]
    whole = float(seat[begin:].sum())
    if not with_pauses or not template.meal_minutes:
        return whole
    return max(whole - float(sum(seat[begin + t] for t in away)) for away in pauses(length))


def pauses(length: int) -> Iterator[tuple[int, ...]]:
    """Yield the half hours that meal and break of a day shift take."""
    for meal, rest in product((4, 6), range(2, length - 2)):
        if rest + 1 + 2 <= meal or rest >= meal + 2 + 2:
            yield meal, meal + 1, rest


def least_money(case: Case, inputs: Inputs, prices: FloatArray) -> float:
    """Return wages and unused guaranteed hours less cover of the cheapest legal roster; all are tried."""
    held = {day: shift_row(inputs, day, shift, hour, length) for day, shift, hour, length in case.published}
    kinds = [None, ("day", 9, 6.0), ("day", 9, 11.0), ("late", 20, 4.0)]
    choices = [[held[day]] if day in held else [k and shift_row(inputs, day, *k) for k in kinds] for day in range(7)]
    alone = Context(inputs, list(held.values()), (), ())
    published = {breach for rule in RULES for breach in rule(alone)}
    best, found = float("inf"), dict[RosteredShift, float]()
    for chosen in product(*choices):
        rows = [row for row in chosen if row is not None]
        context = Context(inputs, rows, (), ())
        if {breach for rule in RULES for breach in rule(context)} != published:
            continue
        money = sum(earned.wages for work, earned in context.earned.items() if work.row is not None)
        for row in rows:
            if row not in found:
                worth = worth_on(inputs, prices, row.date)
                found[row] = most_covered(inputs, worth, row, row not in held.values())
            money -= found[row]
        best = min(best, money + unused(inputs, rows))
    return best


def worth_on(inputs: Inputs, prices: FloatArray, day: date) -> FloatArray:
    """Return what the person is worth per interval on the dearest queue, at the speed of that day."""
    agent, contract = inputs.agents[0], inputs.plan.contract[0]
    speed = 1.0
    if agent.hired_on is not None:
        speed = contract.capacity_in_week((day - agent.hired_on - timedelta(days=contract.training_days)).days // 7)
    return np.asarray(speed * np.maximum(prices[0], 0.8 * prices[1]), dtype=np.float64)


def unused(inputs: Inputs, rows: list[RosteredShift]) -> float:
    """Return the money for guaranteed hours that nobody worked, of a person who is employed all week."""
    contract, total = inputs.plan.contract[0], 0.0
    off = {one.start for one in inputs.time_off}
    for week in (range(4), range(4, 7)):
        employed = len([day for day in week if on(day) not in off])
        paid = sum(
            (row.end - row.start).total_seconds() / 3600 - inputs.plan.shift_by_id(row.shift).meal_minutes / 60
            for row in rows
            if (row.date - START).days in week
        )
        total += max(0.0, contract.hours_per_week_guaranteed * employed / 7 - paid)
    return total * contract.cost_per_hour


@pytest.mark.parametrize("name", CASES)
def test_cheapest_horizon_of_one_person_is_that_of_trying_everything(name: str) -> None:
    """All days off and on of one person are tried, judged by the audit's own rules: the least is what is found."""
    inputs = inputs_for(CASES[name])
    grid = inputs.plan.plan.grid
    prices = np.random.default_rng(len(name)).integers(0, 80, (2, grid.n)).astype(np.float64)
    nobody = requirement_of(inputs, np.zeros((2, grid.n)))
    found = prove(inputs, nobody, BoundPrices(prices, (), (), 0.0))
    assert found == pytest.approx(least_money(CASES[name], inputs, prices), abs=1e-6)


def test_too_many_labels_only_lower_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for few labels, those that hold nearly the same are merged, in the favour of less money."""
    plans = [random_plan(seed) for seed in (1, 5, 8)]
    drawn = [(*plan, drawn_prices(from_inputs(*plan), 1, 1.0)[0]) for plan in plans]
    exact = [prove(*one) for one in drawn]
    monkeypatch.setattr("wfm.audit.bound.LABELS", 50)
    few = [prove(*one) for one in drawn]
    assert all(less <= all_ + 1e-6 for less, all_ in zip(few, exact, strict=True))
    assert sum(few) < sum(exact)


def test_prices_outside_their_limits_are_taken_at_the_limit() -> None:
    """More than a missing agent costs, nobody is worth: with nobody there, the bound is the price of all missing."""
    plan = {
        "plan": {"name": "none", "start": START, "days": 1, "interval_minutes": 60},
        "queue": [{"id": "a", "channel": "phone", "shortage_cost_per_hour": 70.0}],
        "contract": [{"id": "c", "cost_per_hour": 30.0}],
        "shift": list(SHIFTS),
    }
    inputs = inputs_of(plan, [])
    requirement = requirement_of(inputs, np.full((1, 24), 2.0))
    for price, money in ((1e9, 70.0), (-5.0, 0.0), (10.0, 10.0)):
        assert prove(inputs, requirement, BoundPrices(np.full((1, 24), price), (), (), 0.0)) == 48 * money


def context_of(template: dict[str, Any], rules: LabourRules | None = None) -> tuple[Context, Requirement]:
    """Return the context of a day with one template."""
    plan = {
        "plan": {"name": "form", "start": START, "days": 1, "interval_minutes": 30},
        "queue": [{"id": "a", "channel": "phone"}],
        "contract": [{"id": "c", "cost_per_hour": 30.0}],
        "shift": [template],
    }
    inputs = inputs_of(plan, [], rules)
    return Context(inputs, (), (), ()), requirement_of(inputs, np.zeros((1, 48)))


@pytest.mark.parametrize(
    ("hours_long", "meal", "breaks", "fits"),
    [(5.0, 0, (), True), (6.0, 0, (), False), (6.0, 0, (30,), True), (10.0, 0, (15,), True), (10.5, 0, (15,), False),
     (9.0, 60, (15, 15), True), (12.0, 30, (), False), (3.0, 60, (), False), (2.0, 0, (15, 15, 15), False)],
)  # fmt: skip
def test_shifts_that_no_pauses_make_legal_are_not_worked(
    hours_long: float, meal: int, breaks: tuple[int, ...], fits: bool
) -> None:
    """Five hours at most without a pause, meal after three to five hours, an hour clear of everything."""
    template = ShiftTemplate(
        id="x", start="08:00", hours=(hours_long,), meal_minutes=meal, break_minutes=breaks
    ).model_dump()  # fmt: skip
    context, requirement = context_of(template)
    assert (len(shift_forms(context, requirement.grid)) == 1) == fits


def test_pauses_go_where_an_agent_is_worth_least() -> None:
    """Of nine hours an hour of meal and two quarters are taken off where prices are lowest, with clear times kept."""
    template = {"id": "x", "start": "08:00", "hours": [9.0], "meal_minutes": 60, "break_minutes": [15, 15]}
    context, requirement = context_of(template)
    (form,) = shift_forms(context, requirement.grid)
    worth = np.full(96, 4.0)  # per quarter of an hour
    worth[[36, 37, 38, 39]] = 1.0  # 09:00 to 10:00: only a break may lie there
    worth[[48, 49, 50, 51]] = 2.0  # 12:00 to 13:00: the meal
    worth[[60]] = 3.0  # 15:00
    prefix = np.concatenate(([0.0], np.cumsum(worth)))
    assert cover(prefix, form).tolist() == [worth[32:68].sum() - 1.0 - 8.0 - 3.0]
