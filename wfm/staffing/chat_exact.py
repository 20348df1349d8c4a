"""Chat solved exactly: the chain of how many agents have 0, 1, ... K chats open.

A new chat goes to the least busy agent, or to the busiest who has room. Chats leave an agent with k open at the rate
``speed[k-1]``. Only "all slots taken" leads to the queue, so the queue is that of :mod:`wfm.staffing.kernels`, entered
with the blocking probability of this chain. There are ``C(n + K, K)`` states; their balance is solved as a sparse
linear system.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wfm.compiled import kernel
from wfm.staffing.kernels import blocking

__all__ = ["Routing", "exact_blocking", "packed_blocking", "solvable"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Routing = Literal["least_busy", "most_busy"]

_MOST_STATES, _MOST_STATES_DEEP = 30_000, 8_000


def solvable(agents: int, levels: int) -> bool:
    """Return whether the exact chain is small enough to be solved in about a second."""
    most = _MOST_STATES if levels <= 3 else _MOST_STATES_DEEP
    return math.comb(agents + levels, levels) <= most and (agents + 1) ** (levels + 1) < 2**63  # codes are 64 bits long


@kernel
def chain(
    agents: int,
    speed: FloatArray,
    load: float,
    most_busy: bool,
    states: IntArray,
    code: IntArray,
    sorted_code: IntArray,
    order: IntArray,
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the transitions of the chain: from, to, rate. ``code`` numbers the states with base ``agents + 1``."""
    levels, base = speed.size, agents + 1
    size = states.shape[0] * (levels + 1)
    start, end, rate = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    count = 0
    for s in range(states.shape[0]):
        level = -1
        for k in range(levels):
            if states[s, k] > 0:
                level = k
                if not most_busy:
                    break
        if level >= 0:
            to = code[s] - base**level + base ** (level + 1)
            start[count], rate[count] = s, load
            end[count] = order[np.searchsorted(sorted_code, to)]
            count += 1
        for k in range(1, levels + 1):
            if states[s, k] > 0:
                to = code[s] - base**k + base ** (k - 1)
                start[count], rate[count] = s, states[s, k] * speed[k - 1]
                end[count] = order[np.searchsorted(sorted_code, to)]
                count += 1
    return start[:count], end[:count], rate[:count]


def _states(agents: int, levels: int) -> IntArray:
    """Return all numbers of agents with 0, 1, ... ``levels`` chats that add up to ``agents``."""
    rows = np.zeros((1, 0), dtype=np.int64)
    left = np.array([agents], dtype=np.int64)
    for _ in range(levels):
        repeats = left + 1
        rows, left = np.repeat(rows, repeats, axis=0), np.repeat(left, repeats)
        taken = np.arange(left.size) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        rows, left = np.column_stack([rows, taken]), left - taken
    return np.ascontiguousarray(np.column_stack([left, rows]))


def exact_blocking(load: float, agents: int, speed: FloatArray, routing: Routing) -> tuple[float, float, float]:
    """Return P(all slots taken) when nobody may wait, and, while not all are, the share engaged and chats per agent.

    Parameters
    ----------
    load : float
        Offered load in erlangs of chats handled alone, above 0.
    agents : int
        Above 0 and :func:`solvable`.
    speed : float array
        Throughput of one agent by open chats.
    routing : str
        Who gets a new chat: ``"least_busy"`` or ``"most_busy"`` with room.
    """
    from scipy import sparse
    from scipy.sparse.linalg import splu

    levels = speed.size
    states = _states(agents, levels)
    code = states @ (agents + 1) ** np.arange(levels + 1)
    order = np.argsort(code)
    start, end, rate = chain(agents, speed, load, routing == "most_busy", states, code, code[order], order)
    size = states.shape[0]
    places = np.arange(size)
    rates = np.append(-rate, np.bincount(start, rate, size))
    matrix = sparse.csc_matrix((rates, (np.append(end, places), np.append(start, places))))
    chats = states @ np.arange(levels + 1)
    fixed = int(np.argmin(np.abs(chats - _typical(load, agents, speed)) + 1e-3 * np.ptp(states, axis=1)))
    others = np.flatnonzero(np.arange(size) != fixed)
    weight = np.ones(size)
    if others.size:
        column = -matrix[:, [fixed]].toarray().ravel()
        weight[others] = splu(
            matrix[others][:, others].tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0
        ).solve(column[others])
    weight = np.maximum(weight, 0.0) / np.maximum(weight, 0.0).sum()
    full = float(weight[chats == agents * levels].sum())
    free = max(1.0 - full, 1e-300)
    engaged = float(weight @ (agents - states[:, 0])) / agents - full
    busy = float(weight @ chats) / agents - full * levels
    return full, max(engaged, 0.0) / free, max(busy, 0.0) / free


def _typical(load: float, agents: int, speed: FloatArray) -> float:
    """Return about how many chats are open: where the balanced chain has its peak."""
    filled = np.linspace(0, speed.size, 200)
    rates = np.maximum.accumulate(np.interp(filled, np.arange(speed.size + 1), np.append(0.0, speed)) * agents)
    return float(np.interp(load, rates, filled)) * agents


def packed_blocking(load: float, agents: int, speed: FloatArray) -> float:
    """Return a bound from above of P(all slots taken) for any routing, e.g. filling the busiest agent first.

    However ``x`` chats are spread, they leave at ``x min_k(speed[k-1] / k)`` at least; a birth-death chain with these
    rates is above the true one (coupling), and is Erlang's with as many servers as slots.
    """
    slowest = float(np.min(speed / np.arange(1, speed.size + 1)))
    return float(blocking(load / slowest, agents * speed.size, np.ones(1)))
