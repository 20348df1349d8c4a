"""Labour rules over days, weeks and months: hours, overtime, rest, days off, nights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeVar

from wfm.audit.context import TOLERANCE, Breach, Context
from wfm.audit.entities import Person, Work
from wfm.grid import parse_window
from wfm.plan import Contract

__all__ = [
    "consecutive_days", "daily_hours", "hours_per_week_max", "night_work", "no_overlap", "one_shift_per_day",
    "overtime_allowed", "overtime_ban", "overtime_month", "part_time_week", "rest_between_shifts", "weekly_hours",
    "weekly_rest",
]  # fmt: skip

_NO_OVERTIME_KINDS = frozenset({"part_time", "intern", "outsourced"})
Key = TypeVar("Key", bound=Hashable)


def _grouped(line: Sequence[Work], key: Callable[[Work], Key]) -> dict[Key, list[Work]]:
    """Return one person's shifts by day, week or month; groups that lie wholly in the past are left out."""
    groups: dict[Key, list[Work]] = defaultdict(list)
    for work in line:
        groups[key(work)].append(work)
    return {name: works for name, works in groups.items() if any(work.row is not None for work in works)}


def one_shift_per_day(context: Context) -> Iterator[Breach]:
    """A person starts at most one shift a day."""
    for employee_id, line in context.timelines.items():
        for day, works in _grouped(line, lambda work: work.day).items():
            if len(works) > 1:
                yield Breach(f"{len(works)} shifts start on this day, at most 1", employee_id, day)


def _pairs(context: Context) -> Iterator[tuple[Work, Work]]:
    """Yield consecutive shifts of each person, unless both lie in the past."""
    for line in context.timelines.values():
        for before, after in pairwise(line):
            if before.row is not None or after.row is not None:
                yield before, after


def no_overlap(context: Context) -> Iterator[Breach]:
    """A person's shifts do not overlap."""
    for before, after in _pairs(context):
        if after.begin < before.finish:
            text = f"starts at {context.clock(after.begin)}, before the shift until {context.clock(before.finish)} ends"
            yield Breach(text, after.employee_id, after.day)


def rest_between_shifts(context: Context) -> Iterator[Breach]:
    """Between the end of a shift and the start of the next lies at least the daily rest."""
    limit = context.rules.rest_hours_between_shifts_min
    for before, after in _pairs(context):
        rest = (after.begin - before.finish) / 60
        if 0 <= rest < limit - TOLERANCE:
            span = f"between {context.clock(before.finish)} and {context.clock(after.begin)}"
            yield Breach(f"{rest:.4g} h rest {span}, at least {limit:g} h", after.employee_id, after.day)


def daily_hours(context: Context) -> Iterator[Breach]:
    """Paid hours of a day stay within normal hours plus the daily overtime."""
    limit = context.rules.normal_hours_per_day + context.rules.overtime_hours_per_day_max
    for employee_id, line in context.timelines.items():
        for day, works in _grouped(line, lambda work: work.day).items():
            hours = sum(work.paid_hours for work in works)
            if hours > limit + TOLERANCE:
                yield Breach(f"{hours:.4g} paid hours, at most {limit:g}", employee_id, day)


def overtime_ban(context: Context, person: Person) -> str:
    """Return why a person must not work overtime, empty when overtime is allowed."""
    banned = person.marks & set(context.rules.no_overtime_for) or {person.contract.kind} & _NO_OVERTIME_KINDS
    return ", ".join(sorted(banned))


def overtime_allowed(context: Context) -> Iterator[Breach]:
    """Protected people and part-time, intern and outsourced contracts work no overtime.

    A day above the normal hours counts on statutory holidays too, although it is paid as holiday work.
    """
    limit = context.rules.normal_hours_per_day
    for work in context.works:
        if work.person is None or not (why := overtime_ban(context, work.person)):
            continue
        hours = max(context.earned[work].overtime, work.paid_hours - limit)
        if hours > TOLERANCE:
            yield Breach(f"{hours:.4g} h overtime, none allowed ({why})", work.employee_id, work.day)


def overtime_month(context: Context) -> Iterator[Breach]:
    """Overtime of a calendar month stays within the monthly limit."""
    limit = context.rules.overtime_hours_per_month_max
    for employee_id in sorted(context.people.keys() & context.timelines.keys()):
        months = _grouped(context.timelines[employee_id], lambda work: (work.day.year, work.day.month))
        for (year, month), works in months.items():
            hours = sum(context.earned[work].overtime for work in works)
            if hours > limit + TOLERANCE:
                text = f"{hours:.4g} h overtime in {year}-{month:02d}, at most {limit:g} h"
                yield Breach(text, employee_id, works[-1].day)


def weekly_hours(context: Context) -> Iterator[Breach]:
    """Paid hours of a calendar week stay within the contract's maximum."""
    for person in context.people.values():
        limit = person.contract.hours_per_week_max
        if limit is not None:
            yield from _week_above(context, person, limit, f"by contract '{person.contract.id}'")


def hours_per_week_max(context: Context, contract: Contract) -> float:
    """Return the most paid hours of a calendar week, infinite where nothing limits them."""
    by_contract = contract.hours_per_week_max or float("inf")
    by_rules = context.rules.part_time_hours_per_week_max if contract.kind == "part_time" else float("inf")
    return min(by_contract, by_rules)


def part_time_week(context: Context) -> Iterator[Breach]:
    """Part-time people stay within the weekly hours that the labour rules allow them."""
    for person in context.people.values():
        if person.contract.kind == "part_time":
            yield from _week_above(context, person, context.rules.part_time_hours_per_week_max, "for part-time work")


def _week_above(context: Context, person: Person, limit: float, why: str) -> Iterator[Breach]:
    line = context.timelines.get(person.employee_id, [])
    for monday, works in _grouped(line, lambda work: work.week).items():
        hours = sum(work.paid_hours for work in works)
        if hours > limit + TOLERANCE:
            text = f"{hours:.4g} paid hours in the week from {monday}, at most {limit:g} {why}"
            yield Breach(text, person.employee_id, works[-1].day)


def consecutive_days(context: Context) -> Iterator[Breach]:
    """Nobody works more days in a row than allowed."""
    limit = context.rules.consecutive_days_max
    for employee_id, line in context.timelines.items():
        rostered = {work.day for work in line if work.row is not None}
        for run in _runs(sorted({work.day for work in line})):
            if len(run) > limit and rostered.intersection(run):
                text = f"{len(run)} work days in a row from {run[0]} to {run[-1]}, at most {limit}"
                yield Breach(text, employee_id, run[-1])


def _runs(days: Sequence[date]) -> Iterator[list[date]]:
    run: list[date] = []
    for day in days:
        if run and day - run[-1] != timedelta(days=1):
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def weekly_rest(context: Context) -> Iterator[Breach]:
    """Each calendar week has the days off that the labour rules ask for."""
    limit = 7 - context.rules.days_off_per_week_min
    for employee_id, line in context.timelines.items():
        for monday, works in _grouped(line, lambda work: work.week).items():
            days = {work.day for work in works}
            if len(days) > limit:
                text = f"{len(days)} work days in the week from {monday}, at most {limit}"
                yield Breach(text, employee_id, max(days))


def night_work(context: Context) -> Iterator[Breach]:
    """Protected people do not work at night."""
    for work in context.works:
        why = work.person.marks & set(context.rules.no_night_for) if work.person is not None else ()
        hours = _night_hours(context, work) if why else 0.0
        if hours > TOLERANCE:
            span = f"{context.clock(work.begin)} to {context.clock(work.finish)}"
            text = f"{hours:.4g} h of {span} lie in the night {context.rules.night} ({', '.join(sorted(why))})"
            yield Breach(text, work.employee_id, work.day)


def _night_hours(context: Context, work: Work) -> float:
    """Return how many hours of a shift, meal included, lie in the night."""
    evening, morning = parse_window(context.rules.night)
    first = context.local(work.begin).date() - timedelta(days=1)
    last = context.local(work.finish).date() + timedelta(days=1)
    nights = ((context.wall(day, evening), context.wall(day, morning)) for day in context.days(first, last))
    return sum(max(0.0, min(work.finish, end) - max(work.begin, begin)) for begin, end in nights) / 60
