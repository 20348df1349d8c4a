"""What a forecast is made of, as the writers and the report need it."""

from __future__ import annotations

import numpy as np

from wfm.results import Forecast, ForecastPart

__all__ = ["WHOLE", "growth_days", "parts_of"]

WHOLE = "whole forecast"
"""Name of the only part of a forecast that came without parts: the plan's own."""
_PEAK_DAYS, _BAND_SHARE = 3, 0.02


def parts_of(forecast: Forecast) -> tuple[ForecastPart, ...]:
    """Return the parts of a forecast, the ordinary level first; one that came without any is a single part."""
    return forecast.parts or (ForecastPart("baseline", WHOLE, forecast.daily_rate),)


def growth_days(forecast: Forecast) -> list[int]:
    """Return the day numbers, at most three, on which it matters most how peaks grow: all queues together, by date."""
    band = forecast.growth
    if band is None:
        return []
    width = np.abs(band.with_level - band.as_before).sum(axis=0)
    total = np.maximum(forecast.daily_rate.sum(axis=0), 1e-9)
    found = [int(day) for day in np.argsort(-width, kind="stable")[:_PEAK_DAYS]]
    return sorted(day for day in found if width[day] >= _BAND_SHARE * total[day])
