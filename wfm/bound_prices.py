"""The proof of a roster's bound: prices of an agent on seat, of limits on heads, and what more people are worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BoundPrices", "HeadWorth", "LimitPrice"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class LimitPrice:
    """What one more head would be worth under a limit on temporary staff: money, at least 0.

    ``contract`` is empty for a limit over all contracts (``[limits.temporary]``); ``limit`` is ``headcount_max``,
    ``share_max`` or ``dispatch_share_max``.
    """

    contract: str
    limit: str
    price: float


@dataclass(frozen=True)
class HeadWorth:
    """People who may be taken on under a contract: how many are, how many could be, what one more would be worth.

    ``worth`` is money over the horizon, fee and training paid, at least 0; 0 unless all ``heads_max`` are wanted.
    """

    contract: str
    heads: int
    heads_max: int
    worth: float


@dataclass(frozen=True)
class BoundPrices:
    """The proof of a roster's bound: prices from which anybody can work it out again.

    Attributes
    ----------
    seat : float array (queues, intervals)
        What one agent (at speed 1) on a queue for an interval is worth: money, between 0 and the price of a missing
        one for that interval.
    limits : tuple of LimitPrice
        Prices of the limits on heads, one for every limit that is set.
    heads : tuple of HeadWorth
        Every contract under which people may be taken on.
    value : float
        The bound that these prices prove.
    """

    seat: FloatArray
    limits: tuple[LimitPrice, ...]
    heads: tuple[HeadWorth, ...]
    value: float
