"""Weights of queues that tell how many agents are missing when people hold several queues.

With ``v[q]`` in [0, 1] for the queues of one price, no split of the people on seat leaves fewer agents missing than

    sum of v * requirement  -  sum over people of the largest v * speed

and the largest of these, over all weights, is what the best split leaves (duality of the split's linear program). When
everybody is equally fast on all queues, weights of 0 and 1 do (max-flow = min-cut); for other speeds the weights that
count are found from the duals of rosters met on the way. Queues of different prices lie in layers, one per step of the
price; a weight too few never counts too many missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scheduling.problem import RosterProblem

__all__ = ["QueueBlock", "queue_blocks", "wanted_weights"]

FloatArray = NDArray[np.float64]
_ALL_SUBSETS = 9
_DIGITS = 6
_LEAST_MONEY = 1e-3


@dataclass(frozen=True)
class QueueBlock:
    """Queues that share people, at one step of the price: from ``below`` to ``below + price``, with their weights."""

    queues: tuple[int, ...]
    below: float
    price: float
    weights: FloatArray


def queue_blocks(
    problem: RosterProblem, speeds: FloatArray, extra: Sequence[Sequence[float]] = ()
) -> list[QueueBlock]:  # fmt: skip
    """Return one block per step of the price and group of queues that share people.

    Parameters
    ----------
    problem : RosterProblem
        What is to be rostered.
    speeds : float array (skill classes, queues)
        Relative speeds; 0: queue not held.
    extra : sequence of weights of all queues
        Weights beside the subsets; each counts in the block whose queues it names.
    """
    blocks = []
    wanted = [q for q in range(len(problem.queues)) if problem.requirement[q].max(initial=0.0) > 0]
    levels = sorted({float(problem.shortage_price[q]) for q in wanted} - {0.0})
    for below, price in zip([0.0, *levels], levels, strict=False):
        level = [q for q in wanted if problem.shortage_price[q] >= price]
        for group in _linked(level, speeds):
            rows = np.zeros((0, len(problem.queues)))
            for subset in _family(group, speeds):
                rows = np.vstack((rows, np.isin(np.arange(rows.shape[1]), subset)))
            mine = [row for row in extra if set(np.flatnonzero(row).tolist()) <= set(group)]
            rows = np.vstack((rows, *(np.array(row)[None] for row in mine)))
            blocks.append(QueueBlock(tuple(group), below, price - below, np.unique(rows, axis=0)))
    return blocks


def _linked(queues: list[int], speeds: FloatArray) -> list[list[int]]:
    groups: list[set[int]] = [{q} for q in queues]
    for row in speeds:
        held = {q for q in queues if row[q] > 0}
        touched = [group for group in groups if group & held]
        if len(touched) > 1:
            groups = [group for group in groups if group not in touched] + [set().union(*touched)]
    return sorted(sorted(group) for group in groups)


def _family(group: list[int], speeds: FloatArray) -> list[tuple[int, ...]]:
    """Return all subsets of up to nine queues; of more, those that the skill classes suggest."""
    if len(group) <= _ALL_SUBSETS:
        return [subset for size in range(1, len(group) + 1) for subset in combinations(group, size)]
    family = {subset for size in (1, 2) for subset in combinations(group, size)} | {tuple(group)}
    for row in speeds:
        held = tuple(q for q in group if row[q] > 0)
        family |= {held, tuple(q for q in group if q not in held)} - {()}
    return sorted(family)


def wanted_weights(
    blocks: Sequence[QueueBlock], seats: FloatArray, speeds: FloatArray, required: FloatArray, worth: FloatArray,
    most: int,
) -> list[tuple[float, ...]]:  # fmt: skip
    """Return the weights that blocks lack most to tell the agents missing in a roster, at most so many.

    Parameters
    ----------
    blocks : sequence of QueueBlock
        Blocks with the weights so far.
    seats : float array (skill classes, intervals)
        People on seat.
    speeds : float array (skill classes, queues)
        Relative speeds.
    required : float array (queues, intervals)
        Agents wanted.
    worth : float array (queues, intervals)
        Duals of the requirement in the cheapest split, in the money of the blocks' prices.
    most : int
        Most weights to return.
    """
    lacking: dict[tuple[float, ...], float] = {}
    for block in blocks:
        held = np.isin(np.arange(len(required)), block.queues)
        weights = np.clip((worth - block.below) / block.price, 0.0, 1.0) * held[:, None]
        weights = np.round(weights, _DIGITS)
        told = np.maximum(0.0, _missing(block.weights, seats, speeds, required).max(axis=0, initial=0.0))
        distinct, which = np.unique(weights.T, axis=0, return_inverse=True)
        for number, row in enumerate(distinct):
            at = which.ravel() == number
            more = _missing(row[None], seats[:, at], speeds, required[:, at])[0] - told[at]
            key = tuple(row.tolist())
            lacking[key] = lacking.get(key, 0.0) + block.price * float(np.maximum(more, 0.0).sum())
    worst = sorted(lacking.items(), key=lambda item: (-item[1], item[0]))
    return [row for row, money in worst[:most] if money > _LEAST_MONEY]


def _missing(weights: FloatArray, seats: FloatArray, speeds: FloatArray, required: FloatArray) -> FloatArray:
    """Return the agents missing by weights and interval."""
    use = (speeds[None] * weights[:, None, :]).max(axis=2, initial=0.0)
    return np.asarray(weights @ required - use @ seats, dtype=np.float64)
