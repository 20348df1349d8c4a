"""A shop whose contacts follow its orders through planted kernels: only weekday, growth and luck move them besides."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.forecasting import world
from wfm.inputs import Driver, Inputs
from wfm.plan import Plan
from wfm.rules import DayTypes, LabourRules

FloatArray = NDArray[np.float64]
FIRST = date(2023, 1, 2)
KNOWN = 760
AHEAD = 21
# Share of ordinary contacts by days after the order; what is missing to 1 does not follow orders.
PLANTED = {
    "shop": {-1: 0.15, 0: 0.5, 1: 0.05},
    "service": {2: 0.15, 3: 0.2, 4: 0.15, 5: 0.1, 6: 0.1, 7: 0.1},
    "mail": {4: 0.1, 5: 0.15, 6: 0.15, 7: 0.1, 8: 0.1},
}
LEVELS = {"shop": 800.0, "service": 600.0, "mail": 150.0}
# First days of promotions; the last one lies in the horizon.
SALES = (40, 110, 190, 260, 330, 400, 470, 540, 610, 690, 765)
MULTIPLES = (1.5, 4.0, 3.0, 2.0, 1.4)


def plan(**changes: Any) -> Plan:
    """Return a plan with the three queues; ``changes`` are top-level keys."""
    return Plan.model_validate({
        "plan": {"name": "t", "start": FIRST + timedelta(days=KNOWN), "days": AHEAD, "interval_minutes": 60},
        "queue": [
            {"id": "shop", "channel": "chat", "platform": "tmall"},
            {"id": "service", "channel": "phone"},
            {"id": "mail", "channel": "email"},
        ],
        "contract": [{"id": "c", "cost_per_hour": 20}],
        "shift": [{"id": "s", "start": "08:00-10:00", "hours": [8]}],
        **changes,
    })  # fmt: skip


def orders(seed: int = 1) -> tuple[FloatArray, FloatArray]:
    """Return orders of all days and, free of weekday and growth, what promotions multiply them by."""
    days = np.arange(KNOWN + AHEAD + 1)
    multiple = np.ones(len(days))
    for sale in SALES:
        multiple[sale : sale + len(MULTIPLES)] *= MULTIPLES
    multiple *= np.exp(0.05 * np.random.default_rng(seed).standard_normal(len(days)))
    week = np.array([0.9, 0.95, 1.0, 1.0, 1.05, 1.1, 1.0])[(days + FIRST.weekday()) % 7]
    return 5000 * week * np.exp(0.2 * days / 365) * multiple, multiple


def planted(queue: str, multiple: FloatArray) -> FloatArray:
    """Return what promotions multiply a queue's contacts by on each day of the past and the horizon."""
    follows = np.zeros(len(multiple))
    for lag, share in PLANTED[queue].items():
        follows += share * np.roll(multiple - 1, lag)
    return 1 + follows[: KNOWN + AHEAD]


def contacts(seed: int = 1) -> FloatArray:
    """Return contacts per day, a day factor of 5 % and Poisson noise on top: shape (queues, past and horizon)."""
    rng = np.random.default_rng([seed, 7])
    multiple = orders(seed)[1]
    days = np.arange(KNOWN + AHEAD)
    week = np.array([1.1, 1.05, 1.0, 1.0, 1.0, 0.95, 0.9])[(days + FIRST.weekday()) % 7]
    level = week * np.exp(0.1 * days / 365)
    expected = np.stack([LEVELS[name] * level * planted(name, multiple) for name in LEVELS])
    return rng.poisson(expected * np.exp(0.05 * rng.standard_normal(expected.shape))).astype(np.float64)


def ordinary() -> NDArray[np.bool_]:
    """Return the days of the past without promotion or wave behind it: shape (queues, known days)."""
    days = np.ones(KNOWN, dtype=bool)
    for sale in SALES:
        days[sale - 1 : sale + len(MULTIPLES) + 10] = False
    return np.tile(days, (len(LEVELS), 1))


def inputs(values: FloatArray | None = None, name: str = "orders", first: date = FIRST, **changes: Any) -> Inputs:
    """Return the plan with a driver's values from the first day on; days of NaN have no row."""
    given = orders()[0] if values is None else values
    rows = tuple(Driver(first + timedelta(days=d), name, float(v)) for d, v in enumerate(given) if np.isfinite(v))
    return Inputs(plan(**changes), LabourRules(), DayTypes(), world.empty(), drivers=rows)
