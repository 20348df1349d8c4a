"""Hard rules and inputs that contradict each other, found before any search, with names and dates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from scheduling.hires import broken_limits
from scheduling.options import fixed_patterns
from scheduling.problem import Person, RosterProblem, Span
from scheduling.wages import DayWork, earn
from wfm.errors import NoRosterError
from wfm.grid import parse_window

__all__ = ["check_conflicts", "conflicts"]

_FEWER = "raise that limit or name fewer people"


def check_conflicts(problem: RosterProblem) -> None:
    """Raise when published shifts, leave, labour rules or limits leave no legal roster.

    Raises
    ------
    NoRosterError
        With every conflict found and what could be changed.
    """
    found = list(conflicts(problem))
    if found:
        ways = tuple(dict.fromkeys(way for _, way in found))
        raise NoRosterError([text for text, _ in found], ways)


def conflicts(problem: RosterProblem) -> Iterator[tuple[str, str]]:
    """Yield (conflict, way out) in words."""
    for person in problem.people:
        if person.fixed:
            yield from _availability(problem, person)
            yield from _rest(problem, person)
            yield from _days(problem, person)
            yield from _hours(problem, person)
    # Employee hires could mend a share, so only what no hire can mend counts: see the heads without hires.
    for text in broken_limits(problem, {}):
        if "cost_max" in text:
            yield f"{text}, but published shifts alone cost more", "raise that limit or withdraw published shifts"
        else:
            yield f"{text}, but the people named in the people table alone pass it", _FEWER


def _shift(problem: RosterProblem, span: Span) -> str:
    return f"the published shift '{span.shift}' on {problem.date_of(span.day)}"


def _availability(problem: RosterProblem, person: Person) -> Iterator[tuple[str, str]]:
    who = person.employee_id
    way = "move or withdraw the published shift, or change the person's leave or dates"
    for span in person.fixed:
        touched = [d for d in range(span.day, span.day + 3) if problem.minute_at(d, 0) < span.end]
        if any(day in person.off for day in touched):
            yield f"{who}: {_shift(problem, span)} lies on a day of leave", way
        elif (
            not (span.training or person.available(span.day))
            or span.day < person.employed_from
            or any(day > person.employed_to for day in touched)
        ):
            yield f"{who}: {_shift(problem, span)} lies before the first day on seat or after the last day", way
        if person.no_night and _at_night(problem, span):
            yield f"{who}: {_shift(problem, span)} lies in the night, which is forbidden to this person", way
        if not fixed_patterns(problem, span):
            limit = problem.rules.work_stretch_hours_max
            text = f"{who}: {_shift(problem, span)} has no place for its meal and breaks within {limit:g} h of work"
            yield text, "change the template's meal window or breaks, or the published shift"


def _at_night(problem: RosterProblem, span: Span) -> bool:
    evening, morning = parse_window(problem.rules.night)
    nights = [(problem.minute_at(d, evening), problem.minute_at(d, morning)) for d in range(span.day - 1, span.day + 3)]
    return any(span.start < last and span.end > first for first, last in nights)


def _rest(problem: RosterProblem, person: Person) -> Iterator[tuple[str, str]]:
    limit = problem.rules.rest_hours_between_shifts_min
    for before, after in pairwise(sorted((*person.past, *person.fixed), key=lambda span: span.start)):
        rest = (after.start - before.end) / 60.0
        if after.day < 0 or (rest >= limit - 1e-9 and after.day != before.day):
            continue
        what = (
            "overlaps the one before" if rest < 0 else f"starts {rest:g} h after the one before, at least {limit:g} h"
        )
        if rest >= limit - 1e-9:
            what = "is the second on that day"
        yield f"{person.employee_id}: {_shift(problem, after)} {what}", "move one of the published shifts"


def _days(problem: RosterProblem, person: Person) -> Iterator[tuple[str, str]]:
    days = sorted({span.day for span in (*person.past, *person.fixed)})
    most, run = problem.rules.consecutive_days_max, 0
    for before, day in pairwise([-(10**6), *days]):
        run = run + 1 if day == before + 1 else 1
        if run == most + 1 and day >= 0:
            text = f"{person.employee_id}: published shifts on more than {most} days in a row up to"
            yield f"{text} {problem.date_of(day)}", "withdraw one of the published shifts"
    for week in {problem.week_of(day) for day in days if day >= 0}:
        count = sum(problem.week_of(day) == week for day in days)
        if count > 7 - problem.rules.days_off_per_week_min:
            first = problem.date_of(7 * week - problem.grid.start.weekday())
            yield (
                f"{person.employee_id}: {count} published shifts in the week from {first} leave no day off",
                "withdraw one of the published shifts",
            )


def _hours(problem: RosterProblem, person: Person) -> Iterator[tuple[str, str]]:
    """Yield published hours above what a day, a week or the overtime rules allow."""
    who, rules = person.employee_id, problem.rules
    way = "shorten or withdraw a published shift, or change the hours of the contract or the rules"
    works = [DayWork(span.day, problem.span_hours(span), span.training) for span in (*person.past, *person.fixed)]
    works.sort(key=lambda work: work.day)
    earned = earn(problem, person, works)
    overtime: dict[tuple[int, int], float] = {}
    weekly: dict[int, float] = {}
    for work, got in zip(works, earned, strict=True):
        day = problem.date_of(work.day)
        overtime[day.year, day.month] = overtime.get((day.year, day.month), 0.0) + got.overtime
        weekly[problem.week_of(work.day)] = weekly.get(problem.week_of(work.day), 0.0) + work.hours
        if work.day < 0:
            continue
        if work.hours > problem.day_hours_max(person) + 1e-9:
            yield f"{who}: {work.hours:g} paid hours published on {day}, at most {problem.day_hours_max(person):g}", way
        elif person.no_overtime and got.overtime > 1e-9:
            yield f"{who}: published shifts up to {day} make overtime, which is forbidden to this person", way
        if overtime[day.year, day.month] > rules.overtime_hours_per_month_max + 1e-9:
            yield f"{who}: published shifts up to {day} pass the overtime of the month", way
        if weekly[problem.week_of(work.day)] > problem.week_hours_max(person) + 1e-9:
            yield f"{who}: published shifts up to {day} pass {problem.week_hours_max(person):g} paid hours a week", way
