"""Handle time by queue, slot of the day and kind of day, from recent weeks, for an agent of standard speed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from forecasting.calendar_features import STRONG_PARTS, CalendarFeatures
from forecasting.local_level import local_level, robust_sd
from forecasting.resample import DayTable
from wfm.grid import MINUTES_PER_DAY, TimeGrid
from wfm.inputs import Inputs
from wfm.plan import Queue
from wfm.speeds import MeanSpeeds, mean_speeds

__all__ = ["DayKinds", "handle_time", "handle_times", "standard_speed"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
_WEEKS = 8
_UNKNOWN_SECONDS = 300.0
# A slot's own mean counts as much as the queue's level once that many contacts stand behind it.
_PRIOR_CONTACTS = 50.0
# A slot may stray from the rest of its day by what single contacts (coefficient of variation) make likely, and a bit.
_SLOT_LOG, _SLOT_SD, _CONTACT_CV = 0.15, 4.0, 0.6
_AROUND_DAYS = 15
# A day may stray from the days around it by that many robust deviations, at least by that much (in logs).
_DAY_SD, _DAY_LOG = 4.0, 0.1
# Special days may be longer or shorter than ordinary ones by that much (in logs).
_SPECIAL_LOG = 0.7
# Special days that count as much as the expectation that they are like any other.
_PRIOR_DAYS = 3.0
# Where each known person would have had to do more than this many times the usual work, others did it too.
_OVERLOAD = 2.0


@dataclass(frozen=True)
class DayKinds:
    """What sets days apart besides the weekday, past and future.

    Attributes
    ----------
    off : bool array (days,)
        Public days off, from the table's first day to the last one wanted.
    promoted : bool array (queues, days)
        Days on which a promotion acts with force.
    """

    off: BoolArray
    promoted: BoolArray

    @classmethod
    def of(cls, inputs: Inputs, calendar: CalendarFeatures) -> DayKinds:
        """Return the kinds of the calendar's days."""
        force = [column.part in STRONG_PARTS and not column.holiday for column in calendar.columns]
        promoted = calendar.switched_on(np.array(force, dtype=bool))
        start, days = calendar.first.toordinal(), calendar.days
        off = np.zeros(days, dtype=bool)
        numbers = [day.toordinal() - start for day in inputs.day_types.days_off]
        off[[number for number in numbers if 0 <= number < days]] = True
        return cls(off, np.asarray(promoted & ~off))


def handle_times(
    inputs: Inputs, table: DayTable, calendar: CalendarFeatures, grid: TimeGrid
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return seconds per contact for an agent of standard speed, and warnings: shape (queues, intervals).

    Staffing and simulation count people by their speed; so what newcomers added to the past handle time is taken out
    first, as far as ``agents`` tells who was there.

    Parameters
    ----------
    inputs : Inputs
        Its queues, people and day types are used.
    table : DayTable
        The past.
    calendar : CalendarFeatures
        Days from the table's first to the last of ``grid``.
    grid : TimeGrid
        The intervals wanted.
    """
    kinds = DayKinds.of(inputs, calendar)
    known = mean_speeds(inputs.plan, inputs.agents, table.first, table.days)
    day = (grid.start - table.first).days + grid.day_index
    slot = grid.minute_of_day * table.counts.shape[2] // MINUTES_PER_DAY
    rows, told = [], []
    for number, queue in enumerate(inputs.plan.queue):
        speed = standard_speed(table, known, number)
        seconds, text = handle_time(table, number, queue, day, slot, kinds, speed)
        rows.append(seconds)
        told += [text] if text else []
    return np.stack(rows), tuple(told)


def standard_speed(table: DayTable, known: MeanSpeeds, queue: int) -> FloatArray:
    """Return the mean relative speed of the people behind each past day of a queue: shape (days,).

    1 throughout where nobody's first day is known, or where the known people can't have done the work of the recent
    weeks. On older days that needed others too (temporary staff who left) the usual speed is assumed.
    """
    plain = np.ones(table.days)
    work = (table.aht_weight[queue] * np.nan_to_num(table.aht_seconds[queue])).sum(axis=1)
    busy = np.flatnonzero(work > 0)
    if not known.dated[queue] or not len(busy):
        return plain
    recent = busy[busy > busy[-1] - 7 * _WEEKS]
    manned = known.people[queue] > 0
    if manned[recent].mean() < 0.5:
        return plain
    load = np.where(manned, work / np.maximum(known.people[queue], 1e-12), np.inf)
    plausible = manned & (load <= _OVERLOAD * float(np.median(load[recent])))
    usual = float(np.median(known.speed[queue, recent[plausible[recent]]]))
    return np.where(plausible, np.nan_to_num(known.speed[queue], nan=usual), usual)


def handle_time(
    table: DayTable,
    queue: int,
    settings: Queue,
    days: IntArray,
    slots: IntArray,
    kinds: DayKinds | None = None,
    speed: FloatArray | None = None,
) -> tuple[FloatArray, str]:
    """Return seconds per contact of each interval and a warning (empty when none).

    Means are weighted by handled contacts over the last eight weeks of days without promotion or holiday; a slot is
    shrunk to the level of its kind of day (weekday or weekend), that to the queue's level. Promotions and public days
    off are as much longer or shorter as past ones were, shrunk to no difference. Values far off those around them are
    cut to what is plausible. Without history: the queue's ``aht_seconds``, else 300 s.

    Parameters
    ----------
    table : DayTable
        The past.
    queue : int
        Number of the queue in the table.
    settings : Queue
        The plan's entry of that queue.
    days, slots : int arrays (intervals,)
        Day (number from the table's first) and slot of the day of each interval wanted.
    kinds : DayKinds, optional
        Which days are special.
    speed : float array (known days,), optional
        Mean relative speed of the people behind each past day, 1 by default.
    """
    weight, seconds = table.aht_weight[queue], np.nan_to_num(table.aht_seconds[queue])
    if not weight.any():
        if settings.aht_seconds is not None:
            return np.full(len(slots), settings.aht_seconds), ""
        text = f"queue '{settings.id}': no handle time in the history nor in the plan, {_UNKNOWN_SECONDS:.0f} s assumed"
        return np.full(len(slots), _UNKNOWN_SECONDS), text
    span = max(table.days, int(days.max(initial=0)) + 1) if kinds is None else len(kinds.off)
    off = np.zeros(span, dtype=bool) if kinds is None else kinds.off
    promoted = np.zeros(span, dtype=bool) if kinds is None else kinds.promoted[queue]
    seconds = _plausible_slots(seconds * (1.0 if speed is None else speed[:, None]), weight)
    past = _Past.of(table, seconds, weight, (off | promoted)[: table.days])
    weekend = ((np.arange(span) + table.first.weekday()) % 7 >= 5).astype(np.int64)
    curves = past.curves(weekend[: table.days])
    factor = np.ones(span)
    for special in (off, promoted):
        factor[special] = past.factor(special[: table.days])
    chosen: FloatArray = curves[weekend[days], slots] * factor[days]
    return chosen, ""


def _plausible_slots(seconds: FloatArray, weight: FloatArray) -> FloatArray:
    """Return handle times with slots that stray far from the rest of their day cut to what luck can do."""
    seen = weight > 0
    gaps = np.where(seen & (seconds > 0), seconds, np.nan)
    usual, level = np.ones(weight.shape[1]), np.ones(weight.shape[0])
    slots, days = np.isfinite(gaps).any(axis=0), np.isfinite(gaps).any(axis=1)
    usual[slots] = np.nanmedian(gaps[:, slots], axis=0)
    level[days] = np.nanmedian(gaps[days] / usual, axis=1)
    expected = level[:, None] * usual
    limit = np.exp(_SLOT_LOG + _SLOT_SD * _CONTACT_CV / np.sqrt(np.maximum(weight, 1.0)))
    return np.where(seen, np.clip(seconds, expected / limit, expected * limit), 0.0)


@dataclass(frozen=True)
class _Past:
    """Handle times of the past, wild days cut to their limits.

    Attributes
    ----------
    work, weight : float arrays (days, slots)
        Seconds spent, and the contacts that they were spent on.
    special : bool array (days,)
    rest : float array (days,)
        Log of the day's mean above that of the ordinary days around it; 0 where unknown.
    """

    work: FloatArray
    weight: FloatArray
    special: BoolArray
    rest: FloatArray

    @classmethod
    def of(cls, table: DayTable, seconds: FloatArray, weight: FloatArray, special: BoolArray) -> _Past:
        contacts = weight.sum(axis=1)
        seen = contacts > 0
        # A queue that knows special days only has nothing else to learn from.
        special = special & bool((seen & ~special).any())
        mean = (seconds * weight).sum(axis=1) / np.maximum(contacts, 1e-12)
        logs = np.log(np.where(seen, np.maximum(mean, 1e-9), 1.0))
        # A median over days first, as a day of three hours would bend any mean.
        around = np.zeros(len(logs))
        around[seen] = median_filter(logs[seen], _AROUND_DAYS, mode="nearest")
        tame = around + _cut(logs - around, seen, special)
        calm = (seen & ~special).astype(np.float64) * np.sqrt(contacts)
        level, week = local_level(tame[None, :], calm[None, :], table.weekdays)
        rest = _cut(np.where(seen, tame - level[0] - week[0], 0.0), seen, special)
        work = seconds * weight * np.exp(np.where(seen, level[0] + week[0] + rest - logs, 0.0))[:, None]
        return cls(work, weight, special, rest)

    def curves(self, weekend: IntArray) -> FloatArray:
        """Return seconds by kind of day (weekday, weekend) and slot: shape (2, slots)."""
        used = np.flatnonzero((self.weight.sum(axis=1) > 0) & ~self.special)
        recent = used[used > used[-1] - 7 * _WEEKS]
        weight, work = self.weight[recent], self.work[recent]
        level = float(work.sum() / weight.sum())
        kind = weekend[recent]
        return np.stack([_curve(work[kind == k], weight[kind == k], level) for k in (0, 1)])

    def factor(self, days: BoolArray) -> float:
        """Return by which factor some days are longer than ordinary ones, shrunk to 1."""
        chosen = self.rest[days & (self.weight.sum(axis=1) > 0)]
        return float(np.exp(chosen.sum() / (len(chosen) + _PRIOR_DAYS)))


def _cut(rest: FloatArray, seen: BoolArray, special: BoolArray) -> FloatArray:
    """Return log deviations cut to what is plausible."""
    limit = max(_DAY_SD * robust_sd(rest[seen & ~special], least=0.0), _DAY_LOG) + special * _SPECIAL_LOG
    return np.clip(rest, -limit, limit)


def _curve(work: FloatArray, weight: FloatArray, level: float) -> FloatArray:
    of_kind = (work.sum() + _PRIOR_CONTACTS * level) / (weight.sum() + _PRIOR_CONTACTS)
    # Neighbouring slots share half of their evidence: handle time drifts over the day, it does not jump.
    smooth_work, smooth_weight = _smooth(work.sum(axis=0)), _smooth(weight.sum(axis=0))
    curve: FloatArray = (smooth_work + _PRIOR_CONTACTS * of_kind) / (smooth_weight + _PRIOR_CONTACTS)
    return curve


def _smooth(values: FloatArray) -> FloatArray:
    padded = np.pad(values, 1, mode="edge")
    smoothed: FloatArray = padded[:-2] / 4 + values / 2 + padded[2:] / 4
    return smoothed
