"""What every shift covers at given prices of an agent on seat, with its cheapest meal and short breaks.

Times are steps of the plan's fine grid, counted from the plan's first midnight.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from wfm.audit.context import Context
from wfm.audit.shifts import fine_step
from wfm.grid import TimeGrid, parse_window
from wfm.plan import ShiftTemplate

__all__ = ["Form", "cover", "shift_forms"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Form:
    """One template at one length: its pauses, and when it may start.

    Attributes
    ----------
    template : str
    length : int
        Steps from start to end, the meal included.
    paid : int
        Paid minutes.
    meals : tuple of int
        Steps after the start at which the meal may begin; empty without a meal.
    meal_length, clear : int
        Steps of the meal, and least steps between a short break and the ends, the meal and the next break.
    breaks : tuple of int
        Steps of each short break, in their order.
    day, begin : int arrays (starts,)
        Day and step of every start that the plan allows, by day.
    night : bool array (starts,)
        Whether any part of the shift, meal included, lies in the night.
    """

    template: str
    length: int
    paid: int
    meals: tuple[int, ...]
    meal_length: int
    clear: int
    breaks: tuple[int, ...]
    day: IntArray
    begin: IntArray
    night: BoolArray

    def break_ends(self, length: int, meal: int | None) -> IntArray:
        """Return where a break of ``length`` may end beside a meal that begins at ``meal``."""
        ends = np.arange(self.clear + length, self.length - self.clear + 1, dtype=np.int64)
        if meal is None:
            return ends
        after = meal + self.meal_length + self.clear
        return ends[(ends + self.clear <= meal) | (ends - length >= after)]


def shift_forms(context: Context, grid: TimeGrid) -> tuple[Form, ...]:
    """Return every template at every length that can be worked with legal pauses.

    Lengths off the fine grid are left out. A clock time that comes twice on a day, when clocks go back, counts once.
    """
    nights = _nights(context, grid)
    made = (
        _form(context, grid, template, round(hours * 60), nights)
        for template in context.plan.shift
        for hours in template.hours
    )
    return tuple(form for form in made if form is not None and _can_be_worked(context, form))


def _form(context: Context, grid: TimeGrid, template: ShiftTemplate, minutes: int, nights: FloatArray) -> Form | None:
    step = fine_step(context)
    paid = minutes - template.meal_minutes
    if minutes % step or paid <= 0:
        return None
    starts = np.array(list(_starts(grid, template)), dtype=np.int64).reshape(-1, 2)
    begin = starts[:, 1] * grid.interval_minutes
    dark = ((begin[:, None] < nights[None, :, 1]) & (begin[:, None] + minutes > nights[None, :, 0])).any(axis=1)
    first, last = template.meal_window
    meals = range(-(-first // grid.interval_minutes) * grid.interval_minutes, last + 1, grid.interval_minutes)
    return Form(
        template.id, minutes // step, paid,
        tuple(at // step for at in meals if template.meal_minutes and 0 < at < minutes - template.meal_minutes),
        template.meal_minutes // step, -(-template.break_clear_minutes // step),
        tuple(length // step for length in template.break_minutes), starts[:, 0], begin // step,
        np.asarray(dark, dtype=np.bool_),
    )  # fmt: skip


def _starts(grid: TimeGrid, template: ShiftTemplate) -> Iterator[tuple[int, int]]:
    """Yield day and interval of every start of a template."""
    first, last = template.start_range
    for day, date in enumerate(grid.dates):
        if not template.allowed_on(date):
            continue
        slots, seen = grid.slots_of_day(day), set[int]()
        for slot in range(slots.start, slots.stop):
            minute = int(grid.minute_of_day[slot])
            inside = any(first <= clock <= last for clock in (minute, minute + 1440))
            if inside and minute not in seen and minute % grid.interval_minutes == 0:
                seen.add(minute)
                yield day, slot


def _nights(context: Context, grid: TimeGrid) -> FloatArray:
    """Return the nights around the plan in minutes after its first midnight: shape (nights, 2)."""
    evening, morning = parse_window(context.rules.night)
    days = [context.start.fromordinal(context.start.toordinal() + d) for d in range(-1, grid.days + 2)]
    walls = [[context.wall(day, evening), context.wall(day, morning)] for day in days]
    return np.array(walls, dtype=np.float64) - context.grid_origin


def _can_be_worked(context: Context, form: Form) -> bool:
    """Return whether any placement of the pauses keeps the clear times and the longest work without a pause."""
    longest = int(context.rules.work_stretch_hours_max * 60 + 1e-6) // fine_step(context)
    if context.plan.shift_by_id(form.template).meal_minutes == 0:
        return _breaks_fit(form, None, longest)
    return any(_breaks_fit(form, meal, longest) for meal in form.meals)


def _breaks_fit(form: Form, meal: int | None, longest: int) -> bool:
    """Return whether the breaks find places beside a meal, no work between pauses longer than ``longest`` steps."""
    eaten = (form.length, form.length) if meal is None else (meal, meal + form.meal_length)
    ends = {length: form.break_ends(length, meal).tolist() for length in form.breaks}

    @cache
    def fits(number: int, since: int) -> bool:
        """Return whether breaks from ``number`` on fit when work goes on from step ``since``, a pause or the start."""
        until = eaten[0] if since <= eaten[0] and meal is not None else form.length
        if until - since <= longest and until < form.length and fits(number, eaten[1]):
            return True
        if number == len(form.breaks):
            return until == form.length and until - since <= longest
        length = form.breaks[number]
        gap = form.clear if number > 0 or since > 0 else 0
        return any(
            since + gap <= end - length <= since + longest and end <= until and fits(number + 1, end)
            for end in ends[length]
        )

    return fits(0, 0)


def cover(prefix: FloatArray, form: Form) -> FloatArray:
    """Return what a shift of each start covers at most: shape (starts,).

    Parameters
    ----------
    prefix : float array (steps + 1,)
        Worth of an agent on seat from the plan's start up to each step; what lies behind the plan is worth nothing.
    form : Form
        Template and length.
    """
    steps = form.begin[:, None] + np.arange(form.length + 1)
    worth = prefix[np.minimum(steps, len(prefix) - 1)]
    return np.asarray(worth[:, -1] - worth[:, 0] - _cheapest_pauses(worth, form), dtype=np.float64)


def _cheapest_pauses(worth: FloatArray, form: Form) -> FloatArray:
    """Return the least worth of the time of meal and breaks: shape (starts,)."""
    if not form.meals:
        return _cheapest_breaks(worth, form, None)
    found = np.full(len(worth), np.inf)
    for meal in form.meals:
        eaten = worth[:, meal + form.meal_length] - worth[:, meal]
        np.minimum(found, eaten + _cheapest_breaks(worth, form, meal), out=found)
    return found


def _cheapest_breaks(worth: FloatArray, form: Form, meal: int | None) -> FloatArray:
    """Return the least worth of the time of all breaks beside a meal; infinite where they don't fit."""
    done = np.zeros(worth.shape)  # least worth of the breaks so far, the last of which ends by each step
    for number, length in enumerate(form.breaks):
        ends = form.break_ends(length, meal)
        taken = worth[:, ends] - worth[:, ends - length]
        if number:
            taken += done[:, ends - length - form.clear]
        done = np.full(worth.shape, np.inf)
        done[:, ends] = taken
        np.minimum.accumulate(done, axis=1, out=done)
    return np.asarray(done[:, -1], dtype=np.float64)
