"""Overtime and wages of a person's shifts, derived from their times alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from wfm.audit.entities import Work
from wfm.rules import LabourRules

__all__ = ["OVERTIME_PREMIUM", "Earned", "earnings"]

OVERTIME_PREMIUM = frozenset({"employee", "dispatch"})


@dataclass(frozen=True)
class Earned:
    """Paid hours of one shift by rate, and its wages.

    Attributes
    ----------
    plain, daily, weekly, holiday : float
        Hours at the plain rate, above the normal day, above the normal week, and on a statutory holiday.
    wages : float
        In the plan's currency, not rounded.
    """

    plain: float
    daily: float
    weekly: float
    holiday: float
    wages: float

    @property
    def overtime(self) -> float:
        """Overtime hours: above the normal day and above the normal week."""
        return self.daily + self.weekly


def earnings(
    timeline: Sequence[Work], rules: LabourRules, statutory: Collection[date]
) -> Iterator[tuple[Work, Earned]]:
    """Yield each shift of one known person with its hours by rate and its wages.

    Hours above ``normal_hours_per_day`` of a day are daily overtime. The rest accumulates over the calendar week, in
    order of time; what exceeds ``normal_hours_per_week`` is weekly overtime. Hours on a statutory holiday are neither
    and do not accumulate. Training is normal work at the plain rate on any day.

    Parameters
    ----------
    timeline : sequence of Work
        Past and rostered shifts of one person, by start.
    rules : LabourRules
        Normal hours and pay factors.
    statutory : collection of date
        Statutory holidays.
    """
    day_used: dict[date, float] = defaultdict(float)
    week_used: dict[date, float] = defaultdict(float)
    for work in timeline:
        hours = work.paid_hours
        if work.day in statutory and not work.is_training:
            yield work, _priced(work, rules, (0.0, 0.0, 0.0, hours))
            continue
        normal = min(hours, max(0.0, rules.normal_hours_per_day - day_used[work.day]))
        plain = min(normal, max(0.0, rules.normal_hours_per_week - week_used[work.week]))
        day_used[work.day] += normal
        week_used[work.week] += normal
        yield work, _priced(work, rules, (plain, hours - normal, normal - plain, 0.0))


def _priced(work: Work, rules: LabourRules, hours: tuple[float, float, float, float]) -> Earned:
    plain, daily, weekly, holiday = hours
    assert work.person is not None  # earnings() is for known people only
    contract = work.person.contract
    overtime_pay, rest_day_pay = (
        (rules.overtime_pay, rules.rest_day_pay)
        if contract.kind in OVERTIME_PREMIUM and not work.is_training
        else (1.0, 1.0)
    )
    holiday_pay = 1.0 if contract.kind == "outsourced" else rules.holiday_pay
    weighted = plain + daily * overtime_pay + weekly * rest_day_pay + holiday * holiday_pay
    return Earned(plain, daily, weekly, holiday, weighted * contract.cost_per_hour)
