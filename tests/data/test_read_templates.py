"""Shift templates that can never give a legal shift."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.templates import fits
from tests.data.read_folder import PLAN, inputs_of, problems_of
from wfm.plan import ShiftTemplate

SHIFT = PLAN[PLAN.index("[[shift]]") :]


def enumerated(shift: ShiftTemplate, length: int, step: int, stretch: int) -> bool:
    """Whether some placement of meal and breaks on a grid of ``step`` minutes is legal, by trying every one."""
    clear = shift.break_clear_minutes
    meals = [-1]
    if shift.meal_minutes:
        meals = [*range(*shift.meal_window, step), shift.meal_window[1]]
    for meal in meals:
        if meal >= 0 and (meal % step or meal + shift.meal_minutes > length):
            continue
        for starts in itertools.product(range(0, length, step), repeat=len(shift.break_minutes)):
            breaks = sorted(zip(starts, shift.break_minutes, strict=True))
            pauses = sorted([(start, start + minutes, True) for start, minutes in breaks]
                            + ([(meal, meal + shift.meal_minutes, False)] if meal >= 0 else []))  # fmt: skip
            if legal(pauses, length, clear, stretch):
                return True
    return False


def legal(pauses: list[tuple[int, int, bool]], length: int, clear: int, stretch: int) -> bool:
    """Whether pauses keep their distances and no work between them is longer than ``stretch`` minutes."""
    edges = [(0, 0, False), *pauses, (length, length, False)]
    for (_, end, left_is_break), (start, _, right_is_break) in itertools.pairwise(edges):
        work = start - end
        if work < 0 or work > stretch or ((left_is_break or right_is_break) and work < clear):
            return False
    return True


@given(
    st.integers(4, 20), st.sampled_from([0, 30, 60]), st.lists(st.sampled_from([30, 60]), max_size=2),
    st.sampled_from([0, 30, 60, 90]), st.integers(0, 8), st.integers(0, 4), st.integers(2, 8),
)  # fmt: skip
def test_fits_agrees_with_trying_every_placement(
    halves: int, meal: int, breaks: list[int], clear: int, first: int, width: int, stretch: int
) -> None:
    """On a half-hour grid the rule by stretches says the same as enumeration."""
    window = f"{first / 2}h-{(first + width) / 2}h"
    shift = ShiftTemplate(
        id="x", start="08:00", hours=(halves / 2,), meal_minutes=meal, meal_after=window,
        break_minutes=tuple(breaks), break_clear_minutes=clear,
    )  # fmt: skip
    assert fits(shift, halves * 30, 30, stretch / 2) == enumerated(shift, halves * 30, 30, stretch * 30)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("meal_minutes = 60\nbreak_minutes = [15, 15]", "",
         "hours: a shift of 9 h can never be legal: its meal and breaks can't be placed so that no more than "
         "5 h of work without a meal or break follow each other"),
        ("meal_minutes = 60", "meal_minutes = 20",
         "meal_minutes: expected a multiple of the plan's 30 minutes, got 20"),
        ("meal_minutes = 60", 'meal_minutes = 60\nmeal_after = "9h-10h"',
         "meal_after: the meal (60 min, after 9h-10h) doesn't fit into a shift of 9 h"),
        ("hours = [9]", "hours = [9.25]", "hours: expected lengths on the plan's 30-minute grid, got 9.25 h"),
        ("08:00-15:00", "08:00-15:10", "start: expected starts on the plan's 30-minute grid, got '08:00-15:10'"),
        ("hours = [9]\nmeal_minutes = 60\nbreak_minutes = [15, 15]",
         'hours = [13]\nmeal_minutes = 60\nmeal_after = "4h-7h"\nbreak_minutes = [15, 15]',
         "hours: 13 h hold 12 paid hours; the rules allow at most 11 a day"),
    ],
)  # fmt: skip
def test_a_template_that_can_never_be_legal_is_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """Off the grid, a meal outside the shift, too long a stretch, too long a day: named with the key."""
    assert old in SHIFT
    found = problems_of(tmp_path, plan__toml=PLAN.replace(SHIFT, SHIFT.replace(old, new)))
    assert [line.partition('"early" ')[2] for line in found] == [expected]


def test_a_shift_of_the_evening_before_covers_the_small_hours(tmp_path: Path) -> None:
    """Open every day; no shift starts on Sunday, but Saturday's runs past midnight: nothing to report."""
    night = 'weekdays = ["mon", "tue", "wed", "thu", "fri", "sat"]\n'
    plan = PLAN.replace('"08:00-15:00"', '"08:00-20:00"') + night
    assert inputs_of(tmp_path, plan__toml=plan).plan.shift[0].weekdays
