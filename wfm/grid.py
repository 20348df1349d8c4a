"""The time grid: equal intervals from local midnight to local midnight, in absolute time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

__all__ = ["MINUTES_PER_DAY", "WEEKDAYS", "TimeGrid", "parse_span_hours", "parse_window"]

MINUTES_PER_DAY = 1440
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW = re.compile(r"^\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*$")
_SPAN = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*h?\s*-\s*(\d+(?:\.\d+)?)\s*h\s*$")


def parse_window(text: str) -> tuple[int, int]:
    """Return ``(start, end)`` in minutes after midnight of a clock window such as ``"09:00-23:00"``.

    ``24:00`` is allowed as an end. A window that ends at or before its start runs past midnight: its end is then
    above 1440 (``"20:00-02:00"`` -> ``(1200, 1560)``).

    Raises
    ------
    ValueError
        When the text is not of that form or a clock time does not exist.
    """
    match = _WINDOW.match(text)
    if match is None:
        raise ValueError(f"expected a clock window like '09:00-23:00', got '{text}'")
    h1, m1, h2, m2 = (int(group) for group in match.groups())
    start, end = h1 * 60 + m1, h2 * 60 + m2
    if m1 > 59 or m2 > 59 or start >= MINUTES_PER_DAY or end > MINUTES_PER_DAY:
        raise ValueError(f"expected clock times between 00:00 and 24:00, got '{text}'")
    return start, end if end > start else end + MINUTES_PER_DAY


def parse_span_hours(text: str) -> tuple[int, int]:
    """Return ``(least, most)`` in minutes of a span such as ``"3h-5h"`` or ``"2.5h-4h"``.

    Raises
    ------
    ValueError
        When the text is not of that form or the first number is above the second.
    """
    match = _SPAN.match(text)
    if match is None:
        raise ValueError(f"expected a span like '3h-5h', got '{text}'")
    low, high = (round(float(group) * 60) for group in match.groups())
    if low > high:
        raise ValueError(f"expected the earlier hour first, got '{text}'")
    return low, high


@dataclass(frozen=True)
class TimeGrid:
    """Intervals of equal length that tile whole local days.

    Days that a clock change makes 23 or 25 hours long simply have fewer or more intervals.

    Attributes
    ----------
    timezone : str
        IANA zone name.
    start : datetime.date
        First local day.
    days : int
        Number of local days, at least 1.
    interval_minutes : int
        Length of an interval; divides 60.
    """

    timezone: str
    start: date
    days: int
    interval_minutes: int

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def day_starts(self) -> NDArray[np.int64]:
        """Unix seconds of local midnight of each day, with the end of the last day behind: shape ``(days + 1,)``."""
        stamps = [self.midnight(self.start + timedelta(days=d)).timestamp() for d in range(self.days + 1)]
        return np.array(stamps, dtype=np.int64)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Unix seconds at which each interval starts: shape ``(n,)``."""
        return np.arange(self.day_starts[0], self.day_starts[-1], self.interval_minutes * 60, dtype=np.int64)

    @cached_property
    def day_index(self) -> NDArray[np.int64]:
        """Day number (0-based) of each interval: shape ``(n,)``."""
        return np.searchsorted(self.day_starts, self.starts, side="right").astype(np.int64) - 1

    @cached_property
    def minute_of_day(self) -> NDArray[np.int64]:
        """Local clock minute (0..1439) at which each interval starts: shape ``(n,)``."""
        clock = [(moment.hour * 60 + moment.minute) for moment in map(self.moment, range(self.n))]
        return np.array(clock, dtype=np.int64)

    @property
    def n(self) -> int:
        """Number of intervals."""
        return len(self.starts)

    @property
    def end(self) -> date:
        """Last local day (inclusive)."""
        return self.start + timedelta(days=self.days - 1)

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """The local days, in order."""
        return tuple(self.start + timedelta(days=d) for d in range(self.days))

    def midnight(self, day: date) -> datetime:
        """Return local midnight of ``day`` as an aware datetime."""
        return datetime.combine(day, time(0), tzinfo=self.zone)

    def moment(self, interval: int) -> datetime:
        """Return the aware local datetime at which an interval starts."""
        return datetime.fromtimestamp(int(self.starts[interval]), tz=self.zone)

    def at(self, unix_seconds: float) -> datetime:
        """Return the aware local datetime of a Unix time."""
        return datetime.fromtimestamp(unix_seconds, tz=self.zone)

    def slots_of_day(self, day: int) -> slice:
        """Return the slice of intervals that belong to day number ``day``."""
        first, last = np.searchsorted(self.starts, self.day_starts[[day, day + 1]])
        return slice(int(first), int(last))

    def window_mask(self, window: tuple[int, int]) -> NDArray[np.bool_]:
        """Return which intervals start inside a clock window (from :func:`parse_window`), every day: shape ``(n,)``."""
        start, end = window
        minute = self.minute_of_day
        inside = (minute >= start) & (minute < end)
        if end > MINUTES_PER_DAY:
            inside |= minute < end - MINUTES_PER_DAY
        return inside
