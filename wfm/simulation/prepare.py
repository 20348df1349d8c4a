"""The plan's queues and the forecast as the arrays that are played."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wfm.plan import Queue
from wfm.results import Forecast
from wfm.simulation.model import CHANNELS, Demand, Desk, FloatArray, IntArray
from wfm.simulation.people import key_of

__all__ = ["EMAIL_SECONDS", "prepare_demand", "prepare_desk", "shrinkage_by_profile"]

EMAIL_SECONDS = 86400.0
"""Deadline of e-mail that has no target of its own."""


def prepare_demand(forecast: Forecast, queues: Sequence[Queue]) -> Demand:
    """Return how contacts arrive.

    Where the forecast knows no handle time (NaN or 0), the queue's ``aht_seconds`` or else the mean of its other
    intervals counts (300 s when there is none).
    """
    return Demand(
        key=np.array([key_of(queue.id) for queue in queues], dtype=np.uint64),
        interval_seconds=forecast.grid.interval_minutes * 60.0,
        aht_seconds=np.array([_aht(row, queue) for row, queue in zip(forecast.aht_seconds, queues, strict=True)]),
        patience_seconds=np.array([_patience(queue) for queue in queues]),
        containment=_containment(forecast, queues),
    )


def _containment(forecast: Forecast, queues: Sequence[Queue]) -> FloatArray:
    if forecast.containment is not None:
        return np.ascontiguousarray(forecast.containment, dtype=np.float64)
    return np.repeat([[queue.bot_containment] for queue in queues], forecast.grid.n, axis=1)


def _aht(row: FloatArray, queue: Queue) -> FloatArray:
    known = np.isfinite(row) & (row > 0)
    spare = queue.aht_seconds or (float(row[known].mean()) if known.any() else 300.0)
    return np.where(known, row, spare).astype(np.float64)


def _patience(queue: Queue) -> float:
    """Return the mean patience: senders of e-mail don't wait on the line, so they never leave it."""
    if queue.channel == "email" or queue.patience_seconds is None:
        return np.inf
    return queue.patience_seconds


def prepare_desk(queues: Sequence[Queue], speed: FloatArray) -> Desk:
    """Return how people serve the queues; ``speed`` is (profiles, queues), 0 = does not serve."""
    levels = max(queue.concurrency for queue in queues)
    speedup = [queue.speedup + (queue.speedup[-1],) * (levels - queue.concurrency) for queue in queues]
    serves, group = np.unique(speed > 0.0, axis=0, return_inverse=True)
    return Desk(
        channel=np.array([CHANNELS[queue.channel] for queue in queues], dtype=np.int64),
        concurrency=np.array([queue.concurrency for queue in queues], dtype=np.int64),
        priority=np.array([queue.priority for queue in queues], dtype=np.int64),
        speedup=np.array(speedup, dtype=np.float64),
        allowance_seconds=np.array([_allowance(queue) for queue in queues]),
        speed=speed,
        group=np.asarray(group, dtype=np.int64).reshape(-1),
        serves=serves,
        groups_of=_groups_of(serves.T),
    )


def _allowance(queue: Queue) -> float:
    if queue.channel != "email":
        return 0.0
    seconds = [target.seconds for target in queue.target if target.seconds is not None]
    return min(seconds, default=EMAIL_SECONDS)


def _groups_of(serves: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> IntArray:
    out = np.full(serves.shape, -1, dtype=np.int64)
    for q, row in enumerate(serves):
        groups = np.flatnonzero(row)
        out[q, : len(groups)] = groups
    return out


def shrinkage_by_profile(forecast: Forecast, queues: Sequence[Queue], speed: FloatArray, absence: float) -> FloatArray:
    """Return the probability of being off the seat unplanned, by profile: shape (profiles,), in [0, 1].

    It is the mean shrinkage of the queues that the profile serves, weighted by their forecast work (contacts that
    reach people x handle time; equally where no work is forecast), times ``absence``.
    """
    demand = prepare_demand(forecast, queues)
    work = np.nansum(forecast.rate * (1.0 - demand.containment) * demand.aht_seconds, axis=1)
    shrinkage = np.array([queue.lost_share for queue in queues])
    serves = (speed > 0.0).astype(np.float64)
    weight = serves * work
    weight = np.where(weight.sum(axis=1, keepdims=True) > 0.0, weight, serves)
    total = weight.sum(axis=1)
    mean = np.divide(weight @ shrinkage, total, out=np.zeros(len(speed)), where=total > 0.0)
    return np.asarray(np.clip(mean * absence, 0.0, 1.0), dtype=np.float64)
