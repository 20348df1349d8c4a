"""Agents missing told by weights of queues: never too many, and exactly with the weights of the split's duals."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from scheduling.costing import cheapest_split
from scheduling.problem import RosterProblem
from scheduling.queue_weights import QueueBlock, queue_blocks, wanted_weights
from tests.scheduling.small import agent, problem_of, tiny
from wfm.progress import never_stop

FloatArray = NDArray[np.float64]
_SPEEDS = np.array([[1.0, 0.8], [0.6, 1.0], [0.7, 0.0]])


def _case(seed: int) -> tuple[RosterProblem, FloatArray, FloatArray]:
    """Return a problem of two queues of one price, people on seat by skill, and agents wanted."""
    problem = problem_of(tiny([agent(1, queues=("a", "b"))], days=1, queues=("a", "b")), seed=1)
    rng = np.random.default_rng(seed)
    shape = (len(problem.queues), problem.grid.n)
    assert shape[0] == _SPEEDS.shape[1]
    assert len(set(problem.shortage_price)) == 1
    return problem, rng.integers(0, 4, (len(_SPEEDS), shape[1])).astype(float), rng.integers(0, 6, shape).astype(float)


def _told(blocks: list[QueueBlock], seats: FloatArray, required: FloatArray) -> FloatArray:
    """Return the money for missing agents by interval, as the search counts it."""
    money = np.zeros(seats.shape[1])
    for block in blocks:
        use = (_SPEEDS[None] * block.weights[:, None, :]).max(axis=2)
        money += block.price * np.maximum(0.0, (block.weights @ required - use @ seats).max(axis=0))
    return money


@pytest.mark.parametrize("seed", range(6))
def test_weights_of_the_duals_tell_what_the_best_split_leaves(seed: int) -> None:
    """Subsets of queues tell too few for people of different speeds; the weights found tell exactly."""
    problem, seats, required = _case(seed)
    split, worth = cheapest_split(problem, seats, _SPEEDS, required, never_stop)
    served = np.einsum("gqt,gq->qt", split, _SPEEDS)
    left = (np.clip(required - served, 0.0, None) * problem.shortage_price[:, None]).sum(axis=0)
    blocks = queue_blocks(problem, _SPEEDS)
    before = _told(blocks, seats, required)
    assert (before <= left + 1e-6).all()
    assert before.sum() < left.sum() - 1.0
    found = wanted_weights(blocks, seats, _SPEEDS, required, worth, 50)
    assert _told(queue_blocks(problem, _SPEEDS, found), seats, required) == pytest.approx(left, abs=1e-2)
    assert len(wanted_weights(blocks, seats, _SPEEDS, required, worth, 1)) == 1


def test_no_weight_tells_too_many() -> None:
    """Whatever weights are added, no more agents are counted missing than the best split leaves."""
    problem, seats, required = _case(7)
    split, _ = cheapest_split(problem, seats, _SPEEDS, required, never_stop)
    served = np.einsum("gqt,gq->qt", split, _SPEEDS)
    left = (np.clip(required - served, 0.0, None) * problem.shortage_price[:, None]).sum(axis=0)
    extra = np.random.default_rng(8).random((40, 2)).tolist()
    assert (_told(queue_blocks(problem, _SPEEDS, extra), seats, required) <= left + 1e-6).all()
