"""Who gives up and calls again, future by future: from the agents found, for agents to be found anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfm.queues import Queue
from wfm.simulation.line import Gauge
from wfm.simulation.measures import ABANDONED
from wfm.simulation.single import new_state, play
from wfm.staffing.correction import Futures

__all__ = ["first_redials", "redials"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_DRAWS, _NEARLY_ALL = 20_000, 0.999


def first_redials(counts: IntArray, redial: float, lost: FloatArray, seed: int) -> IntArray:
    """Return a first guess of the contacts that come again, in the interval of the first call: shape of ``counts``.

    ``lost`` (intervals,) is the share of all calls that give up; of these the share ``redial`` calls again, and so on.
    """
    again = redial * lost / (1.0 - redial * lost)
    return np.random.default_rng((seed, 1)).poisson(counts * again).astype(np.int64)


def redials(futures: Futures, gauge: Gauge, agents: IntArray, queue: Queue, is_open: BoolArray) -> IntArray:
    """Return the contacts that come again when the futures are played with some agents: (futures, intervals).

    Each contact that gives up comes again with the probability ``redial``, after its patience and ``redial_seconds`` on
    average; where the queue is closed then, at its next opening.
    """
    state = new_state(futures.stream, futures.busy, futures.seed)
    counting = gauge._replace(kind=ABANDONED)
    gone, _ = play(futures.desk, agents, 0, agents.size, counting, futures.stream, state, finish=True)
    random = np.random.default_rng((futures.seed, 2))
    left = random.binomial(np.rint(gone).astype(np.int64), queue.redial)
    out, n = np.zeros_like(left), agents.size
    shares = _delays(queue, futures.desk.interval_seconds)
    rest = 1.0
    for delay, share in enumerate(shares[:n]):
        now = random.binomial(left, min(share / rest, 1.0)) if rest > 0.0 else np.zeros_like(left)
        out[:, delay:] += now[:, : n - delay]
        left, rest = left - now, rest - share
    return _reopened(out, is_open)


def _delays(queue: Queue, interval_seconds: float) -> FloatArray:
    """Return the shares of redials that come 0, 1, ... intervals after the call that gave up."""
    random = np.random.default_rng(1)
    pause = random.exponential(queue.redial_seconds, _DRAWS) + random.exponential(queue.patience_seconds or 0.0, _DRAWS)
    delay = np.floor(random.random(_DRAWS) + pause / interval_seconds).astype(np.int64)
    last = int(np.quantile(delay, _NEARLY_ALL))
    return np.bincount(np.minimum(delay, last), minlength=last + 1) / _DRAWS


def _reopened(counts: IntArray, is_open: BoolArray) -> IntArray:
    """Return counts with those of closed intervals moved to the next open one, if there is any."""
    out = np.where(is_open, counts, 0)
    slots = np.flatnonzero(is_open)
    for t in np.flatnonzero(~is_open):
        place = np.searchsorted(slots, t)
        if place < slots.size:
            out[:, slots[place]] += counts[:, t]
    return out
