"""A forecast from numbers that the plan brings itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfm.inputs import Inputs
from wfm.results import Forecast, ModelChoice

__all__ = ["from_table"]

FloatArray = NDArray[np.float64]
# Standard normal quantile of 90 %.
_Z90 = 1.2815515655446004
_UNKNOWN_SECONDS = 300.0


def from_table(inputs: Inputs, seed: int) -> Forecast:
    """Return the plan's own forecast as sample paths.

    ``offered_mean`` is the rate. Where ``offered_p10`` and ``offered_p90`` are given, one lognormal factor per queue
    and day carries the spread that they show beyond Poisson noise; where not, contacts are Poisson. Missing means
    count as no contacts, missing handle times as the queue's ``aht_seconds`` (else 300 s); both are told.

    Raises
    ------
    ValueError
        When the inputs hold no own forecast or one of another shape than the plan's grid.
    """
    if inputs.own_forecast is None:
        raise ValueError("expected an own forecast in the inputs, got none")
    plan, grid = inputs.plan, inputs.plan.plan.grid
    shape = (len(plan.queue), grid.n)
    values = {name: np.asarray(value, dtype=np.float64) for name, value in inputs.own_forecast.values.items()}
    missing = np.full(shape, np.nan)
    given = values.get("offered_mean", values.get("offered_p50", missing))
    if given.shape != shape:
        raise ValueError(f"expected an own forecast of shape {shape}, got {given.shape}")
    rate = np.maximum(np.nan_to_num(given), 0.0)
    warnings = _gaps(given, inputs)
    low, high = values.get("offered_p10", missing), values.get("offered_p90", missing)
    sd = _day_sd(rate, low, high, grid.day_index, grid.days)
    aht, told = _handle_time(values.get("aht_seconds", missing), inputs)
    choices = tuple(ModelChoice(queue.id, "own", "the plan's own forecast file") for queue in plan.queue)
    ids = tuple(queue.id for queue in plan.queue)
    paths = _paths(rate, sd, grid.day_index, plan.forecast.paths, seed)
    return Forecast(grid, ids, paths, rate, aht, choices, warnings=(*warnings, *told))


def _gaps(given: FloatArray, inputs: Inputs) -> tuple[str, ...]:
    share = (~np.isfinite(given)).mean(axis=1)
    return tuple(
        f"queue '{queue.id}': {part:.0%} of the intervals have no number in the own forecast and count as 0"
        for queue, part in zip(inputs.plan.queue, share, strict=True)
        if part > 0
    )


def _day_sd(rate: FloatArray, low: FloatArray, high: FloatArray, day_index: NDArray[np.int64], days: int) -> FloatArray:
    """Return the sd of the log day factor (queues, days): the median spread of the day's intervals beyond Poisson."""
    half = (high - low) / (2 * _Z90)
    known = np.isfinite(half) & (rate > 0)
    safe = np.maximum(rate, 1e-9)
    variance = np.where(known, np.maximum(np.nan_to_num(half) ** 2 - rate, 0.0) / safe**2, np.nan)
    sd = np.zeros((rate.shape[0], days))
    for day in range(days):
        part = variance[:, day_index == day]
        for queue in np.flatnonzero(np.isfinite(part).any(axis=1)):
            sd[queue, day] = float(np.sqrt(np.log1p(np.nanmedian(part[queue]))))
    return sd


def _handle_time(given: FloatArray, inputs: Inputs) -> tuple[FloatArray, tuple[str, ...]]:
    usual = np.array([queue.aht_seconds or _UNKNOWN_SECONDS for queue in inputs.plan.queue])[:, None]
    sound = np.isfinite(given) & (given > 0)
    told = tuple(
        f"queue '{queue.id}': handle time missing in the own forecast, {usual[number, 0]:.0f} s used"
        for number, queue in enumerate(inputs.plan.queue)
        if not sound[number].all()
    )
    return np.where(sound, given, usual), told


def _paths(
    rate: FloatArray, sd: FloatArray, day_index: NDArray[np.int64], count: int, seed: int
) -> NDArray[np.float32]:
    result = np.zeros((count, *rate.shape), dtype=np.float32)
    for queue, part in enumerate(np.random.SeedSequence(seed).spawn(len(rate))):
        rng = np.random.default_rng(part)
        factor = np.exp(sd[queue] * rng.standard_normal((count, sd.shape[1])) - sd[queue] ** 2 / 2)
        result[:, queue] = rng.poisson(rate[queue] * factor[:, day_index])
    return result
