"""Patience as numbers that machine code can draw from."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from wfm.compiled import part
from wfm.simulation.model import FloatArray
from wfm.staffing.patience import Patience

__all__ = ["ENDLESS", "FIXED", "LOGITS", "POWER", "TABLE", "PatienceRow", "look_up", "patience_row", "quantile_table"]

ENDLESS, POWER, FIXED, TABLE = 0, 1, 2, 3
"""Nobody gives up; a power of an exponential variate (exponential, Weibull); all the same; a table of quantiles."""

_REACH = 36.0
_POINTS = 2881
LOGITS = np.linspace(-_REACH, _REACH, _POINTS)
"""Logits of the shares whose quantiles a table holds: even steps, so that both tails are kept."""


class PatienceRow(NamedTuple):
    """One queue's patience: ``kind``, mean or scale in seconds, exponent, and logarithms of quantiles."""

    kind: int
    scale: float
    power: float
    table: FloatArray


def patience_row(patience: Patience | None) -> PatienceRow:
    """Return how a queue's patience is drawn; None: nobody gives up."""
    empty = np.zeros(_POINTS)
    if patience is None or math.isinf(patience.mean_seconds):
        return PatienceRow(ENDLESS, math.inf, 1.0, empty)
    if patience.kind in ("exponential", "weibull"):
        scale = patience.mean_seconds / math.gamma(1.0 + 1.0 / patience.shape)
        return PatienceRow(POWER, scale, 1.0 / patience.shape, empty)
    if patience.kind == "fixed":
        return PatienceRow(FIXED, patience.mean_seconds, 1.0, empty)
    return PatienceRow(TABLE, patience.mean_seconds, 1.0, quantile_table(patience))


def quantile_table(patience: Patience) -> FloatArray:
    """Return logarithms of the quantiles at ``LOGITS``."""
    share = np.minimum(1.0 / (1.0 + np.exp(-LOGITS)), 1.0 - 2.0**-53)
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(patience.quantile(share)), -700.0)


@part
def look_up(table: FloatArray, share: float) -> float:
    """Return the quantile of a share strictly between 0 and 1, interpolated in logarithms."""
    place = (math.log(share / (1.0 - share)) + _REACH) * ((_POINTS - 1) / (2.0 * _REACH))
    low = min(max(int(place), 0), _POINTS - 2)
    part_way = place - low
    return math.exp(table[low] + part_way * (table[low + 1] - table[low]))
