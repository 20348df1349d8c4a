"""Robust statistics on the days of one queue: outliers, time-zone slips, changes of level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.inputs import History
from wfm.plan import Queue

__all__ = ["DayTable", "day_table", "level_shift", "outlying_days", "outlying_intervals", "zone_slips"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_SHOWN = 3
_MAD_TO_SD = 1.4826
_NEIGHBOURS = 6
"""Same weekdays before and after a day from which its usual size is taken."""
_DAY_LIMIT = 6.0
"""Robust standard deviations of a day's log-residual from which on it counts as an outlier."""


@dataclass(frozen=True)
class DayTable:
    """Offered contacts of one queue by local day and clock slot.

    Attributes
    ----------
    dates : tuple of date
    values : float array (days, slots)
        NaN where no row says anything; one slot for daily rows.
    """

    dates: tuple[date, ...]
    values: FloatArray

    @property
    def slots(self) -> int:
        """Slots of a day."""
        return int(self.values.shape[1])

    @property
    def totals(self) -> FloatArray:
        """Contacts per day, NaN where more than a tenth of the day's usual slots are missing: shape (days,)."""
        said = (~np.isnan(self.values)).sum(axis=1)
        usual = np.median(said[said > 0]) if (said > 0).any() else 0
        return np.where((said > 0) & (said >= 0.9 * usual), np.nansum(self.values, axis=1), np.nan)

    @property
    def weekday(self) -> NDArray[np.int64]:
        """Weekday of each day, Monday 0."""
        return np.array([day.weekday() for day in self.dates], dtype=np.int64)


def day_table(rows: History, grid: TimeGrid) -> DayTable:
    """Return the rows of one queue as a table of days and clock slots; a queue with any daily row by days only."""
    step = int(rows.minutes.max())
    slots = max(1, 1440 // step)
    values = np.full((grid.days, slots), np.nan)
    begin = np.searchsorted(grid.starts, rows.start, side="right") - 1
    day, slot = grid.day_index[begin], np.minimum(grid.minute_of_day[begin] // step, slots - 1)
    said = ~np.isnan(rows.offered)
    values[day[said], slot[said]] = 0.0
    np.add.at(values, (day[said], slot[said]), rows.offered[said])
    return DayTable(grid.dates, values)


def _usual(totals: FloatArray) -> FloatArray:
    """Return the median of the same weekdays around each day (its own left out), NaN with fewer than four of them."""
    days = len(totals)
    offsets = [7 * week for week in range(-_NEIGHBOURS, _NEIGHBOURS + 1) if week]
    around = np.full((len(offsets), days), np.nan)
    for row, offset in enumerate(offsets):
        source = np.arange(days) + offset
        inside = (source >= 0) & (source < days)
        around[row, inside] = totals[source[inside]]
    enough = (~np.isnan(around)).sum(axis=0) >= 4
    usual = np.full(days, np.nan)
    if enough.any():
        usual[enough] = np.nanmedian(around[:, enough], axis=0)
    return usual


def _spread(residuals: FloatArray) -> float:
    """Return the robust standard deviation (1.4826 MAD) of finite residuals, 0 without any."""
    finite = residuals[np.isfinite(residuals)]
    return float(_MAD_TO_SD * np.median(np.abs(finite - np.median(finite)))) if len(finite) else 0.0


def outlying_days(table: DayTable, special: BoolArray) -> Iterator[str]:
    """Yield a line on ordinary days far from the median of the same weekday around them.

    The residual is that of ``log(1 + contacts)``; a day counts beyond six robust standard deviations (1.4826 MAD) and
    at least half as much again, or a third less, than usual.
    """
    totals = np.where(special, np.nan, table.totals)
    usual = _usual(totals)
    residual = np.log1p(totals) - np.log1p(usual)
    limit = max(_DAY_LIMIT * _spread(residual), float(np.log(1.5)))
    with np.errstate(invalid="ignore"):
        found = np.flatnonzero((np.abs(residual) > limit) & (np.abs(totals - usual) > 5 * np.sqrt(usual + 1)))
    if len(found):
        largest = found[np.argsort(-np.abs(residual[found]), kind="stable")][:_SHOWN]
        shown = ", ".join(f"{table.dates[d]} ({totals[d]:,.0f}, usual {usual[d]:,.0f})" for d in sorted(largest))
        more = f", ... ({len(found)} days)" if len(found) > _SHOWN else ""
        yield f"days far from the usual size without a known event: {shown}{more}"


def outlying_intervals(table: DayTable, special: BoolArray) -> Iterator[str]:
    """Yield a line on intervals far from the usual share of their weekday and slot in the day.

    Expected is the median of the weekday's and slot's contacts, scaled to the day; an interval counts when it is four
    times too large or small and eight Poisson standard deviations away.
    """
    totals, usual = table.totals, _usual(np.where(special, np.nan, table.totals))
    scale = np.divide(totals, usual, out=np.ones_like(totals), where=usual > 0)
    expected = np.full(table.values.shape, np.nan)
    for weekday in range(7):
        here = (table.weekday == weekday) & ~special & np.isfinite(totals)
        if np.count_nonzero(here) >= 4:
            expected[here] = _column_median(table.values[here]) * np.clip(scale[here], 0.2, 5.0)[:, None]
    with np.errstate(invalid="ignore"):
        far = np.abs(table.values - expected) > 8 * np.sqrt(expected + 1)
        found = np.argwhere(far & ((table.values > 4 * expected) | (4 * table.values < expected)))
    if len(found):
        minutes = 1440 // table.slots
        shown = ", ".join(
            f"{table.dates[d]} {s * minutes // 60:02d}:{s * minutes % 60:02d} "
            f"({table.values[d, s]:,.0f}, usual {expected[d, s]:,.0f})"
            for d, s in found[:_SHOWN]
        )
        more = f", ... ({len(found):,} intervals)" if len(found) > _SHOWN else ""
        yield f"intervals far from the usual size without a known event: {shown}{more}"


def _column_median(values: FloatArray) -> FloatArray:
    """Return the median of each column, NaN for columns without a number."""
    median = np.full(values.shape[1], np.nan)
    some = (~np.isnan(values)).any(axis=0)
    median[some] = np.nanmedian(values[:, some], axis=0)
    return median


def zone_slips(table: DayTable, queue: Queue) -> Iterator[str]:
    """Yield a line when months, or the whole history, look moved by hours: times written in another zone.

    A month is suspect when its mean day fits that of the other months clearly better (correlation above 0.8 and by 0.25
    better) after being turned by whole hours. The whole history is suspect when a tenth of the contacts arrive while
    the queue is closed and a turn by hours brings nine tenths of those into opening hours.
    """
    hourly = _hourly(table)
    months = np.array([day.year * 12 + day.month - 1 for day in table.dates])
    names, shapes = [], []
    for month in np.unique(months):
        shape = _column_mean(hourly[months == month])
        if np.isfinite(shape).all() and shape.sum() > 0 and np.count_nonzero(months == month) >= 7:
            names.append(f"{month // 12}-{month % 12 + 1:02d}")
            shapes.append(shape / shape.sum())
    yield from _slipped_months(names, np.array(shapes))
    if shapes:
        yield from _closed_hours(np.mean(shapes, axis=0), queue)


def _hourly(table: DayTable) -> FloatArray:
    per_hour = max(1, table.slots // 24)
    values = np.nan_to_num(table.values)[:, : per_hour * 24]
    hourly = values.reshape(len(table.dates), -1, per_hour).sum(axis=2)
    hourly[np.isnan(table.values).all(axis=1)] = np.nan
    return np.asarray(hourly, dtype=np.float64)


def _column_mean(values: FloatArray) -> FloatArray:
    said = values[~np.isnan(values).all(axis=1)]
    return said.mean(axis=0) if len(said) else np.full(values.shape[1], np.nan)


def _slipped_months(names: list[str], shapes: FloatArray) -> Iterator[str]:
    if len(names) < 3:
        return
    rest = np.median(shapes, axis=0)
    slips: dict[int, list[tuple[str, float, float]]] = {}
    for name, shape in zip(names, shapes, strict=True):
        fit = [_correlation(np.roll(shape, turn), rest) for turn in range(-12, 12)]
        best = int(np.argmax(fit))
        if fit[best] > 0.8 and fit[best] - fit[12] > 0.25:
            slips.setdefault(best - 12, []).append((name, fit[best], fit[12]))
    for turn, months in slips.items():
        which = ", ".join(name for name, _, _ in months[:_SHOWN]) + (", ..." if len(months) > _SHOWN else "")
        better, now = months[0][1:]
        fits = f"(correlation {better:.2f}, as it stands {now:.2f})"
        yield f"suspected time-zone slip in {which}: the shape of the day fits the rest when moved {turn:+d} h {fits}"


def _correlation(a: FloatArray, b: FloatArray) -> float:
    if a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _closed_hours(shape: FloatArray, queue: Queue) -> Iterator[str]:
    is_open = np.zeros(24, dtype=np.bool_)
    for weekday in range(7):
        if window := queue.window_on(weekday):
            hours = np.arange(window[0] // 60, -(-window[1] // 60)) % 24
            is_open[hours] = True
    outside = [float(np.roll(shape, turn)[~is_open].sum()) for turn in range(-12, 12)]
    best = int(np.argmin(outside))
    if outside[12] > 0.1 and outside[best] < 0.1 * outside[12]:
        text = f"suspected time-zone slip: {outside[12]:.0%} of the contacts arrive while the queue is closed"
        yield f"{text}; moved {best - 12:+d} h it were {outside[best]:.0%}"
    elif outside[12] > 0.02:
        yield f"{outside[12]:.0%} of the contacts arrive while the queue is closed"


def level_shift(table: DayTable, special: BoolArray) -> Iterator[str]:
    """Yield a line on the largest lasting change of level: eight weeks before against eight weeks after.

    Weekly medians of ordinary days are compared; a change counts from 40 % on, and from six robust standard deviations
    of the usual change between weeks.
    """
    totals = np.where(special, np.nan, table.totals)
    weeks = len(totals) // 7
    if weeks < 16:
        return
    weekly = np.log1p(_column_median(totals[-weeks * 7 :].reshape(weeks, 7).T))
    change = np.full(weeks, np.nan)
    for week in range(6, weeks - 5):
        before, after = weekly[max(0, week - 8) : week], weekly[week : week + 8]
        if np.isfinite(before).sum() >= 4 and np.isfinite(after).sum() >= 4:
            change[week] = np.nanmedian(after) - np.nanmedian(before)
    if not np.isfinite(change).any():
        return
    limit = max(float(np.log(1.4)), 6 * _spread(np.diff(weekly)))
    # Around a jump the medians differ for weeks; the jump itself is where neighbouring weeks differ most.
    step = np.abs(np.diff(weekly, prepend=weekly[0]))
    score = np.where(np.abs(change) > limit, np.nan_to_num(step), -1.0)
    week = int(np.argmax(score))
    if score[week] > 0:
        first = table.dates[len(totals) - weeks * 7 + week * 7]
        factor = float(np.exp(change[week]))
        yield f"lasting change of level by {factor - 1:+.0%} from about {first} on"
