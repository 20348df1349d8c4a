"""Rolling origins: every candidate forecasts past weeks from what was known then, at the planner's lead time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.past import Past, with_effects
from forecasting.resample import DayTable

__all__ = ["Rolling", "deciding", "origin_days", "roll", "window_name"]

FloatArray = NDArray[np.float64]
LEAST_TRAINING_DAYS = 28
_LEAST_ORDINARY_DAYS = 14
_LEAST_WINDOW = 7
_YEAR_KNOWN = 365


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


def roll(past: Past, origins: Sequence[int], gap: int, horizon: int) -> Rolling:
    """Return what each model would have forecast from each origin for ``horizon`` days that start ``gap`` days on."""
    levels, failures = past.levels(origins, gap + horizon)
    levels = levels[:, :, :, gap:]
    forecasts, actuals = np.full(levels.shape, np.nan), np.full(levels.shape[1:], np.nan)
    special = np.zeros(levels.shape[1:], dtype=bool)
    for number, origin in enumerate(origins):
        window = slice(origin + gap, origin + gap + horizon)
        forecasts[:, number] = with_effects(levels[:, number], past.effects(origin).total[:, window])
        actuals[number] = past.table.totals[:, window]
        special[number] = past.calendar.strong[:, window]
    return Rolling(past.names, tuple(origins), forecasts, levels, actuals, special, failures)


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
