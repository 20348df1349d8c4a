"""The smallest number of agents for a target: exact inversion of Erlang C and A."""

from __future__ import annotations

from typing import Literal, get_args, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.arguments import shown
from wfm.staffing.formulas import ONE_AT_A_TIME, Definition, check_chats, checked, demand, shaped
from wfm.staffing.kernels import FIELDS
from wfm.staffing.searching import search_many

__all__ = ["UnreachableTargetError", "required_agents", "required_for_abandonment", "required_for_average_wait"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Whose = Literal["answered", "all"]


class UnreachableTargetError(ValueError):
    """No number of agents, however large, reaches the target."""


@overload
def required_agents(
    arrivals_per_hour: float, aht_seconds: float, share: float, within_seconds: float,
    patience_seconds: float | None = None, definition: Definition = "sl_offered",
) -> int: ...  # fmt: skip
@overload
def required_agents(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, share: ArrayLike, within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None, definition: Definition = "sl_offered",
) -> IntArray: ...  # fmt: skip
def required_agents(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    share: ArrayLike,
    within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
    definition: Definition = "sl_offered",
) -> int | IntArray:
    """Return the smallest number of agents whose service level is at least ``share``.

    Parameters
    ----------
    arrivals_per_hour, aht_seconds, within_seconds, patience_seconds
        As in :func:`wfm.staffing.waiting`.
    share : float or array
        Wanted service level in [0, 1].
    definition : str
        How the service level is counted: a field of :class:`wfm.staffing.Waiting`.

    Returns
    -------
    int or int array
        0 where there is no volume or ``share`` is 0 (and for ``sl_left_queue`` where enough contacts give up in time
        without anybody there).

    Raises
    ------
    UnreachableTargetError
        Where ``share`` is 1 within a finite time (a random number of contacts can always exceed the agents), or, with
        ``sl_offered``, where ``share`` is 1 although contacts give up.
    ValueError
        As in :func:`wfm.staffing.waiting`, for a share outside [0, 1], and for an unknown definition.
    """
    return required_shares(arrivals_per_hour, aht_seconds, share, within_seconds, patience_seconds, definition)


def required_shares(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    share: ArrayLike,
    within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None,
    definition: Definition,
    speed: FloatArray = ONE_AT_A_TIME,
) -> int | IntArray:
    """Return :func:`required_agents` for agents with the given throughput by open contacts."""
    finite = False if patience_seconds is None else np.isfinite(mean_patience(patience_seconds))
    checked_shares(arrivals_per_hour, share, within_seconds, finite, definition)
    return _search(
        definition, share, arrivals_per_hour, aht_seconds, patience_seconds, within_seconds, speed, seconds=False
    )


def checked_shares(
    arrivals_per_hour: ArrayLike, share: ArrayLike, within_seconds: ArrayLike, gives_up: ArrayLike,
    definition: Definition,
) -> None:  # fmt: skip
    """Raise ValueError for a wrong share or definition, UnreachableTargetError for a share that nobody can promise."""
    if definition not in get_args(Definition):
        raise ValueError(f"definition: expected one of {', '.join(get_args(Definition))}, got '{definition}'")
    goal, arrivals = shares_of(share), checked("arrivals_per_hour", arrivals_per_hour)
    never = np.isfinite(checked("within_seconds", within_seconds, finite=False))
    if definition == "sl_offered":
        never = never | np.asarray(gives_up)
    unreachable = (goal >= 1) & never & (arrivals > 0)
    if np.any(unreachable):
        raise UnreachableTargetError("a share of 1.0 can't be reached by any number of agents; ask at most 0.999")


def shares_of(share: ArrayLike) -> FloatArray:
    """Return wanted shares as an array; ValueError outside [0, 1]."""
    goal = checked("share", share)
    if np.any(goal > 1):
        raise ValueError(f"share: expected numbers in [0, 1], got {shown(share)}")
    return goal


def mean_patience(patience_seconds: ArrayLike) -> FloatArray:
    """Return mean patience as an array; ValueError where it is no number >= 0."""
    return checked("patience_seconds", patience_seconds, finite=False)


@overload
def required_for_average_wait(
    arrivals_per_hour: float, aht_seconds: float, wait_seconds: float,
    patience_seconds: float | None = None, whose: Whose = "answered",
) -> int: ...  # fmt: skip
@overload
def required_for_average_wait(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, wait_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None, whose: Whose = "answered",
) -> IntArray: ...  # fmt: skip
def required_for_average_wait(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    wait_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
    whose: Whose = "answered",
) -> int | IntArray:
    """Return the smallest number of agents with which the mean wait is at most ``wait_seconds``.

    ``whose`` wait: of the ``"answered"`` contacts (E[W | served]) or of ``"all"`` (E[W]). Other arguments and errors as
    in :func:`required_agents`; a mean wait of 0 is unreachable where contacts arrive and anybody waits at all.
    """
    return required_waits(arrivals_per_hour, aht_seconds, wait_seconds, patience_seconds, whose)


def required_waits(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    wait_seconds: ArrayLike,
    patience_seconds: ArrayLike | None,
    whose: Whose,
    speed: FloatArray = ONE_AT_A_TIME,
) -> int | IntArray:
    """Return :func:`required_for_average_wait` for agents with the given throughput by open contacts."""
    if whose not in get_args(Whose):
        raise ValueError(f"whose: expected 'answered' or 'all', got '{whose}'")
    wait = checked("wait_seconds", wait_seconds, finite=False)
    waits = True if patience_seconds is None else mean_patience(patience_seconds) > 0
    if np.any((wait == 0) & waits & (checked("arrivals_per_hour", arrivals_per_hour) > 0)):
        raise UnreachableTargetError("a mean wait of 0 seconds can't be reached by any number of agents")
    field = "asa" if whose == "answered" else "wait_all"
    return _search(field, wait, arrivals_per_hour, aht_seconds, patience_seconds, 0.0, speed, seconds=True)


@overload
def required_for_abandonment(
    arrivals_per_hour: float, aht_seconds: float, share: float, patience_seconds: float | None
) -> int: ...
@overload
def required_for_abandonment(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, share: ArrayLike, patience_seconds: ArrayLike | None
) -> IntArray: ...
def required_for_abandonment(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, share: ArrayLike, patience_seconds: ArrayLike | None
) -> int | IntArray:
    """Return the smallest number of agents with which at most ``share`` of the offered contacts give up.

    With infinite patience nobody gives up, however few agents there are: 0. Other arguments and errors as in
    :func:`required_agents`; a share of 0 is unreachable where contacts arrive and patience is finite.
    """
    return required_losses(arrivals_per_hour, aht_seconds, share, patience_seconds)


def required_losses(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    share: ArrayLike,
    patience_seconds: ArrayLike | None,
    speed: FloatArray = ONE_AT_A_TIME,
) -> int | IntArray:
    """Return :func:`required_for_abandonment` for agents with the given throughput by open contacts."""
    goal = shares_of(share)
    leaves = False if patience_seconds is None else np.isfinite(mean_patience(patience_seconds))
    if np.any((goal == 0) & leaves & (checked("arrivals_per_hour", arrivals_per_hour) > 0)):
        raise UnreachableTargetError("no abandonment at all can't be reached by any number of agents; ask 0.001")
    return _search("p_abandon", goal, arrivals_per_hour, aht_seconds, patience_seconds, 0.0, speed, seconds=False)


def _search(
    field: str,
    goal: ArrayLike,
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    patience_seconds: ArrayLike | None,
    within_seconds: ArrayLike,
    speed: FloatArray,
    seconds: bool,
) -> int | IntArray:
    shape_of_goal = np.zeros(np.shape(goal), dtype=np.int64)
    load, handle, patience, within, _, shape = demand(
        arrivals_per_hour, aht_seconds, patience_seconds, within_seconds, shape_of_goal
    )
    check_chats("load in full agents", load / speed[-1], speed)
    goals = np.broadcast_to(np.asarray(goal, dtype=np.float64), shape).ravel()
    if seconds:
        with np.errstate(over="ignore"):
            goals = goals / handle
    found = search_many(FIELDS.index(field), np.ascontiguousarray(goals), load, speed, patience, within)
    result: int | IntArray = shaped(found, shape)
    return result
