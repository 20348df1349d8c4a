"""Rolling 30 days: sums over the days of the plan, and what the days before it add to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from wfm.inputs import Attained
from wfm.queues import ROLLING_DAYS

__all__ = ["Past", "rolled"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Past:
    """What past days add to the sums of a 30-day target, by day of the plan on which the 30 days end: (days,).

    Attributes
    ----------
    uppers, lowers : float arrays (days,)
        Sums above and below the line of the target's ratio.
    """

    uppers: FloatArray
    lowers: FloatArray

    @classmethod
    def none(cls, days: int) -> Past:
        """Return the past in which nothing counted."""
        return cls(np.zeros(days), np.zeros(days))

    @classmethod
    def of(cls, attained: Iterable[Attained], queue: str, number: int, start: date, days: int) -> Past:
        """Return the past of a target (``number`` counts from 0) of a plan's days from ``start`` on."""
        past = cls.none(days)
        for day in attained:
            if day.queue == queue and day.target == number + 1 and day.date < start:
                reach = max((day.date - start).days + ROLLING_DAYS, 0)  # days of the plan whose window holds it
                past.uppers[:reach] += day.counted * day.value
                past.lowers[:reach] += day.counted
        return past

    def asked(self, goal: float, sign: float) -> BoolArray:
        """Return on which days the window must hold: the last, and all whose past days are not behind by themselves.

        ``sign`` is 1 where a ratio of at least ``goal`` is good, -1 where one of at most that is.
        """
        found = sign * (self.uppers - goal * self.lowers) >= -1e-9
        found[-1:] = True
        return np.asarray(found, dtype=np.bool_)


def rolled(by_day: FloatArray) -> FloatArray:
    """Return the sums of the 30 days that end on each day, along the last axis; shorter where the days begin."""
    before = np.zeros((*by_day.shape[:-1], ROLLING_DAYS - 1))
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([before, by_day], axis=-1), ROLLING_DAYS, axis=-1)
    return np.asarray(windows.sum(axis=-1), dtype=np.float64)
