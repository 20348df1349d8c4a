"""From the fate of each contact to sums per gauge and interval."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from wfm.compiled import compiled, part
from wfm.simulation.measures import (
    ABANDONED,
    AVERAGE,
    EXCLUDED,
    LEFT_QUEUE,
    NO_SERVICE,
    OF_ANSWERED,
    WITHOUT_SHORT,
)
from wfm.simulation.messages import Talk, reply_seconds, rounds_of
from wfm.simulation.model import BoolArray, Contacts, FloatArray, IntArray, Outcome

__all__ = ["ANSWERED", "CONTACT", "CUSTOMER", "FINISHED", "ROUND", "Gauges", "tally"]

ANSWERED, FINISHED = 0, 1
CONTACT, ROUND, CUSTOMER = 0, 1, 2
_SERVED, _GONE, _OPEN = 0, 1, 2


class Gauges(NamedTuple):
    """What is measured, in order of queue.

    Attributes
    ----------
    first : int array (queues + 1,)
        Gauges ``first[q]:first[q + 1]`` belong to queue ``q``.
    kind, clock, unit, definition : int arrays (gauges,)
        ``WITHIN``, ``AVERAGE``, ``ABANDONED`` or ``NO_SERVICE``; the clock stops when the contact is ``ANSWERED`` or
        ``FINISHED``; counted is each ``CONTACT``, ``ROUND`` or ``CUSTOMER``; the share is of those ``OFFERED``,
        ``OF_ANSWERED``, ``WITHOUT_SHORT`` abandonments, or whoever ``LEFT_QUEUE`` in time counts as good.
    seconds, cap : float arrays (gauges,)
        Target time, and the most with which a wait enters an average.
    unanswered : float array (gauges,)
        Seconds that an abandoned contact adds to an average: NaN = its wait, ``EXCLUDED`` = it stays out.
    hours : int array (gauges,)
        Row of ``open_seconds`` by which seconds are counted, -1 = by the calendar.
    open_seconds : float array (rows, minutes + 1)
        How long queues have been open since the start, at each minute.
    inside : bool array (gauges, intervals)
        Whether contacts count that arrive in an interval.
    interval_seconds : float
    """

    first: IntArray
    kind: IntArray
    clock: IntArray
    unit: IntArray
    definition: IntArray
    seconds: FloatArray
    cap: FloatArray
    unanswered: FloatArray
    hours: IntArray
    open_seconds: FloatArray
    inside: BoolArray
    interval_seconds: float


@part
def _clock(gauges: Gauges, g: int, time: float) -> float:
    """Return a moment by the clock of a gauge: seconds since the start, shut hours left out where it says so."""
    hours = gauges.hours[g]
    if hours < 0:
        return time
    minute = min(max(int(time / 60.0), 0), gauges.open_seconds.shape[1] - 2)
    before, after = gauges.open_seconds[hours, minute], gauges.open_seconds[hours, minute + 1]
    return float(before + (after - before) * (time / 60.0 - minute))


@part
def _share(gauges: Gauges, g: int, fate: int, wait: float) -> tuple[float, float]:
    """Return what a response adds above and below the line of a share in time.

    What is still open at the end counts as late once older than the target time, else not at all: its fate is open.
    """
    in_time = wait <= gauges.seconds[g]
    if fate == _SERVED:
        return (1.0 if in_time else 0.0), 1.0
    definition = gauges.definition[g]
    if definition == OF_ANSWERED or (fate == _OPEN and in_time):
        return 0.0, 0.0
    if definition == WITHOUT_SHORT and fate == _GONE and wait < gauges.seconds[g]:
        return 0.0, 0.0
    if definition == LEFT_QUEUE and in_time:
        return 1.0, 1.0
    return 0.0, 1.0


@part
def _mean(gauges: Gauges, g: int, fate: int, wait: float) -> tuple[float, float]:
    """Return what a response adds above and below the line of an average."""
    if fate == _SERVED:
        return min(wait, gauges.cap[g]), 1.0
    instead = gauges.unanswered[g]
    if instead == EXCLUDED or (fate == _OPEN and wait <= gauges.seconds[g]):
        return 0.0, 0.0
    if fate == _GONE and instead == instead:
        return float(instead), 1.0
    return min(wait, gauges.cap[g]), 1.0


@part
def _response(gauges: Gauges, g: int, fate: int, wait: float) -> tuple[float, float]:
    return _mean(gauges, g, fate, wait) if gauges.kind[g] == AVERAGE else _share(gauges, g, fate, wait)


@part
def _lost(gauges: Gauges, g: int, fate: int, at_once: bool) -> tuple[float, float]:
    """Return what a contact adds above and below the line of a share lost."""
    if gauges.kind[g] == NO_SERVICE:
        return (0.0 if fate == _SERVED and at_once else 1.0), 1.0
    return (1.0 if fate == _GONE else 0.0), (0.0 if fate == _OPEN else 1.0)


@part
def _talked(
    gauges: Gauges, talk: Talk, contacts: Contacts, out: Outcome, g: int, c: int, wait: float
) -> tuple[float, float]:
    """Return what a taken contact that consists of messages adds above and below the line; ``wait``: in line."""
    unit = gauges.unit[g]
    above, below = _response(gauges, g, _SERVED, wait + reply_seconds(talk, contacts, out, c, 0))
    if unit == CONTACT:
        return above, below
    for number in range(1, rounds_of(talk, contacts.queue[c], contacts.key[c])):
        value, weight = _response(gauges, g, _SERVED, reply_seconds(talk, contacts, out, c, number))
        above += value
        below += weight
    if unit == ROUND:
        return above, below
    if gauges.kind[g] == AVERAGE:
        return above / below, 1.0
    return (1.0 if above == below else 0.0), 1.0


@part
def _measure(
    gauges: Gauges, talk: Talk, contacts: Contacts, out: Outcome, g: int, c: int, horizon: float
) -> tuple[float, float]:
    """Return what a contact adds above and below the line of a gauge."""
    arrival, left = out.arrival[c], out.abandoned[c]
    reached = out.finished[c] if gauges.clock[g] == FINISHED else out.answered[c]
    if reached == reached:
        fate, until = _SERVED, reached
    elif left == left:
        fate, until = _GONE, left
    else:
        fate, until = _OPEN, horizon
    if gauges.kind[g] == ABANDONED or gauges.kind[g] == NO_SERVICE:
        return _lost(gauges, g, fate, until == arrival)
    wait = _clock(gauges, g, until) - _clock(gauges, g, arrival)
    if fate == _SERVED and gauges.clock[g] == ANSWERED and talk.step[contacts.queue[c]] > 0.0:
        return _talked(gauges, talk, contacts, out, g, c, wait)
    return _response(gauges, g, fate, wait)


@compiled
def _sum_up(
    contacts: Contacts, out: Outcome, gauges: Gauges, talk: Talk, horizon: float, upper: FloatArray, lower: FloatArray
) -> None:
    for c in range(len(out.arrival)):
        # NaN: a comeback that never came. Before 0: backlog, counted on the days before the plan.
        if not out.arrival[c] >= 0.0 or out.arrival[c] >= horizon or out.repeat[c]:
            continue
        q = contacts.queue[c]
        t = int(out.arrival[c] / gauges.interval_seconds)
        for g in range(gauges.first[q], gauges.first[q + 1]):
            if gauges.inside[g, t]:
                above, below = _measure(gauges, talk, contacts, out, g, c, horizon)
                upper[g, t] += above
                lower[g, t] += below


def tally(
    contacts: Contacts, outcome: Outcome, gauges: Gauges, talk: Talk, horizon_seconds: float
) -> tuple[FloatArray, FloatArray]:
    """Return the sums above and below the line of every gauge's ratio by interval of arrival.

    Two arrays (gauges, intervals). Contacts that stay with a bot are not in them; neither are contacts that come back
    because they were handled wrongly: to the platform the first answer was the answer.
    """
    upper, lower = np.zeros(gauges.inside.shape), np.zeros(gauges.inside.shape)
    _sum_up(contacts, outcome, gauges, talk, horizon_seconds, upper, lower)
    return upper, lower
