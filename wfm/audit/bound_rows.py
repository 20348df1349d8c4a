"""People and their days as the bound's dynamic program takes them: classes of days, published shifts, terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfm.audit.bound_days import NEVER, Days, Rows
from wfm.audit.bound_shifts import Form, cover, shift_forms
from wfm.audit.context import Context
from wfm.audit.earnings import OVERTIME_PREMIUM
from wfm.audit.entities import TRAINING, Person
from wfm.audit.hours import hours_per_week_max, overtime_ban
from wfm.audit.shifts import fine_step
from wfm.grid import TimeGrid
from wfm.inputs import FixedShift
from wfm.plan import Contract

__all__ = ["Classes", "People", "speeds_on"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Speeds = tuple[float, ...]
_NO_LIMIT = 10**6
_ROUNDING = 1e-6


def speeds_on(contract: Contract, person: Person, speeds: Speeds, day: int, start: int) -> Speeds:
    """Return how fast somebody is per queue on a day: the contract's ramp by week on seat, redone contacts taken off.

    ``day`` and ``start`` are ordinals of dates: that day, the plan's first day.
    """
    week = max(len(contract.speed), len(contract.errors))
    if person.seat_from is not None:
        week = (start + day - person.seat_from.toordinal()) // 7
    ramp = contract.capacity_in_week(week)
    return tuple(speed * ramp for speed in speeds)


def _wages(context: Context, contract: Contract, minutes: int, statutory: BoolArray) -> FloatArray:
    """Return wages of a shift on days that are statutory holidays or not, without overtime of the week."""
    rules, hours = context.rules, minutes / 60.0
    overtime = max(0.0, hours - rules.normal_hours_per_day)
    plain = hours + overtime * (rules.overtime_pay - 1.0) * (contract.kind in OVERTIME_PREMIUM)
    holiday = hours * (1.0 if contract.kind == "outsourced" else rules.holiday_pay)
    return np.asarray(np.where(statutory, holiday, plain) * contract.cost_per_hour, dtype=np.float64)


class Classes:
    """Classes of person-days: who shares contract, speeds and protection earns and covers the same on a day.

    Parameters
    ----------
    context : Context
    grid : TimeGrid
    seat : float array (queues, intervals)
        Prices of an agent on seat.
    """

    def __init__(self, context: Context, grid: TimeGrid, seat: FloatArray) -> None:
        self.context, self.grid, self.seat = context, grid, seat
        self.statutory = np.array([day in context.inputs.day_types.statutory for day in grid.dates], dtype=np.bool_)
        self.forms: Sequence[Form] = shift_forms(context, grid)
        self.paid = sorted({form.paid for form in self.forms})
        self._numbers: dict[tuple[str, bool, bool, Speeds], int] = {}
        self._money: list[FloatArray] = []
        self._prefix: dict[Speeds, FloatArray] = {}
        self._cover: dict[tuple[Speeds, int], FloatArray] = {}

    def number(self, person: Person, speeds: Speeds) -> int:
        """Return the class of a day on which somebody may start a shift at these speeds."""
        context, contract = self.context, person.contract
        banned = bool(overtime_ban(context, person))
        no_night = bool(person.marks & set(context.rules.no_night_for))
        key = (contract.id, banned, no_night, speeds)
        if key not in self._numbers:
            self._numbers[key] = len(self._money)
            self._money.append(self._least_money(contract, banned, no_night, speeds))
        return self._numbers[key]

    def _least_money(self, contract: Contract, banned: bool, no_night: bool, speeds: Speeds) -> FloatArray:
        """Return wages less cover of the best shift of each length on each day: shape (days, lengths)."""
        rules, found = self.context.rules, np.full((self.grid.days, len(self.paid)), NEVER)
        extra = 0.0 if banned else rules.overtime_hours_per_day_max
        most = min(rules.normal_hours_per_day + extra, hours_per_week_max(self.context, contract))
        for number, form in enumerate(self.forms):
            if form.paid > most * 60 + _ROUNDING or (contract.shifts and form.template not in contract.shifts):
                continue
            money = _wages(self.context, contract, form.paid, self.statutory[form.day])
            money -= self._covered(speeds, number)
            open_ = ~form.night if no_night else np.ones(len(money), dtype=np.bool_)
            np.minimum.at(found[:, self.paid.index(form.paid)], form.day[open_], money[open_])
        return found

    def _covered(self, speeds: Speeds, number: int) -> FloatArray:
        """Return what a form covers from each start; who is as fast relative to each other queue covers a multiple."""
        scale = max(speeds, default=0.0) or 1.0
        shape = tuple(speed / scale for speed in speeds)
        if (shape, number) not in self._cover:
            self._cover[shape, number] = cover(self.prefix(shape), self.forms[number])
        return scale * self._cover[shape, number]

    def prefix(self, speeds: Speeds) -> FloatArray:
        """Return the worth of somebody on seat from the plan's start up to each fine step: shape (steps + 1,)."""
        if speeds not in self._prefix:
            fine = self.grid.interval_minutes // fine_step(self.context)
            worth = (np.array(speeds)[:, None] * self.seat).max(axis=0, initial=0.0)
            self._prefix[speeds] = np.concatenate(([0.0], np.cumsum(np.repeat(worth / fine, fine))))
        return self._prefix[speeds]

    def days(self) -> Days:
        """Return the classes so far as the dynamic program takes them."""
        paid = np.array(self.paid, dtype=np.int64)
        normal = np.minimum(paid, int(self.context.rules.normal_hours_per_day * 60 + _ROUNDING))
        monday = self.grid.start.weekday()
        money = np.array(self._money, dtype=np.float64).reshape(len(self._money), self.grid.days, len(paid))
        week = (np.arange(self.grid.days) + monday) // 7
        return Days(money, paid, np.where(self.statutory[:, None], 0, normal[None, :]), week)


class People:
    """Rows of people, equal ones once.

    Attributes
    ----------
    count : list of int
        How many people each row stands for.
    """

    def __init__(self, context: Context, classes: Classes) -> None:
        self.context, self.classes, self.grid = context, classes, classes.grid
        self.first = self.grid.start.toordinal()
        self.count: list[int] = []
        self._seen: dict[tuple[bytes, ...], int] = {}
        self._rows: list[tuple[NDArray[Any], ...]] = []
        self._off = self._days_off()
        self._published: dict[str, list[FixedShift]] = defaultdict(list)
        for fixed in context.inputs.fixed_shifts:
            if context.start <= fixed.date <= context.end:
                self._published[fixed.employee_id].append(fixed)

    def _days_off(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for off in self.context.inputs.time_off:
            first, last = off.start.toordinal() - self.first, off.end.toordinal() - self.first
            found[off.employee_id] += range(max(first, 0), min(last, self.grid.days - 1) + 1)
        return found

    def add(self, person: Person, speeds: Speeds) -> int:
        """Return the row of a person; guaranteed hours of people taken on count as 0."""
        kind, employed = self._open_days(person, speeds)
        held, money, paid, normal = self._held(person, speeds)
        kind[held] = -1
        week = (np.arange(self.grid.days) + self.grid.start.weekday()) // 7
        hours = 0.0 if person.is_hire else person.contract.hours_per_week_guaranteed
        guaranteed = hours * 60.0 * np.bincount(week, weights=employed) / 7.0
        row = (kind, held, money, paid, normal, guaranteed, self._terms(person))
        key = tuple(part.tobytes() for part in row)
        if key not in self._seen:
            self._seen[key] = len(self._rows)
            self._rows.append(row)
            self.count.append(0)
        self.count[self._seen[key]] += 1
        return self._seen[key]

    def _open_days(self, person: Person, speeds: Speeds) -> tuple[IntArray, BoolArray]:
        """Return the class of each day on which a shift may start (-1: none), and the days employed and not off."""
        days = np.arange(self.grid.days)
        employed = np.ones(len(days), dtype=np.bool_)
        if person.employed_from is not None:
            employed &= days >= person.employed_from.toordinal() - self.first
        if person.leaves_on is not None:
            employed &= days <= person.leaves_on.toordinal() - self.first
        employed[self._off.get(person.employee_id, [])] = False
        on_seat, week = employed.copy(), np.zeros(len(days), dtype=np.int64)
        if person.seat_from is not None:
            since = days - (person.seat_from.toordinal() - self.first)
            on_seat &= since >= 0
            last = max(len(person.contract.speed), len(person.contract.errors)) - 1
            week = np.clip(since // 7, 0, last)
        kind = np.full(len(days), -1, dtype=np.int64)
        for number in np.unique(week[on_seat]).tolist():
            here = on_seat & (week == number)
            day = int(np.argmax(here))
            kind[here] = self.classes.number(person, speeds_on(person.contract, person, speeds, day, self.first))
        return kind, employed

    def _held(self, person: Person, speeds: Speeds) -> tuple[BoolArray, FloatArray, IntArray, IntArray]:
        """Return which days hold published shifts, their wages less cover, paid and normal minutes.

        Pauses of published shifts are left out: they would cover less with them. Training is paid plainly and does not
        count towards weekly overtime, which can only cost more.
        """
        days = self.grid.days
        held, money = np.zeros(days, dtype=np.bool_), np.zeros(days)
        paid, normal = np.zeros(days, dtype=np.int64), np.zeros(days, dtype=np.int64)
        for fixed in self._published.get(person.employee_id, ()):
            day, span = fixed.date.toordinal() - self.first, self.context.published_minutes(fixed)
            held[day] = True
            paid[day] += span
            if fixed.shift == TRAINING:
                money[day] += span / 60.0 * person.contract.cost_per_hour
                continue
            money[day] += float(_wages(self.context, person.contract, span, self.classes.statutory[day : day + 1])[0])
            money[day] -= self._covered(fixed, speeds_on(person.contract, person, speeds, day, self.first))
            if not self.classes.statutory[day]:
                normal[day] += min(span, int(self.context.rules.normal_hours_per_day * 60 + _ROUNDING))
        return held, money, paid, normal

    def _covered(self, fixed: FixedShift, speeds: Speeds) -> float:
        prefix = self.classes.prefix(speeds)
        edges = np.array([self.context.minutes(fixed.start), self.context.minutes(fixed.end)])
        steps = (edges - self.context.grid_origin) / fine_step(self.context)
        begin, end = np.interp(steps, np.arange(len(prefix)), prefix)
        return float(end - begin)

    def _terms(self, person: Person) -> FloatArray:
        context, contract = self.context, person.contract
        cap, week = hours_per_week_max(context, contract) * 60.0, context.rules.normal_hours_per_week * 60.0
        premium = (context.rules.rest_day_pay - 1.0) * (contract.kind in OVERTIME_PREMIUM)
        banned = bool(overtime_ban(context, person))
        rate = contract.cost_per_hour / 60.0
        counted = premium > 0 or (banned and cap > week)
        return np.array([min(cap, _NO_LIMIT), rate, premium * rate, banned, week, counted], dtype=np.float64)

    def rows(self) -> Rows:
        """Return all rows as the dynamic program takes them."""
        return Rows(*(np.array(part) for part in zip(*self._rows, strict=True)))
