"""Rolling origins: every candidate forecasts past weeks from what was known then, at the planner's lead time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from forecasting.calendar_features import CalendarFeatures
from forecasting.day_features import closed_days
from forecasting.effects import Effects, fit_effects
from forecasting.level import DaySeries, TooShortError, candidate
from forecasting.resample import DayTable
from wfm.progress import Progress, silent

__all__ = ["Rolling", "adjusted_series", "deciding", "level_forecasts", "origin_days", "roll", "with_effects"]

FloatArray = NDArray[np.float64]
LEAST_TRAINING_DAYS = 28
_LEAST_ORDINARY_DAYS = 14
_LEAST_WINDOW = 7
_YEAR_KNOWN = 365
# Days that the calendar moves by more than this (in logs: a factor of two) tell nothing of the ordinary level.
_DEEP_IN_EVENT = 0.7


@dataclass(frozen=True)
class Rolling:
    """Forecasts of past windows.

    Attributes
    ----------
    names : tuple of str
    origins : tuple of int
        Number of days known at each origin.
    forecasts : float array (models, origins, queues, horizon)
        Contacts per day, NaN where a model could not be fitted.
    levels : float array (models, origins, queues, horizon)
        The same without events and holidays.
    actuals : float array (origins, queues, horizon)
    special : bool array (origins, queues, horizon)
        Days on which an event or holiday acts with force.
    failures : mapping of (model, queue number) to text, kept as a tuple of triples
    """

    names: tuple[str, ...]
    origins: tuple[int, ...]
    forecasts: FloatArray
    levels: FloatArray
    actuals: FloatArray
    special: NDArray[np.bool_]
    failures: tuple[tuple[str, int, str], ...]


def origin_days(days: int, gap: int, horizon: int, wanted: int) -> tuple[tuple[int, ...], int]:
    """Return ``(known days at each origin, latest first; horizon)`` of windows that lie wholly in the history.

    Windows of the plan's length, a week at least, go back from the end of the history: by a week each, or by two where
    they are longer than two weeks. With two years of history three of them are those of the same season a year before:
    what did well in a quiet winter need not do well in the spring to come. Where the history is too short for one
    window, the window is shortened to what leaves four weeks to learn from; no origin where not even a week remains.
    """
    horizon = min(max(horizon, _LEAST_WINDOW), days - gap - LEAST_TRAINING_DAYS)
    if horizon < _LEAST_WINDOW:
        return (), 0
    step = 7 if horizon <= 14 else 14
    latest = days - gap - horizon
    year_before = [days - 364 + shift * step for shift in (1, 0, -1)]
    seasonal = year_before if wanted > 2 * len(year_before) and year_before[-1] >= _YEAR_KNOWN else []
    recent = [latest - number * step for number in range(wanted - len(seasonal))]
    found = dict.fromkeys(origin for origin in (*recent, *seasonal) if LEAST_TRAINING_DAYS <= origin <= latest)
    return tuple(sorted(found, reverse=True)), horizon


def adjusted_series(table: DayTable, effects: Effects, queue: int) -> DaySeries:
    """Return a queue's day totals with events, holidays and outages taken out."""
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
    return np.where(level > 0, moved, 0.0)


def roll(
    table: DayTable,
    calendar: CalendarFeatures,
    names: Sequence[str],
    origins: Sequence[int],
    gap: int,
    horizon: int,
    jobs: int = 1,
    progress: Progress = silent,
) -> Rolling:
    """Return what each model would have forecast from each origin for ``horizon`` days that start ``gap`` days on."""
    queues = table.totals.shape[0]
    shape = (len(names), len(origins), queues, horizon)
    forecasts, levels = np.full(shape, np.nan), np.full(shape, np.nan)
    actuals, special = np.full(shape[1:], np.nan), np.zeros(shape[1:], dtype=bool)
    fits = [fit_effects(table.totals[:, :origin], calendar) for origin in origins]
    series = [[adjusted_series(table, fit, queue) for fit in fits] for queue in range(queues)]
    failures: list[tuple[str, int, str]] = []
    for queue, (found, failed) in enumerate(level_forecasts(series, [names] * queues, gap + horizon, jobs, progress)):
        failures += [(name, queue, text) for name, text in failed]
        levels[:, :, queue] = found[:, :, gap:]
    for number, (origin, fit) in enumerate(zip(origins, fits, strict=True)):
        window = slice(origin + gap, origin + gap + horizon)
        forecasts[:, number] = with_effects(levels[:, number], fit.total[:, window])
        actuals[number] = table.totals[:, window]
        special[number] = calendar.strong[:, window]
    return Rolling(tuple(names), tuple(origins), forecasts, levels, actuals, special, tuple(failures))


Levels = tuple[FloatArray, list[tuple[str, str]]]


def level_forecasts(
    series: Sequence[Sequence[DaySeries]],
    names: Sequence[Sequence[str]],
    horizon: int,
    jobs: int = 1,
    progress: Progress = silent,
) -> Iterable[Levels]:
    """Yield per queue the levels (models, series, horizon) and the reasons why models were left out, in queue order.

    ``series`` and ``names`` hold each queue's own.
    """
    tasks = [(tuple(queue), tuple(models), horizon) for queue, models in zip(series, names, strict=True)]
    if jobs > 1 and len(tasks) > 1:
        # "spawn" behaves the same on every system and copies no half-initialised libraries.
        with ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn")) as pool:
            for done, result in enumerate(pool.map(_queue_levels, tasks), start=1):
                progress("forecast", done / len(tasks))
                yield result
        return
    for done, task in enumerate(tasks, start=1):
        yield _queue_levels(task)
        progress("forecast", done / len(tasks))


def _queue_levels(task: tuple[tuple[DaySeries, ...], tuple[str, ...], int]) -> Levels:
    series, names, horizon = task
    found = np.full((len(names), len(series), horizon), np.nan)
    failures: list[tuple[str, str]] = []
    for m, name in enumerate(names):
        model = candidate(name)
        for s, one in enumerate(series):
            try:
                found[m, s] = model.forecast(one, horizon)
            except TooShortError as reason:
                failures.append((name, str(reason)))
    return found, failures


def window_name(table: DayTable, origin: int, gap: int, horizon: int) -> str:
    """Return ``first..last`` of a forecast window as ISO dates."""
    first = table.first + timedelta(days=origin + gap)
    return f"{first.isoformat()}..{(first + timedelta(days=horizon - 1)).isoformat()}"


def deciding(rolled: Rolling, number: int) -> FloatArray:
    """Return a queue's actual day totals (origins, horizon) on the days that judge a model, NaN elsewhere.

    Ordinary days where there are 14 of them, else all: events are not the level models' doing.
    """
    actual = rolled.actuals[:, number]
    ordinary = np.where(rolled.special[:, number], np.nan, actual)
    return ordinary if np.isfinite(ordinary).sum() >= _LEAST_ORDINARY_DAYS else actual
