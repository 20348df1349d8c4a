"""Drivers: planned and past orders per day (or spend, GMV) to contacts, through a lag kernel by reason of contact.

For a driver's day relative to its ordinary level, ``1 + d(t)``, a reason ``r`` with kernel ``k_r`` (sums to 1) and the
share ``s_r`` that it makes up of a queue's ordinary contacts::

    contacts(t) = ordinary level(t) * (1 + sum over r of s_r * (k_r * d)(t)),    s_r >= 0, sum of s_r <= 1

Shares are estimated from the history, shrunk to what is usual in the trade; the two halves of each kernel apart, so
that the delay is estimated too. A driver that does not help on held-back days is left out, and the result says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.driver_days import LEAST_KNOWN, DriverDays, daily_values, driver_days, why_unusable
from forecasting.driver_kernels import ActingDriver, acting_drivers, is_orders, is_shop
from forecasting.driver_shares import Observed, Parts, helps, parts_of, shares
from forecasting.local_level import local_level, robust_sd
from wfm.inputs import Inputs

__all__ = ["DriverFit", "fit_drivers", "planned_ratio"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
_ROUNDS = 2
_LEAST_MULTIPLE = 0.05
# Days that a driver moves by more than this say little about the ordinary level before its effect is known.
_MOVED = 0.25
# What a driver can't explain of days out of the ordinary, as a share of their contacts.
_EVENT_SD = 0.1
# Day after day errs to the same side, so that days tell less than as many independent ones.
_REPEATED = 3.0
_OUTAGE, _LIVELY = 0.35, 0.7
_HELD_BACK = 1 / 3
_LEVEL_DAYS = 56
# Trust in drivers: for a platform's chat queue to which the plan gives one of its own, and for any queue that is none;
# the flat bottoms of the error of held-back sales in the samples. Orders of all platforms together are not trusted for
# the chat of one: they made the peaks of its own sales half as large.
_TRUST_SHOP, _TRUST = 0.25, 0.75


@dataclass(frozen=True)
class DriverFit:
    """What drivers do to each queue's day.

    Attributes
    ----------
    reasons : tuple of str
        ``"orders: where is my order"``: the driver's name and why customers write.
    relative : float array (reasons, queues, days)
        What a reason adds to ordinary contacts, relative to them (0.5 = half as many on top, below 0 = fewer), past and
        future; 0 where the driver is unknown.
    shares : float array (reasons, queues)
        What a reason makes up of ordinary contacts.
    kernel : float array (reasons, queues, lags)
        Shares by the days between the driver's day and the contacts; they sum to ``shares``.
    lags : tuple of int
        Days of the kernel's last axis.
    trust : float array (queues,)
        Share of the drivers in a mean of logs with what past events say, 0 to 1: nothing where a platform's own
        calendar moves a queue and orders are known of all platforms together, much where contacts come days after
        orders.
    warnings : tuple of str
    """

    reasons: tuple[str, ...]
    relative: FloatArray
    shares: FloatArray
    kernel: FloatArray
    lags: tuple[int, ...]
    trust: FloatArray
    warnings: tuple[str, ...]

    @property
    def log_effect(self) -> FloatArray:
        """Log of the multiple of ordinary contacts: shape (queues, days)."""
        return np.asarray(np.log(np.maximum(1 + self.relative.sum(axis=0), _LEAST_MULTIPLE)))


def fit_drivers(
    totals: FloatArray, ordinary: BoolArray, open_days: BoolArray, first: date, days: int, needed: slice, inputs: Inputs
) -> DriverFit:
    """Return what drivers do, learned from the past.

    Parameters
    ----------
    totals : float array (queues, known days)
        Contacts per day, NaN where unknown.
    ordinary : bool array (queues, known days)
        Days without event and outage: the level is read from them, shares from all days.
    open_days : bool array (queues, 7)
        Weekdays (Monday 0) on which a queue is open.
    first : datetime.date
        Day 0.
    days : int
        Days from ``first`` to the end of the horizon.
    needed : slice
        Day numbers of the horizon. A driver without values for 80 % of it is not used at all.
    inputs : Inputs
        Its drivers, queues and ``[[driver]]`` entries.
    """
    told: list[str] = []
    drivers, found = [], []
    for driver in acting_drivers(inputs):
        values = daily_values(inputs.drivers, driver.name, first, days + _look_ahead(driver))
        last_lag = max(reason.last_lag for reason in driver.reasons)
        why = why_unusable(values, last_lag, totals.shape[1], needed)
        if why:
            told.append(f"driver '{driver.name}' is not used: {why}")
            continue
        drivers.append(driver)
        found.append(driver_days(driver, values, ordinary, first, days, needed))
    if not drivers:
        return _nothing(len(totals), days, told)
    told += [text for one in found for text in one.warnings]
    shop = np.array([is_shop(queue) for queue in inputs.plan.queue], dtype=bool)
    task = _Task(totals, ordinary, first, tuple(drivers), tuple(found), parts_of(tuple(drivers), shop), shop)
    part_shares, held = task.fit()
    queues = [queue.id for queue in inputs.plan.queue]
    told += _unhelpful(task, part_shares, queues, first + timedelta(days=held))
    weekday = (np.arange(days) + first.weekday()) % 7
    return _as_fit(task, part_shares, open_days[:, weekday], told)


def _look_ahead(driver: ActingDriver) -> int:
    return max(0, *(-reason.first_lag for reason in driver.reasons))


def _nothing(queues: int, days: int, told: Sequence[str]) -> DriverFit:
    empty = np.zeros((0, queues, 0))
    return DriverFit((), np.zeros((0, queues, days)), np.zeros((0, queues)), empty, (), np.zeros(queues), tuple(told))


@dataclass(frozen=True)
class _Task:
    """Everything that the estimate needs."""

    totals: FloatArray
    ordinary: BoolArray
    first: date
    drivers: tuple[ActingDriver, ...]
    found: tuple[DriverDays, ...]
    parts: Parts
    shop: BoolArray

    @property
    def moved(self) -> FloatArray:
        """All parts over all days: shape (parts, days)."""
        return np.concatenate([one.moved for one in self.found])

    def fit(self) -> tuple[FloatArray, int]:
        """Return each part's share (parts, queues), 0 where a driver does not help, and the first held-back day."""
        moved = self.moved[:, : self.totals.shape[1]]
        part_shares, seen = self._estimate(moved, self.parts.acts)
        held = _first_held_back(moved)
        accepted = np.zeros_like(self.parts.acts)
        learned = np.zeros_like(part_shares)
        early, late = slice(0, held), slice(held, None)
        for number in range(len(self.drivers)):
            trial = accepted | (self.parts.acts & (self.parts.driver == number)[:, None])
            tried = shares(moved[:, early], seen.only(early), self.parts, trial, self.shop)
            without = learned.T @ moved[:, late]
            better = helps(without, tried.T @ moved[:, late] - without, seen.only(late))
            accepted = np.where(better[None, :], trial, accepted)
            learned = np.where(better[None, :], tried, learned)
        if not accepted.any():
            return np.zeros_like(part_shares), held
        return self._estimate(moved, accepted)[0], held

    def _estimate(self, moved: FloatArray, allowed: BoolArray) -> tuple[FloatArray, Observed]:
        """Return shares, and the deviations from the ordinary level that goes with them."""
        known = np.isfinite(self.totals) & np.stack([one.known[: moved.shape[1]] for one in self.found]).any(axis=0)
        calm = self.ordinary & np.isfinite(self.totals)
        weight = np.where(np.abs(moved).max(axis=0) < _MOVED, 1.0, 0.1) * calm
        weekdays = (np.arange(moved.shape[1]) + self.first.weekday()) % 7
        logs = np.log1p(np.nan_to_num(self.totals))
        added = np.zeros_like(logs)
        expected = np.where(allowed, self.parts.expected, 0.0).T @ moved
        result = np.zeros(self.parts.acts.shape)
        for _ in range(_ROUNDS):
            level, week = local_level(logs - np.log(np.maximum(1 + added, _LEAST_MULTIPLE)), weight, weekdays)
            usual = np.maximum(np.expm1(level + week), 1.0)
            seen = self._observed(usual, known, calm, expected, moved)
            result = shares(moved, seen, self.parts, allowed, self.shop)
            added = expected = result.T @ moved
            weight = calm.astype(np.float64)
        return result, seen

    def _observed(
        self, usual: FloatArray, known: BoolArray, calm: BoolArray, expected: FloatArray, moved: FloatArray
    ) -> Observed:
        deviation = np.nan_to_num(self.totals) / usual - 1
        rest = deviation - expected
        noise = np.array([robust_sd(r[c]) for r, c in zip(rest, calm, strict=True)])[:, None]
        down = (deviation < _OUTAGE - 1) & (moved.min(axis=0) > _LIVELY - 1)
        sd = np.sqrt(noise**2 + np.where(calm, 0.0, _EVENT_SD**2)) * np.maximum(1 + expected, 0.5)
        wild = np.minimum(1.0, 3 * sd / np.maximum(np.abs(rest), 1e-9))
        return Observed(deviation, np.where(known & ~down, wild * _telling(moved) / (_REPEATED * sd**2), 0.0))


def _telling(moved: FloatArray) -> FloatArray:
    """Return how much each day tells of the drivers: its movement squared, up to that of a day that is clearly moved.

    On a quiet day orders and contacts share the day's luck, and on holidays both fall for reasons of their own: neither
    says how contacts follow orders.
    """
    force = np.maximum(moved.max(axis=0), 0.0)
    clear = min(_MOVED, float(np.quantile(force, 0.9)))
    return np.where(moved.min(axis=0) < -_MOVED, 0.0, np.minimum((force / max(clear, 1e-9)) ** 2, 1.0))


def _first_held_back(moved: FloatArray) -> int:
    """Return where the last third begins, earlier where less than a third of what the drivers move is in it."""
    force = np.cumsum((moved**2).sum(axis=0))
    by_force = int(np.searchsorted(force, (1 - _HELD_BACK) * force[-1])) if force[-1] > 0 else len(force)
    return max(min(by_force, round((1 - _HELD_BACK) * len(force))), len(force) // 3)


def _unhelpful(task: _Task, part_shares: FloatArray, queues: list[str], since: date) -> list[str]:
    told = []
    for number, driver in enumerate(task.drivers):
        idle = driver.acts_on & ~(part_shares[task.parts.driver == number] > 0).any(axis=0)
        why = f"on the days held back since {since.isoformat()} it explained no more than chance"
        if idle.sum() == driver.acts_on.sum():
            told.append(f"driver '{driver.name}' is not used: {why}")
        elif idle.any():
            names = ", ".join(f"'{queues[at]}'" for at in np.flatnonzero(idle))
            told.append(f"driver '{driver.name}' is not used for {names}: {why}")
    return told


def _as_fit(task: _Task, part_shares: FloatArray, is_open: BoolArray, told: Sequence[str]) -> DriverFit:
    reasons = [(driver, reason) for driver in task.drivers for reason in driver.reasons]
    lags = range(min(r.first_lag for _, r in reasons), max(r.last_lag for _, r in reasons) + 1)
    moved, queues = task.moved, part_shares.shape[1]
    relative = np.zeros((len(reasons), queues, moved.shape[1]))
    kernel = np.zeros((len(reasons), queues, len(lags)))
    for number, (_, reason) in enumerate(reasons):
        mine = np.flatnonzero(task.parts.reason == number)
        relative[number] = part_shares[mine].T @ moved[mine] * is_open
        begin = reason.first_lag - lags.start
        for part, half in zip(mine, reason.halves(), strict=True):
            kernel[number, :, begin : begin + len(half)] += part_shares[part][:, None] * half / half.sum()
    total = kernel.sum(axis=2)
    names = tuple(f"{driver.name}: {reason.name}" for driver, reason in reasons)
    given = np.any([driver.acts_on & ~driver.acts_on.all() for driver in task.drivers], axis=0)
    trust = np.where(task.shop, np.where(given, _TRUST_SHOP, 0.0), _TRUST)
    trust = np.where(total.sum(axis=0) > 0, trust, 0.0)
    return DriverFit(names, relative, total, kernel, tuple(lags), trust, tuple(told))


def planned_ratio(
    inputs: Inputs, edition_days: Sequence[date], new_days: Sequence[date], *, of_level: bool = False
) -> float | None:
    """Return planned orders of a new event relative to those of a past one, None when either is not known.

    Orders, or GMV where there are none. Days without a value count as the mean of the others; at least 80 % must have
    one.

    Parameters
    ----------
    inputs : Inputs
        Its drivers are used.
    edition_days, new_days : sequences of date
        Days of the past event and of the new one.
    of_level : bool
        Take both relative to the median day of the eight weeks before them: the ratio of multiples, free of growth.
    """
    for name in _measures(inputs):
        values = {driver.date: driver.value for driver in inputs.drivers if driver.name == name}
        old, new = _total(values, edition_days), _total(values, new_days)
        if old is None or new is None or old <= 0:
            continue
        if not of_level:
            return new / old
        levels = [_level_before(values, min(days)) for days in (edition_days, new_days)]
        if levels[0] is not None and levels[1] is not None:
            return (new / levels[1]) / (old / levels[0])
    return None


def _measures(inputs: Inputs) -> list[str]:
    names = list(dict.fromkeys(driver.name for driver in inputs.drivers))
    turnover = [name for name in names if name.strip().lower() in {"gmv", "revenue", "turnover", "成交额", "销售额"}]
    return [name for name in names if is_orders(name)] + turnover


def _total(values: dict[date, float], days: Sequence[date]) -> float | None:
    known = [values[day] for day in days if day in values]
    return sum(known) / len(known) * len(days) if known and len(known) >= LEAST_KNOWN * len(days) else None


def _level_before(values: dict[date, float], day: date) -> float | None:
    known = [v for k in range(1, _LEVEL_DAYS + 1) if (v := values.get(day - timedelta(days=k))) is not None]
    median = float(np.median(known)) if len(known) >= _LEVEL_DAYS / 2 else 0.0
    return median if median > 0 else None
