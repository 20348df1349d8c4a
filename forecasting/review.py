"""A forecast looked back on: what came, on the forecast's grid, and what it says of the next edition of each event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.calendar_features import strongest, within_event
from forecasting.containment import containment_of
from forecasting.phases import Edition, Phase, editions, phases_of
from forecasting.resample import day_table
from wfm.errors import InputError, Problem
from wfm.grid import MINUTES_PER_DAY, TimeGrid
from wfm.inputs import History, Inputs, Prior
from wfm.platforms import EVERY_PLATFORM, platform_group
from wfm.review import Actuals, Review, WrittenForecast
from wfm.review import review as split

__all__ = ["actuals_of", "next_priors", "review"]

FloatArray = NDArray[np.float64]
# Standard normal quantile of 90 %.
_Z90 = 1.2815515655446004
# What a day strays from its level without any event, when too few days tell.
_USUAL_NOISE, _LEAST_NOISE = 0.1, 0.03
_LEAST_DAYS = 5


def review(inputs: Inputs, written: WrittenForecast, actuals: Actuals) -> Review:
    """Return the miss of a written forecast, split by cause, with agent-hours by the plan's bots and concurrency."""
    queues, grid = inputs.plan.queue, written.grid
    contained = containment_of(queues, inputs.events, grid)
    if contained is None:
        contained = np.repeat([[queue.bot_containment] for queue in queues], grid.n, axis=1)
    speed = np.array([queue.speedup[-1] for queue in queues])
    return split(written, actuals, (1.0 - contained) / speed[:, None])


def actuals_of(inputs: Inputs, history: History, file: str) -> Actuals:
    """Return what came in the plan's horizon, on its intervals.

    Days of which nearly all open intervals are known count as whole, scaled up by what is missing; daily rows give
    day totals only.

    Parameters
    ----------
    inputs : Inputs
        The plan.
    history : History
        What came; only rows within the horizon are used.
    file : str
        Where it was read from, for the error.

    Raises
    ------
    InputError
        When no day of the horizon is known.
    """
    grid = inputs.plan.plan.grid
    inside = (history.start >= grid.day_starts[0]) & (history.start < grid.day_starts[-1])
    if not inside.any() or not np.nansum(history.offered[inside]) > 0:
        text = f"expected contacts between {grid.start} and {grid.end}, the days of the plan, got none"
        raise InputError([Problem(file, 0, "offered", text)])
    head = inputs.plan.plan.model_copy(update={"start": grid.end + timedelta(days=1), "known_until": None})
    plan = inputs.plan.model_copy(update={"plan": head})
    table = day_table(replace(inputs, plan=plan, history=_rows(history, inside)))
    behind = (table.first - grid.start).days
    slot = grid.minute_of_day * table.counts.shape[2] // MINUTES_PER_DAY
    day = grid.day_index - behind
    known = (day >= 0) & (day < table.days)
    twice = _repeats(grid, slot)
    contacts, seconds = (np.full((len(plan.queue), grid.n), np.nan) for _ in range(2))
    contacts[:, known] = table.counts[:, day[known], slot[known]] / twice[known]
    seconds[:, known] = table.aht_seconds[:, day[known], slot[known]]
    totals = np.full((len(plan.queue), grid.days), np.nan)
    totals[:, behind : behind + table.days] = table.totals
    return Actuals(contacts, seconds, totals)


def _rows(history: History, keep: NDArray[np.bool_]) -> History:
    names = ("queue", "start", "minutes", "offered", "handled", "abandoned", "aht_seconds")
    return History(history.queues, *(getattr(history, name)[keep] for name in names))


def _repeats(grid: TimeGrid, slot: NDArray[np.int64]) -> FloatArray:
    """Return how often each interval's clock time comes that day: twice where a clock is put back."""
    key = grid.day_index * MINUTES_PER_DAY + slot
    _, place, count = np.unique(key, return_inverse=True, return_counts=True)
    return np.asarray(count[place.ravel()], dtype=np.float64)


@dataclass(frozen=True)
class _Seen:
    """What one day of a phase did to a queue: log multiple, its sd, the ordinary contacts of that day."""

    log_multiple: float
    sd: float
    level: float


def next_priors(inputs: Inputs, written: WrittenForecast, found: Review) -> tuple[Prior, ...]:
    """Return what each day of each event phase did, to be known by the next edition's forecast.

    The multiple that came (over the ordinary level, corrected by what ordinary days missed) and the one forecast are
    weighed by their uncertainty: the forecast's band, and a day's luck. Days on which several quiet phases act at once
    are left out, as nobody can tell what each of them did; so are adjustments, which belong to no event.
    """
    runs, phases = editions(inputs.events), phases_of(inputs.events)
    days: dict[tuple[str, str, str, str, str, str], list[_Seen]] = {}
    noise = _noise(found)
    for q, queue in enumerate(inputs.plan.queue):
        for day, platform, phase, part in _acting(inputs, phases, queue.platform, written.grid):
            seen = _seen(written, found, q, (day - written.grid.start).days, float(noise[q]))
            run = _edition(runs, phase, day)
            if seen is not None and run is not None:
                days.setdefault((run.name, phase.event, platform, phase.kind, part, queue.id), []).append(seen)
    return tuple(_prior(key, seen) for key, seen in days.items())


def _acting(
    inputs: Inputs, phases: tuple[Phase, ...], platform: str, grid: TimeGrid
) -> Iterator[tuple[date, str, Phase, str]]:
    """Yield the day, platform, phase and its part where one alone acts; for queues of no platform where all agree."""
    group = platform_group(platform)
    others = sorted({platform_group(queue.platform) for queue in inputs.plan.queue} - {EVERY_PLATFORM})
    groups = [group] if group != EVERY_PLATFORM or not others else others
    by_day: dict[date, list[tuple[Phase, str]]] = {}
    for name in groups:
        for phase, day, part in strongest(phases, name):
            if grid.start <= day <= grid.end:
                by_day.setdefault(day, []).append((phase, within_event(phase, part, day)))
    for day, acting in by_day.items():
        kinds = {(phase.family, phase.kind, part) for phase, part in acting}
        if len(kinds) == 1 and len(acting) == len(groups):
            yield day, group, *acting[0]


def _edition(runs: tuple[Edition, ...], phase: Phase, day: date) -> Edition | None:
    # The days before and after an edition belong to it too.
    near = [run for run in runs if run.event == phase.event and run.start <= phase.start <= run.end]
    return min(near, key=lambda run: abs((run.start - day).days), default=None)


def _seen(written: WrittenForecast, found: Review, q: int, d: int, noise: float) -> _Seen | None:
    usual = float(written.part_of("baseline", "holiday")[q, d])
    expected = float(found.forecast[q, d] - written.part_of("adjustment")[q, d])
    came, level = float(found.actual[q, d]), usual * float(found.level[q])
    if not (np.isfinite(came) and came > 0 and expected > 0 and usual >= 1.0 and level > 0):
        return None
    low, high = max(float(written.day_low[q, d]), 0.5), max(float(written.day_high[q, d]), 1.0)
    before = max(float(np.log(high / low)) / (2 * _Z90), _LEAST_NOISE)
    told = float(np.hypot(noise, 1.0 / np.sqrt(came)))
    trust = before**2 / (before**2 + told**2)
    log_multiple = trust * np.log(came / level) + (1 - trust) * np.log(expected / usual)
    return _Seen(float(log_multiple), float(told * np.sqrt(trust)), level)


def _noise(found: Review) -> FloatArray:
    """Return by how much (in logs) ordinary days of each queue stray from their corrected forecast."""
    ordinary = (found.event == 0) & found.known & (found.forecast > 0) & (found.actual > 0)
    result = np.full(len(found.queues), _USUAL_NOISE)
    for q, days in enumerate(ordinary):
        if days.sum() >= _LEAST_DAYS:
            rest = np.log(found.actual[q, days] / (found.level[q] * found.forecast[q, days]))
            result[q] = max(float(np.sqrt(np.mean(rest**2))), _LEAST_NOISE)
    return result


def _prior(key: tuple[str, str, str, str, str, str], seen: list[_Seen]) -> Prior:
    """Return the mean of a part's days; neighbouring days err to the same side, so many are no surer than one."""
    mean = float(np.exp(np.mean([one.log_multiple for one in seen])))
    sd, level = (float(np.mean([getattr(one, name) for one in seen])) for name in ("sd", "level"))
    edition, event, platform, phase, part, queue = key
    return Prior(edition, event, platform, phase, part, queue, mean, sd, level)
