"""Checks what no single key or cell can show: whether plan, tables, rules and calendars fit together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from data.calendars import calendar_names, load_calendar
from data.crosscheck_service import check_attained, check_replies, check_service
from data.crosscheck_targets import check_targets
from data.planfile import KeyPath, PlanFile
from data.templates import template_problems
from wfm.errors import Problem, nearest
from wfm.grid import MINUTES_PER_DAY
from wfm.inputs import Inputs
from wfm.plan import Contract, Plan, Queue, ShiftTemplate
from wfm.rules import DayTypes, LabourRules

__all__ = ["HISTORY_MAY_END_EARLIER_DAYS", "check_history", "check_holidays", "check_inputs", "check_plan"]

MOST_NUMBERS = 1_000_000_000
"""Contacts by future, queue and interval that a plan may hold at once: 4 GB."""
HISTORY_MAY_END_EARLIER_DAYS = 14
"""Days by which the history may end before ``known_until``; more is an error."""


def check_plan(plan: Plan, rules: LabourRules | None, file: PlanFile) -> list[Problem]:
    """Return what is wrong within the plan itself."""
    found = [
        *_duplicate_ids(plan, file), *_references(plan, file), *_driver_entries(plan, file), *_dates(plan, file),
        *_size(plan, file), *check_targets(plan, file), *check_service(plan, file),
    ]  # fmt: skip
    for number, shift in enumerate(plan.shift):
        messages = template_problems(shift, plan.plan.interval_minutes, rules or LabourRules())
        found += [file.problem(("shift", number, *key), message) for key, message in messages]
    return found


def _duplicate_ids(plan: Plan, file: PlanFile) -> Iterator[Problem]:
    tables: Mapping[str, Sequence[Queue | Contract | ShiftTemplate]] = {
        "queue": plan.queue, "contract": plan.contract, "shift": plan.shift,
    }  # fmt: skip
    for table, entries in tables.items():
        for name, times in Counter(entry.id for entry in entries).items():
            if times > 1:
                places = [number for number, entry in enumerate(entries) if entry.id == name]
                text = f"'{name}' is the id of {times} [[{table}]] entries; ids must differ"
                yield file.problem((table, places[1], "id"), text)


def _driver_entries(plan: Plan, file: PlanFile) -> Iterator[Problem]:
    queues = [queue.id for queue in plan.queue]
    for number, entry in enumerate(plan.driver):
        yield from _unknown(entry.queues, queues, "queue", ("driver", number, "queues"), file)
        if entry.name in (other.name for other in plan.driver[:number]):
            text = f"'{entry.name}' has more than one [[driver]] entry; keep one"
            yield file.problem(("driver", number, "name"), text)


def _references(plan: Plan, file: PlanFile) -> Iterator[Problem]:
    queues, shifts = [queue.id for queue in plan.queue], [shift.id for shift in plan.shift]
    for number, contract in enumerate(plan.contract):
        path: KeyPath = ("contract", number)
        yield from _unknown(contract.queues, queues, "queue", (*path, "queues"), file)
        yield from _unknown(contract.shifts, shifts, "shift", (*path, "shifts"), file)
        if contract.hours_per_week_max is not None and contract.hours_per_week_guaranteed > contract.hours_per_week_max:
            text = f"{contract.hours_per_week_guaranteed:g} h are paid a week, but at most "
            text += f"{contract.hours_per_week_max:g} may be worked (hours_per_week_max)"
            yield file.problem((*path, "hours_per_week_guaranteed"), text, "warning")
        if contract.headcount and not contract.queues:
            text = f"people may be taken on ({contract.headcount}), but no queue is named that they serve"
            yield file.problem((*path, "queues"), text)
    for number, queue in enumerate(plan.queue):
        if queue.profile_like is not None:
            valid = [name for name in queues if name != queue.id]
            yield from _unknown([queue.profile_like], valid, "queue", ("queue", number, "profile_like"), file)


def _unknown(names: Iterable[str], valid: Sequence[str], what: str, path: KeyPath, file: PlanFile) -> Iterator[Problem]:
    for name in names:
        if name not in valid:
            yield file.problem(path, f"unknown {what} '{name}'{nearest(name, valid)}")


def _dates(plan: Plan, file: PlanFile) -> Iterator[Problem]:
    head = plan.plan
    if head.known_until is not None and head.known_until > head.end:
        yield file.problem(
            ("plan", "known_until"), f"expected a day up to the plan's end {head.end}, got {head.known_until}"
        )
    for number, shift in enumerate(plan.shift):
        if shift.dates and not any(head.start <= day <= head.end for day in shift.dates):
            yield file.problem(
                ("shift", number, "dates"), f"expected dates within {head.start} .. {head.end}, got none", "warning"
            )


def _size(plan: Plan, file: PlanFile) -> Iterator[Problem]:
    head, paths = plan.plan, plan.forecast.paths
    cells = len(plan.queue) * head.days * (MINUTES_PER_DAY // head.interval_minutes)
    if paths * cells > MOST_NUMBERS:
        text = f"{paths:,} futures of {cells:,} intervals (all queues together) are too many for the memory; at most "
        way = f"{max(MOST_NUMBERS // cells, 20):,}, or longer `interval_minutes`, or fewer `days`"
        yield file.problem(("forecast", "paths"), text + way)


def check_holidays(plan: Plan, days: DayTypes, file: PlanFile) -> list[Problem]:
    """Return a problem when the plan goes past the days for which holidays are known."""
    if days.known_to is None or plan.plan.end <= days.known_to:
        return []
    text = f"plan ends on {plan.plan.end}, but public holidays are known only to {days.known_to}"
    if plan.plan.allow_unknown_holidays:
        note = f"{text}; later days count as ordinary days (allow_unknown_holidays)"
        return [file.problem(("plan", "start"), note, "warning")]
    way = "; add them in holidays.csv (date,type,name) or set `[plan] allow_unknown_holidays = true`"
    return [file.problem(("plan", "start"), text + way)]


def check_inputs(inputs: Inputs, file: PlanFile) -> list[Problem]:
    """Return where the people and their shifts don't fit the queues, and where dates contradict each other."""
    staffed = list(_staff(inputs))
    return [
        *_unserved(inputs, staffed, file),
        *_days_without_shift(inputs, staffed, file),
        *_fixed_shifts(inputs),
        *_platforms(inputs),
        *_analogues(inputs),
        *_drivers(inputs, file),
        *_own_handle_times(inputs, file),
        *_phase_names(inputs, file),
        *_outside_horizon(inputs),
        *check_replies(inputs, file),
        *check_attained(inputs, file),
    ]


@dataclass(frozen=True)
class _Staff:
    """Some people of one contract who serve the same queues."""

    contract: Contract
    queues: frozenset[str]


def _staff(inputs: Inputs) -> set[_Staff]:
    named = {_Staff(inputs.contract_of(agent), frozenset(agent.queues)) for agent in inputs.agents if agent.contract}
    hires = {_Staff(one, frozenset(one.queues)) for one in inputs.plan.contract if one.headcount}
    return named | hires


def _unserved(inputs: Inputs, staffed: Iterable[_Staff], file: PlanFile) -> Iterator[Problem]:
    served = frozenset().union(*(staff.queues for staff in staffed))
    for number, queue in enumerate(inputs.plan.queue):
        if queue.id not in served:
            text = "nobody can serve this queue: no person in agents.csv has it, no contract with headcount names it"
            yield file.problem(("queue", number), text)


def _days_without_shift(inputs: Inputs, staffed: Sequence[_Staff], file: PlanFile) -> Iterator[Problem]:
    plan = inputs.plan
    for number, queue in enumerate(plan.queue):
        templates = {
            shift.id: shift
            for staff in staffed if queue.id in staff.queues
            for shift in plan.shift if not staff.contract.shifts or shift.id in staff.contract.shifts
        }  # fmt: skip
        empty = [day for day in plan.plan.grid.dates if _uncovered(queue, templates.values(), day, plan.plan.start)]
        if empty and templates:
            shown = ", ".join(f"{day} ({day:%a})" for day in empty[:7]) + (", ..." if len(empty) > 7 else "")
            text = f"open on {shown}, but no shift of the people who serve it may start on {_those(empty)}"
            yield file.problem(("queue", number, "open"), text)


def _those(days: Sequence[date]) -> str:
    return "that day" if len(days) == 1 else "those days"


def _uncovered(queue: Queue, templates: Iterable[ShiftTemplate], day: date, first: date) -> bool:
    """Return whether a queue is open on a day on which no shift starts and into which none of the day before runs."""
    if queue.window_on(day.weekday()) is None:
        return False
    before = day - timedelta(days=1)
    for shift in templates:
        over_midnight = shift.start_range[1] + round(shift.hours[-1] * 60) > 1440
        if shift.allowed_on(day) or (before >= first and over_midnight and shift.allowed_on(before)):
            return False
    return True


def _fixed_shifts(inputs: Inputs) -> Iterator[Problem]:
    head, people = inputs.plan.plan, {agent.employee_id: agent for agent in inputs.agents}
    absent: dict[str, list[tuple[date, date]]] = {}
    for off in inputs.time_off:
        absent.setdefault(off.employee_id, []).append((off.start, off.end))
    shifts = {shift.id for shift in inputs.plan.shift} | {"training"}
    for fixed in inputs.fixed_shifts:
        if not head.start <= fixed.date <= head.end:
            continue
        who = f"'{fixed.employee_id}' on {fixed.date}"
        if fixed.shift not in shifts:
            text = f"{who}: unknown shift '{fixed.shift}'{nearest(fixed.shift, shifts)}"
            yield Problem("fixed_shifts.csv", fixed.line, "shift", text)
        if any((moment.hour * 60 + moment.minute) % head.interval_minutes for moment in (fixed.start, fixed.end)):
            text = f"{who}: expected times on the plan's {head.interval_minutes}-minute grid"
            yield Problem("fixed_shifts.csv", fixed.line, "start", f"{text}, got {fixed.start:%H:%M}-{fixed.end:%H:%M}")
        if any(start <= fixed.date <= end for start, end in absent.get(fixed.employee_id, ())):
            yield Problem(
                "fixed_shifts.csv", fixed.line, "date", f"{who}: published shift on a day of time_off.csv", "warning"
            )
        agent = people[fixed.employee_id]
        if (agent.hired_on and fixed.date < agent.hired_on) or (agent.leaves_on and fixed.date > agent.leaves_on):
            yield Problem("fixed_shifts.csv", fixed.line, "date", f"{who}: published shift outside the employment")


def _platforms(inputs: Inputs) -> Iterator[Problem]:
    """Warn of own events on platforms that look like a misspelt platform of a queue."""
    valid = {queue.platform for queue in inputs.plan.queue if queue.platform}
    own = {event.platform for event in inputs.events if event.source == "events.csv"}
    for name in sorted(own - valid - {"all"}):
        if (hint := nearest(name, {*valid, "all"})).startswith(", did you mean"):
            yield Problem("events.csv", 0, "platform", f"no queue is on platform '{name}'{hint}", "warning")


def _analogues(inputs: Inputs) -> Iterator[Problem]:
    """Warn of events that are said to be like one that no calendar knows: nothing can be learned from it."""
    valid = {event.event for event in inputs.events}
    for event, like in sorted({(one.event, one.like) for one in inputs.events if one.like}):
        if like not in valid - {event}:
            text = f"'{event}' is like '{like}', which is in no calendar{nearest(like, valid - {event})}"
            yield Problem("events.csv", 0, "like", text, "warning")


def _drivers(inputs: Inputs, file: PlanFile) -> Iterator[Problem]:
    known = {driver.name for driver in inputs.drivers}
    for number, entry in enumerate(inputs.plan.driver):
        if entry.name not in known:
            text = f"drivers.csv has no driver '{entry.name}'{nearest(entry.name, known)}"
            yield file.problem(("driver", number, "name"), text)


def _own_handle_times(inputs: Inputs, file: PlanFile) -> Iterator[Problem]:
    if inputs.own_forecast is None or inputs.own_requirement is not None:
        return
    given = inputs.own_forecast.values.get("aht_seconds")
    for number, queue in enumerate(inputs.plan.queue):
        if queue.aht_seconds is None and (given is None or not (given[number] > 0).any()):
            text = "no handle time is known: the plan's own forecast has none; give `aht_seconds`"
            yield file.problem(("queue", number), text)


def _phase_names(inputs: Inputs, file: PlanFile) -> Iterator[Problem]:
    """Yield what no event phase is called: the share that bots contain then would never apply."""
    if not any(queue.bot_containment_in for queue in inputs.plan.queue):
        return
    valid = {"opening"} | {event.phase for event in inputs.events}
    for name in calendar_names():
        valid |= {event.phase for event in load_calendar(name, inputs.plan.plan.timezone)}
    for number, queue in enumerate(inputs.plan.queue):
        for phase in queue.bot_containment_in:
            if phase not in valid:
                path: KeyPath = ("queue", number, "bot_containment_in", phase)
                yield file.problem(path, f"unknown event phase '{phase}'{nearest(phase, valid)}")


def _outside_horizon(inputs: Inputs) -> Iterator[Problem]:
    head = inputs.plan.plan
    first, last = (float(head.grid.day_starts[place]) for place in (0, -1))
    for one in inputs.adjustments:
        if one.end.timestamp() <= first or one.start.timestamp() >= last:
            text = f"the range {one.start:%Y-%m-%d %H:%M} .. {one.end:%Y-%m-%d %H:%M} lies outside the plan"
            text += f" ({head.start} .. {head.end}): the line changes nothing"
            yield Problem("adjustments.csv", one.line, "start", text, "warning")


def check_history(inputs: Inputs, file: PlanFile, history_file: str) -> list[Problem]:
    """Return why a history can't be used: nothing in it, or it ends long before the last day that is known."""
    history, head = inputs.history, inputs.plan.plan
    if not history.rows:
        return [Problem(history_file, 0, "", "holds no row that can be used; expected contacts per queue and interval")]
    seen = history.until(int(head.grid.midnight(head.last_known + timedelta(days=1)).timestamp()))
    if not seen.rows:
        first = _day(int(history.start.min()), head.grid.zone)
        text = f"starts on {first}, after the last known day {head.last_known}"
        return [Problem(history_file, 0, "", f"{text}; set `[plan] known_until` or bring older rows")]
    if not (seen.offered > 0).any():
        text = f"offered is 0 in all {seen.rows:,} rows up to {head.last_known}: nothing can be forecast from it"
        return [Problem(history_file, 0, "offered", text)]
    return [*_late_end(inputs, history_file, _day(int(seen.start.max()), head.grid.zone)), *_silent(inputs, file)]


def _day(stamp: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(stamp, tz=zone).date()


def _late_end(inputs: Inputs, history_file: str, last: date) -> Iterator[Problem]:
    head = inputs.plan.plan
    days = (head.last_known - last).days
    why = "known_until" if head.known_until else "the day before the plan's start"
    text = f"ends on {last}, {days} days before {why} ({head.last_known})"
    if days > HISTORY_MAY_END_EARLIER_DAYS:
        yield Problem(history_file, 0, "", f"{text}; bring newer rows or set `[plan] known_until = {last}`")
    elif days > 0:
        yield Problem(history_file, 0, "", text, "warning")


def _silent(inputs: Inputs, file: PlanFile) -> Iterator[Problem]:
    history = inputs.history
    daily = {name for at, name in enumerate(history.queues) if (history.minutes[history.queue == at] == 1440).all()}
    for number, queue in enumerate(inputs.plan.queue):
        path: KeyPath = ("queue", number)
        if queue.id not in history.queues:
            yield file.problem(path, "has no row in the history: no contacts can be forecast for it", "warning")
            continue
        if queue.id in daily and queue.profile_like is None:
            text = "has daily rows only; name a queue with shorter rows in `profile_like` to spread them over the day"
            yield file.problem(path, text, "warning")
        rows = history.queue == history.queues.index(queue.id)
        if queue.aht_seconds is None and not (history.aht_seconds[rows] > 0).any():
            yield file.problem(path, "no handle time is known: the history has none; give `aht_seconds`")
