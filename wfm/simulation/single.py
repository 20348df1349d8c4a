"""One queue with a given number of agents by interval, played for many futures at once: what staffing is corrected by.

The model of :mod:`wfm.staffing.kernels`, with demand and agents that change over time: contacts arrive as the
forecast's paths say, are served first come first served, and leave when their patience ends. With ``x`` contacts open,
spread evenly over the agents, the next one ends with the hazard ``d(x) / handle time`` (a birth-death chain, so agents
need no identity and an event costs nanoseconds). Agents who leave at the end of an interval finish their contacts.
Who waits at the start is first in line and not counted: to the targets those contacts belong to the days before.

Random numbers are a function of seed and future, so that staffings are compared on the same customers.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from wfm.compiled import compiled, part
from wfm.simulation.hashing import exponential, mix
from wfm.simulation.line import NO_BACKLOG, Backlog, Desk, FloatArray, Gauge, IntArray, State, Stream, WordArray
from wfm.simulation.measures import AVERAGE, EXCLUDED, LEFT_QUEUE, NO_SERVICE, OF_ANSWERED, WITHIN, WITHOUT_SHORT
from wfm.staffing.patience import Patience

__all__ = ["draw", "new_state", "patience_table", "play"]

_FINISH_INTERVALS = 400
_STEPS, _REACH = 64, 30  # entries of a table of patience per unit of -log(1 - share), and how many units
_WEYL = np.uint64(0x9E3779B97F4A7C15)
_CONTACTS, _ENDS = np.uint64(1), np.uint64(2)  # what a future's random numbers are for


@part
def _willing(table: FloatArray, x: float) -> float:
    """Return the patience at ``x = -log(1 - share)`` from a table."""
    place = x * _STEPS
    i = int(place)
    if i >= table.size - 1:
        return float(table[-1])
    return float(table[i] + (table[i + 1] - table[i]) * (place - i))


@part
def _fill(
    counts: IntArray, interval_seconds: float, slope: FloatArray, table: FloatArray, backlog: Backlog, key: np.uint64,
    arrival: FloatArray, limit: FloatArray, row: int,
) -> None:  # fmt: skip
    """Write the contacts of one future from a row on, in order of time; every random number has its own state."""
    state = key
    for _ in range(backlog.contacts):
        arrival[row], limit[row] = -backlog.age_seconds, math.inf
        if table.size > 0:
            state += _WEYL
            left = _willing(table, backlog.spent + exponential(state, 0)) - backlog.age_seconds
            limit[row] = backlog.opens_seconds + left
        row += 1
    for i in range(counts.size):
        n = counts[i]
        if n <= 0:
            continue
        # Sums of exponential gaps, scaled to the interval, are sorted uniform numbers.
        reached, start = 0.0, row
        for _ in range(n):
            state += _WEYL
            reached += exponential(state, 0)
            arrival[row] = reached
            row += 1
        state += _WEYL
        scale = 1.0 / (reached + exponential(state, 0))
        steep = slope[i]
        grown = math.expm1(steep)
        for j in range(start, row):
            u = arrival[j] * scale
            if abs(steep) > 1e-9:
                u = math.log1p(u * grown) / steep
            arrival[j] = (i + min(u, 0.999999999)) * interval_seconds
            if table.size > 0:
                state += _WEYL
                limit[j] = arrival[j] + _willing(table, exponential(state, 0))
            else:
                limit[j] = math.inf


@compiled
def _fill_all(
    counts: IntArray, interval_seconds: float, slope: FloatArray, table: FloatArray, backlog: Backlog, seed: int,
    first: IntArray, arrival: FloatArray, limit: FloatArray,
) -> None:  # fmt: skip
    for r in range(counts.shape[0]):
        key = mix(mix(np.uint64(seed), np.uint64(r)), _CONTACTS)
        _fill(counts[r], interval_seconds, slope, table, backlog, key, arrival, limit, first[r])


@compiled
def _end_keys(seed: int, keys: WordArray) -> None:
    for r in range(keys.size):
        keys[r] = mix(mix(np.uint64(seed), np.uint64(r)), _ENDS)


def patience_table(patience: Patience | None) -> FloatArray:
    """Return the patience at ``-log(1 - share)`` in even steps, for :func:`draw`; empty when nobody leaves (None)."""
    if patience is None:
        return np.zeros(0)
    return patience.quantile(-np.expm1(-np.arange(_REACH * _STEPS + 1) / _STEPS))


def draw(
    counts: IntArray, interval_seconds: float, slope: FloatArray, table: FloatArray, seed: int,
    backlog: Backlog = NO_BACKLOG,
) -> Stream:  # fmt: skip
    """Return the contacts of every future.

    Parameters
    ----------
    counts : int array (futures, intervals)
        Contacts that reach people.
    interval_seconds : float
        Length of an interval.
    slope : float array (intervals,)
        From :func:`wfm.arrival_shape.log_slopes`.
    table : float array
        From :func:`patience_table`.
    seed : int
        Names the random numbers.
    backlog : Backlog
        Who waits at the start of every future.
    """
    first = np.concatenate([[0], np.cumsum(counts.sum(axis=1) + backlog.contacts)]).astype(np.int64)
    made = Stream(first, np.empty(first[-1]), np.empty(first[-1]), np.zeros(0, np.int64), backlog.contacts)
    _fill_all(
        np.ascontiguousarray(counts), interval_seconds, slope, table, backlog, seed, first, made.arrival, made.limit
    )
    return made


def new_state(stream: Stream, busy: int, seed: int) -> State:
    """Return the start of every future: the backlog waits, ``busy`` contacts are open."""
    starts = stream.first[:-1]
    keys = np.empty(starts.size, np.uint64)
    _end_keys(seed, keys)
    return State(starts + stream.waiting, starts.copy(), np.full(starts.size, busy), np.ones(starts.size), keys)


@part
def _drain(busy: int, agents: int, speedup: FloatArray, packed: bool) -> float:
    """Return at which rate contacts end, in contacts handled alone."""
    levels = speedup.size
    if agents <= 0 or busy >= agents * levels:  # agents who leave finish what they hold
        return float(busy * speedup[levels - 1] / levels)
    if packed:
        left = busy % levels
        return float(busy // levels * speedup[levels - 1] + (speedup[left - 1] if left > 0 else 0.0))
    level = busy // agents
    extra = busy - level * agents
    rate = 0.0 if level == 0 else (agents - extra) * speedup[level - 1]
    return float(rate + extra * speedup[level])


@part
def _levels(desk: Desk, busy: int, agents: int) -> tuple[int, float, float]:
    """Return at which level a new contact is held (itself in ``busy``): the highest, and two shares of that level.

    The others are one level lower: an agent whose contact has just ended is filled first, so the share of starts at the
    highest level is that of the ends there; the share later on is that of the open contacts there.
    """
    levels = desk.speedup.size
    level = min(max((busy + agents - 1) // max(agents, 1), 1), levels)
    if desk.packed:
        return levels, 1.0, 1.0
    if level == 1:
        return 1, 1.0, 1.0
    fuller = busy - 1 - (level - 1) * agents
    ends = fuller * desk.speedup[level - 1]
    starts = ends / (ends + (agents - fuller) * desk.speedup[level - 2])
    return level, min(max(starts, 0.0), 1.0), min(max((fuller + 1) * level / busy, 0.0), 1.0)


@part
def _mixed(by_level: FloatArray, level: int, share: float) -> float:
    """Return the mean of which a share is taken at ``level``, the rest one level lower."""
    if share >= 1.0:
        return float(by_level[level])
    return float(share * by_level[level] + (1.0 - share) * by_level[level - 1])


@part
def _in_time(gauge: Gauge, wait: float, level: int, share: float) -> float:
    """Return the probability that the first reply comes in time after a wait."""
    if wait > gauge.seconds:
        return 0.0
    steps = gauge.prompt.shape[1] - 1
    place = (1.0 - wait / gauge.seconds) * steps if gauge.seconds > 0.0 else float(steps)
    low = min(int(place), steps - 1)
    before, after = _mixed(gauge.prompt[:, low], level, share), _mixed(gauge.prompt[:, low + 1], level, share)
    return float(before + (place - low) * (after - before))


@part
def _record_left(gauge: Gauge, wait: float, upper: FloatArray, lower: FloatArray, cell: int) -> None:
    """Add a contact that gave up to the sums above and below the line."""
    if gauge.kind == AVERAGE:
        if gauge.unanswered != EXCLUDED:
            lower[cell] += 1.0
            upper[cell] += gauge.unanswered if gauge.unanswered == gauge.unanswered else min(wait, gauge.cap)
        return
    if gauge.kind == WITHIN:
        if gauge.definition == OF_ANSWERED or (gauge.definition == WITHOUT_SHORT and wait < gauge.seconds):
            return
        lower[cell] += 1.0
        upper[cell] += 1.0 if gauge.definition == LEFT_QUEUE and wait <= gauge.seconds else 0.0
        return
    lower[cell] += 1.0
    upper[cell] += 1.0


@part
def _record_taken(
    gauge: Gauge, wait: float, at: tuple[int, float, float], upper: FloatArray, lower: FloatArray, cell: int
) -> None:
    """Add a contact that an agent takes, at the levels ``at`` of :func:`_levels`."""
    level, starts, stays = at
    if gauge.kind == AVERAGE:
        first = min(wait + _mixed(gauge.response, level, starts), gauge.cap)
        later = min(_mixed(gauge.response, level, stays), gauge.cap)
        lower[cell] += 1.0 if gauge.together else 1.0 + gauge.later
        upper[cell] += later + gauge.alike * (first - later) if gauge.together else first + gauge.later * later
    elif gauge.kind == WITHIN:
        soon, prompt = _in_time(gauge, wait, level, starts), _mixed(gauge.prompt[:, -1], level, stays)
        lower[cell] += 1.0 if gauge.together else 1.0 + gauge.later
        every = soon / (1.0 + gauge.later * (1.0 - prompt))  # so many replies, geometric, are all in time
        upper[cell] += every if gauge.together else soon + gauge.later * prompt
    else:
        lower[cell] += 1.0
        upper[cell] += 1.0 if gauge.kind == NO_SERVICE and wait > 0.0 else 0.0


@part
def _serve_waiting(
    desk: Desk, gauge: Gauge, stream: Stream, staff: int, cells: tuple[int, int], now: float, coming: int, head: int,
    busy: int, upper: FloatArray, lower: FloatArray,
) -> tuple[int, int]:  # fmt: skip
    """Serve those who wait, first come first served; who has lost patience is found on the way."""
    while head < coming and busy < staff * desk.speedup.size:
        gave_up = stream.limit[head] <= now
        if not gave_up:
            busy += 1
        elif stream.phantoms.size > 0:
            busy += stream.phantoms[head]
        cell = math.floor(stream.arrival[head] / desk.interval_seconds) - cells[0]
        if 0 <= cell < cells[1] - cells[0]:
            if gave_up:
                _record_left(gauge, stream.limit[head] - stream.arrival[head], upper, lower, cell)
            else:
                _record_taken(gauge, now - stream.arrival[head], _levels(desk, busy, staff), upper, lower, cell)
        head += 1
    return head, busy


@part
def _play_interval(
    desk: Desk, gauge: Gauge, stream: Stream, i: int, staff: int, cells: tuple[int, int], last: int,
    at: tuple[int, int, int, float, np.uint64], upper: FloatArray, lower: FloatArray,
) -> tuple[int, int, int, float, np.uint64]:  # fmt: skip
    """Play one interval; contacts come up to row ``last``. Return where it ends: coming, head, busy, rest, random."""
    coming, head, busy, rest, random = at
    handle = desk.aht_seconds[min(i, desk.aht_seconds.size - 1)]
    now, boundary = i * desk.interval_seconds, (i + 1) * desk.interval_seconds
    while True:
        head, busy = _serve_waiting(desk, gauge, stream, staff, cells, now, coming, head, busy, upper, lower)
        rate = _drain(busy, staff, desk.speedup, desk.packed) / handle
        ends = now + rest / rate if busy > 0 else math.inf
        comes = stream.arrival[coming] if coming < last else math.inf
        if min(ends, comes) >= boundary:
            return coming, head, busy, rest - (boundary - now) * rate, random
        if ends <= comes:
            now = ends
            busy -= 1
        else:
            rest -= (comes - now) * rate
            now = comes
            coming += 1
        if ends <= comes or busy == 0:
            random += _WEYL
            rest = exponential(random, 2)


@part
def _play_one(
    desk: Desk, agents: IntArray, cells: tuple[int, int], gauge: Gauge, stream: Stream, state: State, r: int,
    upper: FloatArray, lower: FloatArray, finish: bool,
) -> None:  # fmt: skip
    """Play one future over the intervals ``cells``; with ``finish`` on until nobody waits any more."""
    begin, end = cells
    at = (state.coming[r], state.head[r], state.busy[r], state.rest[r], state.random[r])
    last = stream.first[r + 1]
    for i in range(begin, end):
        at = _play_interval(desk, gauge, stream, i, agents[i], cells, last, at, upper, lower)
    if not finish:
        state.coming[r], state.head[r], state.busy[r], state.rest[r], state.random[r] = at
        return
    i = end
    while at[1] < at[0] and i < end + _FINISH_INTERVALS:
        at = _play_interval(desk, gauge, stream, i, agents[min(i, agents.size - 1)], cells, 0, at, upper, lower)
        i += 1
    for row in range(at[1], at[0]):  # whoever still waits has waited for hundreds of intervals: unanswered
        cell = math.floor(stream.arrival[row] / desk.interval_seconds) - begin
        if cell >= 0:
            wait = min(stream.limit[row], i * desk.interval_seconds) - stream.arrival[row]
            _record_left(gauge, wait, upper, lower, cell)


@compiled
def _play_some(
    desk: Desk, agents: IntArray, cells: tuple[int, int], gauge: Gauge, stream: Stream, state: State,
    futures: tuple[int, int], upper: FloatArray, lower: FloatArray, finish: bool,
) -> None:  # fmt: skip
    for r in range(futures[0], futures[1]):
        _play_one(desk, agents, cells, gauge, stream, state, r, upper[r], lower[r], finish)


def play(
    desk: Desk, agents: IntArray, begin: int, end: int, gauge: Gauge, stream: Stream, state: State, *,
    finish: bool = False, jobs: int = 1,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Return the sums above and below the line by future and interval, and move the state on.

    Parameters
    ----------
    desk : Desk
        How agents serve.
    agents : int array (intervals,)
        By interval of the horizon.
    begin, end : int
        Intervals that are played.
    gauge : Gauge
        What is measured.
    stream : Stream
        Who comes.
    state : State
        Changed, unless ``finish`` is set.
    finish : bool
        Whether those who wait at ``end`` are served to the last by the agents of the intervals after it (those of the
        last interval stay), while nobody else comes: first come, first served, so that nobody else matters to them.
        The sums are then complete, and the state stays as it was.
    jobs : int
        Threads; the result does not depend on it.
    """
    futures = len(stream.first) - 1
    upper, lower = np.zeros((futures, end - begin)), np.zeros((futures, end - begin))
    edges = np.linspace(0, futures, max(min(jobs, futures), 1) + 1).astype(int)
    spans = list(pairwise(edges.tolist()))

    def some(span: tuple[int, int]) -> None:
        _play_some(desk, agents, (begin, end), gauge, stream, state, span, upper, lower, finish)

    if len(spans) == 1:
        some(spans[0])
    else:
        with ThreadPoolExecutor(len(spans)) as pool:
            list(pool.map(some, spans))
    return upper, lower
