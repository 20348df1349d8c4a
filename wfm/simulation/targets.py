"""Which sums the targets need, and what the sums of all replications say about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wfm.grid import TimeGrid, parse_window
from wfm.plan import Queue, Target
from wfm.results import TargetResult
from wfm.simulation.model import BoolArray, FloatArray, IntArray
from wfm.simulation.prepare import EMAIL_SECONDS
from wfm.simulation.tally import ABANDONED, ANSWERED, AVERAGE, FINISHED, RESPONSE_CAP_SECONDS, WITHIN, Gauges

__all__ = ["Gauge", "Sums", "gauges_of", "judge", "pack", "quantile"]

LIVE_SECONDS = 30.0


@dataclass(frozen=True)
class Gauge:
    """One ratio by period: a target's, or (``target`` None) the share answered in time by interval.

    ``period`` (intervals,) numbers the period of each interval, -1 outside the target's clock window.
    """

    queue: Queue
    target: Target | None
    kind: int
    clock: int
    seconds: float
    labels: tuple[str, ...]
    period: IntArray


@dataclass(frozen=True)
class Sums:
    """The sums above and below the line by replication and period: arrays (replications, periods)."""

    upper: FloatArray
    lower: FloatArray

    @property
    def ratio(self) -> FloatArray:
        """The ratio by replication and period, NaN where no contact was counted."""
        return _ratio(self.upper, self.lower)

    @property
    def mean(self) -> FloatArray:
        """The ratio of all replications' sums by period (every contact weighs the same), NaN where none counted."""
        return _ratio(self.upper.sum(axis=0), self.lower.sum(axis=0))


def _ratio(upper: FloatArray, lower: FloatArray) -> FloatArray:
    out = np.full(upper.shape, np.nan)
    np.divide(upper, lower, out=out, where=lower > 0)
    return out


def gauges_of(queues: Sequence[Queue], grid: TimeGrid) -> list[Gauge]:
    """Return the gauges, queue by queue: first the share in time by interval, then the queue's targets."""
    return [gauge for queue in queues for gauge in _gauges_of_queue(queue, grid)]


def _gauges_of_queue(queue: Queue, grid: TimeGrid) -> Iterator[Gauge]:
    email = queue.channel == "email"
    first = queue.target[0] if queue.target else None
    resolved = email or (first is not None and first.metric == "resolved_within")
    spare = EMAIL_SECONDS if email else LIVE_SECONDS
    seconds = first.seconds if first is not None and first.seconds is not None else spare
    yield Gauge(queue, None, WITHIN, FINISHED if resolved else ANSWERED, seconds, (), np.arange(grid.n))
    for target in queue.target:
        labels, period = _periods(target, grid)
        resolved = email or target.metric == "resolved_within"
        kind = {"average_response": AVERAGE, "abandoned": ABANDONED}.get(target.metric, WITHIN)
        clock = FINISHED if resolved and kind != ABANDONED else ANSWERED
        yield Gauge(queue, target, kind, clock, target.seconds or 0.0, labels, period)


def _periods(target: Target, grid: TimeGrid) -> tuple[tuple[str, ...], IntArray]:
    if target.over == "interval":
        labels = tuple(grid.moment(t).isoformat() for t in range(grid.n))
        period = np.arange(grid.n)
    elif target.over == "day":
        labels, period = tuple(day.isoformat() for day in grid.dates), grid.day_index
    else:
        labels, period = ("horizon",), np.zeros(grid.n, dtype=np.int64)
    return labels, np.where(grid.window_mask(parse_window(target.window)), period, -1)


def pack(gauges: Sequence[Gauge], queues: Sequence[Queue]) -> tuple[Gauges, IntArray]:
    """Return the gauges as arrays, and at which cell each starts (with the number of cells behind the last)."""
    sizes = [int(gauge.period.max(initial=-1)) + 1 for gauge in gauges]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    first = offsets[:-1]
    cell = [np.where(gauge.period >= 0, gauge.period + at, -1) for gauge, at in zip(gauges, first, strict=True)]
    counts = [sum(gauge.queue is queue for gauge in gauges) for queue in queues]
    cap = [np.inf if gauge.queue.channel == "email" else RESPONSE_CAP_SECONDS for gauge in gauges]
    packed = Gauges(
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        kind=np.array([gauge.kind for gauge in gauges], dtype=np.int64),
        clock=np.array([gauge.clock for gauge in gauges], dtype=np.int64),
        seconds=np.array([gauge.seconds for gauge in gauges], dtype=np.float64),
        cap=np.array(cap, dtype=np.float64),
        cell=np.array(cell, dtype=np.int64),
    )
    return packed, offsets


def quantile(values: FloatArray, share: float) -> FloatArray:
    """Return the quantile over the rows of each column, NaN entries left out; NaN where a column has no other."""
    ordered = np.sort(values, axis=0)
    known = np.isfinite(values).sum(axis=0)
    place = np.maximum(known - 1, 0) * share
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(known - 1, 0))
    columns = np.arange(values.shape[1])
    below, above = ordered[low, columns], ordered[high, columns]
    return np.asarray(below + (above - below) * (place - low), dtype=np.float64)


def judge(gauge: Gauge, sums: Sums) -> tuple[list[TargetResult], BoolArray]:
    """Return the target's result by period, and in which replications it holds in every period.

    ``expected`` weighs every simulated contact the same; ``p10`` and the probability count replications. A replication
    without contacts in the period meets the target; a period without contacts in any replication is left out.
    """
    target = gauge.target
    assert target is not None
    less_is_better = target.metric in ("average_response", "abandoned")
    goal = target.seconds if target.metric == "average_response" else target.share
    assert goal is not None
    ratio, mean = sums.ratio, sums.mean
    missed = ratio > goal + 1e-9 if less_is_better else ratio < goal - 1e-9
    p10 = quantile(ratio, 0.9 if less_is_better else 0.1)
    chance = 1.0 - missed.mean(axis=0)
    wanted = target.confidence if target.confidence is not None else 0.5
    results = [
        TargetResult(
            gauge.queue.id, target.metric, target.seconds, target.window, target.over, gauge.labels[i], float(goal),
            float(mean[i]), float(p10[i]), float(chance[i]), bool(chance[i] >= wanted - 1e-12),
        )
        for i in range(ratio.shape[1]) if np.isfinite(mean[i])
    ]  # fmt: skip
    return results, np.asarray(~missed.any(axis=1))
