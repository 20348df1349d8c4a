"""The ordinary shape of the day: shares of the slots by weekday, position in the month and closure, own or borrowed.

Days differ from the mean shape along few directions (singular vectors of past days). How far a day goes along each is
regressed on what kind of day it is; the thinner the evidence against the noise, the more it stays at the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.calendar_features import CalendarFeatures
from forecasting.day_features import after_closure, closed_days, month_position, weekday_columns
from forecasting.effects import Effects
from forecasting.resample import DayTable
from wfm.plan import Queue

__all__ = ["OrdinaryShapes", "ordinary_shapes"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
_MEMORY_DAYS = 364
_HALF_LIFE_DAYS = 84
_SINGULAR_VECTORS = 4
_LEAST_DAYS = 14
# Ridge of the regression in days of evidence, where a direction is all signal: weekdays differ, positions in the month
# and days after a closure differ less.
_WEEKDAY_DAYS, _OTHER_DAYS = 0.25, 10.0
# Contacts behind a slot below which neighbouring slots are smoothed once, or three times.
_SMOOTH_ONCE, _SMOOTH_THRICE = 2000, 300
# Shares of a day that add up to less are none.
_NO_SHARE = 1e-9


@dataclass(frozen=True)
class OrdinaryShapes:
    """Shapes of ordinary days.

    Attributes
    ----------
    mean : float array (queues, slots)
    directions : float array (queues, directions, slots)
    scores : float array (queues, days, directions)
        How far each day goes along each direction, past and ahead.
    open_slots : bool array (queues, 7, slots)
    first_weekday : int
        Weekday of day number 0.
    """

    mean: FloatArray
    directions: FloatArray
    scores: FloatArray
    open_slots: BoolArray
    first_weekday: int

    def of(self, queue: int, days: NDArray[np.int64]) -> FloatArray:
        """Return the shares of the slots on some days: shape (days, slots); rows sum to 1, or to 0 when closed."""
        shape = self.mean[queue] + self.scores[queue, days] @ self.directions[queue]
        return _normal(np.maximum(shape, 0.0), self.open_slots[queue, (days + self.first_weekday) % 7])

    @property
    def slots(self) -> int:
        """Number of slots of a day."""
        return int(self.mean.shape[1])


def ordinary_shapes(
    table: DayTable, calendar: CalendarFeatures, effects: Effects, queues: Sequence[Queue]
) -> tuple[OrdinaryShapes, tuple[str, ...]]:
    """Return the shapes of all days of the calendar, own or borrowed, and a warning for each flat one."""
    count, slots, days = len(queues), table.counts.shape[2], calendar.days
    mean = np.ones((count, slots))
    directions = np.zeros((count, _SINGULAR_VECTORS, slots))
    scores = np.zeros((count, days, _SINGULAR_VECTORS))
    has = [table.has_shape(queue) for queue in range(count)]
    for own in np.flatnonzero(has):
        mean[own], directions[own], scores[own] = _own_shape(table, calendar, effects, int(own))
    warnings: list[str] = []
    for number, queue in ((n, queue) for n, queue in enumerate(queues) if not has[n]):
        lender, text = _lender(queues, has, queue)
        warnings += [text] if text else []
        if lender is not None:
            mean[number], directions[number], scores[number] = mean[lender], directions[lender], scores[lender]
    return OrdinaryShapes(mean, directions, scores, table.open_slots, table.first.weekday()), tuple(warnings)


def _lender(queues: Sequence[Queue], has: Sequence[bool], queue: Queue) -> tuple[int | None, str]:
    """Return whose shape a queue without one takes: that it names, else the first of its channel; and a warning."""
    ids = [other.id for other in queues]
    like = ids.index(queue.profile_like) if queue.profile_like in ids else -1
    if like >= 0 and has[like]:
        return like, ""
    unknown = f"queue '{queue.id}': the shape of its day is not known"
    mates = [m for m, other in enumerate(queues) if has[m] and other.channel == queue.channel]
    if not mates:
        return None, f"{unknown}, contacts are spread evenly over open hours"
    return mates[0], f"{unknown}, that of queue '{ids[mates[0]]}' is used"


def _normal(shape: FloatArray, is_open: BoolArray) -> FloatArray:
    """Return rows that sum to 1 over open slots; a row without any share is spread evenly over them."""
    kept = np.where(is_open, shape, 0.0)
    filled = np.where((kept.sum(axis=1, keepdims=True) < _NO_SHARE) & is_open, 1.0, kept)
    normal: FloatArray = filled / np.maximum(filled.sum(axis=1, keepdims=True), 1e-12)
    return normal


def _own_shape(
    table: DayTable, calendar: CalendarFeatures, effects: Effects, queue: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean shape (slots,), directions (directions, slots) and scores of all days (days, directions)."""
    days = _ordinary_days(table, calendar, effects, queue)
    counts = np.nan_to_num(table.counts[queue, days])
    mass = counts.sum(axis=1)
    weight = mass / mass.mean() * 0.5 ** ((days[-1] - days) / _HALF_LIFE_DAYS)
    shares = counts / mass[:, None]
    mean = weight @ shares / weight.sum()
    _, _, v = np.linalg.svd((shares - mean) * np.sqrt(weight)[:, None], full_matrices=False)
    vectors = v[:_SINGULAR_VECTORS]
    noise = (vectors**2) @ mean / mass.mean()  # what counting alone makes a score vary
    features = _features(table, calendar, queue)
    fitted = _regressed((shares - mean) @ vectors.T, features[days], weight, noise)
    scores = np.zeros((len(features), _SINGULAR_VECTORS))
    scores[:, : len(vectors)] = features @ fitted
    directions = np.zeros((_SINGULAR_VECTORS, len(mean)))
    directions[: len(vectors)] = vectors
    ever_open = table.open_slots[queue].any(axis=0)
    per_slot = float(mass.sum()) / max(int(ever_open.sum()), 1)
    rounds = 0 if per_slot >= _SMOOTH_ONCE else 1 if per_slot >= _SMOOTH_THRICE else 3
    for _ in range(rounds):
        mean, directions = _smooth(mean[None], ever_open)[0], _smooth(directions, ever_open)
    return mean, directions, scores


def _features(table: DayTable, calendar: CalendarFeatures, queue: int) -> FloatArray:
    """Return what kind of day each day of the calendar is: shape (days, columns), the first column is 1."""
    days = np.arange(calendar.days)
    weekday = (days + table.first.weekday()) % 7
    is_open = table.open_slots[queue].any(axis=1)[weekday]
    closed = closed_days(table.totals[queue], is_open, table.days_off[: len(days)])
    again = after_closure(closed, is_open)
    parts = [np.ones((len(days), 1)), weekday_columns(weekday), month_position(table.first, days), again[:, None]]
    return np.hstack(parts).astype(np.float64)


def _regressed(scores: FloatArray, features: FloatArray, weight: FloatArray, noise: FloatArray) -> FloatArray:
    """Return coefficients (columns, directions) by ridge regression, harder where a direction is mostly noise."""
    variance = np.maximum(weight @ scores**2 / weight.sum(), 1e-18)
    signal = np.maximum(variance - noise, 0.05 * variance)
    prior = np.full(features.shape[1], _OTHER_DAYS)
    prior[0], prior[1:7] = 1e-6, _WEEKDAY_DAYS
    normal = features.T @ (features * weight[:, None])
    right = features.T @ (weight[:, None] * scores)
    solved = [
        np.linalg.solve(normal + np.diag(prior * ratio), right[:, k]) for k, ratio in enumerate(variance / signal)
    ]
    return np.stack(solved, axis=1)


def _smooth(shapes: FloatArray, is_open: BoolArray) -> FloatArray:
    """Return slots averaged with their open neighbours (weights 1-2-1): shape as ``shapes`` (rows, slots)."""
    padded = np.pad(np.where(is_open, shapes, 0.0), ((0, 0), (1, 1)))
    there = np.pad(is_open.astype(np.float64), 1)
    total = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    mean: FloatArray = total / np.maximum(there[:-2] + 2 * there[1:-1] + there[2:], 1e-12)
    return np.where(is_open, mean, 0.0)


def _ordinary_days(table: DayTable, calendar: CalendarFeatures, effects: Effects, queue: int) -> NDArray[np.int64]:
    """Return the numbers of recent whole days without event, holiday or outage (any days with contacts if few)."""
    some = np.nan_to_num(table.counts[queue]).sum(axis=1) > 0
    whole = np.isfinite(table.counts[queue]).all(axis=1) & some
    ordinary = whole & ~calendar.strong[queue, : table.days] & ~effects.outage[queue]
    for mask in (ordinary, whole, some):
        days = np.flatnonzero(mask)
        if len(days) >= _LEAST_DAYS or (mask is some and len(days)):
            break
    recent: NDArray[np.int64] = days[days > days[-1] - _MEMORY_DAYS]
    return recent
