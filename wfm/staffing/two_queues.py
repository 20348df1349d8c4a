"""Two queues behind busy agents: the first is served first, both lose those who run out of patience.

The chain of both queue lengths while all agents are busy. When the last one waiting is served the agents are no longer
all busy; the next time they are, both queues are empty: the chain simply stays at (0, 0). Its balance is a sparse
linear system.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["TwoQueues"]

FloatArray = NDArray[np.float64]

_BEYOND = 1e-15
_MOST_STATES = 250_000  # some ten seconds


@dataclass(frozen=True)
class TwoQueues:
    """The chain of both queues given that all agents are busy; rates per handle time.

    Attributes
    ----------
    load, patience : tuple of float
        By class.
    agents : int
    share : float array (second + 1, first + 1)
        Probability of each pair of queue lengths.
    """

    load: tuple[float, float]
    patience: tuple[float, float]
    agents: int
    share: FloatArray

    @classmethod
    def of(cls, load: tuple[float, float], agents: int, patience: tuple[float, float]) -> TwoQueues:
        """Return the solved chain; ValueError when it is too large."""
        first = _length(load[0], agents, patience[0])
        second = _length(sum(load), agents, max(patience))
        if (first + 1) * (second + 1) > _MOST_STATES:
            raise ValueError(f"two queues of up to {first} and {second} contacts are too long to be solved exactly")
        return cls(load, patience, agents, _solve(load, agents, patience, first, second))

    @property
    def empty(self) -> float:
        """Probability that nobody waits."""
        return float(self.share[0, 0])

    @property
    def mean_second(self) -> float:
        """Mean length of the second queue."""
        return float(self.share.sum(axis=1) @ np.arange(self.share.shape[0]))

    def served_within(self, within: float) -> float:
        """Return the share of the second class that is served within a time, given that all agents are busy.

        One contact is followed with those ahead of it: who comes later in its class does not matter, who comes in the
        first class does. Uniformisation: the number of steps by then is Poisson.
        """
        if within == math.inf:
            return 1.0 - self.mean_second / (self.load[1] * self.patience[1])
        ahead = np.arange(self.share.shape[0])[:, None] / self.patience[1]
        higher = np.arange(self.share.shape[1])[None, :]
        down = np.where(higher > 0, self.agents + higher / self.patience[0], 0.0)
        up = np.where(higher < self.share.shape[1] - 1, self.load[0], 0.0)
        forward = ahead + np.where(higher == 0, float(self.agents), 0.0)  # from 0 ahead: served
        own = 1.0 / self.patience[1]
        pace = float((down + up + forward + own).max())
        left, served, total = self.share.copy(), 0.0, 0.0
        mean = pace * within
        if mean == 0.0:
            return 0.0
        for step in range(int(mean + 8.0 * math.sqrt(mean) + 40.0)):
            total += math.exp(step * math.log(mean) - mean - math.lgamma(step + 1.0)) * served
            served += float(left[0, 0]) * self.agents / pace
            moved = left * (1.0 - (down + up + forward + own) / pace)
            moved[:, 1:] += left[:, :-1] * up[:, :-1] / pace
            moved[:, :-1] += left[:, 1:] * down[:, 1:] / pace
            moved[:-1] += left[1:] * forward[1:] / pace
            left = moved
        return total


def _length(load: float, agents: int, patience: float) -> int:
    """Return how long a queue with these arrivals is at most, but for about 1e-15."""
    length, weight, total = 0, 1.0, 1.0
    while True:
        length += 1
        ratio = load / (agents + length / patience)
        weight *= ratio
        total += weight
        if total > 1e200:
            weight, total = weight / 1e200, total / 1e200
        if ratio < 1.0 and weight < _BEYOND * total * (1.0 - ratio):
            return length


def _solve(
    load: tuple[float, float], agents: int, patience: tuple[float, float], first: int, second: int
) -> FloatArray:
    """Return the steady state, solved relative to a state in the middle of it, so that no number gets out of hand."""
    from scipy import sparse
    from scipy.sparse.linalg import splu

    higher, lower = np.meshgrid(np.arange(first + 1), np.arange(second + 1))
    place = np.arange(higher.size).reshape(higher.shape)
    moves = [
        (higher < first, 1, np.full(higher.shape, load[0])),
        (higher > 0, -1, agents + higher / patience[0]),
        (lower < second, first + 1, np.full(higher.shape, load[1])),
        (lower > 0, -first - 1, lower / patience[1] + np.where(higher == 0, float(agents), 0.0)),
    ]
    start = np.concatenate([place[possible] for possible, _, _ in moves])
    end = np.concatenate([place[possible] + step for possible, step, _ in moves])
    rate = np.concatenate([pace[possible] for possible, _, pace in moves])
    out = np.bincount(start, rate, higher.size)
    every = place.ravel()
    matrix = sparse.csc_matrix((np.append(-rate, out), (np.append(end, every), np.append(start, every))))
    middle = (
        min(second, max(0, int((min(load[1], sum(load) - agents)) * patience[1]))),
        min(first, max(0, int((load[0] - agents) * patience[0]))),
    )
    fixed = int(place[middle])
    others = every[every != fixed]
    share = np.ones(higher.size)
    column = -matrix[:, [fixed]].toarray().ravel()
    factors = splu(matrix[others][:, others].tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0)
    share[others] = np.maximum(factors.solve(column[others]), 0.0)
    return np.asarray((share / share.sum()).reshape(higher.shape), dtype=np.float64)
