"""The random numbers of a replication: contacts that come, and people who are off their seat unplanned.

Every contact, every shift and every half hour of a person has random numbers of its own, a hash of seed, replication,
queue or person, interval and running number. Scenarios that differ in staff, speed or one queue's volume therefore meet
the same customers elsewhere, and no order of computation matters.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfm.compiled import compiled, part
from wfm.simulation.hashing import exponential, mix, uniform
from wfm.simulation.model import (
    Comebacks,
    Contacts,
    Demand,
    FloatArray,
    IntArray,
    KeyArray,
    Presence,
    Seats,
    no_comebacks,
)  # fmt: skip
from wfm.simulation.patience import FIXED, POWER, TABLE, look_up

__all__ = ["BLOCK_SECONDS", "draw_contacts", "draw_seats"]

RowArray = NDArray[np.int32]
BLOCK_SECONDS = 1800.0

_CONTACTS, _ABSENCE, _BACKLOG = np.uint64(1), np.uint64(2), np.uint64(3)
# What the numbers of one contact are for. 3 (its work) is known to the tally, too.
_BOT, _PLACE, _PATIENCE, _WORK, _DIALOGUE, _SILENT, _REDIAL, _LUCK, _PAUSE = 0, 1, 2, 3, 4, 5, 6, 7, 8
_CHILD, _SHIFT = np.uint64(9), np.uint64(1 << 40)


class Names(NamedTuple):
    """Contacts by queue, key and arrival, in no order, and how many stay with the bot: (queues, intervals)."""

    queue: IntArray
    key: KeyArray
    arrival: FloatArray
    contained: FloatArray


@part
def _stream(seed: int, replication: int, purpose: np.uint64, owner: np.uint64) -> np.uint64:
    return mix(mix(mix(np.uint64(seed), np.uint64(replication)), purpose), owner)


@part
def _place(slope: float, share: float) -> float:
    """Return where in its interval (0 to 1) a contact arrives: see :func:`wfm.arrival_shape.positions`."""
    if abs(slope) < 1e-9:
        return share
    return math.log1p(share * math.expm1(slope)) / slope


@part
def _patience(demand: Demand, q: int, key: np.uint64, still_there: float) -> float:
    """Return the patience of a contact, as one of the share ``still_there`` that has not given up yet."""
    kind = demand.patience_kind[q]
    if kind == POWER:
        lasting = exponential(key, _PATIENCE)
        if still_there < 1.0:
            lasting -= math.log(still_there)
        if demand.patience_power[q] != 1.0:
            lasting **= demand.patience_power[q]
        return float(demand.patience_scale[q] * lasting)
    if kind == FIXED:
        return float(demand.patience_scale[q])
    if kind == TABLE:
        return look_up(demand.patience_table[q], 1.0 - uniform(key, _PATIENCE) * still_there)
    return np.inf


@part
def _describe(demand: Demand, out: Contacts, n: int, q: int, t: int, key: np.uint64, still_there: float) -> None:
    """Write all of a contact but when it comes; ``still_there`` is the share of its like that has not given up yet."""
    out.queue[n], out.key[n] = q, key
    out.patience[n] = _patience(demand, q, key, still_there)
    out.work_seconds[n] = exponential(key, _WORK) * demand.aht_seconds[q, t]
    out.silent[n] = demand.silent[q] > 0.0 and uniform(key, _SILENT) < demand.silent[q]


@part
def _fill_cell(demand: Demand, cell: np.uint64, q: int, t: int, count: int, out: Names, n: int) -> int:
    """Name the contacts of one queue and interval from row ``n`` on, unsorted; return the row behind the last."""
    contained, slope, bot_seconds = demand.containment[q, t], demand.slope[q, t], demand.bot_seconds[q]
    for i in range(count):
        key = mix(cell, np.uint64(i))
        if contained > 0.0 and uniform(key, _BOT) < contained:
            out.contained[q, t] += 1.0
            continue
        out.queue[n], out.key[n] = q, key
        out.arrival[n] = (t + _place(slope, uniform(key, _PLACE))) * demand.interval_seconds
        if bot_seconds > 0.0:
            out.arrival[n] += exponential(key, _DIALOGUE) * bot_seconds
            then = int(out.arrival[n] / demand.interval_seconds)
            if then < demand.comes.shape[1] and not demand.comes[q, then]:
                continue
        n += 1
    return n


@compiled
def _fill_names(demand: Demand, offered: NDArray[np.float32], seed: int, replication: int, out: Names) -> int:
    queues, intervals = offered.shape
    n = 0
    for q in range(queues):
        stream = _stream(seed, replication, _BACKLOG, demand.key[q])
        for i in range(demand.backlog[q]):
            out.queue[n], out.key[n], out.arrival[n] = q, mix(stream, np.uint64(i)), -demand.backlog_age[q]
            n += 1
    for t in range(intervals):
        for q in range(queues):
            count = round(offered[q, t])
            if count > 0 and demand.comes[q, t]:
                cell = mix(_stream(seed, replication, _CONTACTS, demand.key[q]), np.uint64(t))
                n = _fill_cell(demand, cell, q, t, count, out, n)
    return n


@part
def _row_of(time: float, per_second: float, intervals: int) -> int:
    """Return 1 for the first interval, 0 and ``intervals + 1`` for moments before and behind the horizon."""
    return int(min(max(time * per_second + 1.0, 0.0), intervals + 1.0))


@compiled
def _sort_by_time(
    time: FloatArray, interval_seconds: float, first: IntArray, bucket: RowArray, start: RowArray, order: RowArray
) -> None:
    """Write into ``order`` the rows by time: a counting sort into as many buckets as rows, then by insertion.

    ``first`` (intervals + 4) and ``start`` (rows + 1) are zeros to work with, ``bucket`` (rows) is room. Rows of an
    interval spread over as many buckets as it has rows, so busy intervals sort as quickly as quiet ones.
    """
    n, intervals, per_second = len(time), len(first) - 4, 1.0 / interval_seconds
    for c in range(n):
        first[_row_of(time[c], per_second, intervals) + 1] += 1
    for t in range(1, len(first)):
        first[t] += first[t - 1]
    for c in range(n):
        t = _row_of(time[c], per_second, intervals)
        count = first[t + 1] - first[t]
        inside = time[c] * per_second - (t - 1.0)
        bucket[c] = first[t] + int(min(max(inside * count, 0.0), count - 1.0))
        start[bucket[c] + 1] += 1
    for b in range(1, n + 1):
        start[b] += start[b - 1]
    for c in range(n):
        order[start[bucket[c]]] = c
        start[bucket[c]] += 1
    for i in range(1, n):
        c, j = order[i], i
        moment = time[c]
        while j > 0 and time[order[j - 1]] > moment:
            order[j] = order[j - 1]
            j -= 1
        order[j] = c


def _order(time: FloatArray, interval_seconds: float, intervals: int) -> RowArray:
    """Return the rows in order of time, equal times in order of row."""
    n = len(time)
    order, bucket, start = np.empty(n, np.int32), np.empty(n, np.int32), np.zeros(n + 1, np.int32)
    _sort_by_time(time, interval_seconds, np.zeros(intervals + 4, np.int64), bucket, start, order)
    return order


@part
def _interval_in(demand: Demand, time: float) -> int:
    """Return the interval of a moment, the nearest one for moments outside the horizon."""
    return int(min(max(time / demand.interval_seconds, 0.0), demand.aht_seconds.shape[1] - 1.0))


@compiled
def _fill_contacts(demand: Demand, names: Names, order: RowArray, backlog: int, out: Contacts) -> None:
    """Write all of the named contacts, in order; the first ``backlog`` names are older than the horizon."""
    for n in range(len(order)):
        c = order[n]
        q, arrival = names.queue[c], names.arrival[c]
        out.arrival[n] = arrival
        still_there = 1.0 - demand.backlog_gone[q] if c < backlog else 1.0
        _describe(demand, out, n, q, _interval_in(demand, arrival), names.key[c], still_there)
        if c < backlog:
            out.patience[n] += demand.backlog_opens[q]


@compiled
def _follow(demand: Demand, contacts: Contacts, known: int, out: Contacts, back: Comebacks, write: bool) -> int:
    """Write the contacts that may come back, chains of them, behind the ``known`` ones; return how many there are."""
    m = 0
    for c in range(known):
        q, key, origin = contacts.queue[c], contacts.key[c], c
        while True:
            # The backlog belongs to the days before, and so would its redials.
            redials = contacts.arrival[c] >= 0.0 and uniform(key, _REDIAL) < demand.redial[q]
            luck = uniform(key, _LUCK)
            if not redials and luck >= demand.most_errors:
                break
            pause = exponential(key, _PAUSE)
            key = mix(key, _CHILD)
            if write:
                back.again[origin] = m
                back.origin[m], back.redials[m], back.luck[m], back.pause[m] = origin, redials, luck, pause
                _describe(demand, out, known + m, q, _interval_in(demand, contacts.arrival[c]), key, 1.0)
                out.arrival[known + m] = np.nan
            origin = known + m
            m += 1
    return m


def _empty(size: int, contained: FloatArray) -> Contacts:
    return Contacts(
        np.empty(size, np.int64), np.empty(size), np.empty(size), np.empty(size), np.empty(size, np.uint64),
        np.empty(size, np.bool_), no_comebacks(), contained,
    )  # fmt: skip


def draw_contacts(demand: Demand, offered: NDArray[np.float32], seed: int, replication: int) -> Contacts:
    """Return the contacts that reach people in one replication, in order of arrival, and those that may come back.

    Parameters
    ----------
    demand : Demand
        How contacts arrive.
    offered : float32 array (queues, intervals)
        Whole numbers of contacts, those that a bot will contain included. They fall independently into their interval,
        by its slope (a Poisson process, where the counts are Poisson); each stays with the bot with probability
        ``containment``, the others reach people when the bot's dialogue, exponential, is over. Work is exponential.
    seed, replication : int
        Name the random numbers.
    """
    backlog = int(demand.backlog.sum())
    size = int(np.rint(offered).sum(dtype=np.int64)) + backlog
    names = Names(np.empty(size, np.int64), np.empty(size, np.uint64), np.empty(size), np.zeros(offered.shape))
    n = _fill_names(demand, offered, seed, replication, names)
    order = _order(names.arrival[:n], demand.interval_seconds, offered.shape[1])
    drawn = _empty(n, names.contained)
    _fill_contacts(demand, names, order, backlog, drawn)
    if demand.most_errors <= 0.0 and not demand.redial.any():
        return drawn
    return _with_comebacks(demand, drawn, n)


def _with_comebacks(demand: Demand, drawn: Contacts, n: int) -> Contacts:
    more = _follow(demand, drawn, n, drawn, drawn.comebacks, False)
    out = _empty(n + more, drawn.contained)
    for column, known in zip(out[:6], drawn[:6], strict=True):
        column[:n] = known
    back = Comebacks(
        np.full(n + more, -1), np.empty(more, np.int64), np.empty(more, np.bool_), np.empty(more), np.empty(more)
    )
    _follow(demand, drawn, n, out, back, True)
    return out._replace(comebacks=back)


@part
def _cut_stretch(presence: Presence, s: int, stream: np.uint64, out: Seats, n: int) -> int:
    """Write the comings and goings of one stretch from row ``n`` on; return the row behind the last."""
    profile = presence.profile[s]
    if uniform(mix(stream, _SHIFT), presence.day[s]) < presence.absent[profile]:
        return n
    away_share = presence.shrinkage[profile]
    start, end = presence.start[s], presence.end[s]
    block = int(start // BLOCK_SECONDS)
    seated = False
    while block * BLOCK_SECONDS < end:
        present = away_share <= 0.0 or uniform(stream, block) >= away_share
        if present != seated:
            out.time[n] = max(start, block * BLOCK_SECONDS)
            out.profile[n] = profile if present else -1
            seated = present
            n += 1
        block += 1
    if seated:
        out.time[n], out.profile[n] = end, -1
        n += 1
    return n


@compiled
def _fill_seats(presence: Presence, seed: int, replication: int, out: Seats) -> int:
    n = 0
    for s in range(len(presence.person)):
        p = presence.person[s]
        stream = _stream(seed, replication, _ABSENCE, presence.key[p])
        last = _cut_stretch(presence, s, stream, out, n)
        for row in range(n, last):
            out.person[row] = p
        n = last
    return n


def draw_seats(presence: Presence, seed: int, replication: int) -> Seats:
    """Return who takes and leaves a seat when, in order of time, unplanned absence included.

    A person loses the whole shift with the probability ``presence.absent`` of the profile, by person and day. In other
    shifts the person is away for a whole half-hour block of the clock with the probability ``presence.shrinkage``,
    independently of other blocks and people.
    """
    size = int(((presence.end - presence.start) // BLOCK_SECONDS + 4).sum())
    out = Seats(np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64))
    n = _fill_seats(presence, seed, replication, out)
    # Stable: where one stretch ends as the next one starts, the person leaves before coming back.
    order = np.argsort(out.time[:n], kind="stable")
    return Seats._make(column[order] for column in out)
