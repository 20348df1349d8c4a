"""The choice per queue from rolling origins: the best model, or a weighted mean where several do about as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forecasting.accuracy import wape
from forecasting.rolling import Rolling, deciding
from wfm.results import ModelChoice

__all__ = ["FALLBACK", "choose", "combined", "shares"]

FloatArray = NDArray[np.float64]
FALLBACK = "mean_8_weeks"
# Shares are the inverse error to this power: a tenth more error halves a model's share. A mean errs less on weeks that
# were not tested; a model that is clearly worse has no part in it.
_POWER, _LEAST_SHARE = 8.0, 0.1


def choose(rolled: Rolling, queues: tuple[str, ...], lead_days: int) -> tuple[ModelChoice, ...]:
    """Return per queue the shares of the models by their rolling-origin WAPE of day totals.

    Ordinary days decide where there are 14 or more of them: what happens inside an event is the event layer's doing,
    which all candidates share.
    """
    return tuple(_choice(rolled, number, queue, lead_days) for number, queue in enumerate(queues))


def shares(choice: ModelChoice) -> Mapping[str, float]:
    """Return the share of each model in a choice: they sum to 1."""
    return choice.weights or {choice.model: 1.0}


def combined(rolled: Rolling, choice: ModelChoice, number: int) -> FloatArray:
    """Return what a choice would have forecast for a queue: contacts per day, shape (origins, horizon)."""
    parts = [share * rolled.forecasts[rolled.names.index(name), :, number] for name, share in shares(choice).items()]
    mean: FloatArray = np.sum(parts, axis=0)
    return mean


def _choice(rolled: Rolling, number: int, queue: str, lead_days: int) -> ModelChoice:
    left_out = _left_out(rolled, number)
    if not rolled.origins:
        return ModelChoice(queue, FALLBACK, "fallback: the history is too short for a test on past weeks" + left_out)
    actual = deciding(rolled, number)
    errors = {name: wape(actual, rolled.forecasts[m, :, number]) for m, name in enumerate(rolled.names)}
    sound = {name: error for name, error in errors.items() if np.isfinite(error)}
    if not sound:
        return ModelChoice(queue, FALLBACK, "fallback: no contacts in the past weeks to test on" + left_out)
    weights = _weights(sound)
    chosen = ModelChoice(queue, " + ".join(weights), "", sound, weights if len(weights) > 1 else {})
    error = wape(actual, combined(rolled, chosen, number))
    kind = "lowest error" if len(weights) == 1 else "mean by past error"
    why = (
        f"{kind} of {len(sound)} models: {error:.1%} of day totals over {len(rolled.origins)} origins, "
        f"{lead_days} to {lead_days + actual.shape[1] - 1} days ahead"
    )
    return replace(chosen, why=why + left_out)


def _left_out(rolled: Rolling, number: int) -> str:
    """Return why models have no error, one reason a model, as the end of a sentence; empty when all have one."""
    reasons: dict[str, str] = {}
    for name, failed, text in rolled.failures:
        if failed == number:
            reasons.setdefault(name, text)
    return "; left out: " + "; ".join(reasons.values()) if reasons else ""


def _weights(errors: Mapping[str, float]) -> dict[str, float]:
    """Return the shares of the models, best first; those below a tenth get none."""
    best = min(errors.values())
    ranked = sorted(errors, key=lambda name: errors[name])
    raw = {name: ((best + 1e-9) / (errors[name] + 1e-9)) ** _POWER for name in ranked}
    total = sum(raw.values())
    kept = {name: share for name, share in raw.items() if share >= _LEAST_SHARE * total}
    return {name: share / sum(kept.values()) for name, share in kept.items()}
