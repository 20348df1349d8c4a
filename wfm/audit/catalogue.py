"""All rules that the auditor knows, and the audit itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from wfm.audit import claims, consistency, hours, pay, people, shifts, temporary
from wfm.audit.claims import BoundClaim
from wfm.audit.context import Breach, Context
from wfm.inputs import Inputs
from wfm.results import Activity, Finding, Hire, RosteredShift

__all__ = ["RULES", "audit"]

Check = Callable[[Context], Iterator[Breach]]

_CHECKS: dict[Check, str] = {
    people.known_person: "Each row names a person or hire that is known, with the right name, contract and team.",
    people.in_horizon: "A shift's date is the local day on which it starts and lies inside the plan.",
    people.skills: "People serve only queues that the plan has and that they hold.",
    people.time_off: "No shift starts on, or runs into, a day off.",
    people.employment: "Nobody works before being hired, on seat before training ended, or after leaving.",
    people.hire_window: "Hires fit the contract's headcount and hiring date and train in full, at the stated cost.",
    people.outsourced_names: "Outsourced seats carry no personal names (warning).",
    shifts.shift_template: "Shifts follow a template that the contract allows: start, grid, length and day.",
    shifts.meal: "Exactly one meal of the template's length starts within its window; none where none is due.",
    shifts.breaks: "Short breaks have the template's lengths and keep clear of the ends, the meal and one another.",
    shifts.work_stretch: "Nobody works longer than the limit without a meal or a short break.",
    consistency.activities_complete: "Activities fill each shift without gap or overlap, with the right paid flag.",
    consistency.fixed_shifts: "Published shifts inside the plan stand in the roster unchanged.",
    hours.one_shift_per_day: "A person starts at most one shift a day.",
    hours.no_overlap: "A person's shifts do not overlap.",
    hours.rest_between_shifts: "Between the end of a shift and the start of the next lies at least the daily rest.",
    hours.daily_hours: "Paid hours of a day stay within normal hours plus the daily overtime.",
    hours.overtime_allowed: "Protected people and part-time, intern and outsourced contracts work no overtime.",
    hours.overtime_month: "Overtime of a calendar month stays within the monthly limit.",
    hours.weekly_hours: "Paid hours of a calendar week stay within the contract's maximum.",
    hours.part_time_week: "Part-time people stay within the weekly hours that the labour rules allow them.",
    hours.consecutive_days: "Nobody works more days in a row than allowed.",
    hours.weekly_rest: "Each calendar week has the days off that the labour rules ask for.",
    hours.night_work: "Protected people do not work at night.",
    pay.paid_hours: "The paid hours of a row are its length without the meal.",
    pay.overtime_hours: "The overtime of a row is what exceeds the normal day and the normal week.",
    pay.pay: "The cost of a row is its wages with the premium for overtime, rest-day and holiday work.",
    temporary.temporary_headcount: "Temporary staff, named and taken on, stay within the headcount.",
    temporary.temporary_share: "Temporary staff stay within their share of all people.",
    temporary.dispatch_share: "Dispatched people stay within their share of employees and dispatched people.",
    temporary.temporary_seats: "Temporary staff on seat at one moment stay within the seats.",
    temporary.temporary_cost: "Wages and hiring of temporary staff stay within the cost limit.",
    temporary.per_experienced: "Temporary staff on seat stay within their number per employee on seat.",
    claims.prices_in_range: "The bound's prices are at least 0; an agent is worth at most the price of a missing one.",
    claims.bound_proven: "The bound's prices prove what they claim: the audit works it out with a program of its own.",
    claims.bound_below_cost: "No bound lies above the cost of the roster.",
}

RULES: Mapping[str, str] = MappingProxyType({check.__name__: sentence for check, sentence in _CHECKS.items()})
"""Rule id -> what the rule asks for, in one sentence."""


def audit(
    inputs: Inputs, shifts: Sequence[RosteredShift], activities: Sequence[Activity], hires: Sequence[Hire],
    claim: BoundClaim | None = None,
) -> tuple[Finding, ...]:  # fmt: skip
    """Return every place where a roster breaks a rule or limit, sorted; empty when it is clean.

    Parameters
    ----------
    inputs : Inputs
        The plan with its people, leave, published shifts and labour rules.
    shifts, activities, hires : sequences
        The roster, as read from its files; nothing else of the engine that built it is looked at. Shifts without hires
        whose ids are not in the people table are findings, so hires must be given where people were taken on.
    claim : BoundClaim, optional
        What the roster claims about its bound, from :func:`wfm.audit.claim_of`; not looked at when not given.

    Returns
    -------
    tuple of Finding
        ``severity`` is ``error`` where a hard rule is broken, ``warning`` where a planner should look. ``employee_id``
        and ``date`` are empty where a limit is about a group or the whole plan. Details carry no personal names.
    """
    context = Context(inputs, shifts, activities, hires, claim)
    return tuple(sorted({_finding(check, breach) for check in _CHECKS for breach in check(context)}))


def _finding(check: Check, breach: Breach) -> Finding:
    day = breach.day.isoformat() if breach.day is not None else ""
    return Finding(check.__name__, breach.severity, breach.employee_id, day, breach.detail)
