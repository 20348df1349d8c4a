"""How event peaks grow with the ordinary level: the exponent between last year's number (0) and its ratio (1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["GRID", "Growth", "carried", "estimate"]

FloatArray = NDArray[np.float64]
GRID = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
# Before any evidence: networks near their capacity keep their numbers, and trade press sees peaks flatten as seasons
# grow longer, so the lower half has more weight. A shop on its way up keeps its ratios: beyond a third of growth since
# its past editions the weight moves up, the faster it grew.
_PRIOR = np.array([0.35, 0.3, 0.2, 0.1, 0.05])
_MATURE_LOG, _TILT = 0.3, 8.0
# Queues feel the same editions: the evidence of many counts as that of this many independent ones.
_INDEPENDENT = 2.0


@dataclass(frozen=True)
class Growth:
    """The growth exponent: ``mean`` and ``sd`` of what is believed of it; ``given`` when the plan states it."""

    mean: float
    sd: float
    given: bool = False


def carried(rest: FloatArray, change: FloatArray, exponent: float) -> FloatArray:
    """Return log uplifts as they would be at another level.

    Contacts above the ordinary level are proportional to ``level ** exponent``, so an uplift of ``exp(rest) - 1``
    becomes ``(exp(rest) - 1) * exp((exponent - 1) * change)``.

    Parameters
    ----------
    rest : float array
        Logs of contacts over their ordinary level. Days below it keep their ratio: a dip is no event's peak.
    change : float array
        Log of the other level over the level at which ``rest`` was seen; broadcast against ``rest``.
    exponent : float
        In [0, 1].
    """
    moved: FloatArray = np.log1p(np.expm1(np.maximum(rest, 0.0)) * np.exp((exponent - 1.0) * change))
    return np.where(rest > 0, moved, rest)


def estimate(log_likelihood: Callable[[float], FloatArray], grown: float = 0.0) -> Growth:
    """Return the exponent's posterior on a grid.

    The prior leans to the lower half, the less so the more the business has grown.

    Parameters
    ----------
    log_likelihood : callable
        Gives for an exponent the log likelihood of each queue's past editions: shape (queues,).
    grown : float
        Log of the business's level of today over that of its past editions.
    """
    found = np.stack([log_likelihood(float(exponent)) for exponent in GRID])
    queues = max(found.shape[1], 1)
    evidence = found.sum(axis=1) * min(_INDEPENDENT, queues) / queues
    evidence = evidence + _TILT * max(grown - _MATURE_LOG, 0.0) * GRID
    weight = _PRIOR * np.exp(evidence - evidence.max())
    weight /= weight.sum()
    mean = float(weight @ GRID)
    return Growth(mean, float(np.sqrt(weight @ (GRID - mean) ** 2)))
