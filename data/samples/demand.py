"""The planted demand of a sample: what is expected, noise-free, and what a seed makes of it.

Expected contacts of a slot = level x growth x season x weekday x holiday x share of the slot x promotions. Noise on
top: a day factor (AR(1), partly shared by all queues), a slot factor (gamma) and Poisson.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.calendars import load_calendar
from data.samples import shapes
from data.samples.phases import CURVES, EVENT_STRENGTH, PHASE_CURVE, WAVE_STRENGTH, edition_strength, log_multiple
from data.samples.specs import ZONE, QueueSpec, SampleSpec, own_events, spec_of
from data.season import merged_events
from wfm.grid import TimeGrid
from wfm.inputs import Event

__all__ = ["DAY_NOISE", "HISTORY_MINUTES", "Truth", "ground_truth", "sample_events", "truth_of"]

FloatArray = NDArray[np.float64]
HISTORY_MINUTES = 30
DAY_NOISE = {"sd": 0.07, "rho": 0.7, "shared": 0.5, "slot_cv": 0.08}
_AHT_CV = 0.6
# Handle time by clock hour, relative: short in the morning, long late in the evening.
_AHT_HOUR = 1.0 + 0.04 * np.sin(2 * np.pi * (np.arange(24) - 14.0) / 24.0)


@dataclass(frozen=True)
class Truth:
    """What was planted in a sample and what its seed drew.

    Attributes
    ----------
    queues : tuple of str
    grid : TimeGrid
        All days from the first of the history to the last of the plan (those between ``known_until`` and the plan's
        start included), at the finer of the history's and the plan's interval.
    known_until, plan_start : date
    expected : float array (queues, n)
        Noise-free contacts offered, bots included.
    ordinary : float array (queues, n)
        The same without promotions: ``expected / ordinary`` is the planted multiple.
    sampled : int64 array (queues, n)
        Contacts drawn with the seed: the history, and beyond it what "really" happens.
    aht_seconds, sampled_aht : float arrays (queues, n)
        Planted mean handle time, and the mean of the contacts drawn (NaN without contacts).
    orders, sampled_orders, planned_orders : float arrays (days,)
        Orders per day: noise-free, drawn, and as a campaign plans them (5 % too high, 8 % off on a single day).
    parameters : mapping
        Every planted number: growth, weekday factors, event strengths, curves, noise.
    """

    queues: tuple[str, ...]
    grid: TimeGrid
    plan_grid: TimeGrid
    known_until: date
    plan_start: date
    expected: FloatArray
    ordinary: FloatArray
    sampled: NDArray[np.int64]
    aht_seconds: FloatArray
    sampled_aht: FloatArray
    orders: FloatArray
    sampled_orders: FloatArray
    planned_orders: FloatArray
    parameters: Mapping[str, object]

    @property
    def history_grid(self) -> TimeGrid:
        """The grid of the history, first day to ``known_until``, 30-minute intervals."""
        days = (self.known_until - self.grid.start).days + 1
        return TimeGrid(self.grid.timezone, self.grid.start, days, HISTORY_MINUTES)

    @property
    def history_expected(self) -> FloatArray:
        """Noise-free contacts on :attr:`history_grid`: shape (queues, history intervals)."""
        return self._summed(self.expected, self.history_grid)

    @property
    def history_sampled(self) -> FloatArray:
        """Contacts drawn on :attr:`history_grid`, before the known flaws are put in."""
        return self._summed(self.sampled.astype(np.float64), self.history_grid)

    @property
    def plan_expected(self) -> FloatArray:
        """Noise-free contacts of the plan: shape (queues, plan intervals)."""
        return self._summed(self.expected, self.plan_grid)

    @property
    def plan_actual(self) -> FloatArray:
        """What the seed draws for the plan's days, on the plan's grid: the future a forecast is judged by."""
        return self._summed(self.sampled.astype(np.float64), self.plan_grid)

    def by_day(self, values: FloatArray | NDArray[np.int64]) -> FloatArray:
        """Return an array (queues, n) summed by day: shape (queues, days)."""
        return np.asarray(values.reshape(len(self.queues), self.grid.days, -1).sum(axis=2), dtype=np.float64)

    def day_multiple(self) -> FloatArray:
        """Return the planted multiple of promotions by day: shape (queues, days)."""
        return self.by_day(self.expected) / self.by_day(self.ordinary)

    def peak_days(self, edition: str, threshold: float = 3.0) -> tuple[date, ...]:
        """Return the days of an edition on which the multiple of at least one queue reaches ``threshold``.

        Parameters
        ----------
        edition : str
            ``"<event>-<year>"``, for instance ``"double11-2024"``.
        threshold : float
            Multiple of ordinary contacts.
        """
        event, _, year = edition.rpartition("-")
        season = {"double11": (date(int(year), 10, 1), date(int(year), 11, 30)),
                  "618": (date(int(year), 5, 1), date(int(year), 6, 30))}[event]  # fmt: skip
        high = self.day_multiple().max(axis=0) >= threshold
        return tuple(day for i, day in enumerate(self.grid.dates) if high[i] and season[0] <= day <= season[1])

    def _summed(self, values: FloatArray, grid: TimeGrid) -> FloatArray:
        first = (grid.start - self.grid.start).days
        days = values.reshape(len(self.queues), self.grid.days, -1)[:, first : first + grid.days]
        return np.asarray(days.reshape(len(self.queues), grid.n, -1).sum(axis=2), dtype=np.float64)


def sample_events(spec: SampleSpec) -> tuple[Event, ...]:
    """Return all phases that act on a sample: the bundled calendars, with the shop's own rows in place of theirs."""
    bundled = [event for name in spec.calendars for event in load_calendar(name, ZONE)]
    return merged_events(bundled, own_events(spec))


def ground_truth(name: str, seed: int = 1) -> Truth:
    """Return the planted truth of a sample and the draws of a seed.

    Raises
    ------
    KeyError
        For an unknown sample.
    """
    return truth_of(spec_of(name), seed)


def truth_of(spec: SampleSpec, seed: int) -> Truth:
    """Return the planted truth of any specification and the draws of a seed."""
    days = (spec.plan_end - spec.history_start).days + 1
    grid = TimeGrid(ZONE, spec.history_start, days, min(HISTORY_MINUTES, spec.interval_minutes))
    ordinary, multiple, orders = _planted(spec, grid)
    expected = ordinary * multiple
    demand, handling, buying = np.random.default_rng(np.random.SeedSequence([seed, _key(spec.name)])).spawn(3)
    shared = _day_noise(demand, 1, days)
    factor = np.sqrt(DAY_NOISE["shared"]) * shared + np.sqrt(1 - DAY_NOISE["shared"]) * _day_noise(
        demand, len(spec.queues), days
    )
    sampled = _draw(demand, expected, factor)
    aht = np.array([q.aht_seconds for q in spec.queues])[:, None] * _AHT_HOUR[grid.minute_of_day // 60]
    return Truth(
        queues=tuple(queue.id for queue in spec.queues),
        grid=grid,
        plan_grid=TimeGrid(ZONE, spec.plan_start, spec.days, spec.interval_minutes),
        known_until=spec.known_until,
        plan_start=spec.plan_start,
        expected=expected,
        ordinary=ordinary,
        sampled=sampled,
        aht_seconds=aht,
        sampled_aht=_draw_aht(handling, aht, sampled),
        orders=orders,
        sampled_orders=orders * np.exp(shared[0] + 0.03 * buying.standard_normal(days)),
        planned_orders=np.round(orders * 1.05 * np.exp(0.08 * buying.standard_normal(days)), -2),
        parameters=_parameters(spec),
    )


def _key(name: str) -> int:
    return int.from_bytes(name.encode(), "big") % (1 << 31)


def _planted(spec: SampleSpec, grid: TimeGrid) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ordinary contacts (queues, n), the multiple (queues, n) and orders (days,)."""
    events = sample_events(spec)
    ordinary = np.stack([_ordinary(spec, queue, grid, events) for queue in spec.queues])
    shopping = _shopping_multiple(spec, grid, events)
    multiple = np.stack([_multiple(queue, grid, events, shopping) for queue in spec.queues])
    shape = (grid.days, -1)
    normal = spec.orders_per_day * _trend(spec, grid, 0.14) * _calendar(spec, grid, events, "shopping", 1.0)
    weight = shapes.slot_profile("presale", (0, 1440), grid.interval_minutes, weekend=False)
    return ordinary, multiple, normal * (shopping.reshape(shape) * weight).sum(axis=1)


def _trend(spec: SampleSpec, grid: TimeGrid, growth: float) -> FloatArray:
    years = np.array([(day - spec.plan_start).days / 365.25 for day in grid.dates])
    return np.asarray((1.0 + growth) ** years, dtype=np.float64)


def _calendar(spec: SampleSpec, grid: TimeGrid, events: tuple[Event, ...], weekday: str, holiday: float) -> FloatArray:
    like, off = shapes.holiday_weekdays(grid.dates)
    week = np.array(shapes.WEEKDAY[weekday])[like] * np.where(off, holiday, 1.0)
    dip = shapes.cny_factor(events, grid.dates, spec.cny_factor)
    return np.asarray(week * dip * shapes.season(grid.dates), dtype=np.float64)


def _ordinary(spec: SampleSpec, queue: QueueSpec, grid: TimeGrid, events: tuple[Event, ...]) -> FloatArray:
    day = queue.level * _trend(spec, grid, queue.growth) * _calendar(spec, grid, events, queue.weekday, queue.holiday)
    like, _ = shapes.holiday_weekdays(grid.dates)
    minutes = grid.interval_minutes
    kinds = [shapes.slot_profile(queue.profile, queue.open, minutes, weekend) for weekend in (False, True)]
    return np.asarray((day[:, None] * np.stack(kinds)[(like >= 5).astype(int)]).ravel(), dtype=np.float64)


def _shopping_multiple(spec: SampleSpec, grid: TimeGrid, events: tuple[Event, ...]) -> FloatArray:
    """Return the multiple of orders over all platforms by slot, weighted by the level of their pre-sale queues."""
    shops = [queue for queue in spec.queues if queue.platform and queue.profile in ("presale", "live")]
    if not shops:
        return np.ones(grid.n)
    weights = np.array([queue.level for queue in shops])
    logs = np.stack([log_multiple(events, queue.platform, queue.strength, grid.starts) for queue in shops])
    return np.asarray((weights / weights.sum()) @ np.exp(logs), dtype=np.float64)


def _multiple(queue: QueueSpec, grid: TimeGrid, events: tuple[Event, ...], shopping: FloatArray) -> FloatArray:
    if queue.platform:
        return np.exp(log_multiple(events, queue.platform, queue.strength, grid.starts))
    by_day = shopping.reshape(grid.days, -1).mean(axis=1)
    padded = np.concatenate([np.ones(len(shapes.KERNEL) - 1), by_day])
    after = np.convolve(padded, shapes.KERNEL, mode="valid")
    late = np.repeat(after, grid.n // grid.days)
    return np.asarray(queue.after_share * late + (1.0 - queue.after_share) * shopping, dtype=np.float64)


def _day_noise(rng: np.random.Generator, series: int, days: int) -> FloatArray:
    """Return AR(1) log factors of standard deviation ``DAY_NOISE['sd']``: shape (series, days)."""
    rho, sd = DAY_NOISE["rho"], DAY_NOISE["sd"]
    shocks = rng.standard_normal((series, days)) * sd
    noise = np.empty((series, days))
    noise[:, 0] = shocks[:, 0]
    for day in range(1, days):
        noise[:, day] = rho * noise[:, day - 1] + np.sqrt(1 - rho**2) * shocks[:, day]
    return noise


def _draw(rng: np.random.Generator, expected: FloatArray, day_log_factor: FloatArray) -> NDArray[np.int64]:
    queues, days = day_log_factor.shape
    factor = np.exp(day_log_factor - DAY_NOISE["sd"] ** 2 / 2)
    shape = 1.0 / DAY_NOISE["slot_cv"] ** 2
    slot = rng.gamma(shape, 1.0 / shape, expected.shape)
    rate = expected.reshape(queues, days, -1) * factor[:, :, None] * slot.reshape(queues, days, -1)
    return rng.poisson(rate).reshape(expected.shape).astype(np.int64)


def _draw_aht(rng: np.random.Generator, aht: FloatArray, contacts: NDArray[np.int64]) -> FloatArray:
    """Return the mean of ``contacts`` gamma handle times per slot, NaN where there are none."""
    shape = np.maximum(contacts, 1) / _AHT_CV**2
    return np.where(contacts > 0, aht * rng.gamma(shape, 1.0 / shape), np.nan)


def _parameters(spec: SampleSpec) -> dict[str, object]:
    return {
        "level": {queue.id: queue.level for queue in spec.queues},
        "growth": {queue.id: queue.growth for queue in spec.queues},
        "weekday": {queue.id: shapes.WEEKDAY[queue.weekday] for queue in spec.queues},
        "strength": {queue.id: queue.strength for queue in spec.queues},
        "after_share": {queue.id: queue.after_share for queue in spec.queues},
        "aht_seconds": {queue.id: queue.aht_seconds for queue in spec.queues},
        "event_strength": dict(EVENT_STRENGTH),
        "wave_strength": dict(WAVE_STRENGTH),
        "edition_strength": {year: edition_strength(year) for year in range(2022, 2027)},
        "phase_curve": dict(PHASE_CURVE),
        "curves": {name: (curve.hours, curve.multiples) for name, curve in CURVES.items()},
        "kernel": shapes.KERNEL,
        "cny_factor": spec.cny_factor,
        "noise": dict(DAY_NOISE),
    }
