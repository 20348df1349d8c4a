"""Percentiles of the wait, and the agents needed for them or for a highest occupancy."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.arguments import number
from wfm.staffing.formulas import MOST, Definition, checked, shaped, single_numbers, single_patience, waiting
from wfm.staffing.general import required_agents_general, waiting_general
from wfm.staffing.inversion import required_agents
from wfm.staffing.patience import Patience

__all__ = ["required_for_occupancy", "required_for_percentile", "wait_percentile"]

IntArray = NDArray[np.int64]
Whose = Literal["virtual", "answered", "all"]

_COUNTED: dict[str, Definition] = {"virtual": "sl_virtual", "answered": "sl_answered", "all": "sl_left_queue"}


def wait_percentile(
    arrivals_per_hour: float,
    aht_seconds: float,
    agents: int,
    share: float,
    patience: float | Patience | None = None,
    whose: Whose = "virtual",
) -> float:
    """Return the seconds that a share of the waits does not exceed.

    Parameters
    ----------
    arrivals_per_hour, aht_seconds, agents
        As in :func:`wfm.staffing.waiting`, single numbers.
    share : float
        In [0, 1]; 0.9 for the 90th percentile.
    patience : float, Patience or None
        Mean seconds (exponential), a distribution, or None: nobody gives up.
    whose : str
        ``"virtual"``: the wait an infinitely patient contact would have; ``"answered"``: the wait of those who are
        answered; ``"all"``: until answered or gone.

    Returns
    -------
    float
        0 when so many do not wait at all; infinite when so many are never reached (overload without abandonment, no
        agents, a share of 1; above 1e18 s). Without abandonment ``ln(C / (1 - share)) aht / (n - a)``, else by
        bisection to 1e-12.

    Raises
    ------
    ValueError
        As in :func:`wfm.staffing.waiting`, for a share outside [0, 1] and an unknown ``whose``.
    """
    if whose not in get_args(Whose):
        raise ValueError(f"whose: expected one of {', '.join(get_args(Whose))}, got '{whose}'")
    number("share", share, "[0, 1]")
    arrivals, aht, count = single_numbers(arrivals_per_hour, aht_seconds, agents)

    stays = patience if isinstance(patience, Patience) else single_patience(patience)

    def attained(seconds: float) -> float:
        if isinstance(stays, Patience):
            got = waiting_general(arrivals, aht, count, seconds, stays)
        else:
            got = waiting(arrivals, aht, count, seconds, stays)
        return float(getattr(got, _COUNTED[whose]))

    none = attained(0.0)
    if none >= share:
        return 0.0
    if stays is None:
        spare = count - arrivals * aht / 3600.0
        return math.inf if spare <= 0 or share == 1 else math.log((1 - none) / (1 - share)) * aht / spare
    return math.inf if share == 1.0 else _first(attained, share, aht / max(count, 1))


def _first(attained: Callable[[float], float], share: float, high: float) -> float:
    """Return where a rising function reaches ``share``, infinite if never; looking from ``high`` on."""
    while attained(high) < share:
        high *= 4.0
        if high > 1e18:
            return math.inf
    low = 0.0
    while high - low > 1e-12 * high:
        middle = 0.5 * (low + high)
        if middle == low:  # at the least float
            break
        low, high = (low, middle) if attained(middle) >= share else (middle, high)
    return high


def required_for_percentile(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    share: ArrayLike,
    wait_seconds: ArrayLike,
    patience: float | Patience | None = None,
    whose: Whose = "virtual",
) -> int | IntArray:
    """Return the smallest number of agents with which a share of the waits is at most ``wait_seconds``.

    The percentile is at most ``wait_seconds`` exactly when the service level within that time is at least ``share``, so
    this is :func:`wfm.staffing.required_agents` by the definition that goes with ``whose`` (as in
    :func:`wait_percentile`); results and errors are those.
    """
    if whose not in get_args(Whose):
        raise ValueError(f"whose: expected one of {', '.join(get_args(Whose))}, got '{whose}'")
    counted, wait = _COUNTED[whose], checked("wait_seconds", wait_seconds, finite=False)
    if isinstance(patience, Patience):
        return required_agents_general(arrivals_per_hour, aht_seconds, share, wait, patience, counted)
    return required_agents(arrivals_per_hour, aht_seconds, share, wait, patience, counted)


def required_for_occupancy(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, occupancy_max: float
) -> int | IntArray:
    """Return the smallest number of agents whose occupancy is at most ``occupancy_max`` when nobody gives up.

    ``ceil(load / occupancy_max)``, with the arguments taken as the decimals they are written as.

    Parameters
    ----------
    arrivals_per_hour, aht_seconds : float or array
        Finite, >= 0; they may ask for at most 1e12 agents.
    occupancy_max : float
        In (0, 1].

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    busiest = number("occupancy_max", occupancy_max, "(0, 1]")
    arrivals, aht = np.broadcast_arrays(
        checked("arrivals_per_hour", arrivals_per_hour), checked("aht_seconds", aht_seconds)
    )
    with np.errstate(over="ignore", under="ignore"):
        if np.any(arrivals * aht / 3600.0 > MOST * busiest):
            raise ValueError(
                f"arrivals_per_hour x aht_seconds: expected a load of at most {MOST:g} erlangs x occupancy_max, "
                f"got {(arrivals * aht / 3600.0).max():g}"
            )
    most = 3600 * Fraction(repr(busiest))
    found = [
        -(-Fraction(repr(a)) * Fraction(repr(h)) // most)
        for a, h in zip(arrivals.ravel().tolist(), aht.ravel().tolist(), strict=True)
    ]
    result: int | IntArray = shaped(np.array(found, dtype=np.int64), arrivals.shape)
    return result
