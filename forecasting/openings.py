"""The shape of event days: the ordinary shape bent around opening hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecasting.calendar_features import CalendarFeatures
from forecasting.effects import Effects
from forecasting.phases import OPENINGS, Phase
from forecasting.resample import DayTable
from forecasting.shapes import OrdinaryShapes, ordinary_shapes
from wfm.grid import MINUTES_PER_DAY
from wfm.plan import Queue

__all__ = ["DayShapes", "Opening", "day_shapes"]

FloatArray = NDArray[np.float64]
_BEFORE_HOURS, _AFTER_HOURS = 24, 28
# Openings of one queue so close to each other are one: the curve is anchored on the first.
_ONE_OPENING_HOURS = 8
# Expected contacts that the pooled curve counts for against a queue's own.
_POOLED_CONTACTS = 20.0
# A queue follows openings of platforms that make up at least this much of it.
_FOLLOWED = 0.25


@dataclass(frozen=True)
class Opening:
    """One opening: absolute slot (from the table's first midnight) and the curve that it follows."""

    slot: int
    curve: str


@dataclass(frozen=True)
class DayShapes:
    """Shapes of the days of each queue.

    Attributes
    ----------
    first : datetime.date
        Day number 0.
    ordinary : OrdinaryShapes
        Shapes without any opening.
    curves : mapping of curve name to float array (queues, offsets)
        Contacts relative to an ordinary day by slots since the opening, from 24 h before to 28 h after.
    openings : tuple of tuples of Opening
        By queue, in time order, past and future.
    """

    first: date
    ordinary: OrdinaryShapes
    curves: dict[str, FloatArray]
    openings: tuple[tuple[Opening, ...], ...]

    def shares(self, queue: int, day: int) -> FloatArray:
        """Return the shares of the slots of a day (number from ``first``): they sum to 1, or are all 0 when closed."""
        slots = self.ordinary.slots
        shape = self.ordinary.of(queue, np.array([day]))[0]
        for opening in self.openings[queue]:
            begin, end = _reach(opening.slot, slots)
            if begin <= (day + 1) * slots - 1 and day * slots < end:
                offset = np.clip(np.arange(day * slots, (day + 1) * slots), begin, end - 1) - begin
                shape *= self.curves[opening.curve][queue, offset]
        total = shape.sum()
        return np.asarray(shape / total if total > 0 else shape, dtype=np.float64)


def day_shapes(
    table: DayTable, calendar: CalendarFeatures, effects: Effects, queues: Sequence[Queue]
) -> tuple[DayShapes, tuple[str, ...]]:
    """Return the shapes learned from the table and warnings about queues that borrow one.

    Only events of ``calendar`` bend the day: without its phases every day keeps its ordinary shape.
    """
    ordinary, warnings = ordinary_shapes(table, calendar, effects, queues)
    openings = tuple(_openings(calendar, queue, table.slot_minutes) for queue in range(len(queues)))
    curves = _curves(table, effects, ordinary, openings)
    known = tuple(tuple(o for o in mine if o.curve in curves) for mine in openings)
    return DayShapes(table.first, ordinary, curves, known), warnings


def _reach(slot: int, slots: int) -> tuple[int, int]:
    """Return the first slot and the one past the last that an opening's curve covers."""
    per_hour = slots // 24
    return slot - _BEFORE_HOURS * per_hour, slot + _AFTER_HOURS * per_hour


def _openings(calendar: CalendarFeatures, queue: int, slot_minutes: int) -> tuple[Opening, ...]:
    slots = MINUTES_PER_DAY // slot_minutes
    found: list[Opening] = []
    mine = [p for p in calendar.phases if p.kind in OPENINGS and calendar.follows(p)[queue] >= _FOLLOWED]
    for phase in sorted(mine, key=lambda p: (_slot(p, calendar.first, slots), p.kind == "deposit")):
        slot = _slot(phase, calendar.first, slots)
        if phase.hour is None and phase.kind != "main":
            continue
        if not found or slot - found[-1].slot >= _ONE_OPENING_HOURS * slots // 24:
            kind = "deposit" if phase.kind == "deposit" else "sale"
            found.append(Opening(slot, f"{kind} {'evening' if phase.evening else 'midnight'}"))
    return tuple(found)


def _slot(phase: Phase, first: date, slots: int) -> int:
    return (phase.start - first).days * slots + round((phase.hour or 0.0) * slots / 24)


def _curves(
    table: DayTable, effects: Effects, ordinary: OrdinaryShapes, openings: tuple[tuple[Opening, ...], ...]
) -> dict[str, FloatArray]:
    """Return contacts relative to an ordinary day by slots since the opening, pooled over past openings."""
    queues, days, slots = table.counts.shape
    names = sorted({opening.curve for mine in openings for opening in mine})
    length = _reach(0, slots)[1] - _reach(0, slots)[0]
    curves: dict[str, FloatArray] = {}
    for name in names:
        actual, expected = np.zeros((queues, length)), np.zeros((queues, length))
        for queue in range(queues):
            begins = [_reach(o.slot, slots)[0] for o in openings[queue] if o.curve == name]
            for begin in (b for b in begins if b >= 0 and b + length <= days * slots):
                cells = np.arange(begin, begin + length)
                counts, usual = _around(table, effects, ordinary, queue, cells)
                actual[queue] += counts
                expected[queue] += usual
        if expected.sum() > 0:
            curves[name] = _shrunk(actual, expected)
    return curves


def _around(
    table: DayTable, effects: Effects, ordinary: OrdinaryShapes, queue: int, cells: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Return actual contacts and those of an ordinary day in some absolute slots (0 and 0 where unknown)."""
    slots = table.counts.shape[2]
    day, slot = np.divmod(cells, slots)
    counts = table.counts[queue, day, slot]
    usual = ordinary.of(queue, day)[np.arange(len(cells)), slot] * np.expm1(effects.level[queue, day])
    seen = np.isfinite(counts) & ~effects.outage[queue, day]
    return np.where(seen, counts, 0.0), np.where(seen, usual, 0.0)


def _shrunk(actual: FloatArray, expected: FloatArray) -> FloatArray:
    """Return each queue's curve shrunk to the pooled one, which takes its own mean as prior."""
    mean = actual.sum() / expected.sum()
    pooled = (actual.sum(axis=0) + _POOLED_CONTACTS * mean) / (expected.sum(axis=0) + _POOLED_CONTACTS)
    level = (actual.sum(axis=1) + _POOLED_CONTACTS * mean) / (expected.sum(axis=1) + _POOLED_CONTACTS)
    prior = pooled[None, :] * (level / mean)[:, None] if mean > 0 else np.ones_like(actual)
    curve: FloatArray = (actual + _POOLED_CONTACTS * prior) / (expected + _POOLED_CONTACTS)
    return np.maximum(curve, 1e-6)
