"""A patience distribution as polynomials on panels: what the compiled kernels integrate over.

On each panel the share still willing to wait, ``G``, and the share gone, ``F = 1 - G``, are Legendre series through 16
Gauss points. Panels are halved until both are resolved to 1e-12 of their largest value on the panel, so that
neither loses digits where it is small: near 0 (few have left yet) and far out (few are left).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from wfm.staffing.patience import Patience

__all__ = ["NODES", "ORDER", "RUNNING", "WEIGHTS", "Survival", "survival_of"]

FloatArray = NDArray[np.float64]

ORDER = 16
NODES, WEIGHTS = np.polynomial.legendre.leggauss(ORDER)
#: Values at the nodes -> coefficients of the Legendre series.
_TO_SERIES = (np.polynomial.legendre.legvander(NODES, ORDER - 1) * WEIGHTS[:, None]).T * (
    (2 * np.arange(ORDER)[:, None] + 1) / 2
)


def _running() -> FloatArray:
    """Return the matrix from values at the nodes to integrals from -1 up to each node."""
    one = np.eye(ORDER)
    series = np.polynomial.legendre.legint(_TO_SERIES @ one, lbnd=-1)
    return np.ascontiguousarray(np.polynomial.legendre.legvander(NODES, ORDER) @ series)


RUNNING = _running()

_NODES_AND_ENDS = np.concatenate([[-1.0], NODES, [1.0]])
_AT_START = (-1.0) ** np.arange(ORDER)  # Legendre polynomials at -1

_RESOLVED, _HIDDEN = 1e-12, 1e-9
_GONE_FLOOR, _LEFT_FLOOR = 1e-24, 1e-20
_ALL_GONE = 1e-20
_NARROWEST = 1e-13  # of the mean: with 20,000 agents and a load of millions nothing happens on such a panel
_MOST_PANELS = 4000
_NEAR, _NEARER = 16.0, 8  # edges near 0, at 1/16 of the mean, 1/256, ...: where the few leave who leave a light load


@dataclass(frozen=True)
class Survival:
    """A patience distribution on panels.

    Attributes
    ----------
    mean_seconds : float
    edges : float array (panels + 1,)
        Seconds; starts at 0. Behind the last edge everybody has left.
    table : float array (4, panels, ORDER)
        Legendre coefficients of G, those of F, values of G at the Gauss points, values of F there.
    lost : float array (panels + 1,)
        The integral of F up to each edge, seconds.
    """

    mean_seconds: float
    edges: FloatArray
    table: FloatArray
    lost: FloatArray


@lru_cache(maxsize=64)
def survival_of(patience: Patience) -> Survival:
    """Return the panels of a patience distribution with a finite mean; kept for the next call."""
    if patience.kind == "fixed":
        table = np.zeros((4, 1, ORDER))
        table[0, 0, 0], table[2] = 1.0, 1.0
        return Survival(patience.mean_seconds, np.array([0.0, patience.mean_seconds]), table, np.zeros(2))
    last = patience.mean_seconds
    while float(patience.survival(last)) > _ALL_GONE:
        last *= 2.0
    edges = _resolved_edges(patience, last)
    half, middle = 0.5 * np.diff(edges), 0.5 * (edges[1:] + edges[:-1])
    points = middle[:, None] + half[:, None] * NODES
    left, gone = patience.survival(points), patience.gone(points)
    lost = np.concatenate([[0.0], np.cumsum(half * (gone @ WEIGHTS))])
    table = np.ascontiguousarray(np.stack([left @ _TO_SERIES.T, gone @ _TO_SERIES.T, left, gone]))
    return Survival(patience.mean_seconds, edges, table, lost)


def _resolved_edges(patience: Patience, last: float) -> FloatArray:
    starts = [0.0, *(patience.mean_seconds * _NEAR**-power for power in range(_NEARER, 0, -1))]
    todo, done = list(zip(starts, [*starts[1:], last], strict=True)), [last]
    narrowest = _NARROWEST * patience.mean_seconds
    while todo:
        start, end = todo.pop()
        points = 0.5 * (start + end) + 0.5 * (end - start) * _NODES_AND_ENDS
        fine = _fits(patience.survival, points, _LEFT_FLOOR) and _fits(patience.gone, points, _GONE_FLOOR)
        if fine or end - start < max(narrowest, 1e-6 * start) or len(done) > _MOST_PANELS:
            done.append(start)
            continue
        todo += [(start, 0.5 * (start + end)), (0.5 * (start + end), end)]
    return np.array(sorted(done))


def _fits(values: Callable[[FloatArray], FloatArray], points: FloatArray, floor: float) -> bool:
    """Return whether the series through the Gauss points resolves the values, also between the last and the ends."""
    every = values(points)
    at = every[1:-1]
    series = _TO_SERIES @ at
    highest, tail = float(at.max()), float(np.abs(series[-3:]).max())
    if not tail <= max(_RESOLVED * highest, floor):
        return False
    hidden = max(abs(series @ _AT_START - every[0]), abs(series.sum() - every[-1]))
    return bool(hidden <= max(_HIDDEN * highest, floor))
