"""Shift options: every (template, start, length) that may be worked, when it lies on each day, and its pauses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.patterns import Pattern, fine_step, legal_patterns, pause_envelope
from scheduling.problem import Person, RosterProblem, Span
from wfm.grid import parse_window

__all__ = ["ShiftOptions", "allowed_options", "fixed_patterns", "shift_options"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class ShiftOptions:
    """All ways to work a shift, sorted by template, length and start.

    Attributes
    ----------
    template, clock, minutes : int arrays (options,)
        Index of the template, local start in minutes after midnight, length.
    paid : float array (options,)
        Paid hours (meal out).
    start : int array (days, options)
        Absolute start minute, -1 where the option may not start on that day.
    night : bool array (days, options)
        Whether any part lies in the night.
    patterns : tuple of tuple of Pattern
        Legal pauses of each option, never empty.
    envelope : tuple of float array (2, intervals)
        Presence per interval with the pauses as early, and as late, as any legal pauses can be.
    owner : int array (options,)
        -1, or the person whose published shift this is: those stand behind the others, for that person and day only.
    """

    template: IntArray
    clock: IntArray
    minutes: IntArray
    paid: NDArray[np.float64]
    start: IntArray
    night: BoolArray
    patterns: tuple[tuple[Pattern, ...], ...]
    envelope: tuple[FloatArray, ...]
    owner: IntArray

    @property
    def count(self) -> int:
        """Number of options."""
        return len(self.template)

    @property
    def published(self) -> dict[tuple[int, int], int]:
        """Option of each (person, day) that has a published shift."""
        return {(int(p), int(np.argmax(self.start[:, s]))): s for s, p in enumerate(self.owner) if p >= 0}


def shift_options(problem: RosterProblem) -> ShiftOptions:
    """Return the shift options of a problem, published shifts behind; options without legal pauses are left out."""
    rows, patterns, envelope = _template_rows(problem)
    spans = [(p, span) for p, person in enumerate(problem.people) for span in person.fixed if not span.training]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    start = _starts(problem, table)
    for _, span in spans:
        rows.append((span.template, span.start % 1440, span.end - span.start))
        patterns.append(fixed_patterns(problem, span))
        envelope.append(_span_envelope(problem, span))
    fixed = np.full((problem.days, len(spans)), -1, dtype=np.int64)
    for number, (_, span) in enumerate(spans):
        fixed[span.day, number] = span.start
    start = np.hstack((start, fixed))
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    meal = [problem.templates[t].meal_minutes if t >= 0 else 0 for t, _, _ in rows]
    paid = (table[:, 2] - np.array(meal, dtype=np.float64)) / 60.0
    owner = np.array([-1] * (len(rows) - len(spans)) + [p for p, _ in spans], dtype=np.int64)
    night = _at_night(problem, start, table[:, 2])
    return ShiftOptions(
        table[:, 0], table[:, 1], table[:, 2], paid, start, night, tuple(patterns), tuple(envelope), owner
    )


def _template_rows(
    problem: RosterProblem,
) -> tuple[list[tuple[int, int, int]], list[tuple[Pattern, ...]], list[FloatArray]]:
    step, interval = fine_step(problem), problem.grid.interval_minutes
    stretch = problem.rules.work_stretch_hours_max
    rows: list[tuple[int, int, int]] = []
    patterns: list[tuple[Pattern, ...]] = []
    envelope: list[FloatArray] = []
    for number, template in enumerate(problem.templates):
        for hours in template.hours:
            minutes = round(hours * 60)
            if minutes % step or template.paid_hours(hours) <= 0:
                continue
            legal = legal_patterns(template, minutes, 0, interval, step, stretch)
            if legal:
                clocks = _clocks(template.start_range, interval)
                rows.extend((number, clock, minutes) for clock in clocks)
                patterns.extend([legal] * len(clocks))
                envelope.extend([pause_envelope(template, minutes, 0, interval, step, stretch)] * len(clocks))
    return rows, patterns, envelope


def _span_envelope(problem: RosterProblem, span: Span) -> FloatArray:
    template = problem.templates[span.template] if span.template >= 0 else None
    interval = problem.grid.interval_minutes
    stretch = problem.rules.work_stretch_hours_max
    minutes, phase = span.end - span.start, span.start % interval
    return pause_envelope(template, minutes, phase, interval, fine_step(problem), stretch)


def _clocks(span: tuple[int, int], interval: int) -> list[int]:
    first = -(-span[0] // interval) * interval
    return sorted({minute % 1440 for minute in range(first, span[1] + 1, interval)})


def _starts(problem: RosterProblem, table: IntArray) -> IntArray:
    start = np.full((problem.days, len(table)), -1, dtype=np.int64)
    for day in range(problem.days):
        clocks = {clock: _on_grid(problem, day, clock) for clock in np.unique(table[:, 1]).tolist()}
        for number, (template, clock, _) in enumerate(table.tolist()):
            if problem.templates[template].allowed_on(problem.date_of(day)):
                start[day, number] = clocks[clock]
    return start


def _on_grid(problem: RosterProblem, day: int, clock: int) -> int:
    """Return the start minute, -1 where a clock change removes that time or moves it off the grid."""
    minute = problem.minute_at(day, clock)
    local = problem.grid.at(int(problem.grid.day_starts[0]) + minute * 60)
    exists = local.hour * 60 + local.minute == clock and local.date() == problem.date_of(day)
    return minute if exists and minute % problem.grid.interval_minutes == 0 else -1


def _at_night(problem: RosterProblem, start: IntArray, minutes: IntArray) -> BoolArray:
    evening, morning = parse_window(problem.rules.night)
    night = np.zeros(start.shape, dtype=np.bool_)
    for day in range(-1, problem.days + 2):
        first, last = problem.minute_at(day, evening), problem.minute_at(day, morning)
        night |= (start < last) & (start + minutes > first)
    return night & (start >= 0)


def allowed_options(problem: RosterProblem, options: ShiftOptions, person: Person) -> BoolArray:
    """Return which options a person may work on some day by contract and hours (night is a matter of the day)."""
    hours = min(problem.day_hours_max(person), problem.week_hours_max(person))
    allowed = np.array([problem.template_allowed(person.contract, t) for t in range(len(problem.templates))])
    fits = allowed[options.template] & (options.paid <= hours + 1e-9)
    return np.asarray(fits & (options.owner < 0), dtype=np.bool_)


def fixed_patterns(problem: RosterProblem, span: Span) -> tuple[Pattern, ...]:
    """Return the legal pauses of a published shift; empty when there are none."""
    template = problem.templates[span.template] if span.template >= 0 else None
    interval = problem.grid.interval_minutes
    stretch = problem.rules.work_stretch_hours_max
    return legal_patterns(template, span.end - span.start, span.start % interval, interval, fine_step(problem), stretch)
