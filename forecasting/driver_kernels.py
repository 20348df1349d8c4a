"""Which drivers act, and with which delay their contacts come: lag kernels by reason of contact."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.inputs import Inputs
from wfm.plan import Queue

__all__ = ["ActingDriver", "Reason", "acting_drivers", "is_orders", "is_shop"]

FloatArray = NDArray[np.float64]
_ORDERS = frozenset({"orders", "order", "订单", "订单量", "订单数"})
_LATE_PEAK = 0.25


@dataclass(frozen=True)
class Reason:
    """Why customers of a driver's day write: ``shape[i]`` is the share of them that does ``first_lag + i`` days later.

    ``shop_share`` and ``service_share`` are what such contacts are expected to make up of a queue's ordinary contacts:
    of a platform's chat queue, and of any other one.
    """

    name: str
    first_lag: int
    shape: tuple[float, ...]
    shop_share: float
    service_share: float

    @property
    def last_lag(self) -> int:
        """Last day on which its contacts come, counted from the driver's day."""
        return self.first_lag + len(self.shape) - 1

    def halves(self) -> tuple[FloatArray, ...]:
        """Return the early and the late half of the shape, together the shape (one part where it is a single day)."""
        shape = np.array(self.shape)
        before = np.cumsum(shape) - shape
        early = np.where(before < 0.5 - 1e-9, shape, 0.0)
        if early[-1] > 0:
            early[-1] = 0.0
        return (early, shape - early) if early.any() else (shape,)


def _bump(name: str, first: int, peak: int, last: int, shares: tuple[float, float]) -> Reason:
    """Return a reason whose contacts rise evenly to a peak day and fall evenly from it."""
    lag = np.arange(first, last + 1)
    rise = (lag - first + 1) / (peak - first + 1)
    height = np.minimum(rise, (last + 1 - lag) / (last + 1 - peak))
    return Reason(name, first, tuple(float(value) for value in height / height.sum()), *shares)


# Windows and peaks are modelling defaults from what Chinese shops report of their after-sales wave: hand-over within
# 48 hours, parcels after two to five days, seven days to return, price protection for two weeks.
_OF_ORDERS = (
    Reason("pre-sale", -1, (0.25, 0.75), 0.5, 0.05),
    _bump("urge shipping", 1, 2, 4, (0.05, 0.15)),
    _bump("where is my order", 2, 3, 6, (0.05, 0.25)),
    _bump("returns and refunds", 3, 5, 12, (0.05, 0.25)),
    _bump("invoice and price difference", 1, 1, 15, (0.03, 0.10)),
)
_OTHER = _bump("effect", 0, 0, 2, (0.0, 0.0))
_UNKNOWN_REASON = (0.15, 0.15)


@dataclass(frozen=True)
class ActingDriver:
    """A driver that may move contacts: its reasons, and the queues that it acts on (bool by queue)."""

    name: str
    reasons: tuple[Reason, ...]
    acts_on: NDArray[np.bool_]


def is_orders(name: str) -> bool:
    """Return whether a driver counts orders, which act without being asked to."""
    return name.strip().lower() in _ORDERS


def _stem(name: str) -> str:
    """Return what a driver counts: orders of one platform, ``orders-tmall``, behave like orders."""
    return re.split(r"[-_ :/]", name.strip(), maxsplit=1)[0]


def is_shop(queue: Queue) -> bool:
    """Return whether customers ask there before they buy: a chat queue of a platform."""
    return queue.channel == "chat" and bool(queue.platform)


def acting_drivers(inputs: Inputs) -> tuple[ActingDriver, ...]:
    """Return the drivers that act: those of ``[[driver]]`` entries with values, and orders unless an entry says no."""
    known = dict.fromkeys(driver.name for driver in inputs.drivers)
    entries = {entry.name: entry for entry in inputs.plan.driver}
    found = []
    for name in known:
        entry = entries.get(name)
        if entry is None and is_orders(name):
            found.append(ActingDriver(name, _OF_ORDERS, np.ones(len(inputs.plan.queue), dtype=bool)))
        elif entry is not None and entry.use:
            own = _own_reasons(entry.reasons.items())
            reasons = own or (_OF_ORDERS if is_orders(_stem(name)) else (_OTHER,))
            acts = [not entry.queues or queue.id in entry.queues for queue in inputs.plan.queue]
            found.append(ActingDriver(name, reasons, np.array(acts, dtype=bool)))
    return tuple(found)


def _own_reasons(windows: Iterable[tuple[str, tuple[int, int]]]) -> tuple[Reason, ...]:
    shares = {reason.name: (reason.shop_share, reason.service_share) for reason in _OF_ORDERS}
    return tuple(
        _bump(name, first, first + round(_LATE_PEAK * (last - first)), last, shares.get(name, _UNKNOWN_REASON))
        for name, (first, last) in windows
    )
