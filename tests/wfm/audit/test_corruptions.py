"""Each rule of the catalogue is caught when a clean roster is corrupted in that rule, and no other rule fires."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.wfm.audit.world import Duty, World, on, published, small_world
from wfm.audit import RULES
from wfm.bound_prices import BoundPrices
from wfm.inputs import Agent, TimeOff
from wfm.results import Hire


@dataclass(frozen=True)
class Corruption:
    """A way to break one rule; ``limits`` and ``rules`` are the plan's own, under which the roster was clean."""

    apply: Callable[[World], object]
    limits: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)


def _activity(world: World, who: str, day: int, number: int, **changes: Any) -> None:
    """Overwrite columns of one activity of a shift, counted from its start."""
    indices = [i for i, a in enumerate(world.activities) if (a.employee_id, a.date) == (who, on(day))]
    world.activities[indices[number]] = replace(world.activities[indices[number]], **changes)


def _drop_last_activity(world: World) -> None:
    del world.activities[max(i for i, a in enumerate(world.activities) if a.employee_id == "e1" and a.date == on(3))]


def _later_published(world: World) -> None:
    fixed = published(world, "e1", 0)
    half_an_hour = timedelta(minutes=30)
    world.with_inputs(fixed_shifts=(replace(fixed, start=fixed.start + half_an_hour),))


def _named_outsourced(world: World) -> None:
    world.with_inputs(agents=(*world.inputs.agents, Agent("o1", "周七", "seat", "seat", {"chat": 1.0})))
    world.add(Duty("o1", 2, "short", "09:00", 4))


def _two_hires_after_the_plan(world: World) -> None:
    later = on(14)
    world.hires += [
        Hire("student-002", "student", later, later + timedelta(days=2), 300.0),
        Hire("seat-002", "seat", later, later, 0.0),
    ]


def _one_hire_after_the_plan(world: World) -> None:
    world.hires.append(Hire("seat-002", "seat", on(14), on(14), 0.0))


def _second_dispatched(world: World) -> None:
    world.with_inputs(agents=(*world.inputs.agents, Agent("d2", "吴八", "agency", "B", {"phone": 1.0})))


def _prices(world: World) -> BoundPrices:
    assert world.claim is not None
    return world.claim.prices


def _priced_above_missing(world: World) -> None:
    prices = _prices(world)
    seat = prices.seat.copy()
    seat[0, 3] = 150.1
    world.claims(prices=replace(prices, seat=seat))


CORRUPTIONS: dict[str, Corruption] = {
    "known_person": Corruption(lambda w: w.row("e1", 3, team="Z")),
    "in_horizon": Corruption(lambda w: w.add(Duty("e1", 14, "day", "09:00", 9))),
    "skills": Corruption(lambda w: w.change("p1", 0, queue="phone")),
    "time_off": Corruption(lambda w: w.with_inputs(time_off=(TimeOff("e1", on(4), on(5)),))),
    "employment": Corruption(lambda w: w.agent("e2", leaves_on=on(9))),
    "hire_window": Corruption(lambda w: w.hires.__setitem__(0, replace(w.hires[0], cost=379.0))),
    "outsourced_names": Corruption(_named_outsourced),
    "shift_template": Corruption(lambda w: w.change("e2", 4, start="07:30")),
    "meal": Corruption(lambda w: _activity(w, "e1", 3, 3, activity="work", paid=True)),
    "breaks": Corruption(lambda w: w.change("e1", 3, breaks_at=(120, 510))),
    "work_stretch": Corruption(lambda w: w.change("i1", 8, breaks_at=(315,))),
    "activities_complete": Corruption(_drop_last_activity),
    "fixed_shifts": Corruption(_later_published),
    "one_shift_per_day": Corruption(
        lambda w: w.add(Duty("e3", 6, "odd", "00:00", 4), Duty("e3", 6, "short", "15:00", 4))
    ),
    "no_overlap": Corruption(lambda w: w.add(Duty("e3", 4, "odd", "05:00", 4))),
    "rest_between_shifts": Corruption(lambda w: w.add(Duty("e3", 4, "day", "12:00", 9))),
    "daily_hours": Corruption(lambda w: w.add(Duty("e3", 5, "day", "08:00", 13, meal_at=300, breaks_at=(120, 510)))),
    "overtime_allowed": Corruption(lambda w: w.change("e2", 1, hours=10)),
    "overtime_month": Corruption(lambda w: w.change("e3", 8, hours=10), rules={"overtime_hours_per_month_max": 8}),
    "weekly_hours": Corruption(lambda w: w.change("e3", 9, hours=12)),
    "part_time_week": Corruption(lambda w: w.add(Duty("p1", 12, "short", "13:00", 5))),
    "consecutive_days": Corruption(lambda w: w.add(Duty("e1", 6, "day", "09:00", 9))),
    "weekly_rest": Corruption(
        lambda w: w.add(*(Duty("e2", day, "short", "09:00", 4) for day in (7, 12, 13))),
        rules={"consecutive_days_max": 7},  # seven days Monday to Sunday are also more than six in a row
    ),
    "night_work": Corruption(lambda w: w.add(Duty("e2", 5, "night", "20:00", 9))),
    "paid_hours": Corruption(lambda w: w.row("e1", 3, paid_hours=8.5)),
    "overtime_hours": Corruption(lambda w: w.row("e1", 8, overtime_hours=0.0)),
    "pay": Corruption(lambda w: w.row("e1", 8, cost=270.0)),
    "temporary_headcount": Corruption(_two_hires_after_the_plan),
    "temporary_share": Corruption(_one_hire_after_the_plan, limits={"share_max": 0.625}),
    "dispatch_share": Corruption(_second_dispatched, limits={"dispatch_share_max": 0.25}),
    "temporary_seats": Corruption(lambda w: w.add(Duty("student-001", 8, "short", "14:00", 4))),
    # p1 1200 (two of its shifts on holidays), d1 1120, i1 270, student-001 640 + 380 to hire, seat-001 320: 3930
    "temporary_cost": Corruption(lambda w: w.add(Duty("i1", 11, "short", "10:00", 6)), limits={"cost_max": 3930.0}),
    "prices_in_range": Corruption(_priced_above_missing),
    "bound_proven": Corruption(lambda w: w.claims(bound=11_000.0, prices=replace(_prices(w), value=11_000.0))),
    "bound_below_cost": Corruption(lambda w: w.claims(cost=9_000.0)),
    "per_experienced": Corruption(lambda w: w.add(Duty("p1", 6, "short", "13:00", 4))),
}


def test_every_rule_has_a_corruption() -> None:
    """The catalogue and the corruptions name the same rules."""
    assert set(CORRUPTIONS) == set(RULES)


def test_the_hand_made_roster_is_clean() -> None:
    """Nothing is found in a roster that obeys everything: the auditor raises no false alarm."""
    assert small_world().audit() == ()


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_corruption_of_one_rule_is_caught_by_that_rule_alone(rule: str) -> None:
    """A roster that is clean under the same plan breaks exactly the rule in which it was corrupted."""
    corruption = CORRUPTIONS[rule]
    world = small_world(corruption.limits, corruption.rules)
    assert world.audit() == ()
    corruption.apply(world)
    findings = world.audit()
    assert {finding.rule for finding in findings} == {rule}
    severities = {"warning"} if rule == "outsourced_names" else {"error"}
    assert {finding.severity for finding in findings} == severities


@pytest.mark.parametrize("rule", sorted(RULES))
def test_details_hold_no_personal_names(rule: str) -> None:
    """Findings can be handed around: names stay in the roster."""
    corruption = CORRUPTIONS[rule]
    world = small_world(corruption.limits, corruption.rules)
    corruption.apply(world)
    names = {agent.name for agent in world.inputs.agents}
    assert not [finding for finding in world.audit() if any(name in finding.detail for name in names)]


def test_dates_are_iso() -> None:
    """The finding of a person's shift names its day."""
    world = small_world()
    world.row("e1", 3, cost=1.0)
    (finding,) = world.audit()
    assert (finding.employee_id, finding.date) == ("e1", date(2025, 10, 2).isoformat())
