"""The planted ordinary shapes: weekday factors, hourly profiles, yearly season, holidays, after-sales kernel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from data.holidays import day_types
from wfm.inputs import Event

__all__ = ["HOURLY", "KERNEL", "WEEKDAY", "cny_factor", "holiday_weekdays", "season", "slot_profile"]

FloatArray = NDArray[np.float64]

# Monday to Sunday, mean 1.
WEEKDAY = {
    "shopping": (0.97, 0.96, 0.97, 0.98, 1.01, 1.05, 1.06),
    "service": (1.10, 1.05, 1.02, 1.00, 0.98, 0.94, 0.91),
    "office": (1.22, 1.12, 1.08, 1.05, 1.03, 0.79, 0.71),
}

# Relative contacts by clock hour: late-morning hump, dinner dip, evening peak for shoppers.
HOURLY = {
    "presale": (2.6, 1.2, 0.5, 0.3, 0.2, 0.2, 0.4, 1.0, 2.6, 4.2, 6.2, 6.6,
                5.2, 4.6, 5.0, 5.0, 4.9, 4.4, 4.2, 5.2, 7.0, 7.8, 7.4, 5.2),
    "live": (3.0, 1.0, 0.4, 0.2, 0.2, 0.2, 0.4, 0.8, 2.0, 3.4, 5.0, 5.4,
             5.0, 4.4, 4.2, 4.2, 4.2, 4.2, 4.8, 6.8, 9.0, 9.4, 8.4, 5.8),
    "service": (1.0, 0.4, 0.2, 0.1, 0.1, 0.2, 0.5, 1.6, 4.2, 7.2, 8.6, 7.8,
                5.6, 6.0, 7.4, 7.6, 7.0, 5.8, 4.8, 4.8, 5.4, 4.8, 3.4, 2.0),
    "phone": (0, 0, 0, 0, 0, 0, 0, 0, 4.0, 9.6, 11.2, 9.8, 6.8, 7.4, 9.6, 9.8, 8.8, 7.2, 5.8, 5.4, 4.6, 3.0, 0, 0),
    "calls": (0, 0, 0, 0, 0, 0, 1.0, 2.4, 6.2, 9.8, 10.6, 9.0,
              6.0, 7.0, 9.2, 9.4, 8.4, 6.6, 5.0, 4.4, 3.6, 2.6, 1.0, 0),
    "mail": (0, 0, 0, 0, 0, 0, 0, 0, 3.0, 8.0, 9.6, 8.6, 6.0, 7.0, 8.6, 8.6, 8.0, 7.0, 5.6, 5.4, 5.0, 4.0, 0, 0),
}  # fmt: skip

# Shoppers write later and flatter on weekends: exponent on the weekday profile, then an hour's shift in part.
_WEEKEND_FLATTER = 0.88

# Mail of the night is registered when the office opens.
_NIGHT_MAIL = 0.15

# Share of a day's order-driven service contacts that come k days later: shipping, parcel, return, refund.
KERNEL = (0.0, 0.07, 0.13, 0.15, 0.14, 0.13, 0.11, 0.09, 0.07, 0.05, 0.03, 0.02, 0.01)


def slot_profile(name: str, opening: tuple[int, int], minutes: int, weekend: bool) -> FloatArray:
    """Return the share of a day's contacts by slot: shape ``(1440 / minutes,)``, sums to 1, 0 where closed.

    Parameters
    ----------
    name : str
        Key of :data:`HOURLY`.
    opening : tuple of int
        Opening window in minutes after midnight.
    minutes : int
        Length of a slot.
    weekend : bool
        Whether it is a Saturday or Sunday.
    """
    start = np.arange(0, 1440, minutes)
    table = np.array(HOURLY[name], dtype=np.float64)
    rate = np.interp(start + minutes / 2, np.arange(24) * 60.0 + 30.0, table, period=1440.0)
    if weekend:
        rate = rate**_WEEKEND_FLATTER
    rate[(start < opening[0]) | (start >= opening[1])] = 0.0
    share = rate / rate.sum()
    if name == "mail":
        share *= 1.0 - _NIGHT_MAIL
        share[opening[0] // minutes] += _NIGHT_MAIL
    return np.asarray(share, dtype=np.float64)


def season(days: Sequence[date]) -> FloatArray:
    """Return the yearly season: 5 % up in November, 5 % down in May: shape ``(days,)``."""
    doy = np.array([day.timetuple().tm_yday for day in days], dtype=np.float64)
    return np.asarray(np.exp(0.05 * np.cos(2 * np.pi * (doy - 315.0) / 365.25)), dtype=np.float64)


def holiday_weekdays(days: Sequence[date]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the weekday that each day behaves like, and whether it is a public day off: two arrays ``(days,)``.

    A day off behaves like a Sunday, a make-up workday like a Monday.
    """
    types = day_types(days[0], days[-1])
    off = np.array([day in types.days_off for day in days])
    makeup = np.array([day in types.makeup_workdays for day in days])
    weekday = np.array([day.weekday() for day in days], dtype=np.int64)
    return np.where(off, 6, np.where(makeup, 0, weekday)), off


def cny_factor(events: Iterable[Event], days: Sequence[date], depth: float) -> FloatArray:
    """Return the dip of Chinese New Year: ``depth`` on its days off, 0.75 five days before, 0.85 five days after."""
    factor = np.ones(len(days))
    for event in events:
        if (event.event, event.phase) != ("chinese_new_year", "public_holiday"):
            continue
        first, last = event.start.date(), event.end.date()
        for i, day in enumerate(days):
            if first <= day <= last:
                factor[i] = depth
            elif first - timedelta(days=5) <= day < first:
                factor[i] = 0.75
            elif last < day <= last + timedelta(days=5):
                factor[i] = 0.85
    return factor
