"""The forecast: level by day, effects of the calendar, shape of the day, handle time, and sample paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.calendar_features import CalendarFeatures
from forecasting.doubts import odd_days, unlearned_events
from forecasting.growth import GRID, Growth
from forecasting.handle_time import handle_times
from forecasting.level import candidate
from forecasting.openings import DayShapes, day_shapes
from forecasting.own import from_table
from forecasting.parts import parts_of
from forecasting.past import Past, adjusted_series, with_effects
from forecasting.paths import PathModel, sample_paths
from forecasting.resample import DayTable, day_table
from forecasting.rolling import origin_days, roll
from forecasting.select import FALLBACK, choose, shares
from forecasting.spread import Spread, slot_spread, spread_of
from wfm.grid import MINUTES_PER_DAY, TimeGrid
from wfm.inputs import Inputs
from wfm.plan import Plan
from wfm.progress import Progress, silent
from wfm.results import Forecast, GrowthBand, ModelChoice

__all__ = ["DayForecast", "candidate_names", "chosen_levels", "day_forecast", "forecast", "forecast_at", "lead_gap"]

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
    plan, table = inputs.plan, day_table(inputs)
    first = table.days + lead_gap(plan, table)
    end = first + plan.plan.days
    past = Past(
        inputs, table, candidate_names(plan), end, (first, end), table.days,
        events=plan.forecast.events, jobs=jobs, progress=progress,
    )  # fmt: skip
    return forecast_at(past, inputs, table.days, seed)


def forecast_at(past: Past, inputs: Inputs, origin: int, seed: int) -> Forecast:
    """Return the forecast of a plan from what was known after the first ``origin`` days of a history.

    Parameters
    ----------
    past : Past
        The history.
    inputs : Inputs
        The plan whose horizon is forecast; it starts on or after day number ``origin``.
    origin : int
        Number of known days.
    seed : int
        Seeds the sample paths.
    """
    plan, grid, table = inputs.plan, inputs.plan.plan.grid, past.table.until(origin)
    days = day_forecast(past, origin, (grid.start - table.first).days, grid.days, plan.forecast.origins)
    shapes, shape_warnings = day_shapes(table, past.calendar, past.effects(origin), plan.queue)
    rate = _rate(grid, shapes, days.mean, days.first)
    seconds, aht_warnings = handle_times(inputs, table, past.calendar, grid)
    model = _path_model(past, table, days, shapes, rate, grid)
    queues = tuple(queue.id for queue in plan.queue)
    drivers = past.drivers(origin)
    told = [
        *table.warnings, *_history_warnings(inputs, table), *odd_days(past, origin),
        *unlearned_events(past, origin, slice(days.first, days.first + grid.days)), *shape_warnings, *aht_warnings,
        *past.notes(origin), *(drivers.warnings if drivers else ()),
    ]  # fmt: skip
    return Forecast(
        grid,
        queues,
        sample_paths(model, plan.forecast.paths, seed),
        rate,
        seconds,
        days.choices,
        days.baseline,
        _event_notes(past.calendar, queues, grid.dates),
        parts_of(past, origin, days.levels, slice(days.first, days.first + grid.days)),
        growth=days.growth,
        warnings=tuple(dict.fromkeys(told)),
    )


def _path_model(
    past: Past, table: DayTable, days: DayForecast, shapes: DayShapes, rate: FloatArray, grid: TimeGrid
) -> PathModel:
    """Return what the sample paths scatter around; what slots already add to a day is taken off the day's factor."""
    spreads = [slot_spread(table, past.calendar, shapes, queue) for queue in range(len(rate))]
    strong = past.calendar.strong[:, days.first : days.first + grid.days]
    slot_sd = np.stack([spread.of_days(mine) for spread, mine in zip(spreads, strong, strict=True)])
    week = days.first + np.arange(min(grid.days, 7))
    known = [
        max(spread.day_variance(shares) for shares in shapes.ordinary.of(queue, week))
        for queue, spread in enumerate(spreads)
    ]
    day_sd = np.sqrt(np.maximum(days.sd**2 - np.array(known)[:, None], 0.25 * days.sd**2))
    memory = np.array([spread.memory for spread in spreads])
    return PathModel(rate, grid.day_index, day_sd, days.spread.memory, days.spread.correlation, slot_sd, memory)


@dataclass(frozen=True)
class DayForecast:
    """Contacts per day, and how they were found.

    Attributes
    ----------
    first : int
        Day number of the first column.
    levels, baseline, mean, sd : float arrays (queues, days)
        The ordinary level; the same with holidays; with events and drivers; sd of the log of the day total.
    choices : tuple of ModelChoice
    spread : Spread
    growth : GrowthBand
    """

    first: int
    levels: FloatArray
    baseline: FloatArray
    mean: FloatArray
    sd: FloatArray
    choices: tuple[ModelChoice, ...]
    spread: Spread
    growth: GrowthBand


def day_forecast(past: Past, origin: int, first: int, days: int, wanted: int) -> DayForecast:
    """Return the contacts of ``days`` days from day number ``first``, known the first ``origin`` days.

    Parameters
    ----------
    past : Past
        The history.
    origin, first, days : int
        Known days; first day of the horizon; days of the horizon.
    wanted : int
        Rolling origins that choose the models, where the history has as many.
    """
    gap = first - origin
    origins, window = origin_days(origin, gap, days, wanted)
    past.levels([*origins, origin], gap + max(window, days))  # all at once, so that workers and progress start once
    rolled = roll(past, origins, gap, window)
    choices = choose(rolled, tuple(queue.id for queue in past.inputs.plan.queue), gap + 1)
    spread = spread_of(rolled, choices)
    levels, choices = chosen_levels(past, origin, choices, gap + days)
    levels, effects, ahead = levels[:, gap:], past.effects(origin), slice(first, first + days)
    growth = _growth_band(past, origin, levels, ahead)
    mean = with_effects(levels, effects.total[:, ahead])
    sd = _day_sd(spread.day_sd, effects.special_sd, past.calendar.strong[:, ahead], growth, mean)
    return DayForecast(
        first, levels, with_effects(levels, effects.holidays[:, ahead]), mean, sd, choices, spread, growth
    )


def candidate_names(plan: Plan) -> tuple[str, ...]:
    """Return the names of the models that are tried: the plan's and the robust fallback."""
    return tuple(dict.fromkeys((*plan.forecast.models, FALLBACK)))


def lead_gap(plan: Plan, table: DayTable) -> int:
    """Return the number of days between the last known day and the plan's start."""
    return (plan.plan.start - table.first).days - table.days


def chosen_levels(
    past: Past, origin: int, choices: Sequence[ModelChoice], horizon: int
) -> tuple[FloatArray, tuple[ModelChoice, ...]]:
    """Return the ordinary level of each queue (queues, horizon) and the choices that were really used.

    Where the days that are left once events are taken out are too few for a chosen model, the others carry its share,
    or the robust fallback steps in where there is none; the choice says so.
    """
    found, failures = past.levels([origin], horizon)
    rows, used = [], []
    for number, choice in enumerate(choices):
        levels = {name: found[past.names.index(name), 0, number] for name in shares(choice)}
        rest = {name: share for name, share in shares(choice).items() if np.isfinite(levels[name]).all()}
        if len(rest) < len(shares(choice)):
            lost = [text for name, queue, text in failures if queue == number and name in shares(choice)]
            choice = replace(choice, why="fallback: " + "; ".join(lost))
        if not rest:
            series = adjusted_series(past.table, past.effects(origin), number)
            levels, rest = {FALLBACK: candidate(FALLBACK).forecast(series, horizon)}, {FALLBACK: 1.0}
        total = sum(rest.values())
        weights = {name: share / total for name, share in rest.items()}
        rows.append(np.sum([share * levels[name] for name, share in weights.items()], axis=0))
        used.append(replace(choice, model=" + ".join(rest), weights=weights if len(rest) > 1 else {}))
    return np.stack(rows), tuple(used)


def _growth_band(past: Past, origin: int, levels: FloatArray, ahead: slice) -> GrowthBand:
    """Return the growth exponent and the days' contacts if it were 0 or 1."""
    effects = past.effects(origin)
    edges = []
    for exponent in (GRID[0], GRID[-1]):
        alone = past.effects_alone(origin, Growth(float(exponent), 0.0, given=True))
        learned = past.event_share(origin) * (alone.events - alone.planned - past.learned_events(origin))
        moved = learned + alone.planned - effects.planned
        edges.append(with_effects(levels, (effects.total + moved)[:, ahead]))
    return GrowthBand(effects.growth.mean, effects.growth.sd, edges[0], edges[1])


def _day_sd(
    ordinary: FloatArray, special: FloatArray, strong: NDArray[np.bool_], growth: GrowthBand, mean: FloatArray
) -> FloatArray:
    """Return the sd of the log day total: what past weeks erred by; on event days what editions and growth add."""
    base = np.repeat(ordinary[:, None], strong.shape[1], axis=1)
    slope = (np.log1p(growth.with_level) - np.log1p(growth.as_before)) * growth.sd
    wide = np.sqrt(base**2 + (_UNSEEN_EDITION * special[:, None]) ** 2 + np.where(mean > 0, slope, 0.0) ** 2)
    return np.where(strong, wide, base)


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
        elif not (table.totals[number, known] > 0).any():
            told.append(f"queue '{queue.id}': no contacts in the history, its forecast is 0 contacts")
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
