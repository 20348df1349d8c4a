"""Handle time by queue, slot of the day and kind of day, from recent weeks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecasting.resample import DayTable
from wfm.plan import Queue

__all__ = ["handle_time"]

FloatArray = NDArray[np.float64]
_WEEKS = 8
_UNKNOWN_SECONDS = 300.0
# A slot's own mean counts as much as the queue's level once that many contacts stand behind it.
_PRIOR_CONTACTS = 50.0


def handle_time(
    table: DayTable, queue: int, settings: Queue, weekdays: NDArray[np.int64], slots: NDArray[np.int64]
) -> tuple[FloatArray, str]:
    """Return seconds per contact of each interval and a warning (empty when none).

    Means are weighted by handled contacts over the last eight weeks in which the queue has any; a slot is shrunk to
    the level of its kind of day (weekday or weekend), that to the queue's level. Without history: the queue's
    ``aht_seconds``, else 300 s.

    Parameters
    ----------
    table : DayTable
        The past.
    queue : int
        Number of the queue in the table.
    settings : Queue
        The plan's entry of that queue.
    weekdays, slots : int arrays (intervals,)
        Weekday (Monday 0) and slot of the day of each interval wanted.
    """
    weight, seconds = table.aht_weight[queue], np.nan_to_num(table.aht_seconds[queue])
    used = np.flatnonzero(weight.sum(axis=1) > 0)
    if not len(used):
        if settings.aht_seconds is not None:
            return np.full(len(slots), settings.aht_seconds), ""
        text = f"queue '{settings.id}': no handle time in the history nor in the plan, {_UNKNOWN_SECONDS:.0f} s assumed"
        return np.full(len(slots), _UNKNOWN_SECONDS), text
    recent = used[used > used[-1] - 7 * _WEEKS]
    weight, work = weight[recent], (weight * seconds)[recent]
    level = float(work.sum() / weight.sum())
    weekend = table.weekdays[recent] >= 5
    curves = np.stack([_curve(work[weekend == kind], weight[weekend == kind], level) for kind in (False, True)])
    chosen: FloatArray = curves[(weekdays >= 5).astype(np.int64), slots]
    return chosen, ""


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
