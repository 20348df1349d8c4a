"""Queues whose contacts have any patience (M/M/n+G): what agents attain, and how many are needed for a target.

Mean patience alone says little: with 100 agents, 104 % load and a mean patience of 120 s, the share answered within
20 s is 0.78 for exponential patience, 0.48 for a Weibull with k = 2 and 0.14 when everybody waits exactly 120 s. Exact
integrals of Zeltyn and Mandelbaum (2005) in :mod:`wfm.staffing.general_kernels`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.arguments import shown
from wfm.staffing.chat import speeds
from wfm.staffing.formulas import Definition, Waiting, broadcast, check_chats, checked, named, offered, shaped, whole
from wfm.staffing.general_kernels import general_many, general_search_many
from wfm.staffing.inversion import UnreachableTargetError, Whose, checked_shares, shares_of
from wfm.staffing.kernels import FIELDS
from wfm.staffing.patience import Patience
from wfm.staffing.survival import survival_of

__all__ = [
    "required_agents_general", "required_for_abandonment_general", "required_for_average_wait_general",
    "waiting_general",
]  # fmt: skip

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PHONE = (1.0,)

_SHORTEST, _LONGEST = 1e-200, 1e200  # mean seconds of patience that panels can be laid over


@overload
def waiting_general(
    arrivals_per_hour: float, aht_seconds: float, agents: int, within_seconds: float, patience: Patience,
    speed: Sequence[float] = PHONE,
) -> Waiting[float]: ...  # fmt: skip
@overload
def waiting_general(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, agents: ArrayLike, within_seconds: ArrayLike,
    patience: Patience, speed: Sequence[float] = PHONE,
) -> Waiting[FloatArray]: ...  # fmt: skip
def waiting_general(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    agents: ArrayLike,
    within_seconds: ArrayLike,
    patience: Patience,
    speed: Sequence[float] = PHONE,
) -> Waiting[float] | Waiting[FloatArray]:
    """Return what ``agents`` attain when patience has any distribution.

    Parameters
    ----------
    arrivals_per_hour, aht_seconds, agents, within_seconds
        As in :func:`wfm.staffing.waiting`.
    patience : Patience
        One distribution for all entries; an infinite mean, or one above 1e200 s: nobody gives up. A mean below 1e-200
        s counts as that.
    speed : sequence of float
        Throughput of one agent by open chats relative to one, as in :func:`wfm.staffing.chat_waiting`: the wait is
        exact given the balanced chain below "all slots taken". ``(1.0,)`` is the phone.

    Returns
    -------
    Waiting
        As in :func:`wfm.staffing.waiting`, to which it is equal to about 1e-11 for exponential patience.

    Raises
    ------
    ValueError
        As in :func:`wfm.staffing.waiting`, for a ``patience`` that is no :class:`wfm.staffing.Patience`, and for a
        ``speed`` as in :func:`wfm.staffing.chat_waiting`.
    """
    rates, panels = speeds(speed, "speed"), _panels(patience)
    arrival, aht, within, counts, shape = _arguments(arrivals_per_hour, aht_seconds, within_seconds, agents)
    check_chats("agents", counts, rates)
    table = general_many(arrival, aht, counts, rates, within, *panels)
    return Waiting(**named(table, np.ones(1), shape))


@overload
def required_agents_general(
    arrivals_per_hour: float, aht_seconds: float, share: float, within_seconds: float, patience: Patience,
    definition: Definition = "sl_offered", speed: Sequence[float] = PHONE,
) -> int: ...  # fmt: skip
@overload
def required_agents_general(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, share: ArrayLike, within_seconds: ArrayLike,
    patience: Patience, definition: Definition = "sl_offered", speed: Sequence[float] = PHONE,
) -> IntArray: ...  # fmt: skip
def required_agents_general(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    share: ArrayLike,
    within_seconds: ArrayLike,
    patience: Patience,
    definition: Definition = "sl_offered",
    speed: Sequence[float] = PHONE,
) -> int | IntArray:
    """Return the smallest number of agents whose service level is at least ``share``, for any patience.

    Arguments, results and errors as in :func:`wfm.staffing.required_agents`, with ``patience`` and ``speed`` as in
    :func:`waiting_general`.
    """
    finite = _gives_up(patience)
    checked_shares(arrivals_per_hour, share, within_seconds, finite, definition)
    return _search(definition, share, arrivals_per_hour, aht_seconds, within_seconds, patience, speed)


@overload
def required_for_average_wait_general(
    arrivals_per_hour: float, aht_seconds: float, wait_seconds: float, patience: Patience, whose: Whose = "answered",
    speed: Sequence[float] = PHONE,
) -> int: ...  # fmt: skip
@overload
def required_for_average_wait_general(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, wait_seconds: ArrayLike, patience: Patience,
    whose: Whose = "answered", speed: Sequence[float] = PHONE,
) -> IntArray: ...  # fmt: skip
def required_for_average_wait_general(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    wait_seconds: ArrayLike,
    patience: Patience,
    whose: Whose = "answered",
    speed: Sequence[float] = PHONE,
) -> int | IntArray:
    """Return the smallest number of agents with which the mean wait is at most ``wait_seconds``, for any patience.

    ``whose`` and errors as in :func:`wfm.staffing.required_for_average_wait`. With few agents the wait of the
    *answered* can fall again where the impatient leave early (a mix of hasty and patient contacts): the number found
    then meets the goal and one less does not.
    """
    if whose not in get_args(Whose):
        raise ValueError(f"whose: expected 'answered' or 'all', got '{whose}'")
    wait = checked("wait_seconds", wait_seconds, finite=False)
    if np.any((wait == 0) & (checked("arrivals_per_hour", arrivals_per_hour) > 0)):
        raise UnreachableTargetError("a mean wait of 0 seconds can't be reached by any number of agents")
    field = "asa" if whose == "answered" else "wait_all"
    return _search(field, wait, arrivals_per_hour, aht_seconds, 0.0, patience, speed)


@overload
def required_for_abandonment_general(
    arrivals_per_hour: float, aht_seconds: float, share: float, patience: Patience, speed: Sequence[float] = PHONE
) -> int: ...
@overload
def required_for_abandonment_general(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, share: ArrayLike, patience: Patience,
    speed: Sequence[float] = PHONE,
) -> IntArray: ...  # fmt: skip
def required_for_abandonment_general(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    share: ArrayLike,
    patience: Patience,
    speed: Sequence[float] = PHONE,
) -> int | IntArray:
    """Return the smallest number of agents with which at most ``share`` of the offered give up, for any patience.

    Errors as in :func:`wfm.staffing.required_for_abandonment`.
    """
    goal = shares_of(share)
    if _gives_up(patience) and np.any((goal == 0) & (checked("arrivals_per_hour", arrivals_per_hour) > 0)):
        raise UnreachableTargetError("no abandonment at all can't be reached by any number of agents; ask 0.001")
    return _search("p_abandon", goal, arrivals_per_hour, aht_seconds, 0.0, patience, speed)


def _search(
    field: str,
    goal: ArrayLike,
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    within_seconds: ArrayLike,
    patience: Patience,
    speed: Sequence[float],
) -> int | IntArray:
    shape_of_goal = np.zeros(np.shape(goal), dtype=np.int64)
    arrival, aht, within, _, shape = _arguments(arrivals_per_hour, aht_seconds, within_seconds, shape_of_goal)
    goals = np.ascontiguousarray(np.broadcast_to(np.asarray(goal, dtype=np.float64), shape).ravel())
    place, rates = FIELDS.index(field), speeds(speed, "speed")
    check_chats("load in full agents", arrival * aht / rates[-1], rates)
    found = general_search_many(place, goals, arrival, aht, rates, within, *_panels(patience))
    result: int | IntArray = shaped(found, shape)
    return result


def _arguments(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, within_seconds: ArrayLike, agents: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, IntArray, tuple[int, ...]]:
    """Return arrivals per second, handle time, target time and agents (all flat) and the common shape."""
    floats, counts, shape = broadcast(
        [
            checked("arrivals_per_hour", arrivals_per_hour),
            checked("aht_seconds", aht_seconds),
            checked("within_seconds", within_seconds, finite=False),
        ],
        whole("agents", agents),
    )
    arrivals, aht, within = floats
    offered(arrivals, aht)
    return arrivals / 3600.0, np.where(aht > 0, aht, 1.0), within, counts, shape


def _panels(patience: Patience) -> tuple[FloatArray, FloatArray, FloatArray]:
    if not _gives_up(patience):
        return np.empty(0), np.empty((4, 0, 16)), np.empty(0)
    if patience.mean_seconds < _SHORTEST:
        patience = Patience("exponential", _SHORTEST)  # whatever the shape: nobody waits
    panels = survival_of(patience)
    return panels.edges, panels.table, panels.lost


def _gives_up(patience: Patience) -> bool:
    if not isinstance(patience, Patience):
        raise ValueError(f"patience: expected a Patience, got {shown(patience)}")
    return patience.mean_seconds <= _LONGEST
