"""The plan's queues and the forecast as the arrays that are played."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wfm.arrival_shape import log_slopes
from wfm.grid import TimeGrid
from wfm.opening import open_intervals
from wfm.plan import Queue
from wfm.results import Forecast
from wfm.simulation.hours import shut_seconds
from wfm.simulation.measures import MOMENT
from wfm.simulation.model import CHANNELS, LEAST_BUSY, MOST_BUSY, BoolArray, Demand, Desk, FloatArray, IntArray
from wfm.simulation.patience import patience_row
from wfm.simulation.people import key_of
from wfm.staffing.patience import Patience

__all__ = ["EMAIL_SECONDS", "absence_by_profile", "prepare_demand", "prepare_desk"]

EMAIL_SECONDS = 86400.0
"""Deadline of e-mail that has no target of its own."""


def prepare_demand(forecast: Forecast, queues: Sequence[Queue], most_errors: float = 0.0) -> Demand:
    """Return how contacts arrive; ``most_errors`` is the largest share of errors of anybody.

    Where the forecast knows no handle time (NaN or 0), the queue's ``aht_seconds`` or else the mean of its other
    intervals counts (300 s when there is none).
    """
    patience = [_patience(queue) for queue in queues]
    rows = [patience_row(one) for one in patience]
    chat = np.array([queue.channel == "chat" for queue in queues])
    waits = np.array([one is not None for one in patience])
    ages = np.maximum([queue.backlog_age_seconds for queue in queues], MOMENT)
    gone = [0.0 if one is None else float(1.0 - one.survival(age)) for one, age in zip(patience, ages, strict=True)]
    comes = _comes(queues, forecast.grid)
    interval = forecast.grid.interval_minutes * 60.0
    return Demand(
        key=np.array([key_of(queue.id) for queue in queues], dtype=np.uint64),
        interval_seconds=interval,
        aht_seconds=np.array([_aht(row, queue) for row, queue in zip(forecast.aht_seconds, queues, strict=True)]),
        slope=log_slopes(forecast.rate),
        containment=_containment(forecast, queues),
        bot_seconds=np.array([queue.bot_seconds for queue in queues]),
        patience_kind=np.array([row.kind for row in rows], dtype=np.int64),
        patience_scale=np.array([row.scale for row in rows]),
        patience_power=np.array([row.power for row in rows]),
        patience_table=np.array([row.table for row in rows]),
        silent=np.array([queue.silent_abandonment for queue in queues]) * chat,
        redial=np.array([queue.redial for queue in queues]) * waits,
        comes=comes,
        most_errors=most_errors,
        backlog=np.array([queue.backlog for queue in queues], dtype=np.int64),
        backlog_age=ages,
        backlog_gone=np.minimum(np.array(gone), 1.0 - 1e-12),
        backlog_opens=np.where(comes.any(axis=1), comes.argmax(axis=1) * interval, np.inf),
    )


def _comes(queues: Sequence[Queue], grid: TimeGrid) -> BoolArray:
    every = np.ones(grid.n, dtype=np.bool_)
    return np.array([every if queue.channel == "email" else open_intervals(grid, queue) for queue in queues])


def _containment(forecast: Forecast, queues: Sequence[Queue]) -> FloatArray:
    if forecast.containment is not None:
        return np.ascontiguousarray(forecast.containment, dtype=np.float64)
    return np.repeat([[queue.bot_containment] for queue in queues], forecast.grid.n, axis=1)


def _aht(row: FloatArray, queue: Queue) -> FloatArray:
    known = np.isfinite(row) & (row > 0)
    spare = queue.aht_seconds or (float(row[known].mean()) if known.any() else 300.0)
    return np.where(known, row, spare).astype(np.float64)


def _patience(queue: Queue) -> Patience | None:
    """Return the patience, None for none: senders of e-mail don't wait on the line, so they never leave it."""
    if queue.channel == "email" or queue.patience_seconds is None:
        return None
    return Patience.of(queue.patience_distribution, queue.patience_seconds, queue.patience_cv)


def prepare_desk(
    queues: Sequence[Queue], speed: FloatArray, errors: FloatArray | None = None, grid: TimeGrid | None = None
) -> Desk:
    """Return how people serve the queues.

    ``speed`` is (profiles, queues), 0 = does not serve; ``errors`` (profiles,), none when not given; without ``grid``
    the queues are always open to those who come back.
    """
    levels = max(queue.concurrency for queue in queues)
    speedup = [queue.speedup + (queue.speedup[-1],) * (levels - queue.concurrency) for queue in queues]
    serves, group = np.unique(speed > 0.0, axis=0, return_inverse=True)
    shut = np.zeros((len(queues), 1)) if grid is None else np.array([shut_seconds(queue, grid) for queue in queues])
    return Desk(
        channel=np.array([CHANNELS[queue.channel] for queue in queues], dtype=np.int64),
        concurrency=np.array([queue.concurrency for queue in queues], dtype=np.int64),
        priority=np.array([queue.priority for queue in queues], dtype=np.int64),
        routing=np.array([_routing(queue) for queue in queues], dtype=np.int64),
        speedup=np.array(speedup, dtype=np.float64),
        allowance_seconds=np.array([_allowance(queue) for queue in queues]),
        restarts=np.array([_restarts(queue) for queue in queues]),
        silent_seconds=np.array([queue.silent_seconds for queue in queues]),
        redial_seconds=np.array([queue.redial_seconds for queue in queues]),
        speed=speed,
        errors=np.zeros(len(speed)) if errors is None else errors,
        group=np.asarray(group, dtype=np.int64).reshape(-1),
        serves=serves,
        groups_of=_groups_of(serves.T),
        interval_seconds=np.inf if grid is None else grid.interval_minutes * 60.0,
        shut_seconds=shut,
    )


def _routing(queue: Queue) -> int:
    return MOST_BUSY if queue.channel == "chat" and queue.routing == "most_busy" else LEAST_BUSY


def _allowance(queue: Queue) -> float:
    if queue.channel != "email":
        return 0.0
    seconds = [target.seconds for target in queue.target if target.seconds is not None]
    return min(seconds, default=EMAIL_SECONDS)


def _restarts(queue: Queue) -> bool:
    """Return whether the tightest deadline of an e-mail queue runs by the calendar."""
    timed = [target for target in queue.target if target.seconds is not None]
    return queue.channel == "email" and bool(timed) and min(timed, key=lambda one: one.seconds or 0.0).clock != "open"


def _groups_of(serves: BoolArray) -> IntArray:
    out = np.full(serves.shape, -1, dtype=np.int64)
    for q, row in enumerate(serves):
        groups = np.flatnonzero(row)
        out[q, : len(groups)] = groups
    return out


def absence_by_profile(
    forecast: Forecast, queues: Sequence[Queue], speed: FloatArray, absence: float = 1.0
) -> tuple[FloatArray, FloatArray]:
    """Return the probability of losing a whole shift, and of losing a half hour of another shift, by profile.

    Two arrays (profiles,) in [0, 1]. Each is the mean of the queues that the profile serves, weighted by their forecast
    work (contacts that reach people x handle time; equally where no work is forecast). ``absence`` multiplies unplanned
    shrinkage. Together they take the queue's whole shrinkage: 1 - lost = (1 - shift) * (1 - half hour).
    """
    changed = [queue.with_absence(absence) for queue in queues]
    demand = prepare_demand(forecast, queues)
    work = np.nansum(forecast.rate * (1.0 - demand.containment) * demand.aht_seconds, axis=1)
    serves = (speed > 0.0).astype(np.float64)
    weight = serves * work
    weight = np.where(weight.sum(axis=1, keepdims=True) > 0.0, weight, serves)
    total = np.maximum(weight.sum(axis=1), 1e-300)
    lost, shift = (
        np.clip(weight @ np.array(shares) / total, 0.0, 1.0)
        for shares in ([queue.lost_share for queue in changed], [queue.absent_share for queue in changed])
    )
    rest = np.maximum(1.0 - shift, 1e-12)
    return shift, np.clip((lost - shift) / rest, 0.0, 1.0)
