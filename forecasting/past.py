"""What was known at each origin: effects, ordinary series and level forecasts, made once and shared by all who ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from forecasting.analogue import scaled_by_orders
from forecasting.calendar_features import calendar_features
from forecasting.day_features import closed_days
from forecasting.drivers import DriverFit, fit_drivers
from forecasting.effects import Effects, fit_effects, with_drivers
from forecasting.growth import Growth
from forecasting.level import DaySeries, TooShortError, candidate
from forecasting.priors import edition_rows
from forecasting.recurring import recurring_dates
from forecasting.resample import DayTable
from wfm.inputs import Inputs
from wfm.progress import Progress, silent

__all__ = ["Past", "adjusted_series", "with_effects"]

FloatArray = NDArray[np.float64]
# Days that the calendar moves by more than this (in logs: a factor of two) tell nothing of the ordinary level.
_DEEP_IN_EVENT = 0.7
# Contacts a day below which a queue has none.
_NOTHING = 0.01
Failure = tuple[str, int, str]


@dataclass(frozen=True)
class _Fitted:
    """Levels from one origin (models, queues, horizon) and the models that could not be fitted: (name, queue, why)."""

    levels: FloatArray
    failures: tuple[Failure, ...]


class Past:
    """A history that can be looked at from any day of it; nothing after that day reaches what is asked of it.

    Parameters
    ----------
    inputs : Inputs
        Its queues, events and drivers are used.
    table : DayTable
        The whole history.
    names : sequence of str
        Candidate models.
    days : int
        Days of the calendar from the table's first, past and ahead.
    needed : (int, int)
        First day of the horizon and the one past its last: drivers that don't say enough of it are not used.
    known : int
        Days by whose contacts platforms are weighed and dates of their own are found: no more than the earliest origin
        whose forecast is judged. Origins before it, which only choose the models, share that calendar.
    events : bool
        False leaves the promotions out.
    jobs : int
        Processes that fit models; the results do not depend on it.
    """

    def __init__(
        self, inputs: Inputs, table: DayTable, names: Sequence[str], days: int, needed: tuple[int, int], known: int,
        *, events: bool = True, jobs: int = 1, progress: Progress = silent,
    ) -> None:  # fmt: skip
        self.inputs, self.table, self.names = inputs, table, tuple(names)
        self.needed, self.jobs, self.progress = needed, jobs, progress
        past = table.totals[:, :known]
        volume = np.array([row[np.isfinite(row)].mean() if np.isfinite(row).any() else 0.0 for row in past])
        self._of_analogues, scaled = self._with_analogues(known) if events else ((), inputs)
        plain = calendar_features(scaled, table.first, days, volume, events)
        dates = recurring_dates(past, table.first, plain.weak[:, :known]) if events else ()
        self.calendar = calendar_features(scaled, table.first, days, volume, events, dates) if dates else plain
        stated = inputs.plan.forecast.growth_exponent
        self.growth = None if stated is None else Growth(stated, 0.0, given=True)
        self._effects: dict[int, Effects] = {}
        self._drivers: dict[int, DriverFit] = {}
        self._fitted: dict[int, _Fitted] = {}

    def _with_analogues(self, known: int) -> tuple[tuple[str, ...], Inputs]:
        """Return what is to be told of new events that resemble known ones, and the inputs with them scaled."""
        first, asked = self.table.first, self.needed[1] - 1
        events, notes = scaled_by_orders(self.inputs, first + timedelta(known - 1), first + timedelta(asked))
        return notes, replace(self.inputs, events=events)

    def effects(self, origin: int) -> Effects:
        """Return what calendar and drivers do, learned from the first ``origin`` days."""
        if origin not in self._effects:
            alone = self.effects_alone(origin, self.growth)
            if self.inputs.drivers:
                fit = self._fit_drivers(origin, alone)
                alone = with_drivers(alone, fit.log_effect, fit.trust)
            self._effects[origin] = alone
        return self._effects[origin]

    def effects_alone(self, origin: int, growth: Growth | None) -> Effects:
        """Return what the calendar alone does, learned from the first ``origin`` days and the plan's priors."""
        more, _ = edition_rows(self.inputs, self.table, self.calendar, origin)
        return fit_effects(self.table.totals[:, :origin], self.calendar, growth, more)

    def notes(self, origin: int) -> tuple[str, ...]:
        """Return what is to be told of events that resemble others and of priors, known the first ``origin`` days."""
        return (*self._of_analogues, *edition_rows(self.inputs, self.table, self.calendar, origin)[1])

    def learned_events(self, origin: int) -> FloatArray:
        """Return the log effects of events before drivers and planner have their share: shape (queues, days)."""
        effects, share = self.effects(origin), self.event_share(origin)
        learned = effects.events - effects.planned
        return np.divide(learned, share, out=np.zeros(learned.shape), where=share > 0)

    def event_share(self, origin: int) -> FloatArray:
        """Return what drivers leave to the calendar's effects, 1 without any: shape (queues, 1)."""
        fit = self.drivers(origin)
        return np.ones((len(self.table.totals), 1)) if fit is None else 1 - fit.trust[:, None]

    def drivers(self, origin: int) -> DriverFit | None:
        """Return what planned orders and the like do by reason, learned as the effects; None without any driver."""
        self.effects(origin)
        return self._drivers.get(origin)

    def _fit_drivers(self, origin: int, alone: Effects) -> DriverFit:
        self._drivers[origin] = fit_drivers(
            self.table.totals[:, :origin],
            ~self.calendar.weak[:, :origin] & ~alone.outage,
            np.asarray(self.table.open_slots.any(axis=2), dtype=bool),
            self.table.first,
            self.calendar.days,
            slice(self.needed[0], self.needed[1]),
            self.inputs,
        )
        return self._drivers[origin]

    def levels(self, origins: Sequence[int], horizon: int) -> tuple[FloatArray, tuple[Failure, ...]]:
        """Return the ordinary level by each model after each origin, and why a model has none for a queue.

        Returns
        -------
        float array (models, origins, queues, horizon)
            NaN where a model could not be fitted.
        tuple of (model, queue number, text)
        """
        missing = [o for o in origins if o not in self._fitted or self._fitted[o].levels.shape[2] < horizon]
        if missing:
            self._fitted |= self._fit(missing, horizon)
        fitted = [self._fitted[origin] for origin in origins]
        shape = (len(self.names), 0, len(self.table.totals), horizon)
        found = np.stack([one.levels[:, :, :horizon] for one in fitted], axis=1) if fitted else np.zeros(shape)
        return found, tuple(dict.fromkeys(failure for one in fitted for failure in one.failures))

    def _fit(self, origins: Sequence[int], horizon: int) -> dict[int, _Fitted]:
        queues = range(len(self.table.totals))
        tasks = [
            (tuple(adjusted_series(self.table, self.effects(origin), queue) for origin in origins), self.names, horizon)
            for queue in queues
        ]
        results = list(self._each(tasks))
        return {
            origin: _Fitted(
                np.stack([levels[:, number] for levels, _ in results], axis=1),
                tuple((name, q, why) for q in queues for at, name, why in results[q][1] if at == number),
            )
            for number, origin in enumerate(origins)
        }

    def _each(self, tasks: Sequence[_Task]) -> Iterator[_Result]:
        if self.jobs > 1 and len(tasks) > 1:
            # "spawn" behaves the same on every system and copies no half-initialised libraries.
            with ProcessPoolExecutor(min(self.jobs, len(tasks)), mp_context=get_context("spawn")) as pool:
                for done, result in enumerate(pool.map(_queue_levels, tasks), start=1):
                    self.progress("forecast", done / len(tasks))
                    yield result
            return
        for done, task in enumerate(tasks, start=1):
            yield _queue_levels(task)
            self.progress("forecast", done / len(tasks))


_Task = tuple[tuple[DaySeries, ...], tuple[str, ...], int]
_Result = tuple[FloatArray, list[tuple[int, str, str]]]


def _queue_levels(task: _Task) -> _Result:
    """Return a queue's levels (models, origins, horizon) and what could not be fitted: (origin number, model, why)."""
    series, names, horizon = task
    found = np.full((len(names), len(series), horizon), np.nan)
    failures: list[tuple[int, str, str]] = []
    for m, name in enumerate(names):
        model = candidate(name)
        for s, one in enumerate(series):
            try:
                found[m, s] = model.forecast(one, horizon)
            except TooShortError as reason:
                failures.append((s, name, str(reason)))
            except (ArithmeticError, ValueError, RuntimeError, np.linalg.LinAlgError) as reason:
                # A library that can't cope with one series must not take the other models and queues with it.
                failures.append((s, name, f"{name} could not be fitted: {reason}"))
    return found, failures


def adjusted_series(table: DayTable, effects: Effects, queue: int) -> DaySeries:
    """Return a queue's day totals with events, holidays, drivers and outages taken out."""
    known = effects.outage.shape[1]
    effect = effects.total[queue, :known]
    values = np.expm1(np.log1p(table.totals[queue, :known]) - effect)
    ordinary = (np.abs(effect) < _DEEP_IN_EVENT) & ~effects.outage[queue]
    values = np.where(ordinary, np.maximum(values, 0.0), np.nan)
    open_week = table.open_slots[queue].any(axis=1)
    ahead = effects.events.shape[1]
    is_open = open_week[(np.arange(ahead) + table.first.weekday()) % 7]
    closed = closed_days(table.totals[queue, :known], is_open, table.days_off[:ahead])
    return DaySeries(table.first, values, open_week, closed)


def with_effects(level: FloatArray, effect: FloatArray) -> FloatArray:
    """Return contacts from an ordinary level and log effects (on ``log(1 + contacts)``, as they were estimated)."""
    moved: FloatArray = np.maximum(np.expm1(np.log1p(level) + effect), 0.0)
    # An event brings nothing to a queue that nobody contacts; what is unknown stays unknown.
    return np.where(level < _NOTHING, 0.0, moved)
