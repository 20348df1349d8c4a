"""Erlang B, C and A for numbers and arrays: what a given number of agents attains.

Notation: load ``a`` = arrivals x handle time, ``n`` agents, ``V`` the wait of an infinitely patient contact, ``W`` the
wait of all, ``T`` the target time. Contacts arrive at random (Poisson), handle times and patience are exponential, and
the queue is in its steady state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, cast, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.arguments import number, shown, whole_number
from wfm.staffing.kernels import FIELDS, blocking_many, evaluate_many

__all__ = ["Definition", "Waiting", "erlang_b", "erlang_c", "waiting"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Number = TypeVar("Number", float, FloatArray)

#: How a service level is counted; the names of the fields of :class:`Waiting`.
Definition = Literal["sl_offered", "sl_answered", "sl_excl_short_ab", "sl_virtual", "sl_left_queue"]

#: The most agents and the largest load in erlangs: a sum over the agents takes some tenths of a second there.
MOST = 1e12
#: The most chats that all agents together may hold, where one holds several: a sum over all of them takes 0.1 s there.
MOST_CHATS = 1e7

_PATIENCE_MAX, _AHT_MAX = 1e100, 1e100

ONE_AT_A_TIME = np.ones(1)


@dataclass(frozen=True)
class Waiting(Generic[Number]):
    """What contacts meet: numbers, or arrays of the broadcast shape of the arguments.

    Attributes
    ----------
    p_wait : float
        Share of contacts that find nobody free, P(V > 0).
    asa_seconds : float
        Mean wait of the answered, E[W | served]; infinite when nobody is answered or the queue grows without end.
    sl_offered : float
        Answered within T / all offered.
    sl_answered : float
        Answered within T / all answered; 0 when nobody is answered.
    sl_excl_short_ab : float
        Answered within T / (offered less those who left within T).
    sl_virtual : float
        P(V <= T): an infinitely patient contact would be answered within T.
    sl_left_queue : float
        P(W <= T): answered or gone within T.
    p_abandon : float
        Share of the offered that leave unanswered.
    occupancy : float
        Share of the agents' time that is handle time, at most 1.
    wait_seconds : float
        Mean wait of all, E[W].
    wait_abandoned_seconds : float
        Mean wait of those who leave, E[W | abandoned]; 0 when nobody leaves.
    """

    p_wait: Number
    asa_seconds: Number
    sl_offered: Number
    sl_answered: Number
    sl_excl_short_ab: Number
    sl_virtual: Number
    sl_left_queue: Number
    p_abandon: Number
    occupancy: Number
    wait_seconds: Number
    wait_abandoned_seconds: Number


@overload
def erlang_b(load: float, agents: int) -> float: ...
@overload
def erlang_b(load: ArrayLike, agents: ArrayLike) -> FloatArray: ...
def erlang_b(load: ArrayLike, agents: ArrayLike) -> float | FloatArray:
    """Return the share of contacts that find all agents busy when nobody can wait.

    Parameters
    ----------
    load : float or array
        Offered load in erlangs, finite, >= 0.
    agents : int or array
        Whole numbers from 0 to 1e12.

    Returns
    -------
    float or array
        In [0, 1]; 1 for no agents (even at no load), 0 for no load, 0 where the true value is below 1e-300.

    Raises
    ------
    ValueError
        When an argument is no number, negative, not finite, or ``agents`` is not whole or too many.

    Notes
    -----
    ``1/B = sum_{j=0..n} prod_{i<j} (n-i)/a``: positive terms only, relative error about 1e-14 up to 20,000 agents.
    """
    (loads,), counts, shape = broadcast([checked("load", load)], whole("agents", agents))
    result: float | FloatArray = shaped(blocking_many(loads, counts), shape)
    return result


@overload
def erlang_c(load: float, agents: int) -> float: ...
@overload
def erlang_c(load: ArrayLike, agents: ArrayLike) -> FloatArray: ...
def erlang_c(load: ArrayLike, agents: ArrayLike) -> float | FloatArray:
    """Return the share of contacts that have to wait when nobody gives up: ``C = nB / (n - a(1 - B))``.

    Arguments, errors and precision as in :func:`erlang_b`. In overload (``agents <= load``, load above 0) everybody
    waits: 1. Without load nobody waits: 0.
    """
    (loads,), counts, shape = broadcast([checked("load", load)], whole("agents", agents))
    endless, none = np.full(loads.size, np.inf), np.zeros(loads.size)
    result: float | FloatArray = shaped(evaluate_many(loads, counts, ONE_AT_A_TIME, endless, none)[0], shape)
    return result


@overload
def waiting(
    arrivals_per_hour: float, aht_seconds: float, agents: int, within_seconds: float,
    patience_seconds: float | None = None,
) -> Waiting[float]: ...  # fmt: skip
@overload
def waiting(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, agents: ArrayLike, within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
) -> Waiting[FloatArray]: ...  # fmt: skip
def waiting(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    agents: ArrayLike,
    within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
) -> Waiting[float] | Waiting[FloatArray]:
    """Return what ``agents`` attain: waits, five service levels, abandonment, occupancy (Erlang A; C if patient).

    Parameters
    ----------
    arrivals_per_hour : float or array
        Finite, >= 0.
    aht_seconds : float or array
        Mean handle time, finite; from 1e-100 to 1e100 where contacts arrive. The load, arrivals x handle time, is at
        most 1e12 erlangs; one that is below the smallest float counts as no volume.
    agents : int or array
        Whole numbers from 0 to 1e12.
    within_seconds : float or array
        Target time T, 0 to infinity.
    patience_seconds : float, array or None
        Mean patience, 0 to infinity; None means infinite: nobody gives up (Erlang C). 0: nobody waits (Erlang B).
        Above 1e100 handle times it counts as infinite.

    Returns
    -------
    Waiting
        Numbers for number arguments, else arrays of the broadcast shape. Never NaN, probabilities in [0, 1]:

        * no volume: nobody waits, service levels 1, occupancy 0 (whatever the agents);
        * overload without abandonment (``agents <= load``): ``p_wait`` 1, waits infinite, service levels 0,
          occupancy 1, nobody leaves;
        * no agents: nobody is answered: ``asa_seconds`` infinite, service levels 0 (``sl_left_queue`` counts those who
          left), ``p_abandon`` 1 with finite patience, ``occupancy`` 1.

    Raises
    ------
    ValueError
        When an argument is no number (strings, None and booleans are none), negative, NaN, not finite where it must be,
        ``agents`` is not whole, or agents or load are beyond their limits.

    Notes
    -----
    Formulas in :mod:`wfm.staffing.kernels`; probabilities to about 1e-13 absolute, times to about 1e-12 relative.
    """
    load, handle, patience, within, counts, shape = demand(
        arrivals_per_hour, aht_seconds, patience_seconds, within_seconds, agents
    )
    table = evaluate_many(load, counts, ONE_AT_A_TIME, patience, within)
    return Waiting(**named(table, handle, shape))


def named(table: FloatArray, handle: FloatArray, shape: tuple[int, ...]) -> dict[str, Any]:
    """Return the rows of :func:`evaluate_many` by field name, times in seconds."""
    seconds = {"asa": "asa_seconds", "wait_all": "wait_seconds", "wait_abandoned": "wait_abandoned_seconds"}
    with np.errstate(over="ignore"):
        rows = [
            (seconds.get(name, name), row * handle if name in seconds else row)
            for name, row in zip(FIELDS, table, strict=True)
        ]
    return {name: shaped(row, shape) for name, row in rows}


def demand(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    patience_seconds: ArrayLike | None,
    within_seconds: ArrayLike,
    agents: ArrayLike,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, IntArray, tuple[int, ...]]:
    """Return load, handle time, patience and target time in handle times, agents (all flat) and the common shape."""
    floats, counts, shape = broadcast(
        [
            checked("arrivals_per_hour", arrivals_per_hour),
            checked("aht_seconds", aht_seconds),
            checked("patience_seconds", np.inf if patience_seconds is None else patience_seconds, finite=False),
            checked("within_seconds", within_seconds, finite=False),
        ],
        whole("agents", agents),
    )
    arrivals, aht, patience, within = floats
    load = offered(arrivals, aht)
    handle = np.where(aht > 0, aht, 1.0)
    with np.errstate(over="ignore"):
        patience, within = patience / handle, within / handle
    patience[patience > _PATIENCE_MAX] = np.inf
    return load, handle, patience, within, counts, shape


def offered(arrivals: FloatArray, aht: FloatArray) -> FloatArray:
    """Return the load in erlangs; ValueError where contacts take no time, or beyond the largest load."""
    odd = ~((aht >= 1.0 / _AHT_MAX) & (aht <= _AHT_MAX)) & (arrivals > 0)
    if odd.any():
        worst = aht[odd].flat[0]
        told = "aht_seconds must be above 0" if worst == 0 else "aht_seconds: expected numbers from 1e-100 to 1e100"
        raise ValueError(f"{told} where contacts arrive, got {worst:g}")
    if arrivals.size == 0:
        return arrivals * aht
    with np.errstate(over="ignore", under="ignore"):
        load: FloatArray = arrivals * aht / 3600.0
    if not load.max() <= MOST:
        raise ValueError(
            f"arrivals_per_hour x aht_seconds: expected a load of at most {MOST:g} erlangs, got {load.max():g}"
        )
    return load


def single_numbers(arrivals_per_hour: float, aht_seconds: float, agents: int) -> tuple[float, float, int]:
    """Return the arguments as plain numbers; ValueError for arrays, and as in :func:`waiting`."""
    arrivals, aht = number("arrivals_per_hour", arrivals_per_hour), number("aht_seconds", aht_seconds)
    offered(np.array([arrivals]), np.array([aht]))
    return arrivals, aht, whole_number("agents", agents, 0, int(MOST))


def single_patience(patience: Any) -> float | None:
    """Return mean patience as a plain number or None; ValueError when it is neither."""
    return None if patience is None else number("patience", patience, "[0, inf]")


def checked(name: str, value: ArrayLike, finite: bool = True) -> FloatArray:
    """Return ``value`` as a float array; ValueError when it holds NaN, negative or (if ``finite``) infinite numbers.

    What is no number is refused too: strings, None, booleans (:mod:`wfm.arguments`).
    """
    array = floats_of(name, value)
    good = (array >= 0) & (array < np.inf) if finite else array >= 0
    if not good.all():
        kind = "finite numbers >= 0" if finite else "numbers >= 0"
        raise ValueError(f"{name}: expected {kind}, got {array[~good].flat[0] if array.ndim else array}")
    return array


def floats_of(name: str, value: Any) -> FloatArray:
    """Return ``value`` as a float array; ValueError when it holds anything but numbers."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        raise ValueError(f"{name}: expected numbers, got {shown(value)}") from None
    if array.dtype.kind == "O":  # whole numbers beyond 64 bits, fractions, decimals; or anything else
        if any(np.ndim(item) > 0 for item in array.flat):
            raise ValueError(f"{name}: expected numbers, got {shown(value)}")
        items = [number(name, item, "[-inf, inf]") for item in array.flat]
        return np.array(items, dtype=np.float64).reshape(array.shape)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name}: expected numbers, got {shown(value)}")
    return array.astype(np.float64, copy=False)


def whole(name: str, value: ArrayLike) -> IntArray:
    """Return ``value`` as an int array; ValueError when it holds anything but whole numbers from 0 to ``MOST``."""
    array = checked(name, value)
    if (array != np.floor(array)).any():
        raise ValueError(f"{name}: expected whole numbers, got {shown(value)}")
    if (array > MOST).any():
        raise ValueError(f"{name}: expected whole numbers of at most {MOST:g}, got {array.max():g}")
    return array.astype(np.int64)


def check_chats(name: str, agents: FloatArray | IntArray, speed: FloatArray) -> None:
    """Raise ValueError when ``agents`` with one level of ``speed`` per open chat are more than can be summed over."""
    most = MOST if speed.size == 1 else MOST_CHATS
    if np.any(agents * float(speed.size) > most):
        raise ValueError(f"{name} x chats each: expected at most {most:g}, got {agents.max():g} x {speed.size}")


def broadcast(floats: list[FloatArray], counts: IntArray) -> tuple[list[FloatArray], IntArray, tuple[int, ...]]:
    """Return the arrays broadcast against one another and flattened, and their common shape."""
    *wide, ints = np.broadcast_arrays(*floats, counts)
    flat = [np.ascontiguousarray(array, dtype=np.float64).ravel() for array in wide]
    return flat, np.ascontiguousarray(ints, dtype=np.int64).ravel(), ints.shape


def shaped(values: NDArray[Any], shape: tuple[int, ...]) -> Any:
    """Return flat ``values`` in ``shape``, a plain number when that is ``()``."""
    return values.reshape(shape) if shape else cast(Any, values[0]).item()
