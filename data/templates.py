"""Whether a shift template can ever give a legal shift."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import reduce

from wfm.plan import ShiftTemplate
from wfm.rules import LabourRules

__all__ = ["fits", "template_problems"]


def template_problems(shift: ShiftTemplate, interval: int, rules: LabourRules) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield ``(key, message)`` for what keeps a template off the grid or every one of its shifts from being legal.

    ``interval`` is the length of a plan interval in minutes; ``key`` names the key of the template to change.
    """
    off_grid = list(_off_grid(shift, interval))
    yield from off_grid
    if not off_grid:
        for hours in shift.hours:
            yield from _never_legal(shift, hours, interval, rules)


def _off_grid(shift: ShiftTemplate, interval: int) -> Iterator[tuple[tuple[str, ...], str]]:
    if any(minute % interval for minute in shift.start_range):
        yield ("start",), f"expected starts on the plan's {interval}-minute grid, got '{shift.start}'"
    for hours in shift.hours:
        if abs(hours * 60 / interval - round(hours * 60 / interval)) > 1e-9:
            yield ("hours",), f"expected lengths on the plan's {interval}-minute grid, got {hours:g} h"
    if shift.meal_minutes % interval:
        text = f"expected a multiple of the plan's {interval} minutes, got {shift.meal_minutes}"
        yield ("meal_minutes",), text


def _never_legal(
    shift: ShiftTemplate, hours: float, interval: int, rules: LabourRules
) -> Iterator[tuple[tuple[str, ...], str]]:
    length = round(hours * 60)
    longest = rules.normal_hours_per_day + rules.overtime_hours_per_day_max
    if shift.paid_hours(hours) > longest + 1e-9:
        text = f"{hours:g} h hold {shift.paid_hours(hours):g} paid hours; the rules allow at most {longest:g} a day"
        yield ("hours",), text
    if shift.meal_minutes and shift.meal_window[0] + shift.meal_minutes > length:
        text = f"the meal ({shift.meal_minutes} min, after {shift.meal_after}) doesn't fit into a shift of {hours:g} h"
        yield ("meal_after",), text
    elif not fits(shift, length, interval, rules.work_stretch_hours_max):
        stretch = f"{rules.work_stretch_hours_max:g} h of work without a meal or break"
        text = f"a shift of {hours:g} h can never be legal: its meal and breaks can't be placed so that no more than"
        yield ("hours",), f"{text} {stretch} follow each other"


def fits(shift: ShiftTemplate, length: int, interval: int, stretch_hours: float) -> bool:
    """Return whether meal and breaks can be placed in a shift of ``length`` minutes.

    They can when, for some start of the meal on the grid and some split of the breaks before and after it, both parts
    divide into stretches that are at least as long as the breaks must be clear and at most ``stretch_hours`` long.
    """
    fine = reduce(math.gcd, (interval, shift.meal_minutes or interval, *shift.break_minutes))
    least = math.ceil(shift.break_clear_minutes / fine) * fine
    most = math.floor(stretch_hours * 60 / fine) * fine
    if not shift.meal_minutes:
        return _divides(length, shift.break_minutes, least, most)
    first, last = shift.meal_window
    starts = range(math.ceil(first / interval) * interval, min(last, length - shift.meal_minutes) + 1, interval)
    return any(
        _divides(start, before, least, most) and _divides(length - start - shift.meal_minutes, after, least, most)
        for start in starts
        for before, after in _splits(shift.break_minutes)
    )


def _divides(part: int, breaks: Sequence[int], least: int, most: int) -> bool:
    work, stretches = part - sum(breaks), len(breaks) + 1
    if not breaks:
        return 0 <= work <= most
    return stretches * least <= work <= stretches * most


def _splits(breaks: Sequence[int]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    for chosen in itertools.product((True, False), repeat=len(breaks)):
        pairs = list(zip(breaks, chosen, strict=True))
        yield tuple(length for length, first in pairs if first), tuple(length for length, first in pairs if not first)
