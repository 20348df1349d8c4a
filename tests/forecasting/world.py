"""A small synthetic shop with planted truth: two chat queues on two platforms and a phone queue that hears of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from wfm.inputs import Event, History, Inputs
from wfm.plan import Plan
from wfm.rules import DayTypes, LabourRules

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2023, 1, 2)
START = date(2024, 11, 4)
LEVELS = {"chat-a": 900.0, "chat-b": 500.0, "phone": 240.0}
WEEKDAY = np.array([1.0, 0.95, 0.97, 1.0, 1.05, 1.15, 1.1])
# Day multiples of the planted promotion from its opening day (20:00) on.
MULTIPLES = (2.0, 4.0, 2.5, 1.8, 1.3, 1.3)
OPENINGS = (
    date(2023, 3, 7), date(2023, 6, 14), date(2023, 9, 12), date(2023, 12, 5),
    date(2024, 3, 6), date(2024, 6, 12), date(2024, 9, 10), date(2024, 11, 12),
)  # fmt: skip


def plan(**changes: Any) -> Plan:
    """Return a plan of one week that starts on 2024-11-11; ``changes`` go into ``[plan]`` (``forecast`` aside)."""
    forecast = changes.pop("forecast", {"models": ["regression"], "paths": 60, "origins": 2})
    head = {"name": "t", "start": START, "days": 14, "interval_minutes": 60, "known_until": START - timedelta(days=3)}
    return Plan.model_validate({
        "plan": {**head, **changes},
        "queue": [
            {"id": "chat-a", "channel": "chat", "platform": "tmall", "open": "08:00-24:00"},
            {"id": "chat-b", "channel": "chat", "platform": "jd", "open": "08:00-24:00"},
            {"id": "phone", "channel": "phone", "open": "08:00-22:00", "aht_seconds": 240},
        ],
        "contract": [{"id": "c", "cost_per_hour": 20}],
        "shift": [{"id": "s", "start": "08:00-10:00", "hours": [8]}],
        "forecast": forecast,
    })  # fmt: skip


def events(openings: Sequence[date] = OPENINGS) -> tuple[Event, ...]:
    """Return the promotion's phases on both platforms: a wave that opens at 20:00 and runs for five more days."""
    return tuple(
        Event(
            "megasale",
            platform,
            "sale_wave1",
            datetime.combine(day, time(20), ZONE),
            datetime.combine(day + timedelta(days=5), time(23, 59, 59), ZONE),
            has_hour=True,
        )
        for day in openings
        for platform in ("tmall", "jd")
    )


def day_totals(queue: str, days: int, promoted: bool = True) -> NDArray[np.float64]:
    """Return the planted, noise-free contacts of ``days`` days from the first."""
    number = np.arange(days)
    total = LEVELS[queue] * WEEKDAY[(number + FIRST.weekday()) % 7] * np.exp(0.15 * number / 365)
    for opening in OPENINGS if promoted else ():
        for offset, multiple in enumerate(MULTIPLES):
            where = (opening - FIRST).days + offset
            if where < days:
                total[where] *= multiple
    return np.asarray(total, dtype=np.float64)


def shape(queue: str, opening_day: bool = False) -> NDArray[np.float64]:
    """Return the planted shares of the hours; on an opening day four fifths come from 20:00 on."""
    last = 22 if queue == "phone" else 24
    share = np.where((np.arange(24) >= 8) & (np.arange(24) < last), 1.0 + 0.5 * np.sin(np.arange(24) / 3), 0.0)
    share /= share.sum()
    if opening_day:
        evening = np.arange(24) >= 20
        share = np.where(evening, 0.8 * share / share[evening].sum(), 0.2 * share / share[~evening].sum())
    return np.asarray(share, dtype=np.float64)


def history(days: int | None = None, seed: int = 3, queues: Sequence[str] = tuple(LEVELS)) -> History:
    """Return hourly rows with a day factor of 5 % and Poisson noise, up to the day before the plan by default."""
    days = (START - FIRST).days if days is None else days
    rng = np.random.default_rng(seed)
    midnight = int(datetime.combine(FIRST, time(0), ZONE).timestamp())
    offered = []
    for queue in queues:
        totals = day_totals(queue, days) * np.exp(0.05 * rng.standard_normal(days))
        shares = np.stack([shape(queue, FIRST + timedelta(days=d) in OPENINGS) for d in range(days)])
        offered.append(rng.poisson(totals[:, None] * shares).ravel().astype(np.float64))
    start = np.tile(midnight + 3600 * np.arange(24 * days), len(queues))
    values = np.concatenate(offered)
    aht = np.where(np.repeat(np.arange(len(queues)), 24 * days) == 0, 300.0, 200.0)
    return table(tuple(queues), np.repeat(np.arange(len(queues)), 24 * days), start, 60, values, aht)


def table(
    names: tuple[str, ...],
    queue: NDArray[np.int64],
    start: NDArray[np.int64],
    minutes: int,
    offered: NDArray[np.float64],
    aht: NDArray[np.float64] | None = None,
) -> History:
    """Return a history of equal intervals from its columns."""
    unknown = np.full(len(start), np.nan)
    length = np.full(len(start), minutes)
    return History(names, queue, start, length, offered, offered, unknown, unknown if aht is None else aht)


def empty() -> History:
    """Return a history without rows."""
    return table(("chat-a",), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), 60, np.zeros(0))


def inputs(**changes: Any) -> Inputs:
    """Return the shop's inputs; ``changes`` replace fields of :class:`Inputs`."""
    base = Inputs(plan(), LabourRules(), DayTypes(), History((), *(np.zeros(0),) * 7), events=events())  # type: ignore[arg-type]
    if "history" not in changes:
        changes["history"] = history()
    return replace(base, **changes)
