"""The engine as a whole: legal, near the brute-force optimum, above its bound, repeatable, interruptible."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from scheduling.build import SearchLimits, build
from scheduling.options import shift_options
from scheduling.outcome import placed_shifts
from scheduling.problem import RosterProblem, from_inputs
from scheduling.search import Search
from scheduling.tables import build_tables
from tests.scheduling.plans import promotion_plan, requirement_of
from tests.scheduling.small import START, agent, fixed, problem_of, tiny
from wfm.audit import audit
from wfm.errors import InterruptedRunError, NoRosterError
from wfm.inputs import Inputs, TimeOff
from wfm.results import Roster
from wfm.rules import DayTypes, LabourRules

LITTLE = SearchLimits(effort=0.05)
LONG = 500.0


def cheapest_by_brute_force(problem: RosterProblem, rate: float = 50.0) -> float:
    """Return the least cost for one queue by trying every legal combination of pause-free shifts on short horizons."""
    shifts = [(-1, 0)] + [(h, n) for h in (8, 9, 10) for n in (4, 5)] + [(17, 5)]
    best = np.inf
    weeks = [
        days
        for days in itertools.product(shifts, repeat=problem.days)
        if all(b[0] < 0 or a[0] < 0 or 24 + b[0] - a[0] - a[1] >= 11 for a, b in itertools.pairwise(days))
    ]
    cover = [(np.zeros(problem.grid.n), 0) for _ in weeks]
    for place, days in enumerate(weeks):
        seat = np.zeros(problem.grid.n)
        for day, (start, hours) in enumerate(days):
            seat[24 * day + max(start, 0) : 24 * day + max(start, 0) + hours] += 1
        cover[place] = (seat, sum(hours for _, hours in days))
    for combo in itertools.combinations_with_replacement(cover, len(problem.people)):
        missing = np.clip(problem.requirement[0] - sum(seat for seat, _ in combo), 0, None).sum()
        best = min(best, 80.0 * missing + rate * sum(hours for _, hours in combo))
    return float(best)


def clean(inputs: Inputs, roster: Roster) -> None:
    """Fail unless the auditor finds nothing and the numbers hang together."""
    assert audit(inputs, roster.shifts, roster.activities, roster.hires) == ()
    assert roster.bound <= roster.cost.total + 1e-6
    assert not any("it is wrong" in note for note in roster.notes)  # a bound above the cost is told and not used
    assert sum(row.cost for row in roster.shifts) == pytest.approx(roster.cost.wages + roster.cost.premium, abs=1.0)


@pytest.mark.parametrize(("people", "days", "seed"), [(1, 3, 0), (1, 2, 3), (2, 2, 1), (2, 2, 2)])
def test_small_plans_reach_the_brute_force_optimum(people: int, days: int, seed: int) -> None:
    """On one or two people and two or three days the roster costs what the best of all rosters costs."""
    inputs = tiny([agent(n) for n in range(people)], days)
    problem = problem_of(inputs, seed)
    roster = build(problem, LITTLE, seed=1)
    best = cheapest_by_brute_force(problem)
    clean(inputs, roster)
    assert roster.bound <= best + 1e-6
    assert roster.cost.total == pytest.approx(best)


def test_season_with_hires_is_legal_and_repeatable() -> None:
    """Days with eight queues, nights, meals, breaks and hires pass the audit; same seed, same roster."""
    inputs, requirement = promotion_plan(people=10, days=4)
    problem = from_inputs(inputs, requirement)
    first, second = (build(problem, SearchLimits(effort=0.02), seed=3) for _ in range(2))
    clean(inputs, first)
    assert first.hires
    assert (first.shifts, first.activities, first.hires) == (second.shifts, second.activities, second.hires)
    assert first.cost == second.cost
    assert first.bound == second.bound


def test_stop_from_the_start_leaves_the_published_shifts() -> None:
    """A stop that is asked for from the start gives what stands anyway, legal and marked as interrupted."""
    inputs = tiny([agent(1), agent(2)], 7, fixed_shifts=(fixed(1, 1, "09:00", 4.0),))
    roster = build(problem_of(inputs), SearchLimits(effort=LONG), seed=1, stop=lambda: True)
    assert roster.status == "interrupted"
    assert ("E1", START + timedelta(1)) in [(row.employee_id, row.date) for row in roster.shifts]
    clean(inputs, roster)


def test_stop_in_the_midst_keeps_the_best_roster() -> None:
    """A search stopped when it has told of a better roster than the first ends there, with the best so far."""
    inputs = tiny([agent(1), agent(2)], 7)
    costs: list[str] = []

    def note(step: str, done: float, message: str = "") -> None:
        costs.extend([message] if message.startswith("cost") else [])

    roster = build(problem_of(inputs), SearchLimits(effort=LONG), 1, note, stop=lambda: len(set(costs)) > 1)
    assert roster.status == "interrupted"
    assert roster.shifts
    clean(inputs, roster)


def test_stop_while_the_search_is_being_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does not hear the stop is left behind; with no roster yet, none is made up of published shifts."""
    inputs, compiled = tiny([agent(1)], 3, fixed_shifts=(fixed(1, 1, "09:00", 4.0),)), threading.Event()
    monkeypatch.setattr(Search, "prepare", lambda _search: compiled.wait())
    with pytest.raises(InterruptedRunError, match="before there was a roster"):
        build(problem_of(inputs), LITTLE, seed=1, stop=lambda: True)
    compiled.set()


def test_a_time_limit_waits_for_the_first_roster() -> None:
    """No time at all gives a legal roster all the same."""
    inputs = tiny([agent(1)], 3, fixed_shifts=(fixed(1, 1, "09:00", 4.0),))
    roster = build(problem_of(inputs), SearchLimits(effort=LONG, time_limit_seconds=0.0), seed=1)
    assert roster.status == "interrupted"
    clean(inputs, roster)


def test_a_search_under_way_does_not_disturb_the_roster() -> None:
    """Shifts are read from the best roster as a whole, not from the arrays that the search works on."""
    inputs = tiny([agent(1)], 2, fixed_shifts=(fixed(1, 1, "09:00", 4.0),))
    problem = problem_of(inputs)
    tables, index = build_tables(problem, shift_options(problem), problem.people)
    search = Search(problem, tables, index, seed=1)
    search.state.option[:], search.state.pattern[:] = 0, 0
    assert [(shift.day, shift.start) for shift in placed_shifts(problem, search)] == [(1, 33 * 60)]


def test_published_shifts_stay_and_past_ones_bind() -> None:
    """A published shift appears unchanged; a late one of the evening before delays the first morning."""
    late = fixed(1, -1, "17:00", 8.0, "late")
    inputs = tiny([agent(1)], fixed_shifts=(late, fixed(1, 1, "09:00", 4.0)))
    problem = problem_of(inputs, peak=3)
    roster = build(problem, LITTLE, seed=1)
    clean(inputs, roster)
    assert [(row.date, row.start.hour) for row in roster.shifts if row.date > START] == [(START + timedelta(1), 9)]
    assert all(row.start.hour >= 12 for row in roster.shifts if row.date == START)


def test_people_serve_only_what_they_hold_and_idle_people_show() -> None:
    """Somebody who holds another queue does not cover this one; who has nothing to do is shown on the own queues."""
    inputs = tiny([agent(1, queues=["b"])], queues=["a", "b"], fixed_shifts=(fixed(1, 0, "09:00", 4.0),))
    need = np.zeros((2, 48))
    need[0, 9:13] = 1.0
    roster = build(from_inputs(inputs, requirement_of(inputs, need)), LITTLE, seed=1)
    assert roster.scheduled[0].sum() == 0
    assert roster.scheduled[1, 9:13].tolist() == [1.0] * 4
    assert roster.cost.shortage == pytest.approx(4 * 80.0)


def test_holiday_pay_and_leave() -> None:
    """Work on a statutory holiday costs three times; nobody works in leave."""
    types = DayTypes(statutory=frozenset({START}))
    leave = (TimeOff("E1", START + timedelta(1), START + timedelta(1)),)
    inputs = tiny([agent(1)], day_types=types, time_off=leave, fixed_shifts=(fixed(1, 0, "09:00", 4.0),))
    roster = build(problem_of(inputs), LITTLE, seed=1)
    clean(inputs, roster)
    assert [(row.cost, row.overtime_hours) for row in roster.shifts] == [(600.0, 0.0)]
    assert roster.cost.premium == pytest.approx(400.0)


@pytest.mark.parametrize(
    ("limits", "heads"), [({"headcount_max": 2}, 2), ({"share_max": 0.25}, 1), ({"cost_max": 0.0}, 0), ({}, 4)]
)
def test_limits_on_hires(limits: dict[str, float], heads: int) -> None:
    """Hires stop at the headcount, the share and the money, and are taken where they pay."""
    temp = {"id": "temp", "kind": "outsourced", "cost_per_hour": 10.0, "headcount": 4}
    inputs = tiny([agent(n) for n in range(3)], contracts=[temp], limits=limits)
    roster = build(problem_of(inputs, peak=12), LITTLE, seed=1)
    clean(inputs, roster)
    assert sum(row.contract == "temp" for row in roster.shifts) == 0 if heads == 0 else len(roster.hires) == heads


def test_temps_need_experienced_people_on_seat() -> None:
    """With one temp per employee on duty, nobody temporary is on duty alone."""
    temp = {"id": "temp", "kind": "outsourced", "cost_per_hour": 10.0, "headcount": 6}
    inputs = tiny([agent(1)], contracts=[temp], limits={"per_experienced_max": 1.0})
    roster = build(problem_of(inputs, peak=9), LITTLE, seed=2)
    clean(inputs, roster)
    assert roster.scheduled.max() <= 2.0


CONFLICTS: dict[str, tuple[dict[str, Any], str]] = {
    "overlap": ({"fixed_shifts": (fixed(1, 0, "09:00", 4.0), fixed(1, 0, "10:00", 4.0))}, "2025-10-20"),
    "rest": ({"fixed_shifts": (fixed(1, 0, "17:00", 5.0, "late"), fixed(1, 1, "08:00", 4.0))}, "at least 11 h"),
    "leave": ({"fixed_shifts": (fixed(1, 0, "09:00", 4.0),), "time_off": (TimeOff("E1", START, START),)}, "leave"),
    "stretch": ({"fixed_shifts": (fixed(1, 0, "09:00", 7.0),)}, "no place"),
}


@pytest.mark.parametrize("name", sorted(CONFLICTS))
def test_contradicting_published_shifts_are_named(name: str) -> None:
    """Published shifts that break a hard rule stop the engine with the person, the date and a way out."""
    more, words = CONFLICTS[name]
    with pytest.raises(NoRosterError) as caught:
        build(problem_of(tiny([agent(1)], **more)), LITTLE, seed=1)
    assert "E1" in str(caught.value)
    assert words in str(caught.value)
    assert caught.value.ways_out


def test_night_of_a_protected_person_is_a_conflict() -> None:
    """A published night for a pregnant person has no legal roster."""
    protected = agent(1, attributes=frozenset({"pregnant"}))
    with pytest.raises(NoRosterError, match="night"):
        build(problem_of(tiny([protected], fixed_shifts=(fixed(1, 0, "18:00", 5.0, "late"),))), LITTLE, seed=1)


def test_limits_passed_by_named_people_alone_are_conflicts() -> None:
    """Two named temps against a headcount of one, and dispatched people above their share, can't be mended."""
    temp = {"id": "temp", "kind": "dispatch", "cost_per_hour": 10.0}
    people = [agent(1), agent(2, "temp"), agent(3, "temp")]
    inputs = tiny(people, contracts=[temp], limits={"headcount_max": 1, "dispatch_share_max": 0.1})
    with pytest.raises(NoRosterError) as caught:
        build(problem_of(inputs), LITTLE, seed=1)
    assert len(caught.value.conflicts) == 2


def test_overtime_premium_is_worth_it_only_when_dear() -> None:
    """A nine-hour paid day is worked where the missing hour costs more than the overtime, at 150 %."""
    long = {"id": "long", "start": "08:00", "hours": [9.0, 10.0], "meal_minutes": 60, "meal_after": "4h-5h"}
    inputs = tiny([agent(1)], days=1, shifts=[long], rules=LabourRules())
    need = np.zeros((1, 24))
    need[0, 8:18] = 1.0
    roster = build(from_inputs(inputs, requirement_of(inputs, need)), LITTLE, seed=1)
    clean(inputs, roster)
    assert [(row.paid_hours, row.overtime_hours, row.cost) for row in roster.shifts] == [(9.0, 1.0, 475.0)]
