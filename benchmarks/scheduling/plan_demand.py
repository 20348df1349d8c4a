"""What the made-up plans require: peaky days, a weekday pattern, two event days, queues that close at night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

__all__ = ["EVENT_QUEUES", "SHRINKAGE", "START", "event_days", "opening", "ordinary_days", "requirement", "stamps"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

ZONE = ZoneInfo("Asia/Shanghai")
START = date(2025, 10, 20)  # a Monday
SHRINKAGE = 0.1
FIRST_SHIFT_HOUR = 7
WEEKDAY = (1.05, 0.98, 0.96, 0.97, 1.0, 1.02, 1.02)
WAVE = {-1: 0.15, 0: 1.0, 1: 0.35, 2: 0.12}  # days from the event -> share of its rise
EVENT_PLACES = (0.43, 0.8)  # of the horizon
EVENT_HEIGHTS = ((2.5, 3.2), (3.2, 4.0))
EVENT_QUEUES: tuple[Callable[[int], bool], ...] = (lambda queue: queue % 3 == 2, lambda queue: queue % 3 == 0)
EVENT_ELSEWHERE = 1.15


def event_days(days: int) -> tuple[int, ...]:
    """Return the two event days as numbers from the plan's first day: 12 and 22 of 28 days, 6 and 11 of 14."""
    return tuple(int(place * days) for place in EVENT_PLACES)


def ordinary_days(days: int) -> BoolArray:
    """Return which days no event touches: shape (days,). The first is left out too: it begins in the morning."""
    numbers = np.arange(days)
    near = [(numbers - event >= min(WAVE)) & (numbers - event <= max(WAVE)) for event in event_days(days)]
    return np.asarray(~np.any([*near, numbers == 0], axis=0), dtype=np.bool_)


def opening(queue: int) -> str:
    """Return the opening hours: every second queue is always open, the others close for the night."""
    return "00:00-24:00" if queue % 2 == 0 else ("08:00-24:00" if queue % 4 == 1 else "09:00-22:00")


def stamps(days: int, minutes: int) -> list[str]:
    """Return the starts of all intervals, ISO 8601 with offset."""
    midnight = datetime.combine(START, time(0), ZONE)
    return [(midnight + timedelta(minutes=minutes * k)).isoformat() for k in range(days * 1440 // minutes)]


def requirement(wanted: FloatArray, days: int, minutes: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return the agents required, without and with shrinkage: whole numbers of shape (queues, intervals).

    Nobody is required before 07:00 of the first day: the night shift that is on seat then began before the plan.

    Parameters
    ----------
    wanted : float array (queues,)
        Seat hours a day on ordinary days, shrinkage included.
    days, minutes : int
        Days of the plan, minutes of an interval.
    rng : numpy.random.Generator
        Draws heights of events, places of peaks and noise.
    """
    hour = np.arange(0, 1440, minutes) / 60.0
    is_open = np.array([_is_open(queue, hour) for queue in range(len(wanted))])
    shapes = np.array([_day(hour, rng) for _ in wanted]) * is_open
    curve = shapes[:, None, :] * _levels(len(wanted), days, rng)[:, :, None] + _midnights(len(wanted), days, hour)
    curve *= is_open[:, None, :] * rng.uniform(0.94, 1.06, curve.shape)
    curve[:, 0, hour < FIRST_SHIFT_HOUR] = 0.0
    scale = wanted / (shapes.sum(axis=1) * minutes / 60.0)
    for _ in range(8):
        required = _whole(curve * scale[:, None, None], is_open, hour)
        rostered = np.ceil(required / (1.0 - SHRINKAGE) - 1e-9)
        found = rostered[:, ordinary_days(days)].sum(axis=2).mean(axis=1) * minutes / 60.0
        scale = scale * wanted / np.maximum(found, 1e-9)
    return required.reshape(len(wanted), -1), rostered.reshape(len(wanted), -1)


def _whole(curve: FloatArray, is_open: BoolArray, hour: FloatArray) -> FloatArray:
    """Return whole agents before shrinkage, at least one wherever a queue is open."""
    least = np.broadcast_to(is_open[:, None, :], curve.shape).astype(np.float64)
    least[:, 0, hour < FIRST_SHIFT_HOUR] = 0.0
    return np.maximum(np.round(curve * (1.0 - SHRINKAGE)), least)


def _is_open(queue: int, hour: FloatArray) -> BoolArray:
    first, last = (int(clock[:2]) for clock in opening(queue).split("-"))
    return (hour >= first) & (hour < last)


def _day(hour: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return the shape of a day: little at night, a morning hill, the peak of the evening at about 21:00."""
    morning, evening = rng.uniform(10.2, 11.2), rng.uniform(20.4, 21.4)
    height = rng.uniform(0.75, 1.1)
    hills = 0.55 + 0.45 * np.exp(-(((hour - morning) / 2.2) ** 2)) + 0.2 * np.exp(-(((hour - 15.5) / 2.0) ** 2))
    hills += height * np.exp(-(((hour - evening) / 1.4) ** 2))
    night = 0.1 + 0.45 * np.exp(-((hour / 1.1) ** 2)) + 0.45 / (1.0 + np.exp(-4.0 * (hour - 7.5)))
    return np.where(hour < 8.5, np.minimum(night, 0.55), hills)


def _levels(queues: int, days: int, rng: np.random.Generator) -> FloatArray:
    """Return the height of each day: shape (queues, days)."""
    weekday = np.array([WEEKDAY[(START + timedelta(days=day)).weekday()] for day in range(days)])
    level = weekday * rng.uniform(0.96, 1.04, (queues, days))
    for event, (low, high), hits in zip(event_days(days), EVENT_HEIGHTS, EVENT_QUEUES, strict=True):
        for queue in range(queues):
            height = rng.uniform(low, high) if hits(queue) else EVENT_ELSEWHERE
            for away, share in WAVE.items():
                if 0 <= event + away < days:
                    level[queue, event + away] *= 1.0 + (height - 1.0) * share
    return level


def _midnights(queues: int, days: int, hour: FloatArray) -> FloatArray:
    """Return what opens at midnight of the event days: shape (queues, days, intervals of a day)."""
    found = np.zeros((queues, days, len(hour)))
    for event, (low, _), hits in zip(event_days(days), EVENT_HEIGHTS, EVENT_QUEUES, strict=True):
        hit = [queue for queue in range(queues) if hits(queue)]
        found[hit, event] = 0.6 * low * np.exp(-((hour / 0.8) ** 2))
    return found
