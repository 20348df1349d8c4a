"""Days of editions that the history does not hold, as rows beside the history's own in the fit of effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.growth import carried

__all__ = ["EDITION_SD", "EditionRows"]

FloatArray = NDArray[np.float64]
EDITION_SD = 0.15
"""What one edition's day differs from another's beyond a queue's ordinary noise, in logs."""


@dataclass(frozen=True)
class EditionRows:
    """Days of editions that the history does not hold, as the planner knows them.

    Attributes
    ----------
    design : float array (rows, columns)
        Columns of the calendar that act on each.
    log_multiple : float array (queues, rows)
        Log of contacts over the ordinary level, NaN where a row says nothing of a queue.
    sd : float array (queues, rows)
        How sure that is.
    log_level : float array (queues, rows)
        Log of the ordinary level at which it was seen, NaN where not known.
    """

    design: FloatArray
    log_multiple: FloatArray
    sd: FloatArray
    log_level: FloatArray

    def beside(
        self, rest: FloatArray, precision: FloatArray, today: FloatArray, exponent: float
    ) -> tuple[FloatArray, FloatArray]:
        """Return log uplifts and weights of the past with these rows behind, carried to today's level."""
        told = np.isfinite(self.log_multiple)
        change = np.nan_to_num(today - self.log_level)
        uplift = carried(np.nan_to_num(self.log_multiple), change, exponent)
        weight = np.where(told, 1 / (np.nan_to_num(self.sd) ** 2 + EDITION_SD**2), 0.0)
        return np.hstack([rest, uplift]), np.hstack([precision, weight])
