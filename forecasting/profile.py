"""The shape of the day: shares of the slots by weekday, bent around the opening hours of events."""

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
from wfm.grid import MINUTES_PER_DAY
from wfm.plan import Queue

__all__ = ["DayShapes", "Opening", "day_shapes", "ordinary_shapes", "slot_spread"]

FloatArray = NDArray[np.float64]
_WEEKS = 12
_SINGULAR_VECTORS = 2
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
    ordinary : float array (queues, 7, slots)
        Shares by weekday; each open weekday sums to 1.
    curves : mapping of curve name to float array (queues, offsets)
        Contacts relative to an ordinary day by slots since the opening, from 24 h before to 28 h after.
    openings : tuple of tuples of Opening
        By queue, in time order, past and future.
    slot_cv : float array (queues,)
        Spread of slots beyond Poisson noise and day factor.
    """

    first: date
    ordinary: FloatArray
    curves: dict[str, FloatArray]
    openings: tuple[tuple[Opening, ...], ...]
    slot_cv: FloatArray

    def shares(self, queue: int, day: int) -> FloatArray:
        """Return the shares of the slots of a day (number from ``first``): they sum to 1, or are all 0 when closed."""
        slots = self.ordinary.shape[2]
        shape = self.ordinary[queue, (day + self.first.weekday()) % 7].copy()
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
    spread = np.array([slot_spread(table, calendar, ordinary, queue) for queue in range(len(queues))])
    return DayShapes(table.first, ordinary, curves, known, spread), warnings


def ordinary_shapes(
    table: DayTable, calendar: CalendarFeatures, effects: Effects, queues: Sequence[Queue]
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return shares by weekday (queues, 7, slots), own or borrowed, and a warning for each flat one."""
    shapes = np.zeros((len(queues), 7, table.counts.shape[2]))
    has = [table.has_shape(queue) for queue in range(len(queues))]
    for own in np.flatnonzero(has):
        shapes[own] = _own_shape(table, calendar, effects, int(own))
    warnings: list[str] = []
    ids = [queue.id for queue in queues]
    for number, queue in ((n, queue) for n, queue in enumerate(queues) if not has[n]):
        like = ids.index(queue.profile_like) if queue.profile_like in ids else -1
        same_channel = [m for m, other in enumerate(queues) if has[m] and other.channel == queue.channel]
        mates = [like] if like >= 0 and has[like] else same_channel
        unknown = f"queue '{queue.id}': the shape of its day is not known"
        if not mates:
            warnings.append(f"{unknown}, contacts are spread evenly over open hours")
        elif mates != [like]:
            warnings.append(f"{unknown}, that of the other {queue.channel} queues is used")
        base = shapes[mates].mean(axis=0) if mates else np.ones(shapes.shape[1:])
        shapes[number] = _normal(np.where(table.open_slots[number], base, 0.0), table.open_slots[number])
    return shapes, tuple(warnings)


def _normal(shape: FloatArray, is_open: NDArray[np.bool_]) -> FloatArray:
    """Return rows that sum to 1; a row without any share is spread evenly over its open slots."""
    empty = shape.sum(axis=1, keepdims=True) <= 0
    filled = np.where(empty & is_open, 1.0, shape)
    normal: FloatArray = filled / np.maximum(filled.sum(axis=1, keepdims=True), 1e-12)
    return normal


def _own_shape(table: DayTable, calendar: CalendarFeatures, effects: Effects, queue: int) -> FloatArray:
    days, weekdays = _ordinary_days(table, calendar, effects, queue), table.weekdays
    counts = table.counts[queue, days]
    shares = counts / counts.sum(axis=1, keepdims=True)
    mass = counts.sum(axis=1)
    mean = (counts.sum(axis=0) / mass.sum())[None, :]
    # What weekdays have in common with each other beyond noise lives in few singular vectors.
    u, s, v = np.linalg.svd((shares - mean) * np.sqrt(mass)[:, None], full_matrices=False)
    kept = min(_SINGULAR_VECTORS, len(s))
    smooth = mean + (u[:, :kept] * s[:kept]) @ v[:kept] / np.sqrt(mass)[:, None]
    shape = np.repeat(mean, 7, axis=0)
    for day in range(7):
        same = weekdays[days] == day
        if same.sum() >= 2:
            shape[day] = np.average(smooth[same], axis=0, weights=mass[same])
    is_open = table.open_slots[queue]
    per_slot = float(mass.sum()) / max(int(is_open.any(axis=0).sum()), 1)
    for _ in range(0 if per_slot >= 2000 else 1 if per_slot >= 300 else 3):
        shape = _smooth(np.where(is_open, shape, np.nan))
    return _normal(np.where(is_open, np.maximum(shape, 0.0), 0.0), is_open)


def _smooth(shape: FloatArray) -> FloatArray:
    """Return slots averaged with their open neighbours (weights 1-2-1)."""
    padded = np.pad(shape, ((0, 0), (1, 1)), constant_values=np.nan)
    stack = np.stack([padded[:, :-2], padded[:, 1:-1], padded[:, 2:]])
    weight = np.array([1.0, 2.0, 1.0])[:, None, None] * np.isfinite(stack)
    mean: FloatArray = (np.nan_to_num(stack) * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)
    return mean


def _ordinary_days(table: DayTable, calendar: CalendarFeatures, effects: Effects, queue: int) -> NDArray[np.int64]:
    """Return the numbers of recent whole days without event, holiday or outage (any whole days if there are few)."""
    known = table.days
    whole = np.isfinite(table.counts[queue]).all(axis=1) & (np.nan_to_num(table.counts[queue]).sum(axis=1) > 0)
    ordinary = whole & ~calendar.strong[queue, :known] & ~effects.outage[queue]
    for mask in (ordinary, whole):
        days = np.flatnonzero(mask)
        if len(days) >= 14 or (mask is whole and len(days)):
            return days[-7 * _WEEKS :]
    return _patched_days(table, queue)


def _patched_days(table: DayTable, queue: int) -> NDArray[np.int64]:
    """Return days with any contacts where no day is whole; their gaps count as zero from then on."""
    days = np.flatnonzero(np.nan_to_num(table.counts[queue]).sum(axis=1) > 0)[-7 * _WEEKS :]
    table.counts[queue, days] = np.nan_to_num(table.counts[queue, days])
    return days


def slot_spread(table: DayTable, calendar: CalendarFeatures, ordinary: FloatArray, queue: int) -> float:
    """Return the coefficient of variation of slots around their share of the day, Poisson noise taken out."""
    whole = np.isfinite(table.counts[queue]).all(axis=1) & ~calendar.strong[queue, : table.days]
    days = np.flatnonzero(whole & (np.nan_to_num(table.counts[queue]).sum(axis=1) > 0))[-7 * _WEEKS :]
    if not len(days):
        return 0.1
    counts = table.counts[queue, days]
    mean = ordinary[queue, table.weekdays[days]] * counts.sum(axis=1, keepdims=True)
    excess = float(((counts - mean) ** 2 - mean).sum() / max(float((mean**2).sum()), 1e-9))
    return float(np.clip(np.sqrt(max(excess, 0.0)), 0.0, 0.5))


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
    table: DayTable, effects: Effects, ordinary: FloatArray, openings: tuple[tuple[Opening, ...], ...]
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
    table: DayTable, effects: Effects, ordinary: FloatArray, queue: int, cells: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Return actual contacts and those of an ordinary day in some absolute slots (0 and 0 where unknown)."""
    slots = table.counts.shape[2]
    day, slot = np.divmod(cells, slots)
    counts = table.counts[queue, day, slot]
    usual = ordinary[queue, table.weekdays[day], slot] * np.expm1(effects.level[queue, day])
    seen = np.isfinite(counts)
    return np.where(seen, counts, 0.0), np.where(seen, usual, 0.0)


def _shrunk(actual: FloatArray, expected: FloatArray) -> FloatArray:
    """Return each queue's curve shrunk to the pooled one, which takes its own mean as prior."""
    mean = actual.sum() / expected.sum()
    pooled = (actual.sum(axis=0) + _POOLED_CONTACTS * mean) / (expected.sum(axis=0) + _POOLED_CONTACTS)
    level = (actual.sum(axis=1) + _POOLED_CONTACTS * mean) / (expected.sum(axis=1) + _POOLED_CONTACTS)
    prior = pooled[None, :] * (level / mean)[:, None] if mean > 0 else np.ones_like(actual)
    curve: FloatArray = (actual + _POOLED_CONTACTS * prior) / (expected + _POOLED_CONTACTS)
    return np.maximum(curve, 1e-6)
