"""Percentiles of the wait, and the agents needed for them or for a highest occupancy."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.staffing.formulas import Definition, checked, shaped, waiting
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
        agents, a share of 1). Without abandonment ``ln(C / (1 - share)) aht / (n - a)``, else by bisection to 1e-12.

    Raises
    ------
    ValueError
        As in :func:`wfm.staffing.waiting`, for a share outside [0, 1] and an unknown ``whose``.
    """
    if whose not in get_args(Whose):
        raise ValueError(f"whose: expected one of {', '.join(get_args(Whose))}, got '{whose}'")
    if not 0 <= share <= 1:
        raise ValueError(f"share: expected a number in [0, 1], got {share}")

    def attained(seconds: float) -> float:
        if isinstance(patience, Patience):
            got = waiting_general(arrivals_per_hour, aht_seconds, agents, seconds, patience)
        else:
            got = waiting(arrivals_per_hour, aht_seconds, agents, seconds, patience)
        return float(getattr(got, _COUNTED[whose]))

    none = attained(0.0)
    if none >= share:
        return 0.0
    if patience is None:
        spare = agents - arrivals_per_hour * aht_seconds / 3600.0
        return math.inf if spare <= 0 or share == 1 else math.log((1 - none) / (1 - share)) * aht_seconds / spare
    return math.inf if share == 1.0 else _first(attained, share, aht_seconds / max(agents, 1))


def _first(attained: Callable[[float], float], share: float, high: float) -> float:
    """Return where a rising function reaches ``share``, infinite if never; looking from ``high`` on."""
    while attained(high) < share:
        high *= 4.0
        if high > 1e18:
            return math.inf
    low = 0.0
    while high - low > 1e-12 * high:
        middle = 0.5 * (low + high)
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
    counted = _COUNTED[whose]
    if isinstance(patience, Patience):
        return required_agents_general(arrivals_per_hour, aht_seconds, share, wait_seconds, patience, counted)
    return required_agents(arrivals_per_hour, aht_seconds, share, wait_seconds, patience, counted)


def required_for_occupancy(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, occupancy_max: float
) -> int | IntArray:
    """Return the smallest number of agents whose occupancy is at most ``occupancy_max`` when nobody gives up.

    ``ceil(load / occupancy_max)``, with the arguments taken as the decimals they are written as.

    Parameters
    ----------
    arrivals_per_hour, aht_seconds : float or array
        Finite, >= 0.
    occupancy_max : float
        In (0, 1].

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    if not 0 < occupancy_max <= 1:
        raise ValueError(f"occupancy_max: expected a number in (0, 1], got {occupancy_max}")
    arrivals, aht = np.broadcast_arrays(
        checked("arrivals_per_hour", arrivals_per_hour), checked("aht_seconds", aht_seconds)
    )
    most = 3600 * Fraction(repr(float(occupancy_max)))
    found = [
        -(-Fraction(repr(a)) * Fraction(repr(h)) // most)
        for a, h in zip(arrivals.ravel().tolist(), aht.ravel().tolist(), strict=True)
    ]
    result: int | IntArray = shaped(np.array(found, dtype=np.int64), arrivals.shape)
    return result
