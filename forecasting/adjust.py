"""What the planner knows better, laid over a finished forecast: rate, sample paths, handle time and parts move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from wfm.counts import scaled_counts
from wfm.grid import TimeGrid
from wfm.inputs import Adjustment
from wfm.results import Forecast, ForecastPart

__all__ = ["adjusted", "name_of"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_ROUNDING, _DRAWING = 0xAD1, 0xAD2
# Scaling keeps the relative spread. That of few contacts is mostly chance, and chance doesn't grow with the volume:
# where scaling would leave this much of it (relative variance), contacts are drawn afresh.
_CHANCE = 0.25
_LEAST_SECONDS = 1.0
_NOISE = 1e-9


def adjusted(forecast: Forecast, adjustments: Sequence[Adjustment], open_mask: BoolArray, seed: int) -> Forecast:
    """Return the forecast with the adjustments applied one after the other.

    Parameters
    ----------
    forecast : Forecast
        Ours or the plan's own; not changed.
    adjustments : sequence of Adjustment
        Each works on what the ones before it left: ``multiply 2`` then ``add 100`` gives twice the forecast and 100.
    open_mask : bool array (queues, intervals)
        Where contacts may be laid; all other cells stay as they are.
    seed : int
        Same inputs and seed give the same bytes.

    Returns
    -------
    Forecast
        ``set`` and ``add`` lay their contacts out in proportion to the forecast of their queues and intervals, evenly
        where it is 0; of a range that the horizon cuts, the share of its length inside counts. An interval that a range
        covers in part moves in part. What would fall below 0 contacts (or one second of handle time) ends there, with
        a warning. Ranges outside the horizon do nothing. Paths keep their relative spread; where there was (almost)
        nothing to scale they are Poisson around the new rate, with the day's level of their path. When the forecast
        has parts, one part of kind ``adjustment`` per reason is added, and their sum still is ``daily_rate``.
    """
    walk = _Walk(forecast, forecast.rate.copy(), forecast.aht_seconds.copy(), np.zeros(forecast.rate.shape, np.bool_))
    for one in adjustments:
        share, covered = _share(forecast, one, open_mask)
        if share.any():
            walk.take(one, share, covered)
        elif covered > 0:
            walk.warnings.append(f"{_place(one, forecast.grid)}: changes nothing, its queues are closed then")
    parts = [ForecastPart("adjustment", name, contacts) for name, contacts in walk.moved.items() if contacts.any()]
    return replace(
        forecast,
        rate=walk.rate,
        paths=_paths(forecast, walk.rate, walk.laid, seed),
        aht_seconds=walk.aht,
        parts=(*forecast.parts, *parts) if forecast.parts else (),
        warnings=(*forecast.warnings, *walk.warnings),
    )


def name_of(one: Adjustment, grid: TimeGrid) -> str:
    """Return what the part of an adjustment is called: its reason, or like ``set 11-11 20:00``."""
    return one.reason or f"{one.action} {grid.at(one.start.timestamp()):%m-%d %H:%M}"


def _place(one: Adjustment, grid: TimeGrid) -> str:
    return f"adjustments.csv:{one.line}" if one.line else f"adjustment '{name_of(one, grid)}'"


def _share(forecast: Forecast, one: Adjustment, open_mask: BoolArray) -> tuple[FloatArray, float]:
    """Return the share of each cell that a range covers (queues, intervals), and that of the range in the horizon."""
    grid = forecast.grid
    step, (start, end) = grid.interval_minutes * 60.0, (one.start.timestamp(), one.end.timestamp())
    inside = (np.minimum(grid.starts + step, end) - np.maximum(grid.starts, start)).clip(min=0.0)
    share = np.zeros(open_mask.shape)
    share[_rows(forecast.queues, one.queues)] = inside / step
    return np.where(open_mask, share, 0.0), float(inside.sum()) / (end - start)


def _rows(queues: Sequence[str], named: Iterable[str]) -> list[int]:
    return [queues.index(name) for name in dict.fromkeys(named)] or list(range(len(queues)))


@dataclass
class _Walk:
    """The forecast's means on their way through the adjustments; ``laid`` marks cells that ``set`` or ``add`` moved."""

    forecast: Forecast
    rate: FloatArray
    aht: FloatArray
    laid: BoolArray
    moved: dict[str, FloatArray] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def take(self, one: Adjustment, share: FloatArray, covered: float) -> None:
        """Apply one adjustment to the cells with a share."""
        if one.measure == "aht_seconds":
            self.aht = self._floored(one, self.aht, _seconds(one, self.aht, share), _LEAST_SECONDS)
            return
        before = self.rate
        self.rate = self._floored(one, before, _contacts(one, before, share, covered), 0.0)
        self.laid |= (share > 0) & (one.action != "multiply")
        grid, name = self.forecast.grid, name_of(one, self.forecast.grid)
        first = [grid.slots_of_day(day).start for day in range(grid.days)]
        change = np.add.reduceat(self.rate - before, first, axis=1)
        self.moved[name] = self.moved.get(name, 0.0) + change

    def _floored(self, one: Adjustment, old: FloatArray, new: FloatArray, least: float) -> FloatArray:
        changed = new != old
        if (new[changed] < least - _NOISE).any():
            what = "contacts" if one.measure == "offered" else "second of handle time"
            text = f"{one.action} {one.value:g} would leave less than {least:g} {what} in places"
            self.warnings.append(f"{_place(one, self.forecast.grid)}: {text}; {least:g} is used there")
        return np.where(changed, np.maximum(new, least), old)


def _seconds(one: Adjustment, old: FloatArray, share: FloatArray) -> FloatArray:
    new = {"set": np.full_like(old, one.value), "add": old + one.value, "multiply": old * one.value}[one.action]
    return np.where(share > 0, (1.0 - share) * old + share * new, old)


def _contacts(one: Adjustment, old: FloatArray, share: FloatArray, covered: float) -> FloatArray:
    if one.action == "multiply":
        return old * ((1.0 - share) + share * one.value)
    part = old * share
    layout = part if part.sum() > _NOISE else share
    spread = one.value * covered * (layout / layout.sum())
    kept = old if one.action == "add" else np.where(share > 0, old * (1.0 - share), old)
    return np.where(share > 0, kept + spread, old)


def _paths(forecast: Forecast, rate: FloatArray, laid: BoolArray, seed: int) -> NDArray[np.float32]:
    """Return the sample paths moved from the forecast's rate to a new one."""
    old, changed = forecast.rate, rate != forecast.rate
    if not changed.any():
        return forecast.paths
    known = changed & (old > _NOISE)
    factor = np.divide(rate, old, out=np.ones_like(rate), where=known)
    chance = np.divide(1.0 - 1.0 / np.maximum(factor, 1.0), old, out=np.zeros_like(rate), where=known)
    afresh = changed & (~known | (laid & (chance > _CHANCE)))
    factor[afresh] = 1.0
    paths = scaled_counts(forecast.paths, factor, (seed, _ROUNDING))
    level = _day_level(forecast) if afresh.any() else None
    for queue, part in enumerate(np.random.SeedSequence([seed, _DRAWING]).spawn(len(rate))):
        where = np.flatnonzero(afresh[queue])
        if level is not None and len(where):
            mean = rate[queue, where] * level[:, queue, forecast.grid.day_index[where]]
            paths[:, queue, where] = np.random.default_rng(part).poisson(mean)
    return paths


def _day_level(forecast: Forecast) -> FloatArray:
    """Return how busy each day of each path is, relative to the mean: (paths, queues, days).

    What the day's own Poisson noise may explain is taken out: the factor is the best linear guess of the mean behind
    the day's total.
    """
    totals = forecast.daily_paths
    mean, variance = totals.mean(axis=0), totals.var(axis=0)
    real = np.divide(np.maximum(variance - mean, 0.0), variance, out=np.zeros_like(mean), where=variance > 0)
    relative = np.divide(totals, mean, out=np.ones_like(totals), where=mean > 0)
    return np.asarray(1.0 + real * (relative - 1.0), dtype=np.float64)
