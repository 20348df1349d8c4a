"""People, shifts and stretches inside shifts as the auditor sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from wfm.plan import Contract, ShiftTemplate
from wfm.results import RosteredShift

__all__ = ["TRAINING", "Person", "Stretch", "Work"]

TRAINING = "training"


@dataclass(frozen=True)
class Person:
    """Somebody who may be rostered: named in the people table, or taken on.

    Attributes
    ----------
    employed_from, seat_from, leaves_on : date or None
        First paid day, first day with contacts, last day; None = no such limit.
    marks : frozenset of str
        Attributes plus the kind of the contract: what the labour rules ask for.
    """

    employee_id: str
    name: str
    team: str
    contract: Contract
    queues: frozenset[str]
    employed_from: date | None
    seat_from: date | None
    leaves_on: date | None
    marks: frozenset[str]
    is_hire: bool


@dataclass(frozen=True)
class Stretch:
    """One activity, in absolute minutes."""

    kind: str
    queue: str
    begin: float
    finish: float
    paid: bool


@dataclass(frozen=True, eq=False)
class Work:
    """One shift in absolute minutes; ``row`` is None for a shift of the past."""

    employee_id: str
    day: date
    shift: str
    begin: float
    finish: float
    person: Person | None
    template: ShiftTemplate | None
    stretches: tuple[Stretch, ...] = ()
    row: RosteredShift | None = None

    @property
    def is_training(self) -> bool:
        """Whether it is a training day."""
        return self.shift == TRAINING

    @property
    def key(self) -> tuple[str, date, str, float, float]:
        """What makes two shifts the same."""
        return self.employee_id, self.day, self.shift, self.begin, self.finish

    @property
    def week(self) -> date:
        """Monday of the calendar week to which the shift belongs."""
        return self.day - timedelta(days=self.day.weekday())

    @property
    def meals(self) -> tuple[Stretch, ...]:
        """The meals inside."""
        return tuple(stretch for stretch in self.stretches if stretch.kind == "meal")

    @property
    def breaks(self) -> tuple[Stretch, ...]:
        """The short breaks inside."""
        return tuple(stretch for stretch in self.stretches if stretch.kind == "break")

    @property
    def paid_minutes(self) -> float:
        """Length without the template's meal; without a template, without the meals that the activities show."""
        if self.template is not None:
            return self.finish - self.begin - self.template.meal_minutes
        return self.finish - self.begin - sum(meal.finish - meal.begin for meal in self.meals)

    @property
    def paid_hours(self) -> float:
        """Paid hours as derived (not as the roster states them)."""
        return self.paid_minutes / 60
