"""The forecast: level by day, effects of the calendar, shape of the day, handle time, and sample paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.calendar_features import CalendarFeatures, calendar_features
from forecasting.effects import Effects, fit_effects
from forecasting.handle_time import handle_times
from forecasting.level import candidate
from forecasting.openings import DayShapes, day_shapes
from forecasting.own import from_table
from forecasting.paths import PathModel, sample_paths
from forecasting.resample import DayTable, day_table
from forecasting.rolling import adjusted_series, level_forecasts, origin_days, roll, with_effects
from forecasting.select import FALLBACK, choose, shares
from forecasting.spread import Spread, slot_spread, spread_of
from wfm.grid import MINUTES_PER_DAY, TimeGrid
from wfm.inputs import Inputs
from wfm.plan import Plan
from wfm.progress import Progress, silent
from wfm.results import Forecast, ModelChoice

__all__ = ["calendar_of", "candidate_names", "chosen_levels", "forecast", "lead_gap"]

FloatArray = NDArray[np.float64]
# What past editions leave unexplained, on days whose own edition is not among the learned ones.
_UNSEEN_EDITION = 1.3
_STALE_DAYS = 7


def forecast(inputs: Inputs, seed: int, progress: Progress = silent, jobs: int = 1) -> Forecast:
    """Return contacts and handle time per queue and interval of the plan, as sample paths.

    Only history up to the end of ``plan.last_known`` is used; events may lie in the future. When the plan brings its
    own numbers, they are used instead (see :func:`forecasting.own.from_table`).

    Parameters
    ----------
    inputs : Inputs
        What the plan folder says.
    seed : int
        Same inputs and seed give the same bytes.
    progress : Progress
        Told how far it is.
    jobs : int
        Processes that fit models; the result does not depend on it.

    Raises
    ------
    InputError
        When no contact is known before the plan's horizon.
    """
    if inputs.own_forecast is not None:
        return from_table(inputs, seed)
    plan = inputs.plan
    table = day_table(inputs)
    gap = lead_gap(plan, table)
    calendar = calendar_of(inputs, table, table.days + gap + plan.plan.days, table.days, plan.forecast.events)
    origins, window = origin_days(table.days, gap, plan.plan.days, plan.forecast.origins)
    rolled = roll(table, calendar, candidate_names(plan), origins, gap, window, jobs, progress)
    queues = tuple(queue.id for queue in plan.queue)
    choices = choose(rolled, queues, gap + 1)
    spread = spread_of(rolled, choices)
    effects = fit_effects(table.totals, calendar)
    levels, choices = chosen_levels(table, effects, choices, gap + plan.plan.days, jobs)
    levels = levels[:, gap:]
    ahead = slice(table.days + gap, table.days + gap + plan.plan.days)
    days = _Days(
        with_effects(levels, effects.total[:, ahead]),
        with_effects(levels, effects.holidays[:, ahead]),
        _day_sd(spread, effects, calendar.strong[:, ahead]),
    )
    return _assemble(inputs, table, calendar, effects, choices, days, spread, seed)


@dataclass(frozen=True)
class _Days:
    """Day totals, the same without events, and the sd of their log: float arrays (queues, days)."""

    mean: FloatArray
    baseline: FloatArray
    sd: FloatArray


def candidate_names(plan: Plan) -> tuple[str, ...]:
    """Return the names of the models that are tried: the plan's and the robust fallback."""
    return tuple(dict.fromkeys((*plan.forecast.models, FALLBACK)))


def lead_gap(plan: Plan, table: DayTable) -> int:
    """Return the number of days between the last known day and the plan's start."""
    return (plan.plan.start - table.first).days - table.days


def calendar_of(inputs: Inputs, table: DayTable, days: int, known: int, events: bool) -> CalendarFeatures:
    """Return the calendar's features on ``days`` days from the table's first.

    Platforms are weighed by the contacts of the first ``known`` days, so that a test on the past sees nothing of it.
    """
    past = table.totals[:, :known]
    volume = np.array([row[np.isfinite(row)].mean() if np.isfinite(row).any() else 0.0 for row in past])
    return calendar_features(inputs, table.first, days, volume, events)


def chosen_levels(
    table: DayTable, effects: Effects, choices: Sequence[ModelChoice], horizon: int, jobs: int = 1
) -> tuple[FloatArray, tuple[ModelChoice, ...]]:
    """Return the ordinary level of each queue (queues, horizon) and the choices that were really used.

    Days are counted from the end of what the effects were fitted on. Where the days that are left once events are
    taken out are too few for a chosen model, the others carry its share, or the robust fallback steps in where there
    is none; the choice says so.
    """
    series = [[adjusted_series(table, effects, queue)] for queue in range(len(choices))]
    wanted = [tuple(shares(choice)) for choice in choices]
    rows, used = [], []
    for choice, one, (found, failed) in zip(
        choices, series, level_forecasts(series, wanted, horizon, jobs), strict=True
    ):
        levels = {name: found[m, 0] for m, name in enumerate(shares(choice)) if np.isfinite(found[m, 0]).all()}
        rest = {name: share for name, share in shares(choice).items() if name in levels}
        if not rest:
            levels, rest = {FALLBACK: candidate(FALLBACK).forecast(one[0], horizon)}, {FALLBACK: 1.0}
        total = sum(rest.values())
        rows.append(np.sum([share / total * levels[name] for name, share in rest.items()], axis=0))
        if failed:
            why = "fallback: " + "; ".join(text for _, text in failed)
            weights = {name: share / total for name, share in rest.items()} if len(rest) > 1 else {}
            choice = replace(choice, model=" + ".join(rest), why=why, weights=weights)
        used.append(choice)
    return np.stack(rows), tuple(used)


def _day_sd(spread: Spread, effects: Effects, special: NDArray[np.bool_]) -> FloatArray:
    base = np.repeat(spread.day_sd[:, None], special.shape[1], axis=1)
    wide = np.sqrt(base**2 + (_UNSEEN_EDITION * effects.special_sd[:, None]) ** 2)
    return np.where(special, wide, base)


def _assemble(
    inputs: Inputs,
    table: DayTable,
    calendar: CalendarFeatures,
    effects: Effects,
    choices: tuple[ModelChoice, ...],
    days: _Days,
    spread: Spread,
    seed: int,
) -> Forecast:
    plan, grid = inputs.plan, inputs.plan.plan.grid
    shapes, shape_warnings = day_shapes(table, calendar, effects, plan.queue)
    rate = _rate(grid, shapes, days.mean, (grid.start - table.first).days)
    seconds, aht_warnings = handle_times(inputs, table, calendar, grid)
    slot_cv = np.array([slot_spread(table, calendar, shapes.ordinary, queue) for queue in range(len(plan.queue))])
    model = PathModel(rate, grid.day_index, days.sd, spread.memory, spread.correlation, slot_cv)
    told = [*table.warnings, *_history_warnings(inputs, table), *shape_warnings, *aht_warnings]
    return Forecast(
        grid,
        tuple(queue.id for queue in plan.queue),
        sample_paths(model, plan.forecast.paths, seed),
        rate,
        seconds,
        choices,
        days.baseline,
        _event_notes(calendar, tuple(queue.id for queue in plan.queue), grid.dates),
        warnings=tuple(told),
    )


def _rate(grid: TimeGrid, shapes: DayShapes, totals: FloatArray, first_day: int) -> FloatArray:
    """Return contacts per interval (queues, intervals): the day's total by the shares of its slots."""
    slot = grid.minute_of_day * shapes.ordinary.slots // MINUTES_PER_DAY
    rate = np.zeros((totals.shape[0], grid.n))
    for day in range(grid.days):
        where = grid.slots_of_day(day)
        for queue in range(totals.shape[0]):
            # On days of a clock change slots are missing or come twice; the day's total stays.
            share = shapes.shares(queue, first_day + day)[slot[where]]
            rate[queue, where] = totals[queue, day] * share / max(float(share.sum()), 1e-12)
    return rate


def _history_warnings(inputs: Inputs, table: DayTable) -> list[str]:
    told: list[str] = []
    for number, queue in enumerate(inputs.plan.queue):
        known = np.flatnonzero(np.isfinite(table.totals[number]))
        if not len(known):
            told.append(f"queue '{queue.id}': no history, its forecast is 0 contacts")
        elif table.days - 1 - known[-1] >= _STALE_DAYS:
            last = table.first + timedelta(days=int(known[-1]))
            missing = table.days - 1 - int(known[-1])
            told.append(f"queue '{queue.id}': the history ends on {last.isoformat()}, {missing} days before it should")
    return told


def _event_notes(
    calendar: CalendarFeatures, queues: tuple[str, ...], dates: tuple[date, ...]
) -> tuple[tuple[date, str, str], ...]:
    notes: dict[tuple[date, str, str], None] = {}
    for day in dates:
        for phase in calendar.phases:
            if phase.start <= day <= phase.end:
                number = (day - phase.start).days + 1
                text = f"{phase.event} {phase.label or phase.kind} day {number}"
                for queue in np.flatnonzero(calendar.follows(phase) > 0):
                    notes[(day, queues[queue], text)] = None
    return tuple(notes)
