"""Priority: classes of contacts that share agents; who is in service is not interrupted (non-preemptive).

All classes have the same exponential handle time, and whoever waits in a higher class is served first. Without
abandonment the waits are closed forms: Cobham (1954), Kella and Yechiali (1985). A contact of class k that finds all
agents busy waits for the work of its own class and above, ``V`` ~ exponential with rate ``nu (1 - s_k)`` (``nu`` the
rate of all agents, ``s_k`` the share of it that classes up to k ask for), stretched by the higher classes that arrive
meanwhile: a busy period of an M/M/1 queue for each unit. Inverting its transform along the branch cut gives the tail as
one smooth integral over [0, pi] and at most one exponential, both positive.

With abandonment (two classes) the first class, while all agents are busy, is a birth-death chain by itself: Erlang A's
integrals with its own arrivals give its waits. The second needs the chain of both queue lengths
(:mod:`wfm.staffing.two_queues`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.arguments import number, shown, whole_number
from wfm.staffing.formulas import MOST, checked, offered
from wfm.staffing.kernels import blocking, wait_integrals
from wfm.staffing.two_queues import TwoQueues

__all__ = ["PriorityClass", "priority_waiting"]

FloatArray = NDArray[np.float64]

_SHORTEST, _LONGEST = 1e-100, 1e100  # mean patience in handle times; beyond, nobody waits and nobody leaves
_NOTHING = 1e-200  # erlangs that count as no volume


@dataclass(frozen=True)
class PriorityClass:
    """What the contacts of one class meet.

    Attributes
    ----------
    p_wait : float
        Share that finds nobody free; the same for all classes.
    wait_seconds : float
        Mean wait of all of the class, until answered or gone; infinite in overload without abandonment.
    sl_offered : float
        Answered within T / offered.
    p_abandon : float
        Share of the class that leaves unanswered.
    """

    p_wait: float
    wait_seconds: float
    sl_offered: float
    p_abandon: float


def priority_waiting(
    arrivals_per_hour: Sequence[float],
    aht_seconds: float,
    agents: int,
    within_seconds: float | Sequence[float],
    patience_seconds: Sequence[float] | None = None,
) -> tuple[PriorityClass, ...]:
    """Return what each class meets, the first served first.

    Parameters
    ----------
    arrivals_per_hour : sequence of float
        By class, highest priority first; finite, >= 0.
    aht_seconds : float
        Mean handle time of all classes, 1e-100 to 1e100. The load is limited as in :func:`wfm.staffing.waiting`.
    agents : int
        Whole, 0 to 1e12.
    within_seconds : float or sequence of float
        Target time, one or by class.
    patience_seconds : sequence of float or None
        Mean patience by class, above 0 and finite, for exactly two classes; None: nobody gives up.

    Returns
    -------
    tuple of PriorityClass
        Without abandonment, a class up to which the agents are overloaded waits for ever. Exact to about 1e-10; with
        abandonment the queues are cut where less than 1e-13 lies beyond.

    Raises
    ------
    ValueError
        When an argument is out of its range, and for two queues so long that their chain can't be solved.
    """
    arrivals = checked("arrivals_per_hour", arrivals_per_hour)
    if arrivals.ndim != 1 or arrivals.size == 0:
        raise ValueError(f"arrivals_per_hour: expected one number per class, got {shown(arrivals_per_hour)}")
    aht = number("aht_seconds", aht_seconds, "[1e-100, 1e100]")
    count = whole_number("agents", agents, 0, int(MOST))
    limits = checked("within_seconds", within_seconds, finite=False)
    if limits.shape not in ((), arrivals.shape):
        raise ValueError(f"within_seconds: expected one number or one per class, got {shown(within_seconds)}")
    with np.errstate(over="ignore"):
        within = np.broadcast_to(limits, arrivals.shape) / aht
    load = offered(arrivals, np.full(arrivals.shape, aht))
    offered(arrivals.sum(keepdims=True), np.array([aht]))
    if patience_seconds is None:
        return _patient(load, aht, count, within)
    patience = checked("patience_seconds", patience_seconds)
    if patience.shape != (2,) or load.shape != (2,) or np.any(patience == 0):
        raise ValueError(
            f"patience_seconds: expected two numbers above 0 for two classes, got {shown(patience_seconds)}"
        )
    with np.errstate(over="ignore"):
        stays = np.clip(patience / aht, _SHORTEST, _LONGEST)
    return _impatient(load, aht, count, within, stays)


def _patient(load: FloatArray, aht: float, agents: int, within: FloatArray) -> tuple[PriorityClass, ...]:
    total = float(load.sum())
    if total < _NOTHING:
        return (PriorityClass(0.0, 0.0, 1.0, 0.0),) * load.size
    b = 1.0 if total >= agents else float(blocking(total, agents, np.ones(1)))
    p_wait = b * agents / (agents - total * (1.0 - b)) if total < agents else 1.0
    classes, above = [], 0.0
    for own, limit in zip(load.tolist(), within.tolist(), strict=True):
        up_to = above + own
        if up_to >= agents:
            classes.append(PriorityClass(p_wait, math.inf, 0.0, 0.0))
        else:
            wait = p_wait * agents / ((agents - above) * (agents - up_to))
            level = 1.0 - p_wait * _tail(agents, above, up_to, limit)
            classes.append(PriorityClass(p_wait, wait * aht, min(max(level, 0.0), 1.0), 0.0))
        above = up_to
    return tuple(classes)


def _tail(drain: float, above: float, up_to: float, t: float) -> float:
    """Return P(W > t | W > 0) of a class; ``above`` arrives with priority, ``up_to`` altogether.

    Rates per handle time. On the cut ``s = -r(phi)``, ``r = drain + above - 2 sqrt(drain above) cos(phi)``, the
    transform ``eta / (eta - drain + drain / beta(s))`` has the imaginary part that is integrated here; there is a pole
    where ``up_to^2 > above drain``.
    """
    eta, root = drain - up_to, math.sqrt(drain * above)
    if t == math.inf:
        return 0.0
    if above == 0.0:
        return math.exp(-eta * t)
    edges = math.pi * np.concatenate([[0.0], 0.5 ** np.arange(48, -1, -1.0)])
    nodes, weights = np.polynomial.legendre.leggauss(24)
    half, middle = 0.5 * np.diff(edges)[:, None], 0.5 * (edges[1:] + edges[:-1])[:, None]
    phi, weight = middle + half * nodes, half * weights
    rate = (math.sqrt(drain) - math.sqrt(above)) ** 2 + 4.0 * root * np.sin(0.5 * phi) ** 2
    distance = (up_to - root) ** 2 + 4.0 * up_to * root * np.sin(0.5 * phi) ** 2
    density = 2.0 * eta * drain * above * np.sin(phi) ** 2 / distance / math.pi
    tail = float((weight * density * np.exp(-rate * t) / rate).sum())
    if up_to > root:
        share, high = up_to / drain, above / drain
        tail += (share**2 - high) / (share * (share - high)) * math.exp(-(1.0 - share) * (drain - above / share) * t)
    return min(tail, 1.0)


def _impatient(
    load: FloatArray, aht: float, agents: int, within: FloatArray, patience: FloatArray
) -> tuple[PriorityClass, ...]:
    if agents == 0:
        return tuple(PriorityClass(1.0, float(p) * aht, 0.0, 1.0) for p in patience)
    if load.sum() < _NOTHING:
        return (PriorityClass(0.0, 0.0, 1.0, 0.0),) * 2
    load = np.maximum(load, 1e-13 * load.sum())  # a class without contacts: what a single one would meet
    queues = TwoQueues.of((float(load[0]), float(load[1])), agents, (float(patience[0]), float(patience[1])))
    b = float(blocking(float(load.sum()), agents, np.ones(1)))
    p_wait = b / ((1.0 - b) * queues.empty + b)
    first = _first(p_wait, float(load[0]), agents, float(patience[0]), float(within[0]), aht)
    wait = p_wait * queues.mean_second / load[1]
    left = wait / patience[1]
    in_time = 1.0 - p_wait + p_wait * queues.served_within(float(within[1]))
    return first, PriorityClass(p_wait, float(wait) * aht, float(max(min(in_time, 1.0 - left), 0.0)), float(left))


def _first(p_wait: float, load: float, agents: int, patience: float, within: float, aht: float) -> PriorityClass:
    """Return what the first class meets: Erlang A's wait with its own arrivals, given that all are busy."""
    sums, _ = wait_integrals(agents * patience, load * patience, within / patience)
    per_wait = p_wait / (sums[0] + sums[1])
    left = float(per_wait * sums[4])
    in_time = float(min(1.0 - p_wait + per_wait * sums[2], 1.0))
    return PriorityClass(p_wait, float(left * patience * aht), in_time, left)
