"""History on the plan's slots: contacts per queue, local day and slot of the day, with gaps kept as gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from wfm.errors import InputError, Problem
from wfm.grid import MINUTES_PER_DAY, TimeGrid
from wfm.inputs import History, Inputs
from wfm.plan import Queue

__all__ = ["DayTable", "day_table", "open_slots"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
# A day whose open slots are known to this share is scaled up to the whole day; below it the day is missing.
OBSERVED_SHARE = 0.9
# A slot of which this share of the minutes is covered by rows is scaled up; below it the slot is missing.
COVERED_SHARE = 0.8


@dataclass(frozen=True)
class DayTable:
    """What is known of the past, on slots of the plan's interval.

    Attributes
    ----------
    first : datetime.date
        First local day of the table; the last one is the plan's ``last_known`` (or the day
        before its start, if that is earlier).
    slot_minutes : int
        Length of a slot.
    counts : float array (queues, days, slots)
        Contacts offered; NaN where not observed, 0 where closed.
    totals : float array (queues, days)
        Contacts per day; NaN on missing and on closed days.
    aht_seconds, aht_weight : float arrays (queues, days, slots)
        Mean handle time and the contacts behind it (weight 0 where unknown).
    open_slots : bool array (queues, 7, slots)
        Opening hours by weekday (Monday 0).
    days_off : bool array (days and horizon,)
        Public days off from the first day to the end of the plan.
    warnings : tuple of str
    """

    first: date
    slot_minutes: int
    counts: FloatArray
    totals: FloatArray
    aht_seconds: FloatArray
    aht_weight: FloatArray
    open_slots: BoolArray
    days_off: BoolArray
    warnings: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """Number of days."""
        return int(self.totals.shape[1])

    @property
    def weekdays(self) -> NDArray[np.int64]:
        """Weekday (Monday 0) of each day: shape ``(days,)``."""
        return (np.arange(self.days) + self.first.weekday()) % 7

    def until(self, days: int) -> DayTable:
        """Return the first ``days`` days of the table."""
        cut = {name: getattr(self, name)[:, :days] for name in ("counts", "totals", "aht_seconds", "aht_weight")}
        return self if days == self.days else replace(self, **cut)

    def has_shape(self, queue: int) -> bool:
        """Return whether any slot of an open hour of a queue was observed (False for daily rows)."""
        return bool(np.nansum(self.counts[queue]) > 0)


def open_slots(queue: Queue, slot_minutes: int) -> BoolArray:
    """Return which slots are open by weekday, hours that run past midnight included: shape ``(7, slots)``."""
    slots = MINUTES_PER_DAY // slot_minutes
    minute = np.arange(slots) * slot_minutes
    mask = np.zeros((7, slots), dtype=bool)
    for weekday in range(7):
        window = queue.window_on(weekday)
        if window is None:
            continue
        mask[weekday] |= (minute >= window[0]) & (minute < window[1])
        mask[(weekday + 1) % 7] |= minute < window[1] - MINUTES_PER_DAY
    return mask


def day_table(inputs: Inputs) -> DayTable:
    """Return the history up to the end of the last known day on the slots of the plan.

    Finer rows are summed, coarser rows are split along the slope to their neighbours, daily rows give day totals only.
    Rows that overlap are averaged, so that a file with a row twice counts it once.

    Raises
    ------
    InputError
        When no contact at all is known by then.
    """
    plan = inputs.plan
    last = min(plan.plan.last_known, plan.plan.start - timedelta(days=1))
    zone = TimeGrid(plan.plan.timezone, last, 1, 60)
    history = inputs.history.until(int(zone.day_starts[1]))
    known = history.offered[np.isfinite(history.offered)]
    if history.rows == 0 or not (known > 0).any():
        problem = f"expected contacts on or before {last.isoformat()}, got none"
        raise InputError([Problem("history.csv", 0, "offered", problem)])
    first = datetime.fromtimestamp(int(history.start.min()), tz=zone.zone).date()
    grid = TimeGrid(plan.plan.timezone, first, (last - first).days + 1, 60)
    place = _Places.of(history, grid)
    off = inputs.day_types.days_off
    parts = [_queue_part(history, place, queue, plan.plan.interval_minutes, grid) for queue in plan.queue]
    return DayTable(
        first,
        plan.plan.interval_minutes,
        np.stack([part.counts for part in parts]),
        np.stack([part.totals for part in parts]),
        np.stack([part.aht for part in parts]),
        np.stack([part.weight for part in parts]),
        np.stack([part.open for part in parts]),
        np.array([first + timedelta(days=day) in off for day in range((plan.plan.end - first).days + 1)]),
        tuple(text for part in parts for text in part.warnings),
    )


@dataclass(frozen=True)
class _Places:
    """Local day number and clock minute of each row."""

    day: NDArray[np.int64]
    minute: NDArray[np.int64]

    @classmethod
    def of(cls, history: History, grid: TimeGrid) -> _Places:
        day = np.searchsorted(grid.day_starts, history.start, side="right").astype(np.int64) - 1
        minute = (history.start - grid.day_starts[day]) // 60
        # On days of a clock change the elapsed minutes differ from the clock.
        changed = np.flatnonzero((np.diff(grid.day_starts) != MINUTES_PER_DAY * 60)[day])
        for row in changed:
            clock = grid.at(float(history.start[row]))
            minute[row] = clock.hour * 60 + clock.minute
        return cls(day, minute)


@dataclass(frozen=True)
class _QueuePart:
    counts: FloatArray
    totals: FloatArray
    aht: FloatArray
    weight: FloatArray
    open: BoolArray
    warnings: tuple[str, ...]


def _queue_part(history: History, place: _Places, queue: Queue, slot_minutes: int, grid: TimeGrid) -> _QueuePart:
    open_week = open_slots(queue, slot_minutes)
    weekday = (np.arange(grid.days) + grid.start.weekday()) % 7
    is_open = open_week[weekday]
    number = history.queues.index(queue.id) if queue.id in history.queues else -1
    rows = np.flatnonzero((history.queue == number) & np.isfinite(history.offered) & (history.offered >= 0))
    fine = rows[history.minutes[rows] < MINUTES_PER_DAY]
    daily = rows[history.minutes[rows] >= MINUTES_PER_DAY]
    shape = (grid.days, MINUTES_PER_DAY // slot_minutes)
    counts = _spread(history.offered[fine], history.minutes[fine], place.day[fine], place.minute[fine], shape)
    warnings: list[str] = []
    if len(fine) and _zeros_left_out(counts, is_open, history.offered[fine]):
        counts = _gaps_as_zeros(counts)
        warnings.append(f"queue '{queue.id}': the history leaves out intervals without contacts; gaps count as zero")
    outside = float(np.nansum(np.where(is_open, 0.0, counts)))
    if outside > 0.02 * max(float(np.nansum(counts)), 1.0):
        warnings.append(f"queue '{queue.id}': {outside:.0f} past contacts outside the opening hours are left out")
    counts = np.where(is_open, counts, 0.0)
    totals = _totals(counts, is_open)
    day_rows = ~np.isfinite(totals[place.day[daily]]) & is_open[place.day[daily]].any(axis=1)
    totals[place.day[daily][day_rows]] = history.offered[daily][day_rows]
    aht, weight = _handle_time(history, rows, place, shape)
    return _QueuePart(counts, totals, aht, weight, open_week, tuple(warnings))


def _spread(
    values: FloatArray,
    minutes: NDArray[np.int64],
    day: NDArray[np.int64],
    minute: NDArray[np.int64],
    shape: tuple[int, int],
) -> FloatArray:
    """Return contacts per day and slot, NaN where the rows cover too little of a slot."""
    slot_minutes = MINUTES_PER_DAY // shape[1]
    total, cover = np.zeros(shape), np.zeros(shape)
    for length in np.unique(minutes):
        rows = minutes == length
        pieces = max(int(length) // slot_minutes, 1)
        for piece in range(pieces):
            slot = np.minimum((minute[rows] + piece * slot_minutes) // slot_minutes, shape[1] - 1)
            np.add.at(total, (day[rows], slot), values[rows] / pieces)
            np.add.at(cover, (day[rows], slot), min(int(length), slot_minutes))
    share = cover / slot_minutes
    spread = np.where(share >= COVERED_SHARE, total / np.maximum(share, 1e-9), np.nan)
    coarse = int(minutes.max(initial=0)) // slot_minutes
    return _slope(spread, coarse) if coarse > 1 else spread


def _slope(spread: FloatArray, pieces: int) -> FloatArray:
    """Return evenly split rows tilted along the slope to their neighbours; the sum of every row stays."""
    blocks = spread.reshape(spread.shape[0], -1, pieces)
    level = blocks.mean(axis=2)
    padded = np.pad(level, ((0, 0), (1, 1)), mode="edge")
    rise = (padded[:, 2:] - padded[:, :-2]) / 2
    rise = np.where(np.isfinite(rise), np.clip(rise, -level, level), 0.0)
    offset = (np.arange(pieces) - (pieces - 1) / 2) / pieces
    tilted: FloatArray = (blocks + rise[:, :, None] * offset).reshape(spread.shape)
    return tilted


def _zeros_left_out(counts: FloatArray, is_open: BoolArray, offered: FloatArray) -> bool:
    """Return whether the rows look like an export that skips empty intervals: no zero row, most days with gaps."""
    if (offered == 0).any():
        return False
    seen = (np.isfinite(counts) & is_open).sum(axis=1)
    full = int((seen >= OBSERVED_SHARE * np.maximum(is_open.sum(axis=1), 1)).sum())
    return full < 0.5 * int((seen > 0).sum())


def _gaps_as_zeros(counts: FloatArray) -> FloatArray:
    some = np.isfinite(counts).sum(axis=1, keepdims=True) > 0
    return np.where(some, np.nan_to_num(counts), counts)


def _totals(counts: FloatArray, is_open: BoolArray) -> FloatArray:
    """Return day totals over open slots; days with gaps are scaled by the usual share of the slots that are there."""
    seen = np.isfinite(counts) & is_open
    usual = np.nansum(counts, axis=0) / np.maximum(seen.sum(axis=0), 1)
    usual = usual + 1e-3 * max(float(usual.mean()), 1e-6)
    weight = np.where(is_open, usual, 0.0)
    known = (weight * seen).sum(axis=1)
    share = known / np.maximum(weight.sum(axis=1), 1e-12)
    slots: NDArray[np.int64] = is_open.sum(axis=1)
    enough = (seen.sum(axis=1) >= OBSERVED_SHARE * slots) & (slots > 0)
    total = np.where(seen, np.nan_to_num(counts), 0.0).sum(axis=1)
    return np.where(enough, total / np.maximum(share, 1e-9), np.nan)


def _handle_time(
    history: History, rows: NDArray[np.int64], place: _Places, shape: tuple[int, int]
) -> tuple[FloatArray, FloatArray]:
    """Return mean handle time per day and slot and the contacts that stand behind it."""
    slot_minutes = MINUTES_PER_DAY // shape[1]
    rows = rows[np.isfinite(history.aht_seconds[rows]) & (history.aht_seconds[rows] > 0)]
    handled = np.where(np.isfinite(history.handled[rows]), history.handled[rows], history.offered[rows])
    seconds, weight = np.zeros(shape), np.zeros(shape)
    for length in np.unique(history.minutes[rows]):
        chosen = history.minutes[rows] == length
        pieces = max(int(length) // slot_minutes, 1)
        day = place.day[rows][chosen]
        for piece in range(pieces):
            slot = np.minimum(place.minute[rows][chosen] // slot_minutes + piece, shape[1] - 1)
            np.add.at(weight, (day, slot), handled[chosen] / pieces)
            np.add.at(seconds, (day, slot), (handled * history.aht_seconds[rows])[chosen] / pieces)
    return np.where(weight > 0, seconds / np.maximum(weight, 1e-12), np.nan), weight
