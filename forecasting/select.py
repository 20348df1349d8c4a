"""The choice of a model per queue from rolling origins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecasting.accuracy import wape
from forecasting.rolling import Rolling, deciding
from wfm.results import ModelChoice

__all__ = ["FALLBACK", "choose"]

FloatArray = NDArray[np.float64]
FALLBACK = "mean_8_weeks"


def choose(rolled: Rolling, queues: tuple[str, ...], lead_days: int) -> tuple[ModelChoice, ...]:
    """Return per queue the model with the lowest rolling-origin WAPE of day totals.

    Ordinary days decide where there are 14 or more of them: what happens inside an event is the event layer's doing,
    which all candidates share.
    """
    return tuple(_choice(rolled, number, queue, lead_days) for number, queue in enumerate(queues))


def _choice(rolled: Rolling, number: int, queue: str, lead_days: int) -> ModelChoice:
    reasons = sorted({text for _, failed, text in rolled.failures if failed == number})
    left_out = "; left out: " + "; ".join(reasons) if reasons else ""
    if not rolled.origins:
        return ModelChoice(queue, FALLBACK, "fallback: the history is too short for a test on past weeks" + left_out)
    actual = deciding(rolled, number)
    errors = {name: wape(actual, rolled.forecasts[m, :, number]) for m, name in enumerate(rolled.names)}
    sound = {name: error for name, error in errors.items() if np.isfinite(error)}
    if not sound:
        return ModelChoice(queue, FALLBACK, "fallback: no contacts in the past weeks to test on" + left_out, {})
    best = min(sound, key=lambda name: sound[name])
    why = (
        f"lowest error of {len(sound)} models: {sound[best]:.1%} of day totals over {len(rolled.origins)} origins, "
        f"{lead_days} to {lead_days + actual.shape[1] - 1} days ahead"
    )
    return ModelChoice(queue, best, why + left_out, sound)
