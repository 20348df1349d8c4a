"""Sides of single rules beyond the one corruption each: other ways to break them, and what is still allowed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.wfm.audit.world import PLAN, Duty, World, on, small_world, staff_world
from wfm.inputs import FixedShift, TimeOff
from wfm.plan import Plan
from wfm.results import Hire


def _details(world: World) -> str:
    return "\n".join(finding.detail for finding in world.audit())


def test_the_auditor_shares_no_code_with_the_engine() -> None:
    """Importing the auditor loads none of the other rooms and no solver, data frame or forecaster."""
    code = "import sys, wfm.audit; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    heavy = {"scheduling", "forecasting", "data", "scenarios", "cli", "ortools", "pandas", "prophet", "statsmodels"}
    assert "wfm" in loaded
    assert not loaded & heavy


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": "somebody"}, "the name differs"),
        ({"contract": "agency"}, "contract 'agency', expected 'staff'"),
        ({"employee_id": "nobody"}, "nobody with this id"),
    ],
)
def test_known_person_compares_every_column(changes: dict[str, Any], text: str) -> None:
    """Name, contract and id of a row must be those of a person."""
    world = small_world().row("e1", 3, **changes)
    assert "known_person" in world.broken()
    assert text in _details(world)


def test_dates_and_queues_must_exist() -> None:
    """A date that is not the start's day, and a queue that the plan doesn't have, are caught."""
    misdated = small_world().row("e2", 8, date=on(12))
    assert misdated.broken() == {"in_horizon", "activities_complete"}  # the activities keep the old date
    assert small_world().change("e1", 4, queue="fax").broken() == {"skills"}


def test_a_shift_of_the_evening_before_must_not_run_into_time_off() -> None:
    """A night shift that starts the day before overlaps the day off; one that ended on its eve does not."""
    assert small_world().with_inputs(time_off=(TimeOff("e3", on(4), on(4)),)).broken() == {"time_off"}
    assert small_world().with_inputs(time_off=(TimeOff("e3", on(5), on(6)),)).audit() == ()


def test_time_off_includes_its_last_day() -> None:
    """Leave from Sunday to Tuesday forbids Tuesday's shift."""
    assert small_world().with_inputs(time_off=(TimeOff("e3", on(6), on(8)),)).broken() == {"time_off"}
    assert small_world().with_inputs(time_off=(TimeOff("e3", on(6), on(7)),)).audit() == ()


@pytest.mark.parametrize(
    ("who", "changes", "clean"),
    [
        ("p1", {"hired_on": date(2025, 9, 27)}, True),  # two training days: first day on seat is the 29th
        ("p1", {"hired_on": date(2025, 9, 28)}, False),
        ("e1", {"hired_on": on(0)}, True),
        ("e1", {"hired_on": on(1)}, False),
        ("e1", {"leaves_on": on(12)}, True),
        ("e1", {"leaves_on": on(11)}, False),
    ],
)
def test_employment_limits_are_inclusive(who: str, changes: dict[str, Any], clean: bool) -> None:
    """The first day after training and the last day of employment may be worked, the days beside them not."""
    assert small_world().agent(who, **changes).broken() == (set() if clean else {"employment"})


def _set_hire(**changes: Any) -> Callable[[World], object]:
    return lambda world: world.hires.__setitem__(0, replace(world.hires[0], **changes))


def _drop_training(world: World) -> None:
    world.shifts = [row for row in world.shifts if row.shift != "training"]
    world.activities = [activity for activity in world.activities if activity.activity != "training"]


@pytest.mark.parametrize(
    ("corrupt", "text"),
    [
        (_set_hire(training_from=on(0), cost=300.0), "1 training days before 2025-09-30, expected 2"),
        (_set_hire(training_from=date(2025, 9, 25), cost=620.0), "earliest 2025-09-26"),
        (_set_hire(contract="ghost"), "which the plan does not have"),
        (_drop_training, "a training day has no row"),
        (lambda w: w.hires.append(w.hires[0]), "used more than once"),
        (lambda w: w.hires.append(Hire("e1", "seat", on(14), on(14), 0.0)), "used more than once"),
        (lambda w: w.hires.extend(Hire(f"s{n}", "seat", on(14), on(14), 0.0) for n in (1, 2)), "3 hires, at most 2"),
        (lambda w: w.add(Duty("student-001", 4, "short", "14:00", 4)).row("student-001", 4, shift="training"),
         "training outside"),
        (lambda w: w.row("student-001", 0, end=w.moment(on(0), "12:30")), "training from 2025-09-29 09:00 to"),
        (lambda w: w.row("e1", 4, shift="training"), "training is rostered for hires, and"),
    ],
)  # fmt: skip
def test_hires_are_checked_in_every_column(corrupt: Callable[[World], object], text: str) -> None:
    """Training days, earliest date, contract, headcount, ids and training rows of hires are all looked at."""
    world = small_world()
    corrupt(world)
    assert "hire_window" in world.broken()
    assert text in _details(world)


def test_published_training_of_a_named_person_is_allowed() -> None:
    """A new colleague may have a published training day before the first day on seat; unpublished it is a finding."""
    world = staff_world([Duty("e3", 1, "odd", "06:00", 4)]).agent("e3", hired_on=on(0))
    world.row("e3", 1, shift="training")
    world.activities = [replace(activity, activity="training", queue="") for activity in world.activities]
    row = world.shifts[0]
    assert world.broken() == {"hire_window"}
    world.with_inputs(fixed_shifts=(FixedShift("e3", row.date, row.shift, row.start, row.end),))
    assert world.audit() == ()


def test_without_a_hiring_date_training_starts_after_the_last_known_day() -> None:
    """A contract without ``hire_from`` takes people on from the day after ``known_until`` on."""
    world = small_world()
    contracts = [{**c, "hire_from": None} for c in PLAN["contract"]]
    for known_until, rules in ((date(2025, 9, 27), set()), (date(2025, 9, 28), {"hire_window"})):
        head = {**PLAN["plan"], "known_until": known_until}
        plan = Plan(**{**PLAN, "plan": head, "contract": contracts, "limits": {}})
        assert world.with_inputs(plan=plan).broken() == rules


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"template": "odd", "start": "07:00", "hours": 4}, "starts at 07:00, allowed 00:00-06:00"),
        ({"start": "08:15"}, "not on the grid of 30 minutes"),
        ({"hours": 9.5}, "9.5 h long, allowed 9 h, 10 h, 12 h, 13 h"),
    ],
)
def test_templates_bind_start_grid_and_length(changes: dict[str, Any], text: str) -> None:
    """A start out of range or off the grid and a length that no template has are caught."""
    world = small_world().change("e2", 4, **changes)
    assert "shift_template" in world.broken()
    assert text in _details(world)


def test_templates_bind_contract_and_day() -> None:
    """A template that the contract does not list, or that is closed on the day, must not be used."""
    world = small_world().add(Duty("p1", 5, "odd", "06:00", 4))
    assert "'odd' is not among the contract's: short" in _details(world)
    shifts = [
        {**s, "weekdays": ["mon", "tue", "wed", "thu", "fri"]} if s["id"] == "short" else s for s in PLAN["shift"]
    ]
    plan = Plan(**{**PLAN, "shift": shifts})
    assert small_world().with_inputs(plan=plan).audit() == ()
    shifts = [{**s, "dates": [on(0)]} if s["id"] == "short" else s for s in PLAN["shift"]]
    plan = Plan(**{**PLAN, "shift": shifts})
    assert small_world().with_inputs(plan=plan).broken() == {"shift_template"}


def _with_template(world: World, **changes: Any) -> World:
    """Return the world with one more template, made from the day shift."""
    plan = world.inputs.plan
    extra = plan.shift_by_id("day").model_copy(update=changes)
    return world.with_inputs(plan=plan.model_copy(update={"shift": (*plan.shift, extra)}))


@pytest.mark.parametrize(("start", "clean"), [("01:00", True), ("02:00", True), ("02:30", False), ("21:30", False)])
def test_a_start_range_may_run_past_midnight(start: str, clean: bool) -> None:
    """A shift that may start from 22:00 to 02:00 may start at 01:00, on the day after."""
    world = _with_template(staff_world(()), id="late", start="22:00-02:00").add(Duty("e1", 1, "late", start, 9))
    assert world.broken() == (set() if clean else {"shift_template"})


def test_only_short_breaks_keep_clear_of_the_ends() -> None:
    """A meal may end half an hour before the shift does, where a short break would have to keep an hour away."""
    duty = Duty("e1", 1, "brief", "09:00", 4.5, meal_at=210, breaks_at=())
    world = _with_template(staff_world(()), id="brief", hours=(4.5,), meal_minutes=30, break_minutes=())
    assert world.add(duty).audit() == ()


def test_a_published_shift_that_left_its_template_is_a_warning() -> None:
    """A published shift must not move, so a template that changed since is only told."""
    world = small_world().change("e2", 4, start="07:30")
    row = next(row for row in world.shifts if (row.employee_id, row.date) == ("e2", on(4)))
    world.with_inputs(fixed_shifts=(FixedShift("e2", row.date, row.shift, row.start, row.end),))
    assert {(finding.rule, finding.severity) for finding in world.audit()} == {("shift_template", "warning")}


@pytest.mark.parametrize(
    ("changes", "rule", "text"),
    [
        ({"meal_at": 150, "breaks_at": (60, 420)}, "meal", "starts 2.5 h into the shift, allowed 3 h to 5 h"),
        ({"meal_at": 195, "breaks_at": (60, 420)}, "meal", "not on the grid of 30 minutes"),
        ({"breaks_at": (30, 420)}, "breaks", "30 minutes between shift start and break"),
        ({"breaks_at": (195, 420)}, "breaks", "30 minutes between break and meal"),
        ({"breaks_at": (330, 420)}, "breaks", "30 minutes between meal and break"),
        ({"breaks_at": (125, 420)}, "breaks", "not on the grid of 15 minutes"),
        ({"breaks_at": (120,)}, "breaks", "15 minutes, expected 15 + 15 minutes"),
    ],
)
def test_meals_and_breaks_keep_their_places(changes: dict[str, Any], rule: str, text: str) -> None:
    """The meal keeps its window and grid; breaks keep their number and distances."""
    world = small_world().change("e2", 4, **changes)
    assert world.broken() == {rule}
    assert text in _details(world)


def test_activities_must_tile_the_shift() -> None:
    """Gaps, overlaps, wrong flags, unknown kinds and strays are all findings of the same rule."""
    for changes in ({"paid": False}, {"activity": "nap"}, {"activity": "training"}, {"date": on(5)}):
        world = small_world()
        index = next(i for i, a in enumerate(world.activities) if a.employee_id == "e2" and a.date == on(4))
        world.activities[index] = replace(world.activities[index], **changes)
        assert world.broken() == {"activities_complete"}
    for minutes, word in ((-30, "gap"), (30, "overlap")):
        world = small_world()
        index = next(i for i, a in enumerate(world.activities) if a.employee_id == "e2" and a.date == on(4))
        activity = world.activities[index]
        world.activities[index] = replace(activity, end=activity.end + timedelta(minutes=minutes))
        assert world.broken() == {"activities_complete"}
        assert f"{word} of 30 minutes" in _details(world)


def test_a_lost_published_shift_and_an_unknown_person_are_found() -> None:
    """A published shift that the roster lacks, and one of nobody known, are both told."""
    world = small_world()
    fixed = world.inputs.fixed_shifts[0]
    world.with_inputs(fixed_shifts=(replace(fixed, employee_id="ghost"),))
    assert world.broken() == {"fixed_shifts"}
    assert {finding.detail.split(" ")[-2] for finding in world.audit()} == {"is", "the"}


def _past(who: str, day: int, template: str, start: str, hours: float) -> FixedShift:
    world = small_world(duties=())
    moment = world.moment(on(day), start)
    return FixedShift(who, on(day), template, moment, world.later(moment, hours * 60))


def test_published_shifts_of_the_past_bind() -> None:
    """Rest and runs of days look back over the plan's first day; the past itself is not judged."""
    rested = _past("e1", -1, "night", "12:00", 9)
    assert small_world().with_inputs(fixed_shifts=(rested,)).audit() == ()
    late = _past("e1", -1, "night", "23:00", 9)
    assert small_world().with_inputs(fixed_shifts=(late,)).broken() == {"rest_between_shifts"}
    days = tuple(_past("e1", day, "day", "09:00", 9) for day in (-2, -1))
    assert small_world().with_inputs(fixed_shifts=days).broken() == {"consecutive_days"}
    twice = (_past("e1", -3, "day", "08:00", 9), _past("e1", -3, "day", "09:00", 9))
    assert small_world().with_inputs(fixed_shifts=twice).audit() == ()


def test_overtime_of_the_month_counts_the_past_of_that_month() -> None:
    """Ten past days of 11 paid hours and two in the plan are the 36 h of September; one more hour is too many."""
    days = [day for week in (-14, -7) for day in range(week, week + 5)]
    past = tuple(_past("e1", day, "day", "08:00", 12) for day in days)
    october = [Duty("e1", day, "day", "08:00", 12) for day in (8, 9)]
    world = small_world(duties=[Duty("e1", 0, "day", "08:00", 12), Duty("e1", 1, "day", "08:00", 12), *october])
    assert world.with_inputs(fixed_shifts=past).audit() == ()
    world.with_inputs(fixed_shifts=(*past, _past("e1", -2, "day", "08:00", 10)))
    assert world.broken() == {"overtime_month"}
    assert "45 h overtime in 2025-09, at most 36 h" in _details(world)  # a sixth day: 8 above the week, 1 above the day


def test_rest_of_exactly_the_limit_is_enough() -> None:
    """Eleven hours pass, half an hour less does not."""
    duties = [Duty("e1", 0, "day", "12:00", 10), Duty("e1", 1, "day", "09:00", 9)]
    assert staff_world(duties).audit() == ()
    duties[1] = replace(duties[1], start="08:30")
    assert staff_world(duties).broken() == {"rest_between_shifts"}
    assert "10.5 h rest between 2025-09-29 22:00 and 2025-09-30 08:30, at least 11 h" in _details(staff_world(duties))


@pytest.mark.parametrize(("start", "clean"), [("10:00", False), ("11:00", True)])
def test_rest_over_the_clock_change_is_absolute_time(start: str, clean: bool) -> None:
    """In Berlin, 30 March 2025 lacks an hour: from 23:00 to 10:00 next day are ten hours."""
    world = _with_template(staff_world((), "Europe/Berlin", date(2025, 3, 29), 3), id="late", start="13:00")
    world.add(Duty("e1", 0, "late", "13:00", 10), Duty("e1", 1, "day", start, 9))
    assert world.broken() == (set() if clean else {"rest_between_shifts"})


def test_the_length_over_the_clock_change_is_absolute_time() -> None:
    """Nine hours from 22:00 over the autumn change end at 06:00; until 07:00 they would be ten."""
    world = staff_world([Duty("e1", 0, "night", "22:00", 9)], "Europe/Berlin", date(2025, 10, 25), 2)
    assert world.shifts[0].end.strftime("%H:%M") == "06:00"
    assert world.audit() == ()
    late = world.shifts[0].end + timedelta(hours=1)
    world.shifts[0] = replace(world.shifts[0], end=late)
    assert "10 h long, allowed 9 h" in _details(world)


@pytest.mark.parametrize(("start", "hours", "clean"), [("12:00", 10, True), ("12:00", 12, False)])
def test_night_begins_at_ten(start: str, hours: float, clean: bool) -> None:
    """A nursing mother may work until 22:00, not until midnight."""
    world = staff_world([Duty("e2", 0, "day", start, hours)])
    world.agent("e2", attributes=frozenset({"pregnant"}))
    assert ("night_work" in world.broken()) == (not clean)


@pytest.mark.parametrize(("start", "clean"), [("05:30", False), ("06:00", True)])
def test_night_ends_at_six(start: str, clean: bool) -> None:
    """Whoever must not work at night may start at 06:00, not half an hour earlier."""
    world = staff_world([Duty("e2", 0, "odd", start, 4)])
    world.agent("e2", attributes=frozenset({"minor"}))
    assert world.broken() == (set() if clean else {"night_work"})


def test_the_night_is_the_rule_packs() -> None:
    """A rule pack with a night from 00:00 to 05:00 lets a nursing mother work until midnight."""
    for night, rules in (("00:00-05:00", set()), ("21:30-05:00", {"night_work"})):
        world = small_world(rules={"night": night}).add(Duty("e2", 5, "day", "12:00", 10))
        assert world.broken() == rules | {"overtime_allowed"}


def test_the_days_of_training_before_the_plan_are_work_days() -> None:
    """Who trained on Saturday and Sunday before the plan has four work days left in that row."""
    for days, rules in (((1, 2, 3), set()), ((1, 2, 3, 4), {"consecutive_days"})):
        world = small_world()
        # training on three days, one of them in the plan, then on seat from Tuesday on
        contracts = [{**c, "training_days": 3} if c["id"] == "student" else c for c in PLAN["contract"]]
        world.with_inputs(plan=Plan(**{**PLAN, "contract": contracts}))
        world.agent("p1", hired_on=None)
        world.hires[0] = Hire("student-001", "student", on(-2), on(1), 460.0)
        world.duties = [duty for duty in world.duties if duty.who != "student-001"]
        world.add(*(Duty("student-001", day, "short", "14:00", 4) for day in days))
        assert world.broken() == rules


@pytest.mark.parametrize(("start", "clean"), [("14:00", True), ("14:30", False), ("13:30", False)])
def test_nobody_at_meal_or_in_training_holds_a_seat(start: str, clean: bool) -> None:
    """Where one seat is allowed and somebody trains, a second may come for just the hour that the first is at meal."""
    world = small_world({"seats_max": 1, "per_experienced_max": None}, duties=())
    changes = {"id": "hour", "start": "13:00-15:00", "hours": (1.0,), "meal_minutes": 0, "break_minutes": ()}
    _with_template(world, **changes).add(Duty("d1", 0, "day", "10:00", 9, "phone"), Duty("i1", 0, "hour", start, 1))
    assert world.broken() == (set() if clean else {"temporary_seats"})


def test_a_long_day_on_a_holiday_is_overtime_for_the_protected() -> None:
    """Holiday hours are paid otherwise, but who may not work overtime stays at eight hours a day."""
    assert small_world().change("e2", 2, hours=10).broken() == {"overtime_allowed"}


CONTRACT_LIMITS = {
    "temporary_headcount": {"headcount_max": 0},
    "temporary_share": {"share_max": 0.1},
    "temporary_seats": {"seats_max": 0},
    "temporary_cost": {"cost_max": 1119.0},
    "per_experienced": {"per_experienced_max": 0.3},
}


@pytest.mark.parametrize("rule", sorted(CONTRACT_LIMITS))
def test_each_limit_binds_one_contract_too(rule: str) -> None:
    """The same limit set on one contract counts the people of that contract alone."""
    contracts = [{**c, "limits": CONTRACT_LIMITS[rule]} if c["id"] == "agency" else c for c in PLAN["contract"]]
    plan = Plan(**{**PLAN, "contract": contracts})
    world = small_world().with_inputs(plan=plan)
    assert world.broken() == {rule}
    assert all("contract 'agency'" in finding.detail for finding in world.audit())


def test_limits_are_inclusive() -> None:
    """Every limit may be used to the full: what the clean roster needs, and not one less."""
    exact = {"headcount_max": 5, "share_max": 0.625, "dispatch_share_max": 0.25, "seats_max": 3, "cost_max": 3930.0,
             "per_experienced_max": 2.0}  # fmt: skip
    assert small_world(exact).audit() == ()
    less = {"headcount_max": 4, "share_max": 0.62, "dispatch_share_max": 0.24, "seats_max": 2, "cost_max": 3929.0,
            "per_experienced_max": 1.99}  # fmt: skip
    expected = {"headcount_max": "temporary_headcount", "share_max": "temporary_share", "seats_max": "temporary_seats",
                "dispatch_share_max": "dispatch_share", "cost_max": "temporary_cost",
                "per_experienced_max": "per_experienced"}  # fmt: skip
    for key, value in less.items():
        assert small_world({key: value}).broken() == {expected[key]}, key


def test_findings_are_sorted_and_without_repeats() -> None:
    """The same roster gives the same findings, in order of rule, whatever the order of its rows."""
    world = small_world().row("e1", 3, cost=1.0).row("p1", 1, paid_hours=0.0).row("e2", 3, overtime_hours=3.0)
    findings = world.audit()
    assert list(findings) == sorted(set(findings))
    world.shifts.reverse()
    world.activities.reverse()
    assert world.audit() == findings
