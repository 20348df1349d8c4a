"""Deferred work (e-mail, tickets): staff that finishes everything by its deadline, with the least peak.

Work is a fluid, done earliest deadline first, in open intervals only. What arrives in an interval may be done from that
interval on. All deadlines hold exactly when for every two moments s < t the staffed capacity in [s, t] is at least the
work that arrives from s on and is due by t. With equal deadlines that means: the work done by any moment lies between
the work arrived and the work due, and the straightest line between those two curves - the taut string - has the least
peak of all (and the least sum of squares). The backlog at the start is 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.staffing.compiled import compiled
from wfm.staffing.formulas import checked

__all__ = [
    "Deferred", "broken_stretches", "constant_staff", "deferred_requirement", "due_after", "staff_by_due",
    "whole_staff",
]  # fmt: skip

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Deferred:
    """Staff for deferred work.

    Attributes
    ----------
    agents : float array (intervals,)
        Agents at work in each interval, parts included; 0 where closed.
    broken : tuple of (int, int)
        Stretches ``[first, last)`` of intervals whose work can't be done by its deadline whatever the staff, since
        nobody works until then. Its clock starts when work opens again instead.
    """

    agents: FloatArray
    broken: tuple[tuple[int, int], ...] = ()


def deferred_requirement(
    work_seconds: ArrayLike, interval_seconds: float, open_mask: ArrayLike, deadline_seconds: float
) -> Deferred:
    """Return the staff with the least peak that finishes all work within the deadline.

    Parameters
    ----------
    work_seconds : array (intervals,)
        Agent time that arrives in each interval, finite, >= 0.
    interval_seconds : float
        Above 0.
    open_mask : bool array (intervals,)
        Where work is done.
    deadline_seconds : float
        Time from arrival to the end of the work, >= 0. Counted in whole intervals, rounded down (the work is then
        never late), but at least one: within a single interval work is done as it comes.

    Returns
    -------
    Deferred
        What is due only after the last interval need not be done.

    Raises
    ------
    ValueError
        For negative or NaN numbers and arrays of different lengths.
    """
    work, is_open = _arguments(work_seconds, interval_seconds, open_mask)
    due = due_after(is_open, interval_seconds, deadline_seconds)
    broken = broken_stretches(work, is_open, interval_seconds, deadline_seconds)
    return Deferred(staff_by_due(work, interval_seconds, is_open, due), broken)


def due_after(is_open: BoolArray, interval_seconds: float, deadline_seconds: float) -> IntArray:
    """Return before which interval the work of each interval is due; from the opening where it opens too late."""
    span = _whole_intervals(deadline_seconds, interval_seconds)
    opening, arrival = next_open(is_open), np.arange(is_open.size)
    return np.where(opening >= arrival + span, opening + span, arrival + span)


def broken_stretches(
    work: FloatArray, is_open: BoolArray, interval_seconds: float, deadline_seconds: float
) -> tuple[tuple[int, int], ...]:
    """Return the stretches ``[first, last)`` whose work is due before the end and before work opens again."""
    span = _whole_intervals(deadline_seconds, interval_seconds)
    arrival = np.arange(work.size)
    late = (next_open(is_open) >= arrival + span) & (work > 0) & (arrival + span <= work.size)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], late, [False]]).astype(np.int8)))
    return tuple((int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True))


@compiled
def whole_staff(agents: FloatArray, work: FloatArray, interval_seconds: float) -> FloatArray:
    """Return whole agents per interval that are never behind the staffing ``agents`` and never work ahead of arrival.

    Parts are rounded up and the time gained is used in the next intervals: at most one agent-interval is added
    altogether, besides what stands idle until work arrives.
    """
    whole = np.zeros(agents.size)
    planned, done, arrived = 0.0, 0.0, 0.0
    for i in range(agents.size):
        planned += agents[i]
        arrived += work[i] / interval_seconds
        if agents[i] > 0.0:
            whole[i] = max(math.ceil(planned - done - 1e-9), 0.0)
            done = min(done + whole[i], arrived)
    return whole


def staff_by_due(work: FloatArray, interval_seconds: float, is_open: BoolArray, due: IntArray) -> FloatArray:
    """Return the staff per interval with the least peak for work that must be done before interval ``due`` starts.

    ``due`` (intervals,) never falls from one interval to the next, and leaves at least one open interval to do the work
    in, or lies behind the end.
    """
    slots = np.flatnonzero(is_open)
    agents = np.zeros(work.size)
    if slots.size == 0:
        return agents
    limit = np.append(slots[1:], work.size)  # work due while closed is due when the last open interval ends
    arrived = np.cumsum(work)[slots]
    must = np.concatenate([[0.0], np.cumsum(work)])[np.searchsorted(due, limit, side="right")]
    agents[slots] = taut_string(np.minimum(must, arrived), arrived) / interval_seconds
    return agents


def constant_staff(
    work_seconds: ArrayLike,
    interval_seconds: float,
    open_mask: ArrayLike,
    deadline_seconds: float,
    repeats: bool = False,
) -> float:
    """Return the smallest constant staff (while open) that finishes all work within the deadline.

    The maximum over all windows of the work that arrives and is due inside over the open time inside; infinite when a
    window has work but no open time. Arguments as in :func:`deferred_requirement`; with ``repeats`` the intervals are
    one period of an endless pattern, and the result is never below the average load.
    """
    work, is_open = _arguments(work_seconds, interval_seconds, open_mask)
    span = _whole_intervals(deadline_seconds, interval_seconds)
    if not np.any(work > 0):
        return 0.0
    if repeats and not np.any(is_open):
        return math.inf
    period = work.size
    copies = 2 + math.ceil(span / period) if repeats else 1
    arrived = np.concatenate([[0.0], np.cumsum(np.tile(work, copies))])
    worked = np.concatenate([[0.0], np.cumsum(np.tile(is_open, copies) * interval_seconds)])
    average = work.sum() / (is_open.sum() * interval_seconds) if repeats else 0.0
    return max(float(average), _densest_window(arrived, worked, span, period, repeats))


@compiled
def _densest_window(arrived: FloatArray, worked: FloatArray, span: int, period: int, repeats: bool) -> float:
    last = arrived.size - 1
    densest = 0.0
    for start in range(period):
        for end in range(start + span, min(start + period + span, last) + 1 if repeats else last + 1):
            load = arrived[end - span + 1] - arrived[start]
            if load > 0.0:
                densest = max(densest, load / (worked[end] - worked[start]))
    return densest


@compiled
def _straight(lower: FloatArray, upper: FloatArray, corner: int, height: float) -> tuple[int, float]:
    """Return where the straightest path from ``(corner, height)`` turns next, and its height there."""
    floor, floor_at = 0.0, -1
    ceiling, ceiling_at = math.inf, -1
    for i in range(corner + 1, lower.size):
        least, most = (lower[i] - height) / (i - corner), (upper[i] - height) / (i - corner)
        if least > ceiling:
            return ceiling_at, upper[ceiling_at]
        if most < floor:
            return floor_at, lower[floor_at]
        if least >= floor:
            floor, floor_at = least, i
        if most <= ceiling:
            ceiling, ceiling_at = most, i
    return (floor_at, lower[floor_at]) if floor_at >= 0 else (lower.size - 1, height)


@compiled
def taut_string(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Return the steps of the straightest non-decreasing path from 0 with ``lower[i] <= path[i] <= upper[i]``.

    The path starts at 0 before the first entry and ends as low as it may. From each corner the cone of slopes that keep
    within the bounds is narrowed entry by entry; where it closes the path turns, at the bound that closed it.
    """
    steps = np.zeros(lower.size)
    corner, height = -1, 0.0
    while corner < lower.size - 1:
        turn, next_height = _straight(lower, upper, corner, height)
        steps[corner + 1 : turn + 1] = max(next_height - height, 0.0) / (turn - corner)
        corner, height = turn, next_height
    return steps


def next_open(is_open: BoolArray) -> IntArray:
    """Return for each interval the first open one from there on, far behind the end when none is left."""
    n = is_open.size
    marks = np.where(is_open, np.arange(n), 10 * n + 1_000_000)
    return np.minimum.accumulate(marks[::-1])[::-1].astype(np.int64)


def _arguments(work: ArrayLike, interval_seconds: float, open_mask: ArrayLike) -> tuple[FloatArray, BoolArray]:
    seconds, is_open = checked("work_seconds", work), np.asarray(open_mask, dtype=np.bool_)
    if seconds.ndim != 1 or seconds.shape != is_open.shape:
        raise ValueError(f"expected work and open_mask of one length, got {seconds.shape} and {is_open.shape}")
    if not 0 < interval_seconds < math.inf:
        raise ValueError(f"interval_seconds: expected a number above 0, got {interval_seconds}")
    return seconds, is_open


def _whole_intervals(deadline_seconds: float, interval_seconds: float) -> int:
    if not 0 <= deadline_seconds < math.inf:
        raise ValueError(f"deadline_seconds: expected a finite number >= 0, got {deadline_seconds}")
    return max(1, math.floor(deadline_seconds / interval_seconds + 1e-9))
