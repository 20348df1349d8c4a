"""The ordinary shape of the day: shares of the slots by weekday, own or borrowed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forecasting.calendar_features import CalendarFeatures
from forecasting.effects import Effects
from forecasting.resample import DayTable
from wfm.plan import Queue

__all__ = ["ordinary_shapes"]

FloatArray = NDArray[np.float64]
_WEEKS = 12
_SINGULAR_VECTORS = 2


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
