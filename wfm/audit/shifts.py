"""Rules about one shift: its template, its meal and its short breaks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from math import gcd

from wfm.audit.context import TOLERANCE, Breach, Context
from wfm.audit.entities import Stretch, Work
from wfm.plan import ShiftTemplate

__all__ = ["breaks", "fine_step", "meal", "shift_template", "work_stretch"]


def shift_template(context: Context) -> Iterator[Breach]:
    """Shifts follow a template that the contract allows: start, grid, length and day.

    A published shift stays as it was published: where it leaves its template, that is a warning.
    """
    for work in context.works:
        if work.is_training:
            continue
        severity = "warning" if work.key in context.published else "error"
        for text in _template_faults(context, work):
            yield Breach(text, work.employee_id, work.day, severity)


def _template_faults(context: Context, work: Work) -> Iterator[str]:
    template = work.template
    if template is None:
        yield f"shift '{work.shift}' is not in the plan"
        return
    allowed = work.person.contract.shifts if work.person is not None else ()
    if allowed and work.shift not in allowed:
        yield f"shift '{work.shift}' is not among the contract's: {', '.join(allowed)}"
    if not template.allowed_on(work.day):
        yield f"shift '{work.shift}' may not start on this day"
    yield from _start_faults(context, work, template)
    hours = (work.finish - work.begin) / 60
    if all(abs(hours - length) > TOLERANCE for length in template.hours):
        yield f"{hours:g} h long, allowed {', '.join(f'{length:g} h' for length in template.hours)}"


def _start_faults(context: Context, work: Work, template: ShiftTemplate) -> Iterator[str]:
    local = context.local(work.begin)
    minute = local.hour * 60 + local.minute
    first, last = template.start_range
    if not any(first <= clock <= last for clock in (minute, minute + 1440)):
        yield f"starts at {local:%H:%M}, allowed {template.start}"
    step = context.plan.plan.interval_minutes
    if not context.on_grid(work.begin, step):
        yield f"starts at {local:%H:%M}, not on the grid of {step} minutes"


def _judged(context: Context) -> Iterator[Work]:
    """Yield the shifts whose pauses can be judged: known template or training, and any activities at all."""
    for work in context.works:
        if work.stretches and (work.template is not None or work.is_training):
            yield work


def meal(context: Context) -> Iterator[Breach]:
    """Exactly one meal of the template's length starts within its window, on the grid; none where none is due."""
    for work in _judged(context):
        wanted = 1 if work.template is not None and work.template.meal_minutes > 0 else 0
        if len(work.meals) != wanted:
            yield Breach(f"{len(work.meals)} meals, expected {wanted}", work.employee_id, work.day)
        elif wanted:
            for text in _meal_faults(context, work, work.meals[0]):
                yield Breach(text, work.employee_id, work.day)


def _meal_faults(context: Context, work: Work, eaten: Stretch) -> Iterator[str]:
    assert work.template is not None  # only called for shifts with a meal
    length, after = eaten.finish - eaten.begin, eaten.begin - work.begin
    if length != work.template.meal_minutes:
        yield f"a meal of {length:g} minutes, expected {work.template.meal_minutes}"
    earliest, latest = work.template.meal_window
    if not earliest <= after <= latest:
        yield f"the meal starts {after / 60:g} h into the shift, allowed {earliest / 60:g} h to {latest / 60:g} h"
    step = context.plan.plan.interval_minutes
    if not context.on_grid(eaten.begin, step):
        yield f"the meal starts at {context.clock(eaten.begin)}, not on the grid of {step} minutes"


def breaks(context: Context) -> Iterator[Breach]:
    """Short breaks have the template's number and lengths and keep clear of the ends, the meal and one another."""
    step = fine_step(context)
    for work in _judged(context):
        wanted = sorted(work.template.break_minutes) if work.template is not None else []
        got = sorted(pause.finish - pause.begin for pause in work.breaks)
        if got != wanted:
            text = f"short breaks of {_minutes(got)}, expected {_minutes(wanted)}"
            yield Breach(text, work.employee_id, work.day)
            continue
        off_grid = [pause for pause in work.breaks if not context.on_grid(pause.begin, step)]
        for pause in off_grid:
            text = f"a break starts at {context.clock(pause.begin)}, not on the grid of {step} minutes"
            yield Breach(text, work.employee_id, work.day)
        yield from _crowded(context, work)


def fine_step(context: Context) -> int:
    """Return the fine grid of the plan: the greatest common divisor of interval, meal and break lengths."""
    lengths = (m for template in context.plan.shift for m in (template.meal_minutes, *template.break_minutes))
    return reduce(gcd, lengths, int(context.plan.plan.interval_minutes))


def _minutes(lengths: list[float] | list[int]) -> str:
    return " + ".join(f"{length:g}" for length in lengths) + " minutes" if lengths else "no minutes"


def _crowded(context: Context, work: Work) -> Iterator[Breach]:
    """Yield each gap below the clear time that has a short break at one of its sides."""
    if work.template is None:
        return
    clear = work.template.break_clear_minutes
    pauses = [pause for pause in work.stretches if pause.kind in ("meal", "break")]
    names = ["shift start", *(pause.kind for pause in pauses), "shift end"]
    begins = [*(pause.begin for pause in pauses), work.finish]
    finishes = [work.begin, *(pause.finish for pause in pauses)]
    for before, after, left, right in zip(names, names[1:], finishes, begins, strict=False):
        if "break" in (before, after) and right - left < clear:
            text = f"{right - left:g} minutes between {before} and {after} at {context.clock(left)}, at least {clear}"
            yield Breach(text, work.employee_id, work.day)


def work_stretch(context: Context) -> Iterator[Breach]:
    """Nobody works longer than the limit without a meal or a short break."""
    limit = context.rules.work_stretch_hours_max
    for work in context.works:
        if not work.stretches:
            continue
        pauses = (*work.meals, *work.breaks)
        begins = [work.begin, *sorted(pause.finish for pause in pauses)]
        finishes = [*sorted(pause.begin for pause in pauses), work.finish]
        longest, since = max((end - begin, begin) for begin, end in zip(begins, finishes, strict=True))
        if longest / 60 > limit + TOLERANCE:
            text = f"{longest / 60:g} h without a pause from {context.clock(since)}, at most {limit:g} h"
            yield Breach(text, work.employee_id, work.day)
