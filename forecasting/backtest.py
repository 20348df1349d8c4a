"""How good the forecast was: past weeks at the planner's lead time, and held-back past editions of each event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.accuracy import bias, wape
from forecasting.calendar_features import CalendarFeatures
from forecasting.effects import fit_effects
from forecasting.forecast import calendar_of, candidate_names, chosen_levels, lead_gap
from forecasting.phases import Edition, editions
from forecasting.resample import DayTable, day_table
from forecasting.rolling import Rolling, origin_days, roll, window_name, with_effects
from forecasting.select import choose
from wfm.inputs import Inputs
from wfm.progress import Progress, silent
from wfm.results import BacktestRow, ModelChoice

__all__ = ["backtest", "peak_days"]

FloatArray = NDArray[np.float64]
ALL_QUEUES = "all"
CHOSEN, WITHOUT_EVENTS = "chosen", "chosen-without-events"
NAIVE = "seasonal_naive"
# Days between the last known day and the first day of a held-back edition.
_EDITION_GAP = 7
_PEAK_FACTOR, _PEAK_WEEKS = 2.0, 8
_LEAST_HISTORY_DAYS = 90
# Share of the work that the past weeks are, for the progress bar.
_WEEKS_PART = 0.3


def backtest(
    inputs: Inputs, seed: int, progress: Progress = silent, jobs: int = 1, only: str | None = None
) -> tuple[BacktestRow, ...]:
    """Return the record of the models on day totals: by queue, and over all queues as queue ``all``.

    Kinds of rows: ``weeks``, windows at the plan's lead time for every candidate and for a seasonal naive;
    ``edition``, all days of a past run of an event (named like ``double11 2024``) that at least one run came before,
    forecast from the history up to eight days before its first day; ``peak_days``, those of its days on which the
    contacts were at least twice the median day of the eight weeks before. ``chosen`` is the model that did best on the
    weeks before the edition, ``chosen-without-events`` the same without the event layer.

    Parameters
    ----------
    inputs : Inputs
        What the plan folder says.
    seed : int
        Taken for the sake of one interface; nothing here is drawn at random.
    progress : Progress
        Told how far it is.
    jobs : int
        Processes that fit models.
    only : str, optional
        Name of one edition; then neither weeks nor other editions are run.
    """
    del seed
    table = day_table(inputs)

    def of_weeks(step: str, done: float, message: str = "") -> None:
        progress("backtest", _WEEKS_PART * done, message or step)

    rows = list(_weeks(inputs, table, jobs, of_weeks)) if only is None else []
    held_back = [edition for edition in _held_back(inputs, table) if only in (None, edition.name)]
    for done, edition in enumerate(held_back, start=1):
        rows += _edition_rows(inputs, table, edition, jobs)
        progress("backtest", _WEEKS_PART + (1 - _WEEKS_PART) * done / len(held_back), edition.name)
    return tuple(rows)


def peak_days(totals: FloatArray, first_day: int, days: int) -> NDArray[np.bool_]:
    """Return which days of a window are peaks: at least twice the median of the eight weeks before it.

    Parameters
    ----------
    totals : float array (queues, days of the history)
        Actual contacts per day.
    first_day, days : int
        The window.

    Returns
    -------
    bool array (queues, days)
        Judged from actual contacts alone, never from a forecast.
    """
    before = totals[:, max(first_day - 7 * _PEAK_WEEKS, 0) : first_day]
    window = totals[:, first_day : first_day + days]
    usual = np.array([np.median(row[np.isfinite(row)]) if np.isfinite(row).any() else np.inf for row in before])
    peaks: NDArray[np.bool_] = np.nan_to_num(window) >= _PEAK_FACTOR * np.maximum(usual, 1.0)[:, None]
    return peaks


@dataclass(frozen=True)
class _Window:
    """A held-back window: what came, (queues, days), its name and the kind of row it gives."""

    name: str
    kind: str
    actual: FloatArray


def _weeks(inputs: Inputs, table: DayTable, jobs: int, progress: Progress) -> Iterator[BacktestRow]:
    gap = lead_gap(inputs.plan, table)
    origins, horizon = origin_days(table.days, gap, inputs.plan.plan.days, inputs.plan.forecast.origins)
    earliest = min(origins, default=table.days)
    calendar = calendar_of(inputs, table, table.days, earliest, inputs.plan.forecast.events)
    names = (*candidate_names(inputs.plan), NAIVE)
    rolled = roll(table, calendar, names, origins, gap, horizon, jobs, progress)
    rolled = _really_naive(table, rolled, gap)
    for number, origin in enumerate(origins):
        window = _Window(window_name(table, origin, gap, horizon), "weeks", rolled.actuals[number])
        for m, name in enumerate(names):
            yield from _rows(inputs, name, window, rolled.forecasts[m, number])


def _really_naive(table: DayTable, rolled: Rolling, gap: int) -> Rolling:
    """Return the same with a seasonal naive that knows no events: the last same weekday as it was."""
    forecasts = rolled.forecasts.copy()
    horizon = forecasts.shape[3]
    for number, origin in enumerate(rolled.origins):
        forecasts[rolled.names.index(NAIVE), number] = _naive(table.totals[:, :origin], gap, horizon)
    return replace(rolled, forecasts=forecasts)


def _naive(totals: FloatArray, gap: int, horizon: int) -> FloatArray:
    known = totals.shape[1]
    result = np.zeros((totals.shape[0], horizon))
    for step in range(horizon):
        back = np.arange(known + gap + step, -1, -7)
        for queue, row in enumerate(totals):
            same = [row[day] for day in back if day < known and np.isfinite(row[day])]
            result[queue, step] = same[0] if same else 0.0
    return result


def _held_back(inputs: Inputs, table: DayTable) -> list[Edition]:
    """Return the editions that lie wholly in the known history with an earlier one inside it."""
    last = table.first + timedelta(days=table.days - 1)
    runs = [run for run in editions(inputs.events) if run.start >= table.first and run.end <= last]
    least = table.first + timedelta(days=_LEAST_HISTORY_DAYS)
    return [run for run in runs if run.start >= least and any(o.event == run.event and o.end < run.start for o in runs)]


def _edition_rows(inputs: Inputs, table: DayTable, edition: Edition, jobs: int) -> Iterator[BacktestRow]:
    first = (edition.start - table.first).days
    days = (edition.end - edition.start).days + 1
    origin = first - _EDITION_GAP
    peaks = peak_days(table.totals, first, days)
    actual = table.totals[:, first : first + days]
    whole = _Window(edition.name, "edition", actual)
    top = _Window(edition.name, "peak_days", np.where(peaks, actual, np.nan))
    best = _best_before(inputs, table, calendar_of(inputs, table, table.days, origin, True), origin, jobs)
    for name, events in ((CHOSEN, True), (WITHOUT_EVENTS, False)):
        calendar = calendar_of(inputs, table, table.days, origin, events)
        effects = fit_effects(table.totals[:, :origin], calendar)
        levels, _ = chosen_levels(table, effects, best, _EDITION_GAP + days)
        guess = with_effects(levels[:, _EDITION_GAP:], effects.total[:, first : first + days])
        for window in (whole, top):
            yield from _rows(inputs, name, window, guess)


def _best_before(
    inputs: Inputs, table: DayTable, calendar: CalendarFeatures, origin: int, jobs: int
) -> tuple[ModelChoice, ...]:
    """Return per queue the model that did best on the last four weeks before an origin."""
    names = candidate_names(inputs.plan)
    origins, horizon = origin_days(origin, _EDITION_GAP, 28, 1)
    rolled = roll(table, calendar, names, origins, _EDITION_GAP, horizon, jobs)
    ids = tuple(queue.id for queue in inputs.plan.queue)
    return choose(rolled, ids, _EDITION_GAP + 1)


def _rows(inputs: Inputs, model: str, window: _Window, forecast: FloatArray) -> Iterator[BacktestRow]:
    """Yield one row per queue that has anything to compare, and one over all queues."""
    names = [queue.id for queue in inputs.plan.queue]
    sound = [q for q in range(len(names)) if np.isfinite(forecast[q]).all() and np.isfinite(window.actual[q]).any()]
    parts: list[tuple[str, Sequence[int]]] = [(names[q], [q]) for q in sound]
    if len(sound) == len([q for q in range(len(names)) if np.isfinite(window.actual[q]).any()]) and len(sound) > 1:
        parts.append((ALL_QUEUES, sound))
    for name, chosen in parts:
        actual, guess = window.actual[list(chosen)], forecast[list(chosen)]
        seen = np.isfinite(actual)
        yield BacktestRow(
            name, model, window.name, window.kind, wape(actual, guess), bias(actual, guess),
            float(actual[seen].sum()), float(guess[seen].sum()),
        )  # fmt: skip
