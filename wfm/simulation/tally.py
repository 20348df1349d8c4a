"""From the fate of each contact to sums per target and period."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from wfm.simulation.compiled import compiled, part
from wfm.simulation.model import Contacts, FloatArray, IntArray, Outcome

__all__ = ["ABANDONED", "ANSWERED", "AVERAGE", "FINISHED", "RESPONSE_CAP_SECONDS", "WITHIN", "Gauges", "tally"]

WITHIN, AVERAGE, ABANDONED = 0, 1, 2
ANSWERED, FINISHED = 0, 1
RESPONSE_CAP_SECONDS = 600.0
"""A live contact's response counts with at most this in an average (the platforms' rule for unanswered rounds)."""


class Gauges(NamedTuple):
    """What is measured, in order of queue.

    Attributes
    ----------
    first : int array (queues + 1,)
        Gauges ``first[q]:first[q + 1]`` belong to queue ``q``.
    kind, clock : int arrays (gauges,)
        ``WITHIN``, ``AVERAGE`` or ``ABANDONED``; the clock stops when the contact is ``ANSWERED`` or ``FINISHED``.
    seconds, cap : float arrays (gauges,)
        Target time, and the most with which a wait enters an average.
    cell : int array (gauges, intervals)
        Into which sum contacts go that arrive in an interval; -1 = into none.
    """

    first: IntArray
    kind: IntArray
    clock: IntArray
    seconds: FloatArray
    cap: FloatArray
    cell: IntArray


@part
def _value(gauges: Gauges, g: int, arrival: float, reached: float, left: float, horizon: float) -> float:
    """Return what a contact adds to the upper sum, NaN when it stays out of both.

    Contacts still open at the horizon's end count by the wait so far: as too late once older than the target time,
    else not at all; their fate is open.
    """
    kind, seconds = gauges.kind[g], gauges.seconds[g]
    if kind == ABANDONED:
        return 1.0 if left == left else (0.0 if reached == reached else math.nan)
    if reached == reached:
        wait, answered = reached - arrival, True
    elif left == left:
        wait, answered = left - arrival, False
    else:
        wait, answered = horizon - arrival, False
        if wait <= seconds:
            return math.nan
    if kind == AVERAGE:
        return float(min(wait, gauges.cap[g]))
    return 1.0 if answered and wait <= seconds else 0.0


@compiled
def _sum_up(
    contacts: Contacts, out: Outcome, gauges: Gauges, horizon: float, upper: FloatArray, lower: FloatArray
) -> None:
    for c in range(len(contacts.arrival)):
        q = contacts.queue[c]
        for g in range(gauges.first[q], gauges.first[q + 1]):
            cell = gauges.cell[g, contacts.interval[c]]
            if cell < 0:
                continue
            reached = out.finished[c] if gauges.clock[g] == FINISHED else out.answered[c]
            value = _value(gauges, g, contacts.arrival[c], reached, out.abandoned[c], horizon)
            if value == value:
                upper[cell] += value
                lower[cell] += 1.0


def tally(
    contacts: Contacts, outcome: Outcome, gauges: Gauges, cells: int, horizon_seconds: float
) -> tuple[FloatArray, FloatArray]:
    """Return the sums above and below the line of every gauge's ratio by period: two arrays (cells,)."""
    upper, lower = np.zeros(cells), np.zeros(cells)
    _sum_up(contacts, outcome, gauges, horizon_seconds, upper, lower)
    return upper, lower
