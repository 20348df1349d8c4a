"""From the search's arrays to the rows of a roster."""

from __future__ import annotations

from collections.abc import Sequence

from scheduling.costing import PlacedShift
from scheduling.patterns import Pattern
from scheduling.problem import TRAINING, Person, RosterProblem, Span
from scheduling.search import Search
from scheduling.wages import DayWork, Earned, earn, past_works, unused_guaranteed
from wfm.results import Activity, RosteredShift

__all__ = ["activities_of", "day_works", "earnings_of", "placed_shifts", "rostered"]


def placed_shifts(problem: RosterProblem, search: Search) -> list[PlacedShift]:
    """Return all shifts and training days of the best roster inside the horizon, by person and day.

    The best roster is replaced as a whole, so a search that has not heard yet that it should stop does no harm.
    """
    index, (_, options, patterns) = search.index, search.best
    spans = {(p, s.day): s for p, person in enumerate(index.people) for s in person.fixed}
    found = []
    for p, person in enumerate(index.people):
        found += [_training(problem, p, person, day) for day in person.training if 0 <= day < problem.days]
        found += [_published_training(problem, p, span) for span in person.fixed if span.training]
        for day in range(problem.days):
            option = int(options[p, day])
            if option < 0:
                continue
            start = int(index.options.start[day, option])
            end = start + int(index.options.minutes[option])
            span = spans.get((p, day))
            shift = span.shift if span else problem.templates[int(index.options.template[option])].id
            pattern = index.patterns[int(patterns[p, day])]
            found.append(PlacedShift(p, day, shift, start, end, float(index.options.paid[option]), pattern))
    return found


def _training(problem: RosterProblem, p: int, person: Person, day: int) -> PlacedShift:
    hours = problem.contracts[person.contract].training_hours_per_day
    start = problem.minute_at(day, 9 * 60)
    return PlacedShift(p, day, TRAINING, start, start + round(hours * 60), hours, Pattern(None, ()), training=True)


def _published_training(problem: RosterProblem, p: int, span: Span) -> PlacedShift:
    hours = problem.span_hours(span)
    return PlacedShift(p, span.day, TRAINING, span.start, span.end, hours, Pattern(None, ()), training=True)


def day_works(problem: RosterProblem, person: Person, shifts: Sequence[PlacedShift]) -> list[DayWork]:
    """Return all paid days of a person by date, published shifts of the past and training before the plan included."""
    works = past_works(problem, person)
    works += [DayWork(shift.day, shift.paid_hours, shift.training) for shift in shifts]
    return sorted(works, key=lambda work: work.day)


def earnings_of(
    problem: RosterProblem, people: Sequence[Person], shifts: Sequence[PlacedShift]
) -> tuple[dict[tuple[int, int], Earned], float]:
    """Return what each (person, day) inside the horizon earns, and the money for unused guaranteed hours."""
    by_person: dict[int, list[PlacedShift]] = {p: [] for p in range(len(people))}
    for shift in shifts:
        by_person[shift.person].append(shift)
    earned: dict[tuple[int, int], Earned] = {}
    unused = 0.0
    for p, person in enumerate(people):
        works = day_works(problem, person, by_person[p])
        inside = [(p, work.day) for work in works]
        earned |= {place: e for place, e in zip(inside, earn(problem, person, works), strict=True) if place[1] >= 0}
        unused += unused_guaranteed(problem, person, works)
    return earned, unused


def rostered(problem: RosterProblem, person: Person, shift: PlacedShift, earned: Earned) -> RosteredShift:
    """Return one row of the roster."""
    grid, origin = problem.grid, int(problem.grid.day_starts[0])
    return RosteredShift(
        employee_id=person.employee_id,
        name=person.name,
        contract=problem.contracts[person.contract].id,
        team=person.team,
        date=problem.date_of(shift.day),
        shift=shift.shift,
        start=grid.at(origin + shift.start * 60),
        end=grid.at(origin + shift.end * 60),
        paid_hours=round(shift.paid_hours, 2),
        overtime_hours=round(earned.overtime, 2),
        cost=round(earned.wages + earned.premium, 2),
    )


def activities_of(problem: RosterProblem, person: Person, shift: PlacedShift) -> list[Activity]:
    """Return the activities of a shift without a gap; the queue is named when the person holds only one."""
    held = [queue for queue, speed in zip(problem.queues, person.speed, strict=True) if speed > 0]
    queue = held[0] if len(held) == 1 else ""
    if shift.training:
        return [_activity(problem, person, shift, TRAINING, "", shift.start, shift.end)]
    stretches, now = [], shift.start
    for start, end in shift.pattern.pauses:
        kind = "meal" if (start, end) == shift.pattern.meal else "break"
        stretches.append(("work", queue, now, shift.start + start))
        stretches.append((kind, "", shift.start + start, shift.start + end))
        now = shift.start + end
    stretches.append(("work", queue, now, shift.end))
    # Lengths by minutes: clock times may be the same an hour apart, when clocks go back.
    return [_activity(problem, person, shift, *stretch) for stretch in stretches if stretch[2] < stretch[3]]


def _activity(
    problem: RosterProblem, person: Person, shift: PlacedShift, kind: str, queue: str, start: int, end: int
) -> Activity:
    origin = int(problem.grid.day_starts[0])
    begin, finish = problem.grid.at(origin + start * 60), problem.grid.at(origin + end * 60)
    day = problem.date_of(shift.day)
    return Activity(person.employee_id, day, kind, queue, begin, finish, paid=kind != "meal")
