"""Two queues behind busy agents: the first is served first, both lose those who run out of patience.

The chain of both queue lengths while all agents are busy. When the last one waiting is served the agents are no longer
all busy; the next time they are, both queues are empty: the chain simply stays at (0, 0). It is solved level by level
of the second queue (a level-dependent quasi-birth-death process), from the far end inwards, with matrices of the size
of the first queue; only positive numbers are added.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["TwoQueues"]

FloatArray = NDArray[np.float64]

_BEYOND = 1e-15
_MOST_WORK = 4e10  # multiplications: some ten seconds


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
        if (first + 1) ** 3 * (second + 1) > _MOST_WORK:
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
    higher = np.arange(first + 1)
    up = np.where(higher < first, load[0], 0.0)
    down = np.where(higher > 0, agents + higher / patience[0], 0.0)
    inside = np.diag(up[:-1], 1) + np.diag(down[1:], -1)
    identity = np.eye(first + 1)
    ratios = []  # share[j + 1] = share[j] @ ratios[j]
    ahead = np.zeros((first + 1, first + 1))  # what comes back to level j from above, per unit of level j
    for j in range(second, 0, -1):
        fall = np.full(first + 1, j / patience[1])
        fall[0] += agents
        leave = up + down + fall + (load[1] if j < second else 0.0)
        ratio = load[1] * np.linalg.solve(np.diag(leave) - inside - ahead, identity)
        ratios.append(ratio)
        ahead = ratio * fall[None, :]
    share = np.zeros((second + 1, first + 1))
    leave = up + down + load[1]
    balance = (np.diag(leave) - inside - ahead).T
    share[0, 0] = 1.0
    if first:
        share[0, 1:] = np.linalg.solve(balance[1:, 1:], -balance[1:, 0])
    for j, ratio in enumerate(reversed(ratios)):
        share[j + 1] = share[j] @ ratio
        if share[j + 1].max() > 1e200:
            share /= 1e200
    return np.asarray(np.maximum(share, 0.0) / share.sum(), dtype=np.float64)
