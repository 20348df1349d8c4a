"""Rules about the files among each other: activities fill the shifts, published shifts are kept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from wfm.audit.context import Breach, Context
from wfm.audit.entities import Stretch, Work

__all__ = ["activities_complete", "fixed_shifts"]

_KINDS = frozenset({"work", "meal", "break", "training"})


def activities_complete(context: Context) -> Iterator[Breach]:
    """Activities fill each shift without gap or overlap, with the right paid flag, and belong to a shift."""
    for stray in context.strays:
        text = f"activity '{stray.activity}' at {context.clock(context.minutes(stray.start))} belongs to no shift"
        yield Breach(text, stray.employee_id, stray.date)
    for work in context.works:
        for text in (*_tiling(context, work), *_kinds(work)):
            yield Breach(text, work.employee_id, work.day)


def _tiling(context: Context, work: Work) -> Iterator[str]:
    if not work.stretches:
        yield "the shift has no activities"
        return
    first, last = work.stretches[0].begin, max(stretch.finish for stretch in work.stretches)
    for name, got, expected in (("start", first, work.begin), ("end", last, work.finish)):
        if got != expected:
            yield f"activities {name} at {context.clock(got)}, the shift at {context.clock(expected)}"
    for before, after in pairwise(work.stretches):
        if before.finish != after.begin:
            what = "gap" if after.begin > before.finish else "overlap"
            yield f"{what} of {abs(after.begin - before.finish):g} minutes at {context.clock(before.finish)}"
    yield from (f"an activity at {context.clock(s.begin)} has no length" for s in work.stretches if s.finish <= s.begin)


def _kinds(work: Work) -> Iterator[str]:
    for stretch in work.stretches:
        if stretch.kind not in _KINDS:
            yield f"unknown activity '{stretch.kind}'"
        elif stretch.paid != (stretch.kind != "meal"):
            yield f"activity '{stretch.kind}' is marked as {'paid' if stretch.paid else 'unpaid'}"
    yield from _training_mixed(work, work.stretches)


def _training_mixed(work: Work, stretches: tuple[Stretch, ...]) -> Iterator[str]:
    others = sorted({stretch.kind for stretch in stretches if (stretch.kind == "training") != work.is_training})
    for kind in others:
        yield f"activity '{kind}' in a shift '{work.shift}'"
    if work.is_training and len(stretches) > 1:
        yield f"{len(stretches)} activities in a training day, expected 1"


def fixed_shifts(context: Context) -> Iterator[Breach]:
    """Published shifts inside the plan stand in the roster unchanged, for people who are known."""
    rostered = {work.key for work in context.works}
    for fixed in context.inputs.fixed_shifts:
        if not context.start <= fixed.date <= context.end:
            continue
        if fixed.employee_id not in context.people:
            yield Breach("a published shift names nobody who is known", fixed.employee_id, fixed.date)
        begin, finish = context.minutes(fixed.start), context.minutes(fixed.end)
        if (fixed.employee_id, fixed.date, fixed.shift, begin, finish) not in rostered:
            span = f"{context.clock(begin)} to {context.clock(finish)}"
            text = f"the published shift '{fixed.shift}' {span} is not in the roster"
            yield Breach(text, fixed.employee_id, fixed.date)
