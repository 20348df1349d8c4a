"""Factors of a scenario on forecast and inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenarios.overlay import Scale
from wfm.counts import scaled_counts
from wfm.inputs import Inputs
from wfm.results import Forecast

__all__ = ["scale_absence", "scale_forecast"]


def scale_forecast(forecast: Forecast, scale: Scale, seed: int) -> Forecast:
    """Return the forecast with contacts and handle times multiplied by the scenario's factors.

    Counts stay whole, with the same random numbers in every scenario (see :func:`wfm.counts.scaled_counts`).
    """
    volume = np.array([scale.volume_of(queue) for queue in forecast.queues])
    aht = np.array([scale.aht_of(queue) for queue in forecast.queues])
    if np.all(volume == 1.0) and np.all(aht == 1.0):
        return forecast
    baseline = None if forecast.baseline is None else forecast.baseline * volume[:, None]
    growth = forecast.growth and replace(
        forecast.growth,
        as_before=forecast.growth.as_before * volume[:, None],
        with_level=forecast.growth.with_level * volume[:, None],
    )
    return replace(
        forecast,
        paths=scaled_counts(forecast.paths, volume[:, None], (seed, 0x5CA1E)),
        rate=forecast.rate * volume[:, None],
        aht_seconds=forecast.aht_seconds * aht[:, None],
        baseline=baseline,
        parts=tuple(replace(part, contacts=part.contacts * volume[:, None]) for part in forecast.parts),
        growth=growth,
    )


def scale_absence(inputs: Inputs, scale: Scale) -> Inputs:
    """Return the inputs with every queue's unplanned shrinkage multiplied, at most 0.95."""
    if scale.absence == 1.0:
        return inputs
    queues = tuple(queue.with_absence(scale.absence) for queue in inputs.plan.queue)
    return replace(inputs, plan=inputs.plan.model_copy(update={"queue": queues}))
