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

from wfm.compiled import kernel

__all__ = ["TwoQueues", "inverted", "stepped"]

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

_BEYOND = 1e-15
_MOST_STATES = 250_000  # some ten seconds
_MOST_STEPS = 500.0  # beyond, inverting the transform takes less time
_DAMPING, _EULER, _TERMS = 26.0, 12, 4000


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
        first class does. A short time is a Poisson number of steps (uniformisation, exact to 1e-13); a longer one is
        found by inverting the transform, at a cost that does not grow with it (to 1e-10); after 40 mean patiences
        nobody is left.
        """
        rates = (self.load[0], float(self.agents), self.patience[0], self.patience[1])
        in_the_end = min(max(1.0 - self.mean_second / (self.load[1] * self.patience[1]), 0.0), 1.0)
        if within == 0.0 or within > 40.0 * self.patience[1]:
            return in_the_end if within > 0.0 else 0.0
        rows, columns = self.share.shape
        pace = self.load[0] + rates[1] + (columns - 1) / rates[2] + rows / rates[3]
        if pace * within < _MOST_STEPS:
            return float(stepped(self.share, *rates, pace, pace * within))
        return min(max(in_the_end - float(inverted(self.share, *rates, within)), 0.0), in_the_end)


@kernel
def stepped(
    share: FloatArray, load: float, agents: float, first: float, second: float, pace: float, mean: float
) -> float:
    """Return the share served within ``mean / pace``, by a Poisson number of steps of the chain of those ahead."""
    rows, columns = share.shape
    left, moved, served, total = share.copy(), np.empty_like(share), 0.0, 0.0
    for step in range(int(mean + 8.0 * math.sqrt(mean) + 40.0)):
        total += math.exp(step * math.log(mean) - mean - math.lgamma(step + 1.0)) * served
        served += left[0, 0] * agents / pace
        for i in range(rows):
            for j in range(columns):
                down = agents + j / first if j > 0 else agents  # with nobody above it, the next one ahead is served
                up = load if j < columns - 1 else 0.0
                come = left[i, j] * (1.0 - (down + up + (i + 1.0) / second) / pace)
                if j > 0:
                    come += left[i, j - 1] * load / pace
                if j < columns - 1:
                    come += left[i, j + 1] * (agents + (j + 1.0) / first) / pace
                if i < rows - 1:
                    come += left[i + 1, j] * ((i + 1.0) / second + (agents if j == 0 else 0.0)) / pace
                moved[i, j] = come
        left, moved = moved, left
    return total


@kernel
def transform(
    share: FloatArray, load: float, agents: float, first: float, second: float, s: complex, x: ComplexArray
) -> complex:
    """Return the Laplace transform at ``s`` of the flow of those who are served; ``x`` is for work (3, columns).

    The number ahead only falls: from the most down, each is a tridiagonal system in the length of the first queue.
    """
    rows, columns = share.shape
    for j in range(columns):
        x[0, j] = 0.0
    for i in range(rows - 1, -1, -1):
        for j in range(columns):
            down = agents + j / first if j > 0 else agents
            up = load if j < columns - 1 else 0.0
            own = s + down + up + (i + 1.0) / second
            come = share[i, j] + x[0, j] * ((i + 1.0) / second + (agents if j == 0 else 0.0))
            if j > 0:
                own -= load * x[1, j - 1]
                come += load * x[2, j - 1]
            x[1, j] = (agents + (j + 1.0) / first) / own if j < columns - 1 else 0.0
            x[2, j] = come / own
        x[0, columns - 1] = x[2, columns - 1]
        for j in range(columns - 2, -1, -1):
            x[0, j] = x[2, j] + x[1, j] * x[0, j + 1]
    return complex(agents * x[0, 0])


@kernel
def inverted(share: FloatArray, load: float, agents: float, first: float, second: float, within: float) -> float:
    """Return the share that is served later than ``within``, by a Fourier series that Euler's sums speed up.

    Abate and Whitt (1995). The error of the series is exp(-_DAMPING); more terms are taken until the sum stands still.
    """
    x = np.empty((3, share.shape[1]), dtype=np.complex128)
    whole = transform(share, load, agents, first, second, complex(0.0), x)
    scale = math.exp(0.5 * _DAMPING) / within
    sums, total, before = np.zeros(_TERMS), 0.0, math.inf
    for k in range(_TERMS):
        s = complex(0.5 * _DAMPING, k * math.pi) / within
        value = ((whole - transform(share, load, agents, first, second, s, x)) / s).real * scale
        total += 0.5 * value if k == 0 else (value if k % 2 == 0 else -value)
        sums[k] = total
        if k >= 24 and k % 12 == 0:
            found = 0.0
            for m in range(_EULER + 1):
                ways = math.exp(math.lgamma(_EULER + 1.0) - math.lgamma(m + 1.0) - math.lgamma(_EULER - m + 1.0))
                found += ways * 0.5**_EULER * sums[k - _EULER + m]
            if abs(found - before) < 1e-11:
                return found
            before = found
    return before


def _length(load: float, agents: int, patience: float) -> int:
    """Return how long a queue with these arrivals is at most, but for about 1e-15; ``_MOST_STATES`` where longer."""
    length, weight, total = 0, 1.0, 1.0
    while length < _MOST_STATES:
        length += 1
        ratio = load / (agents + length / patience)
        weight *= ratio
        total += weight
        if total > 1e200:
            weight, total = weight / 1e200, total / 1e200
        if ratio < 1.0 and weight < _BEYOND * total * (1.0 - ratio):
            break
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
