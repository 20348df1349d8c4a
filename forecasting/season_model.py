"""Today's level moved as it moved over the same weeks of the years before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecasting.level import DaySeries, TooShortError, bounded

__all__ = ["SameSeason"]

FloatArray = NDArray[np.float64]
_YEAR, _YEARS = 364, 3
_TODAY_DAYS, _WEEK_DAYS = 28, 112
# Half width of the mean that smooths a past season, and the share of its move that is believed.
_HALF_WIDTH, _BELIEVED = 7, 0.85
_LEAST_SHARE = 0.5


class SameSeason:
    """The mean of the last four weeks times how contacts moved in the same weeks of past years, with today's week.

    Robust where the level jumped between years, which bends the yearly terms of a regression.
    """

    name = "same_season"

    def forecast(self, series: DaySeries, horizon: int) -> FloatArray:
        """Return the level; raises :class:`TooShortError` where the same weeks of no past year are known."""
        logs = np.log1p(series.values)
        week = _week(series, logs)
        plain = logs - week[series.weekdays(0, series.days)]
        now = plain[-_TODAY_DAYS:]
        moves = [_move(plain, horizon, _YEAR * year) for year in range(1, _YEARS + 1)]
        sound = [move for move in moves if move is not None]
        if not sound or not np.isfinite(now).any():
            raise TooShortError(f"same_season needs {_YEAR + _TODAY_DAYS} known days, there are {len(series.known)}")
        level = np.nanmean(now) + _BELIEVED * np.mean(sound, axis=0)
        return bounded(series, horizon, np.expm1(level + week[series.weekdays(series.days, horizon)]))


def _week(series: DaySeries, logs: FloatArray) -> FloatArray:
    """Return the log weekday factors of the last sixteen weeks: shape (7,)."""
    weekday = series.weekdays(0, series.days)
    recent = np.arange(series.days) >= series.days - _WEEK_DAYS
    seen = np.isfinite(logs) & recent
    if not seen.any():
        return np.zeros(7)
    level = logs[seen].mean()
    of_day = [logs[seen & (weekday == day)] for day in range(7)]
    return np.array([float(values.mean()) - float(level) if len(values) else 0.0 for values in of_day])


def _move(plain: FloatArray, horizon: int, back: int) -> FloatArray | None:
    """Return log contacts of the days ahead over the last four weeks, as it was ``back`` days ago."""
    begin = len(plain) - back
    if begin - _TODAY_DAYS < 0:
        return None
    before = plain[begin - _TODAY_DAYS : begin]
    days = np.arange(begin, begin + horizon)[:, None] + np.arange(-_HALF_WIDTH, _HALF_WIDTH + 1)
    around = np.where(days < len(plain), plain[np.minimum(days, len(plain) - 1)], np.nan)
    seen = np.isfinite(around)
    if np.isfinite(before).mean() < _LEAST_SHARE or (seen.mean(axis=1) < _LEAST_SHARE / 2).any():
        return None
    move: FloatArray = np.nansum(around, axis=1) / seen.sum(axis=1) - np.nanmean(before)
    return move
