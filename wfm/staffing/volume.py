"""What reaches people: volumes to staff for, and futures to be played."""

from __future__ import annotations

import math
import zlib
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wfm.errors import InputError, Problem
from wfm.plan import Queue, Target
from wfm.results import Forecast
from wfm.simulation.line import NO_BACKLOG, Backlog, Desk, Stream
from wfm.simulation.measures import MOMENT
from wfm.simulation.single import draw, patience_table
from wfm.staffing.by_formula import slot_seconds
from wfm.staffing.chat import speeds
from wfm.staffing.correction import Futures
from wfm.staffing.patience import patience_of

__all__ = ["contained_share", "draw_futures", "handle_seconds", "raise_all", "reached_counts", "staffed_volume"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


def staffed_volume(forecast: Forecast, row: int, queue: Queue, target: Target | None = None) -> FloatArray:
    """Return the contacts per interval that reach people, as many as the target's confidence asks: shape ``(n,)``.

    Without ``confidence`` the mean. With it, the volume is the quantile at the span over which the target is judged:
    each interval's own quantile, or the mean times (quantile / mean) of the day's or the horizon's total (the
    horizon's, too, for 30 days).
    """
    rate: FloatArray = np.maximum(forecast.rate[row], 0.0)
    if target is not None and target.confidence is not None:
        rate = _quantile(forecast, row, rate, target.over, target.confidence)
    return rate * (1.0 - contained_share(forecast, row, queue))


def contained_share(forecast: Forecast, row: int, queue: Queue) -> FloatArray:
    """Return the share of the contacts that bots keep, in [0, 1): shape ``(n,)``."""
    given = queue.bot_containment if forecast.containment is None else forecast.containment[row]
    return np.broadcast_to(np.asarray(given, dtype=np.float64), (forecast.grid.n,))


def _quantile(forecast: Forecast, row: int, rate: FloatArray, over: str, confidence: float) -> FloatArray:
    paths = forecast.paths[:, row]
    if over == "interval":
        highest: FloatArray = np.quantile(paths, confidence, axis=0).astype(np.float64)
        return highest
    if over in ("horizon", "30_days"):
        whole = _ratio(paths.sum(axis=1, dtype=np.float64)[:, None], confidence)
        scaled: FloatArray = rate * whole[0]
        return scaled
    first = [forecast.grid.slots_of_day(day).start for day in range(forecast.grid.days)]
    totals = np.add.reduceat(paths, first, axis=1, dtype=np.float64)
    factor: FloatArray = _ratio(totals, confidence)[forecast.grid.day_index]
    return rate * factor


def _ratio(totals: FloatArray, confidence: float) -> FloatArray:
    mean = totals.mean(axis=0)
    quantile: FloatArray = np.quantile(totals, confidence, axis=0)
    return np.where(mean > 0, quantile / np.where(mean > 0, mean, 1.0), 1.0)


def handle_seconds(forecast: Forecast, row: int, queue: Queue, problems: list[Problem]) -> FloatArray:
    """Return the handle time per interval: the forecast's, the plan's where that has none: shape ``(n,)``.

    Where contacts come and neither is known, a problem is noted and the queue counts as without work.
    """
    aht = forecast.aht_seconds[row]
    known = np.isfinite(aht) & (aht > 0)
    missing = ~known & (forecast.rate[row] > 0)
    if np.any(missing) and queue.aht_seconds is None:
        text = f"queue '{queue.id}' has contacts without a handle time: set aht_seconds in plan.toml"
        problems.append(Problem("plan.toml", 0, f'[[queue]] "{queue.id}" aht_seconds', text))
    return np.where(known, aht, queue.aht_seconds or 1.0)


def reached_counts(
    forecast: Forecast, row: int, queue: Queue, comes: BoolArray, count: int, seed: int
) -> tuple[IntArray, IntArray]:
    """Return whole contacts that reach people, and those that bots keep, by future and interval.

    Future ``r`` takes the forecast's path ``r``, from the first again after the last; each contact stays with the bot
    with the forecast's probability. Where nothing ``comes`` (intervals,), such as calls to a closed line, it is 0.
    """
    offered = np.rint(forecast.paths[np.arange(count) % len(forecast.paths), row]).astype(np.int64)
    offered[:, ~comes] = 0
    contained = contained_share(forecast, row, queue)
    random = np.random.default_rng((seed, zlib.crc32(queue.id.encode())))
    kept = random.binomial(np.maximum(offered, 0), contained)
    return np.maximum(offered, 0) - kept, kept


def draw_futures(
    queue: Queue, counts: IntArray, contained: IntArray, slope: FloatArray, aht_seconds: FloatArray, minutes: int,
    is_open: BoolArray, seed: int,
) -> Futures:  # fmt: skip
    """Return the futures of a queue, ready to be played; ``counts`` holds those who come again, too."""
    interval = minutes * 60.0
    packed = queue.routing == "most_busy" and queue.concurrency > 1
    desk = Desk(speeds(queue.speedup), np.ascontiguousarray(aht_seconds), interval, packed)
    stream = draw(counts, interval, slope, patience_table(patience_of(queue)), seed,
                  _backlog(queue, is_open, interval))  # fmt: skip
    if queue.bot_seconds > 0.0:
        stream = _delayed(stream, queue.bot_seconds, interval, is_open, seed)
    if queue.silent_abandonment > 0.0 and queue.patience_seconds is not None:
        stream = stream._replace(phantoms=_phantoms(queue, len(stream.arrival), aht_seconds, seed))
    speed = desk.speedup
    busy = counts[:, 0].mean() / interval * aht_seconds[0] * speed.size / speed[-1]
    return Futures(desk, stream, contained.astype(np.float64), round(float(busy)), seed)


def _backlog(queue: Queue, is_open: BoolArray, interval: float) -> Backlog:
    """Return who waits at the start: those of the backlog who have not given up yet, patient until the opening."""
    if not queue.backlog or not np.any(is_open):
        return NO_BACKLOG
    patience = patience_of(queue)
    left = 1.0 if patience is None else float(patience.survival(queue.backlog_age_seconds))
    return Backlog(queue.backlog, max(queue.backlog_age_seconds, MOMENT), -math.log(max(left, 1e-300)),
                   float(np.argmax(is_open)) * interval)  # fmt: skip


def _phantoms(queue: Queue, contacts: int, aht_seconds: FloatArray, seed: int) -> IntArray:
    """Return how many contacts each takes the place of if it gives up: as much work as its slot is kept, on average."""
    random = np.random.default_rng((seed, 3))
    each = queue.silent_seconds / float(slot_seconds(queue, aht_seconds).mean())
    silent = random.random(contacts) < queue.silent_abandonment
    return np.where(silent, np.floor(each + random.random(contacts)), 0.0).astype(np.int64)


def _delayed(stream: Stream, seconds: float, interval: float, is_open: BoolArray, seed: int) -> Stream:
    """Return the contacts as they come out of a bot's dialogue of exponential length, in order of time.

    Who comes out while the queue is closed is not taken any more.
    """
    arrival, limit = stream.arrival.copy(), stream.limit.copy()
    random = np.random.default_rng((seed, 2))
    for first, last in pairwise(stream.first.tolist()):
        later = random.exponential(seconds, last - first)
        later[: stream.waiting] = 0.0  # the backlog has left the bot
        order = np.argsort(arrival[first:last] + later, kind="stable")
        limit[first:last] = (limit[first:last] + later)[order]
        arrival[first:last] = (arrival[first:last] + later)[order]
    place = np.floor(arrival / interval).astype(np.int64)
    kept = (place < 0) | (place >= is_open.size) | is_open[np.clip(place, 0, is_open.size - 1)]
    first = np.concatenate([[0], np.cumsum(kept)])[stream.first].astype(np.int64)
    return stream._replace(first=first, arrival=arrival[kept], limit=limit[kept])


def raise_all(problems: list[Problem]) -> None:
    """Raise every problem at once, if there is any."""
    if problems:
        raise InputError(problems)
