"""The planted effect of promotions: a multiple of ordinary contacts by phase and hours since its opening.

The whole truth is one rule. Each phase of the calendar has a curve over the hours since it opened; the multiple is
``curve ** strength`` with ``strength = event x edition x wave x queue``; of several phases that act at once, the
strongest counts. So a model that knows the phases, their opening hours and the platform can learn it from past
editions and carry it to dates that move.

Numbers are inside the ranges of trade press on Chinese promotions: opening night 8-12 times the hour's usual contacts,
the day after 3-4 times, the name day 4 times, the quiet middle 1.3 times.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.inputs import Event

__all__ = ["CURVES", "EVENT_STRENGTH", "PHASE_CURVE", "PLATFORMS", "WAVE_STRENGTH", "edition_strength", "log_multiple"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A step function of the hours since the opening: ``multiples[i]`` holds from ``hours[i]`` to the next one.

    Negative hours are the run-up. A phase without a stated hour has no run-up and no opening rush: it never exceeds
    ``ceiling``.
    """

    hours: tuple[float, ...]
    multiples: tuple[float, ...]
    ceiling: float

    def at(self, hours: FloatArray, has_hour: bool) -> FloatArray:
        """Return the multiple at some hours since the opening; 1 before the run-up."""
        steps = np.concatenate([[1.0], np.asarray(self.multiples)])
        values = np.asarray(steps[np.searchsorted(np.asarray(self.hours), hours, side="right")], dtype=np.float64)
        return values if has_hour else np.where(hours < 0, 1.0, np.minimum(values, self.ceiling))


CURVES = {
    # spot sale or balance payment: a rush for an hour, then a day and a half at 3.4, then it fades to the quiet middle
    "opening": Curve((-2, -0.5, 0, 0.5, 1, 2, 4, 28, 52, 76), (1.4, 2, 10, 6, 4, 3.2, 3.4, 2.4, 1.8, 1.3), 3.4),
    # the name day of the event (11-11, 06-18), opened at 20:00 the evening before
    "main_day": Curve((-2, -0.5, 0, 0.5, 1, 2, 4), (1.4, 2, 9, 5, 4, 3.6, 4.2), 4.2),
    "deposit": Curve((-0.5, 0, 0.5, 1, 4, 28, 52), (1.2, 5, 3.5, 2.6, 1.8, 1.4, 1.15), 1.8),
    "running": Curve((0, 28), (2.0, 1.25), 2.0),
    "warmup": Curve((0,), (1.12,), 1.12),
}

PHASE_CURVE = {
    "sale_wave1": "opening", "sale_wave2": "opening", "sale_wave3": "opening", "sale_start": "opening",
    "balance_payment": "opening", "climax": "opening", "main_day": "main_day",
    "presale_deposit": "deposit", "presale_start": "deposit",
    "whole_event": "running", "warmup_sale": "running", "category_days": "running", "extension": "running",
    "warmup": "warmup", "presale_warmup": "warmup",
}  # fmt: skip

WAVE_STRENGTH = {"sale_wave2": 0.85, "sale_wave3": 0.85}

EVENT_STRENGTH = {
    "double11": 1.0, "618": 0.85, "double12": 0.5, "year_end_sale": 0.45, "festival38": 0.4, "festival99": 0.4,
    "nianhuo": 0.35, "shuangdan": 0.25, "autumn_fashion_week": 0.2, "qixi": 0.2,
}  # fmt: skip

# Names under which the calendar speaks of a platform.
PLATFORMS = {
    "tmall": frozenset({"tmall", "taobao", "taobao_tmall", "tmall_juhuasuan", "all"}),
    "jd": frozenset({"jd", "all"}),
    "pdd": frozenset({"pdd", "all"}),
    "douyin": frozenset({"douyin", "all"}),
}


def edition_strength(year: int) -> float:
    """Return how strong an edition is relative to that of 2022: peaks grow flatter by 3 % (in logs) a year."""
    return float(0.97 ** (year - 2022))


def log_multiple(events: Iterable[Event], platform: str, strength: float, starts: NDArray[np.int64]) -> FloatArray:
    """Return the log of the multiple that promotions put on a queue.

    Parameters
    ----------
    events : iterable of Event
        All phases of all platforms; events without a planted strength (Chinese New Year, parcels) are passed over.
    platform : str
        One of :data:`PLATFORMS`.
    strength : float
        Of the queue: 1 reacts fully.
    starts : int64 array (n,)
        Unix seconds of the slots.

    Returns
    -------
    float array (n,)
        0 where nothing acts.
    """
    result = np.zeros(len(starts))
    for event in events:
        name = PHASE_CURVE.get(event.phase)
        if name is None or event.event not in EVENT_STRENGTH or event.platform not in PLATFORMS[platform]:
            continue
        opening, end = event.start.timestamp(), event.end.timestamp()
        first, last = np.searchsorted(starts, [opening - 7200, end])
        hours = np.asarray((starts[first:last] - opening) / 3600.0, dtype=np.float64)
        power = EVENT_STRENGTH[event.event] * edition_strength(event.start.year) * WAVE_STRENGTH.get(event.phase, 1.0)
        value = np.log(CURVES[name].at(hours, event.has_hour)) * power * strength
        result[first:last] = np.maximum(result[first:last], value)
    return result
