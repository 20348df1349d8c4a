"""The random numbers of a replication: contacts that come, and people who are off their seat unplanned.

Every contact and every half hour of a person has random numbers of its own, a hash (splitmix64's finalizer, Steele,
Lea and Flood 2014) of seed, replication, queue or person, interval and running number. Scenarios that differ in
staff, speed or one queue's volume therefore meet the same customers elsewhere, and no order of computation matters.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from wfm.simulation.compiled import compiled, part
from wfm.simulation.model import Contacts, Demand, FloatArray, IntArray, Presence, Seats

__all__ = ["BLOCK_SECONDS", "draw_contacts", "draw_seats"]

BLOCK_SECONDS = 1800.0

_WEYL = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_CONTACTS, _ABSENCE = np.uint64(1), np.uint64(2)


@part
def _mix(key: np.uint64, part: np.uint64) -> np.uint64:
    bits = key + _WEYL * (part + np.uint64(1))
    bits = (bits ^ (bits >> _S30)) * _FIRST
    bits = (bits ^ (bits >> _S27)) * _SECOND
    return bits ^ (bits >> _S31)


@part
def _uniform(key: np.uint64, part: int) -> float:
    """Return a number strictly between 0 and 1."""
    return (float(_mix(key, np.uint64(part)) >> _S11) + 0.5) * (1.0 / 9007199254740992.0)


@part
def _stream(seed: int, replication: int, purpose: np.uint64, owner: np.uint64) -> np.uint64:
    return _mix(_mix(_mix(np.uint64(seed), np.uint64(replication)), purpose), owner)


@part
def _fill_cell(demand: Demand, stream: np.uint64, q: int, t: int, count: int, out: Contacts, n: int) -> int:
    """Write the contacts of one queue and interval from row ``n`` on, unsorted; return the row behind the last."""
    cell = _mix(stream, np.uint64(t))
    contained = demand.containment[q, t]
    for i in range(count):
        own = _mix(cell, np.uint64(i))
        if _uniform(own, 0) < contained:
            continue
        out.queue[n] = q
        out.interval[n] = t
        out.arrival[n] = (t + _uniform(own, 1)) * demand.interval_seconds
        out.patience[n] = -math.log(_uniform(own, 2)) * demand.patience_seconds[q]
        out.work_seconds[n] = -math.log(_uniform(own, 3)) * demand.aht_seconds[q, t]
        n += 1
    return n


@compiled
def _fill_contacts(demand: Demand, offered: NDArray[np.float32], seed: int, replication: int, out: Contacts) -> int:
    queues, intervals = offered.shape
    n = 0
    for t in range(intervals):
        for q in range(queues):
            count = round(offered[q, t])
            if count > 0:
                n = _fill_cell(demand, _stream(seed, replication, _CONTACTS, demand.key[q]), q, t, count, out, n)
    return n


def draw_contacts(demand: Demand, offered: NDArray[np.float32], seed: int, replication: int) -> Contacts:
    """Return the contacts that reach people in one replication, in order of arrival.

    Parameters
    ----------
    demand : Demand
        How contacts arrive.
    offered : float32 array (queues, intervals)
        Whole numbers of contacts, those that a bot will contain included. They fall uniformly into their interval (a
        Poisson process, where the counts are Poisson), each stays with the bot with probability ``containment``;
        patience and work are exponential.
    seed, replication : int
        Name the random numbers.
    """
    size = int(np.rint(offered).sum(dtype=np.int64))
    out = Contacts(np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size), np.empty(size), np.empty(size))
    n = _fill_contacts(demand, offered, seed, replication, out)
    order = np.argsort(out.arrival[:n], kind="stable")
    return Contacts._make(column[order] for column in out)


@part
def _cut_stretch(presence: Presence, s: int, stream: np.uint64, time: FloatArray, profile: IntArray, n: int) -> int:
    """Write the comings and goings of one stretch from row ``n`` on; return the row behind the last."""
    absent_share = presence.shrinkage[presence.profile[s]]
    start, end = presence.start[s], presence.end[s]
    block = int(start // BLOCK_SECONDS)
    seated = False
    while block * BLOCK_SECONDS < end:
        present = _uniform(stream, block) >= absent_share
        if present != seated:
            time[n] = max(start, block * BLOCK_SECONDS)
            profile[n] = presence.profile[s] if present else -1
            seated = present
            n += 1
        block += 1
    if seated:
        time[n], profile[n] = end, -1
        n += 1
    return n


@compiled
def _fill_seats(presence: Presence, seed: int, replication: int, out: Seats) -> int:
    n = 0
    for s in range(len(presence.person)):
        p = presence.person[s]
        stream = _stream(seed, replication, _ABSENCE, presence.key[p])
        last = _cut_stretch(presence, s, stream, out.time, out.profile, n)
        for row in range(n, last):
            out.person[row] = p
        n = last
    return n


def draw_seats(presence: Presence, seed: int, replication: int) -> Seats:
    """Return who takes and leaves a seat when, in order of time, unplanned absence included.

    A person is away for a whole half-hour block of the clock with the probability ``presence.shrinkage`` of the
    profile, independently of other blocks and people.
    """
    size = int(((presence.end - presence.start) // BLOCK_SECONDS + 4).sum())
    out = Seats(np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64))
    n = _fill_seats(presence, seed, replication, out)
    # Stable: where one stretch ends as the next one starts, the person leaves before coming back.
    order = np.argsort(out.time[:n], kind="stable")
    return Seats._make(column[order] for column in out)
