"""Which sums the targets need: by the definitions that the platforms use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wfm.grid import TimeGrid, parse_window
from wfm.plan import Queue, Target
from wfm.simulation import tally
from wfm.simulation.hours import open_seconds
from wfm.simulation.measures import (
    AVERAGE,
    DEFINITIONS,
    RESPONSE_CAP_SECONDS,
    WITHIN,
    kind_of,
    unanswered_of,
)
from wfm.simulation.messages import Talk
from wfm.simulation.model import FloatArray, IntArray
from wfm.simulation.prepare import EMAIL_SECONDS
from wfm.simulation.tally import Gauges

__all__ = ["Gauge", "add_contained", "gauges_of", "pack"]

LIVE_SECONDS = 30.0
_COUNTS = {"contact": tally.CONTACT, "round": tally.ROUND, "customer": tally.CUSTOMER}


@dataclass(frozen=True)
class Gauge:
    """One ratio by period: a target's, or (``target`` None) the share answered in time by interval.

    ``number`` is the target's place in its queue. ``period`` (intervals,) numbers the period of each interval, -1
    outside the target's clock window; ``labels`` name the periods.
    """

    queue: Queue
    number: int
    target: Target | None
    kind: int
    clock: int
    seconds: float
    labels: tuple[str, ...]
    period: IntArray

    def by_period(self, sums: FloatArray) -> FloatArray:
        """Return sums by interval, shape (intervals,), added up by period."""
        kept = self.period >= 0
        return np.bincount(self.period[kept], weights=sums[kept], minlength=len(self.labels)).astype(np.float64)


def gauges_of(queues: Sequence[Queue], grid: TimeGrid) -> list[Gauge]:
    """Return the gauges, queue by queue: first the share in time by interval, then the queue's targets."""
    return [gauge for queue in queues for gauge in _gauges_of_queue(queue, grid)]


def _gauges_of_queue(queue: Queue, grid: TimeGrid) -> Iterator[Gauge]:
    email = queue.channel == "email"
    first = queue.target[0] if queue.target else None
    resolved = email or (first is not None and first.metric == "resolved_within")
    spare = EMAIL_SECONDS if email else LIVE_SECONDS
    seconds = first.seconds if first is not None and first.seconds is not None else spare
    clock = tally.FINISHED if resolved else tally.ANSWERED
    labels = tuple(grid.moment(t).isoformat() for t in range(grid.n))
    yield Gauge(queue, -1, None, WITHIN, clock, seconds, labels, np.arange(grid.n))
    for number, target in enumerate(queue.target):
        names, period = _periods(target, grid, labels)
        kind = kind_of(target)
        if email and kind not in (WITHIN, AVERAGE):
            continue
        resolved = email or target.metric == "resolved_within"
        clock = tally.FINISHED if resolved else tally.ANSWERED
        yield Gauge(queue, number, target, kind, clock, target.seconds or 0.0, names, period)


def _periods(target: Target, grid: TimeGrid, intervals: tuple[str, ...]) -> tuple[tuple[str, ...], IntArray]:
    if target.over == "interval":
        labels, period = intervals, np.arange(grid.n)
    elif target.over == "horizon":
        labels, period = ("horizon",), np.zeros(grid.n, dtype=np.int64)
    else:
        labels, period = tuple(day.isoformat() for day in grid.dates), grid.day_index
    return labels, np.where(grid.window_mask(parse_window(target.window)), period, -1)


def pack(gauges: Sequence[Gauge], queues: Sequence[Queue], grid: TimeGrid) -> Gauges:
    """Return the gauges as the arrays that contacts are counted by."""
    counts = [sum(gauge.queue is queue for gauge in gauges) for queue in queues]
    hours, table = _hours(gauges, grid)
    targets = [gauge.target for gauge in gauges]
    return Gauges(
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        kind=np.array([gauge.kind for gauge in gauges], dtype=np.int64),
        clock=np.array([gauge.clock for gauge in gauges], dtype=np.int64),
        unit=np.array([0 if target is None else _COUNTS[target.count] for target in targets], dtype=np.int64),
        definition=np.array(
            [0 if target is None else DEFINITIONS[target.definition] for target in targets], dtype=np.int64
        ),
        seconds=np.array([gauge.seconds for gauge in gauges], dtype=np.float64),
        cap=np.array([_cap(gauge) for gauge in gauges], dtype=np.float64),
        unanswered=np.array(
            [np.nan if target is None else unanswered_of(target) for target in targets], dtype=np.float64
        ),
        hours=hours,
        open_seconds=table,
        inside=np.array([gauge.period >= 0 for gauge in gauges], dtype=np.bool_).reshape(len(gauges), grid.n),
        interval_seconds=grid.interval_minutes * 60.0,
    )


def _cap(gauge: Gauge) -> float:
    if gauge.target is not None and gauge.target.cap_seconds is not None:
        return gauge.target.cap_seconds
    return np.inf if gauge.queue.channel == "email" else RESPONSE_CAP_SECONDS


def _hours(gauges: Sequence[Gauge], grid: TimeGrid) -> tuple[IntArray, FloatArray]:
    """Return by gauge which row of the open hours it counts by (-1: none), and the rows."""
    rows: dict[str, FloatArray] = {}
    names = [gauge.queue.id if gauge.target is not None and gauge.target.clock == "open" else None for gauge in gauges]
    for gauge, name in zip(gauges, names, strict=True):
        if name is not None and name not in rows:
            rows[name] = open_seconds(gauge.queue, grid)
    place = {name: row for row, name in enumerate(rows)}
    table = np.array(list(rows.values())) if rows else np.zeros((0, 2))
    return np.array([-1 if name is None else place[name] for name in names], dtype=np.int64), table


def add_contained(
    gauges: Sequence[Gauge], queues: Sequence[Queue], talk: Talk, contained: FloatArray, upper: FloatArray,
    lower: FloatArray,
) -> None:  # fmt: skip
    """Add what stays with the bot, (queues, intervals), to the gauges that include it: answered at once.

    Where rounds are counted each contact has the queue's mean number of them.
    """
    place = {queue.id: q for q, queue in enumerate(queues)}
    for g, gauge in enumerate(gauges):
        if gauge.target is None or gauge.target.bots == "excluded":
            continue
        q = place[gauge.queue.id]
        counts = np.where(gauge.period >= 0, contained[q], 0.0)
        counts = counts * talk.mean[q] if gauge.target.count == "round" else counts
        lower[g] += counts
        if gauge.kind == WITHIN:
            upper[g] += counts
