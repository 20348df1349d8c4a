"""Day features of the calendar: event phases and holidays as columns shared by all queues."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from forecasting.phases import OPENINGS, Phase, phases_of
from wfm.inputs import Inputs
from wfm.platforms import EVERY_PLATFORM, platform_group
from wfm.rules import DayTypes

__all__ = ["CalendarFeatures", "Column", "calendar_features", "columns_of", "strongest", "within_event"]

FloatArray = NDArray[np.float64]
# Parts of a phase that move contacts much; the local level of a queue is not read off those days.
STRONG_PARTS = frozenset({"eve", "part", "full1", "full2", "full3"})
# The first full day after an evening opening: some of its contacts came the evening before.
EVENING_BEFORE = "evening_before"
# A day of force on a weekend: it need not rise or fall as an ordinary weekend does.
WEEKEND, _SATURDAY = "weekend", 5
_PART_RANKS = ("full1", "full2", "part", "full3", "eve")
_KIND_RANKS = ("main", "sale", "wave", "deposit")
_WEAK_RANK = len(_PART_RANKS) * len(_KIND_RANKS)
# A column acts on a queue of no platform when it does on this share of the platforms that it follows.
_GOOD_PART = 0.2
_NEW_YEAR_BEFORE, _NEW_YEAR_AFTER = 7, 10


@dataclass(frozen=True)
class Column:
    """What a column stands for.

    ``level`` 0 = all openings, 1 = kind of phase, or all openings of one event family, 2 = kind within one family.
    """

    level: int
    name: str
    part: str
    family: str = ""
    holiday: bool = False


@dataclass(frozen=True)
class CalendarFeatures:
    """The calendar as numbers.

    Attributes
    ----------
    first : datetime.date
        Day of the first row.
    columns : tuple of Column
    groups : tuple of str
        Platform groups.
    cells : float array (groups, days, columns)
        1 where a column acts on a group's day.
    weights : float array (queues, groups)
        How much a queue belongs to a group: 1 and 0, or the groups' shares for queues of no platform.
    strong, weak : bool arrays (queues, days)
        Days on which a phase or holiday acts with force, or at all.
    phases : tuple of Phase
    """

    first: date
    columns: tuple[Column, ...]
    groups: tuple[str, ...]
    cells: FloatArray
    weights: FloatArray
    strong: NDArray[np.bool_]
    weak: NDArray[np.bool_]
    phases: tuple[Phase, ...]

    @property
    def days(self) -> int:
        """Number of days, past and future."""
        return int(self.cells.shape[1])

    @property
    def is_holiday(self) -> NDArray[np.bool_]:
        """Which columns belong to holidays rather than to promotions."""
        return np.array([column.holiday for column in self.columns], dtype=bool)

    @cached_property
    def kinds(self) -> tuple[FloatArray, NDArray[np.int64]]:
        """The different rows of ``weights`` and, for each queue, which one is its own."""
        rows, kind = np.unique(self.weights, axis=0, return_inverse=True)
        return rows, np.asarray(kind, dtype=np.int64).ravel()

    def design(self, weights: FloatArray) -> FloatArray:
        """Return the columns' values for a queue with these weights on the groups: shape (days, columns)."""
        return np.asarray(np.tensordot(weights, self.cells, axes=1), dtype=np.float64)

    @cached_property
    def designs(self) -> tuple[Any, ...]:
        """The design of each kind of queue as a sparse array (days, columns)."""
        return tuple(csr_array(self.design(row)) for row in self.kinds[0])

    def acting(self, coefficients: FloatArray, cells: FloatArray | None = None) -> FloatArray:
        """Return what coefficients (queues, columns) add up to by day, in ``cells`` or all: shape (queues, days)."""
        if cells is None:
            found = np.zeros((len(coefficients), self.days))
            for number, x in enumerate(self.designs):
                mine = self.kinds[1] == number
                found[mine] = (x @ coefficients[mine].T).T
            return found
        by_group = np.einsum("gdc,qc->qgd", cells, coefficients, optimize=True)
        return np.asarray(np.einsum("qg,qgd->qd", self.weights, by_group, optimize=True), dtype=np.float64)

    def switched_on(self, columns: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return on which days any of some columns acts on a good part of a queue: shape (queues, days)."""
        rows, kind = self.kinds
        found = np.stack([(self.design(row)[:, columns] > _GOOD_PART).any(axis=1) for row in rows])
        return np.asarray(found[kind], dtype=bool)

    def follows(self, phase: Phase) -> FloatArray:
        """Return how much each queue follows a phase, in [0, 1]: shape (queues,)."""
        if phase.platform == EVERY_PLATFORM:
            return np.ones(len(self.weights))
        return self.weights[:, self.groups.index(phase.platform)]

    def of_phase(self, phase: Phase) -> FloatArray:
        """Return the cells that one phase alone switches on: shape as ``cells``."""
        alone = np.zeros_like(self.cells)
        for number, row, column in self.cells_by_phase.get(phase, ()):
            alone[number, row, column] = 1.0
        return alone

    def phases_on(self, days: slice) -> tuple[Phase, ...]:
        """Return the phases that act on any of some days, in their order."""
        wanted = range(self.days)[days]
        acting = {phase for phase, cells in self.cells_by_phase.items() if any(row in wanted for _, row, _ in cells)}
        return tuple(phase for phase in self.phases if phase in acting)

    @cached_property
    def cells_by_phase(self) -> dict[Phase, list[tuple[int, int, int]]]:
        """The cells (group, day, column) that each phase switches on where it is the strongest."""
        index = {column: number for number, column in enumerate(self.columns)}
        found: dict[Phase, list[tuple[int, int, int]]] = {}
        for number, group in enumerate(self.groups):
            for phase, day, part in strongest(self.phases, group):
                row = (day - self.first).days
                if 0 <= row < self.days:
                    cells = found.setdefault(phase, [])
                    cells += [(number, row, index[column]) for column in columns_of(phase, part, day)]
        return found


def calendar_features(
    inputs: Inputs,
    first: date,
    days: int,
    volume: FloatArray,
    events: bool = True,
    recurring: Collection[tuple[int, int]] = (),
) -> CalendarFeatures:
    """Return the features of all queues.

    Parameters
    ----------
    inputs : Inputs
        Its events, day types and queues are used.
    first : datetime.date
        Day of the first row.
    days : int
        Number of days from ``first``, past and future.
    volume : float array (queues,)
        Mean contacts per day, used as weights of the platforms for queues that name none.
    events : bool
        False leaves the promotions out (holidays stay).
    recurring : collection of (month, day)
        Dates that count as holidays of their own, see :mod:`forecasting.recurring`.
    """
    phases = phases_of(inputs.events) if events else ()
    relevance = _relevance(inputs, phases, volume)
    groups, last = tuple(relevance), first + timedelta(days=days - 1)
    cells: dict[Column, set[tuple[int, date]]] = {}
    for number, group in enumerate(groups):
        for phase, day, part in strongest(phases, group):
            for column in columns_of(phase, part, day) if first <= day <= last else ():
                cells.setdefault(column, set()).add((number, day))
    for day, column in (*_holiday_entries(inputs, first, last), *_recurring_entries(recurring, first, last)):
        cells.setdefault(column, set()).update((number, day) for number in range(len(groups)))
    columns = tuple(sorted(cells, key=lambda c: (c.holiday, c.level, c.name, c.part, c.family)))
    values = np.zeros((len(groups), days, len(columns)))
    for position, column in enumerate(columns):
        for number, day in cells[column]:
            values[number, (day - first).days, position] = 1.0
    weights = np.stack([relevance[group] for group in groups], axis=1)
    none = np.zeros((len(weights), days), dtype=bool)
    features = CalendarFeatures(first, columns, groups, values, weights, none, none, phases)
    force = np.array([column.part in STRONG_PARTS or column.holiday for column in columns], dtype=bool)
    weak = np.einsum("qg,gd->qd", weights, values.any(axis=2).astype(np.float64)) > 0
    return replace(features, strong=features.switched_on(force), weak=np.asarray(weak, dtype=bool))


def columns_of(phase: Phase, part: str, day: date) -> Iterator[Column]:
    """Yield the columns that a part of a phase switches on: for all openings, for its kind, and within its event.

    Within one event the quieter days after an opening count one by one: what one edition did on its fifth day, the
    next one tends to do again.
    """
    if phase.kind in OPENINGS and phase.evening and part == "full1":
        yield Column(0, "opening", EVENING_BEFORE)
    if phase.kind in OPENINGS and part in STRONG_PARTS and day.weekday() >= _SATURDAY:
        yield Column(0, "opening", WEEKEND)
    if phase.kind in OPENINGS and phase.kind != "deposit" and part not in {"in", "last"}:
        yield Column(0, "opening", part)
        yield Column(1, "opening", part, phase.family)
    yield Column(1, phase.kind, part)
    yield Column(2, phase.kind, within_event(phase, part, day), phase.family)


def within_event(phase: Phase, part: str, day: date) -> str:
    """Return the part's name within its event, where quieter days after an opening count one by one."""
    return f"day{(day - phase.start).days}" if part.startswith("days") else part


def strongest(phases: Iterable[Phase], group: str) -> Iterator[tuple[Phase, date, str]]:
    """Yield which part of which phase acts on a platform group, day by day.

    An opening outshines what else runs that day (buyers come for it, not for the quiet middle around it): of several
    strong parts only the strongest is kept, and none of the weak ones beside it.
    """
    by_day: dict[date, list[tuple[int, Phase, str]]] = {}
    for phase in phases:
        if phase.platform in {group, EVERY_PLATFORM}:
            for day, part in phase.days():
                by_day.setdefault(day, []).append((_rank(phase, part), phase, part))
    for day, acting in sorted(by_day.items(), key=lambda item: item[0]):
        best = min(acting, key=lambda entry: entry[0])
        for rank, phase, part in acting if best[0] == _WEAK_RANK else [best]:
            del rank
            yield phase, day, part


def _rank(phase: Phase, part: str) -> int:
    if part not in _PART_RANKS:
        return _WEAK_RANK
    return _PART_RANKS.index(part) * len(_KIND_RANKS) + _KIND_RANKS.index(phase.kind)


def _relevance(inputs: Inputs, phases: Iterable[Phase], volume: FloatArray) -> dict[str, FloatArray]:
    """Return per platform group how much each queue belongs to it.

    A queue of one platform belongs to it alone; a queue without platform to all, by the contacts of their queues (or
    by the number of their phases where no queue names a platform).
    """
    own = [platform_group(queue.platform) for queue in inputs.plan.queue]
    groups = sorted(({phase.platform for phase in phases} | set(own)) - {EVERY_PLATFORM}) or [EVERY_PLATFORM]
    weight = {group: sum(v for v, g in zip(volume, own, strict=True) if g == group) for group in groups}
    if not any(weight.values()):
        weight = {group: 1.0 + sum(phase.platform == group for phase in phases) for group in groups}
    total = sum(weight.values())
    table: dict[str, FloatArray] = {}
    for group in groups:
        parts = [weight[group] / total if mine == EVERY_PLATFORM else float(mine == group) for mine in own]
        table[group] = np.array(parts, dtype=np.float64)
    return table


def _holiday_entries(inputs: Inputs, first: date, last: date) -> Iterator[tuple[date, Column]]:
    new_years = _new_year_days(inputs)
    near = {day + timedelta(days=k) for day in new_years for k in range(-_NEW_YEAR_BEFORE, _NEW_YEAR_AFTER + 1)}
    for day in new_years:
        for offset in range(-_NEW_YEAR_BEFORE, _NEW_YEAR_AFTER + 1):
            yield_day = day + timedelta(days=offset)
            if first <= yield_day <= last:
                yield yield_day, Column(1, "new_year", _new_year_part(offset), holiday=True)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        part = _day_type(inputs.day_types, day)
        if part and day not in near:
            yield day, Column(1, "holiday", part, holiday=True)
            name = inputs.day_types.names.get(day, "")
            if name and part != "makeup":
                yield day, Column(2, "holiday", part, name, holiday=True)


def _recurring_entries(
    recurring: Collection[tuple[int, int]], first: date, last: date
) -> Iterator[tuple[date, Column]]:
    for number in range((last - first).days + 1 if recurring else 0):
        day = first + timedelta(days=number)
        if (day.month, day.day) in recurring:
            yield day, Column(1, "recurring", f"{day:%m-%d}", holiday=True)


def _new_year_days(inputs: Inputs) -> list[date]:
    found = {
        event.start.date() for event in inputs.events if event.event == "chinese_new_year" and event.phase == "main_day"
    }
    return sorted(found)


def _new_year_part(offset: int) -> str:
    if offset < -3:
        return "before7"
    if offset < -1:
        return "before3"
    return f"day{offset:+d}" if offset <= 2 else "day+3" if offset <= 4 else "day+5" if offset <= 6 else "after7"


def _day_type(types: DayTypes, day: date) -> str:
    if day in types.makeup_workdays:
        return "makeup"
    if day in types.statutory:
        return "statutory"
    return "off" if day in types.days_off else ""
