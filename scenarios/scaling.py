"""Factors of a scenario on forecast and inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenarios.overlay import Scale
from wfm.inputs import Inputs
from wfm.results import Forecast

__all__ = ["scale_absence", "scale_forecast"]


def scale_forecast(forecast: Forecast, scale: Scale, seed: int) -> Forecast:
    """Return the forecast with contacts and handle times multiplied by the scenario's factors.

    Counts stay whole: the fraction is rounded up with its own probability, with the same random numbers in every
    scenario, so that scenarios differ by their factors and not by luck.
    """
    volume = np.array([scale.volume_of(queue) for queue in forecast.queues])
    aht = np.array([scale.aht_of(queue) for queue in forecast.queues])
    if np.all(volume == 1.0) and np.all(aht == 1.0):
        return forecast
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x5CA1E]))
    paths = np.empty_like(forecast.paths)
    for index, path in enumerate(forecast.paths):
        scaled = path * volume[:, None]
        paths[index] = np.floor(scaled + rng.random(path.shape))
    baseline = None if forecast.baseline is None else forecast.baseline * volume[:, None]
    return replace(
        forecast,
        paths=paths,
        rate=forecast.rate * volume[:, None],
        aht_seconds=forecast.aht_seconds * aht[:, None],
        baseline=baseline,
    )


def scale_absence(inputs: Inputs, scale: Scale) -> Inputs:
    """Return the inputs with every queue's unplanned shrinkage multiplied, at most 0.95."""
    if scale.absence == 1.0:
        return inputs
    queues = tuple(
        queue.model_copy(update={"shrinkage": min(queue.shrinkage * scale.absence, 0.95)})
        for queue in inputs.plan.queue
    )
    return replace(inputs, plan=inputs.plan.model_copy(update={"queue": queues}))
