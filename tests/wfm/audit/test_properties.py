"""Properties over random rosters: legal ones are clean, broken rest is caught, overtime agrees with brute force."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.wfm.audit.world import START, Duty, World, fill_columns, small_world, staff_world
from wfm.inputs import FixedShift
from wfm.rules import DayTypes


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@st.composite
def legal_duties(draw: st.DrawFn) -> list[Duty]:
    """Five days a week of a person between 09:00 and 22:00, at most two hours above the day, pauses placed freely."""
    duties = []
    for who in draw(st.sets(st.sampled_from(["e1", "e2", "e3"]), min_size=1)):
        for week in (0, 7):
            for day in sorted(draw(st.sets(st.integers(week, week + 6), max_size=5))):
                hours = draw(st.sampled_from([9, 10]))
                start = draw(st.integers(18, 24)) * 30
                meal_at = draw(st.integers(6, 10)) * 30
                first = draw(st.integers(4, (meal_at - 75) // 15)) * 15
                second = draw(st.integers(meal_at // 15 + 8, hours * 4 - 5)) * 15
                duties.append(Duty(who, day, "day", _clock(start), hours, "chat", meal_at, (first, second)))
    return duties


def _in_a_row(duties: list[Duty]) -> int:
    """Return the longest run of work days of any person."""
    worked = {(duty.who, duty.day) for duty in duties}
    longest = 0
    for who, day in worked:
        run = 0
        while (who, day + run) in worked:
            run += 1
        longest = max(longest, run)
    return longest


@given(legal_duties())
def test_legal_rosters_are_clean_but_for_long_runs(duties: list[Duty]) -> None:
    """A roster that is legal by construction has no finding, and more than six days in a row are always one."""
    expected = {"consecutive_days"} if _in_a_row(duties) > 6 else set()
    assert staff_world(duties).broken() == expected


@given(legal_duties(), st.data())
def test_a_move_that_breaks_rest_is_caught(duties: list[Duty], data: st.DataObject) -> None:
    """A shift that is moved to begin less than eleven hours after the one before ends is told as broken rest."""
    world = staff_world(duties)
    rows = sorted(world.shifts, key=lambda row: (row.employee_id, row.start))
    pairs = [(a, b) for a, b in pairwise(rows) if a.employee_id == b.employee_id]
    if not pairs:
        return
    before, after = data.draw(st.sampled_from(pairs))
    rest = data.draw(st.integers(0, 21)) * 30
    start = world.later(before.end, rest)
    index = world.shifts.index(after)
    end = world.later(start, (after.end - after.start).total_seconds() / 60)
    world.shifts[index] = replace(after, start=start, end=end)
    found = [finding for finding in world.audit() if finding.rule == "rest_between_shifts"]
    assert after.employee_id in {finding.employee_id for finding in found}
    assert any(f"{rest / 60:g} h rest" in finding.detail for finding in found)


weeks = st.lists(
    st.tuples(st.integers(0, 13), st.integers(16, 24), st.integers(8, 28)), min_size=1, max_size=14,
    unique_by=lambda duty: duty[0],
)  # fmt: skip


def _any_lengths(lengths: list[tuple[int, int, int]], who: str, holidays: set[int]) -> World:
    """Return a roster of one person with shifts of any length, lawful or not, and columns by brute force."""
    world = small_world(duties=())
    statutory = frozenset(START + timedelta(days=day) for day in holidays)
    world.with_inputs(day_types=DayTypes(statutory=statutory))
    world.add(*(Duty(who, day, "day", _clock(start * 30), half / 2) for day, start, half in lengths))
    return world


@given(weeks, st.sampled_from(["e1", "d1", "i1", "p1"]), st.sets(st.integers(0, 13), max_size=4))
def test_overtime_and_wages_agree_with_a_walk_through_every_minute(
    lengths: list[tuple[int, int, int]], who: str, holidays: set[int]
) -> None:
    """For weeks of any lengths the derived overtime and wages are those of the minute-by-minute account."""
    world = _any_lengths(lengths, who, holidays)
    assert not world.broken() & {"paid_hours", "overtime_hours", "pay"}


@given(weeks, st.sampled_from(["overtime_hours", "cost", "paid_hours"]), st.floats(0.02, 5), st.data())
def test_a_wrong_column_is_always_caught(
    lengths: list[tuple[int, int, int]], column: str, error: float, data: st.DataObject
) -> None:
    """A column that is off by two hundredths or more is told by the rule of that column alone."""
    world = _any_lengths(lengths, "e1", {2})
    before = world.broken()
    index = data.draw(st.integers(0, len(world.shifts) - 1))
    row: Any = world.shifts[index]
    world.shifts[index] = replace(row, **{column: getattr(row, column) + error})
    rule = {"cost": "pay"}.get(column, column)
    assert world.broken() == before | {rule}


@given(st.data())
def test_shifts_before_the_plan_use_up_the_normal_week(data: st.DataObject) -> None:
    """A plan that starts within a week gives the same overtime as the whole week with its first days published."""
    lengths = data.draw(weeks.filter(lambda items: any(day >= 3 for day, *_ in items)))
    whole = _any_lengths(lengths, "e1", set())
    cut = START + timedelta(days=3)
    past = [row for row in whole.shifts if row.employee_id == "e1" and row.date < cut]
    head = whole.inputs.plan.plan.model_copy(update={"start": cut, "days": 11})
    part = World(replace(whole.inputs, plan=whole.inputs.plan.model_copy(update={"plan": head})), [], [])
    part.with_inputs(
        fixed_shifts=tuple(FixedShift(row.employee_id, row.date, row.shift, row.start, row.end) for row in past)
    )
    part.shifts = [row for row in whole.shifts if row.employee_id == "e1" and row.date >= cut]
    assert not part.broken() & {"overtime_hours", "pay"}


def _mangle(world: World, data: st.DataObject) -> None:
    table: list[Any] = data.draw(st.sampled_from([world.shifts, world.activities, world.hires]))
    index = data.draw(st.integers(0, len(table) - 1))
    columns = [name for name in type(table[index]).__dataclass_fields__ if name != "paid"]
    source = data.draw(st.integers(0, len(table) - 1))
    column = data.draw(st.sampled_from(columns))
    how = data.draw(st.sampled_from(["copy column", "delete row", "repeat row", "naive times"]))
    if how == "delete row" and len(table) > 1:
        del table[index]
    elif how == "repeat row":
        table.append(table[index])
    elif how == "naive times" and hasattr(table[index], "start"):
        table[index] = replace(table[index], start=table[index].start.replace(tzinfo=None))
    else:
        table[index] = replace(table[index], **{column: getattr(table[source], column)})


@given(st.data())
def test_no_corruption_makes_the_auditor_fail(data: st.DataObject) -> None:
    """Whatever rows are mixed up, the audit ends with findings or none, and never with an error."""
    world = small_world()
    for _ in range(data.draw(st.integers(1, 5))):
        _mangle(world, data)
    for finding in world.audit():
        assert finding.rule
        assert finding.detail


def test_the_builder_fills_columns_once() -> None:
    """Filling the columns again changes nothing: the reference is a function of times alone."""
    world = small_world()
    rows = list(world.shifts)
    fill_columns(world)
    assert world.shifts == rows
