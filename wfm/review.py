"""What a forecast missed, split by cause: level, events, time of day, handle time. Contacts and agent-hours add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.results import ForecastPart

__all__ = [
    "EVERY_QUEUE",
    "LEAST_DAYS",
    "ORDINARY",
    "Actuals",
    "PhaseMiss",
    "Review",
    "WrittenForecast",
    "by_phase",
    "review",
]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
ORDINARY = "ordinary days"
EVERY_QUEUE = "all"
# A day counts as an event's when what acts beside the ordinary level makes up this share of it; the other days tell
# the miss of the level, when there are so many of them.
_EVENT_SHARE, LEAST_DAYS = 0.25, 3
# Fewer contacts than this are none.
_NONE = 1e-6
_NAMED_FIRST = frozenset({"event", "holiday", "adjustment"})


@dataclass(frozen=True)
class WrittenForecast:
    """A forecast as its files hold it.

    Attributes
    ----------
    rate, low, high, aht_seconds : float arrays (queues, intervals)
        Mean, 10 % and 90 % quantile of contacts; handle time.
    day_low, day_high : float arrays (queues, days)
        Quantiles of the day's total.
    parts : tuple of ForecastPart
        Their sum is the day's mean, up to rounding.
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    rate: FloatArray
    low: FloatArray
    high: FloatArray
    aht_seconds: FloatArray
    day_low: FloatArray
    day_high: FloatArray
    parts: tuple[ForecastPart, ...]

    @property
    def daily(self) -> FloatArray:
        """Mean contacts per day: shape (queues, days)."""
        return _by_day(self.grid, self.rate)

    def part_of(self, *kinds: str) -> FloatArray:
        """Return what parts of some kinds add per day: shape (queues, days)."""
        chosen = [part.contacts for part in self.parts if part.kind in kinds]
        return np.sum(chosen, axis=0) if chosen else np.zeros((len(self.queues), self.grid.days))


@dataclass(frozen=True)
class Actuals:
    """What came, on the forecast's grid: contacts and handle time per interval, contacts per day; NaN where unknown."""

    contacts: FloatArray
    aht_seconds: FloatArray
    totals: FloatArray


@dataclass(frozen=True)
class Review:
    """The miss of each queue and day, NaN where nothing is known of what came; arrays are (queues, days).

    ``volume + event = actual - forecast``, and ``volume_hours + event_hours + shape_hours + handle_time_hours =
    actual_hours - forecast_hours``.

    Attributes
    ----------
    forecast, actual : contacts
    volume : contacts
        What the miss of the ordinary level makes; on ordinary days all of the miss.
    event : contacts
        What an event's day brought beyond that.
    shape : contacts
        ``sum |share of the slot that came - share forecast| * actual``: right in the day's total, wrong in its time.
    forecast_hours, actual_hours : agent-hours
        Of work that reaches people, several chats at once counted.
    volume_hours, event_hours : agent-hours
        The same contacts at the forecast's mean handle time.
    shape_hours : agent-hours
        What contacts at other times of the day than forecast cost by their slots' handle times.
    handle_time_hours : agent-hours
        What other handle times than forecast cost.
    aht_forecast, aht_actual : seconds
        Mean by contacts.
    in_band : 1 where the day's total lies between the forecast's p10 and p90, else 0
    phases : tuple of tuples of str
        What acts most on each queue's day, ``ordinary days`` where the level does.
    level : float array (queues,)
        Contacts of ordinary days over their forecast; those of all queues where a queue has fewer than three such days.
    level_days : int array (queues,)
        How many ordinary days of each queue are known.
    slots_in_band : float
        Share of the known intervals within their band.
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    forecast: FloatArray
    actual: FloatArray
    volume: FloatArray
    event: FloatArray
    shape: FloatArray
    forecast_hours: FloatArray
    actual_hours: FloatArray
    volume_hours: FloatArray
    event_hours: FloatArray
    shape_hours: FloatArray
    handle_time_hours: FloatArray
    aht_forecast: FloatArray
    aht_actual: FloatArray
    in_band: FloatArray
    phases: tuple[tuple[str, ...], ...]
    level: FloatArray
    level_days: NDArray[np.int64]
    slots_in_band: float

    @property
    def known(self) -> BoolArray:
        """Days of which the total is known: shape (queues, days)."""
        return np.isfinite(self.actual)


@dataclass(frozen=True)
class PhaseMiss:
    """The miss of a queue (or all) on the days on which one phase acts most; sums of :class:`Review`'s days.

    ``error`` is the sum of absolute misses of day totals over the sum of actuals, ``in_band`` the share of days.
    """

    queue: str
    phase: str
    days: int
    forecast: float
    actual: float
    volume: float
    event: float
    shape: float
    forecast_hours: float
    actual_hours: float
    volume_hours: float
    event_hours: float
    shape_hours: float
    handle_time_hours: float
    error: float
    in_band: float


_NOT_SUMMED = {"queue", "phase", "days", "error", "in_band"}
_SUMMED = tuple(field.name for field in fields(PhaseMiss) if field.name not in _NOT_SUMMED)


def review(written: WrittenForecast, actuals: Actuals, load: FloatArray) -> Review:
    """Return the miss of a forecast, split by cause.

    Parameters
    ----------
    written : WrittenForecast
        The forecast.
    actuals : Actuals
        What came.
    load : float array (queues, intervals)
        Agents' seconds per second of handle time: what bots leave, over how many contacts an agent holds at once.
    """
    forecast, actual = written.daily, actuals.totals
    ordinary = _ordinary(written)
    level, level_days = _level(forecast, actual, ordinary)
    volume = np.where(ordinary, actual - forecast, (level[:, None] - 1.0) * forecast)
    volume = np.where(np.isfinite(actual), volume, np.nan)
    inside = (actuals.contacts >= written.low) & (actuals.contacts <= written.high)
    asked = np.isfinite(actuals.contacts) & (written.rate > 0)
    band = ((actual >= written.day_low) & (actual <= written.day_high)).astype(np.float64)
    return Review(
        written.grid, written.queues, forecast, actual, volume, actual - forecast - volume,
        phases=_phases(written, ordinary), level=level, level_days=level_days,
        in_band=np.where(np.isfinite(actual), band, np.nan),
        slots_in_band=float(inside[asked].mean()) if asked.any() else float("nan"),
        **_work(written, actuals, load, volume),
    )  # fmt: skip


def by_phase(found: Review) -> list[PhaseMiss]:
    """Return the misses summed by queue and phase, all queues together first; the largest miss first, ordinary last."""
    rows = [row for mine in _groups(found) for row in mine]
    return sorted(rows, key=lambda row: (_place(found, row), row.phase == ORDINARY, -abs(row.actual - row.forecast)))


def _place(found: Review, row: PhaseMiss) -> int:
    return -1 if row.queue == EVERY_QUEUE else found.queues.index(row.queue)


def _groups(found: Review) -> Iterator[list[PhaseMiss]]:
    phases = np.array(found.phases, dtype=object)
    every = [(EVERY_QUEUE, slice(None)), *((queue, slice(q, q + 1)) for q, queue in enumerate(found.queues))]
    for queue, rows in every:
        mine, known = phases[rows], found.known[rows]
        groups = dict.fromkeys(mine[known].tolist())
        yield [_summed(found, queue, name, rows, (mine == name) & known) for name in groups]


def _summed(found: Review, queue: str, phase: str, rows: slice, where: BoolArray) -> PhaseMiss:
    sums = {name: float(getattr(found, name)[rows][where].sum()) for name in _SUMMED}
    missed = np.abs((found.actual - found.forecast)[rows][where]).sum()
    error = float(missed) / sums["actual"] if sums["actual"] > 0 else float("nan")
    band = float(found.in_band[rows][where].mean())
    return PhaseMiss(queue, phase, int(where.any(axis=0).sum()), **sums, error=error, in_band=band)


def _ordinary(written: WrittenForecast) -> BoolArray:
    """Return the days on which little acts beside the ordinary level: shape (queues, days)."""
    level = written.part_of("baseline")
    return np.asarray(np.abs(written.daily - level) < _EVENT_SHARE * np.maximum(level, 1e-9), dtype=bool)


def _level(forecast: FloatArray, actual: FloatArray, ordinary: BoolArray) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return contacts of ordinary days over their forecast by queue, and the number of those days.

    A queue with too few takes the ratio of all queues together, 1 where there is none either.
    """
    used = ordinary & np.isfinite(actual) & (forecast > 0)
    came, expected = (np.where(used, values, 0.0).sum(axis=1) for values in (actual, forecast))
    days: NDArray[np.int64] = used.sum(axis=1)
    together = float(came.sum() / expected.sum()) if days.sum() >= LEAST_DAYS else 1.0
    return np.divide(came, expected, out=np.full_like(came, together), where=days >= LEAST_DAYS), days


def _phases(written: WrittenForecast, ordinary: BoolArray) -> tuple[tuple[str, ...], ...]:
    """Return what acts most on each day: an event's phase, a holiday or an adjustment; else what orders do."""
    acting = [part for part in written.parts if part.kind != "baseline"]

    def name(queue: int, day: int) -> str:
        if ordinary[queue, day] or not acting:
            return ORDINARY
        sizes = [(abs(float(part.contacts[queue, day])), part) for part in acting]
        named = [one for one in sizes if one[1].kind in _NAMED_FIRST and one[0] > 0] or sizes
        return max(named, key=lambda one: one[0])[1].name

    days = range(written.grid.days)
    return tuple(tuple(name(queue, day) for day in days) for queue in range(len(written.queues)))


def _work(written: WrittenForecast, actuals: Actuals, load: FloatArray, volume: FloatArray) -> dict[str, FloatArray]:
    """Return the parts of a review that are about slots and hours."""
    grid, total = written.grid, actuals.totals
    expected = written.aht_seconds * load / 3600.0
    came = _slots(written, actuals)
    seconds = np.where(np.isfinite(actuals.aht_seconds), actuals.aht_seconds, written.aht_seconds)
    day = grid.day_index
    forecast, forecast_hours = written.daily, _by_day(grid, written.rate * expected)
    plain = _by_day(grid, expected) / np.bincount(day, minlength=grid.days)
    mean = np.divide(forecast_hours, forecast, out=plain, where=forecast > _NONE)
    scale = np.divide(total, forecast, out=np.zeros_like(total), where=forecast > _NONE)
    moved = np.where((forecast > _NONE)[:, day], np.abs(came - written.rate * scale[:, day]), 0.0)
    at_forecast, actual_hours = _by_day(grid, came * expected), _by_day(grid, came * seconds * load / 3600.0)
    handled = _by_day(grid, came * seconds)
    asked = _by_day(grid, written.rate * written.aht_seconds)
    return {
        "shape": np.where(np.isfinite(total), _by_day(grid, moved), np.nan),
        "forecast_hours": forecast_hours,
        "actual_hours": actual_hours,
        "volume_hours": volume * mean,
        "event_hours": (total - forecast - volume) * mean,
        "shape_hours": at_forecast - total * mean,
        "handle_time_hours": actual_hours - at_forecast,
        "aht_forecast": _ratio(asked, forecast),
        "aht_actual": _ratio(handled, total),
    }


def _slots(written: WrittenForecast, actuals: Actuals) -> FloatArray:
    """Return what came per interval, summing to the day's total: gaps are filled by the forecast's shape."""
    grid, total, day = written.grid, actuals.totals, written.grid.day_index
    sums = written.daily[:, day]
    even = 1.0 / np.bincount(day, minlength=grid.days)[day]
    share = np.divide(written.rate, sums, out=np.broadcast_to(even, sums.shape).copy(), where=sums > _NONE)
    filled = np.where(np.isfinite(actuals.contacts), actuals.contacts, share * total[:, day])
    found = _by_day(grid, filled)[:, day]
    factor = np.divide(total[:, day], found, out=np.zeros_like(found), where=found > _NONE)
    return np.where(found > _NONE, filled * factor, share * total[:, day])


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    found: FloatArray = np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > _NONE)
    return found


def _by_day(grid: TimeGrid, values: FloatArray) -> FloatArray:
    first = [grid.slots_of_day(day).start for day in range(grid.days)]
    return np.asarray(np.add.reduceat(values, first, axis=1), dtype=np.float64)
