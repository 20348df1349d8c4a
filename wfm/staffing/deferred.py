"""Deferred work (e-mail, tickets): staff that finishes everything by its deadline, with the least peak.

Work is a fluid, done earliest deadline first, in open intervals only. What arrives in an interval may be done from that
interval on. All deadlines hold exactly when for every two moments s < t the staffed capacity in [s, t] is at least the
work that arrives from s on and is due by t. With equal deadlines that means: the work done by any moment lies between
the work arrived and the work due, and the straightest line between those two curves - the taut string - has the least
peak of all (and the least sum of squares).

Deadlines count in calendar time, or (clock ``"open"``) in open time only: then nothing is due before it could be done.
A backlog is work that is there at the start, with what is left of its time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.compiled import kernel
from wfm.staffing.formulas import checked
from wfm.staffing.taut import taut_string

__all__ = [
    "Clock", "Deferred", "backlog_due", "binding_window", "broken_stretches", "constant_staff", "deferred_requirement",
    "due_after", "staff_by_due", "whole_staff",
]  # fmt: skip

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
#: How a deadline runs: always, or in open intervals only.
Clock = Literal["calendar", "open"]


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
    overdue_seconds : float
        Work of the backlog whose time is up at the start; it is done in the first open interval.
    """

    agents: FloatArray
    broken: tuple[tuple[int, int], ...] = ()
    overdue_seconds: float = 0.0


def deferred_requirement(
    work_seconds: ArrayLike,
    interval_seconds: float,
    open_mask: ArrayLike,
    deadline_seconds: float,
    clock: Clock = "calendar",
    backlog_seconds: ArrayLike = 0.0,
    backlog_due_seconds: ArrayLike = 0.0,
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
    clock : str
        ``"calendar"``, or ``"open"``: the deadline runs in open intervals only.
    backlog_seconds : float or array
        Agent time of work that is there at the start, in parts.
    backlog_due_seconds : float or array
        What is left of the time of each part at the start (deadline less age), on the same clock; 0 or less: overdue.

    Returns
    -------
    Deferred
        What is due only after the last interval need not be done. A backlog that may wait longer than what arrives at
        the start is staffed on top, by itself: all is on time, but the peak may not be the least.

    Raises
    ------
    ValueError
        For negative or NaN numbers and arrays of different lengths.
    """
    work, is_open = _arguments(work_seconds, interval_seconds, open_mask)
    parts, left = _backlog(backlog_seconds, backlog_due_seconds)
    due = due_after(is_open, interval_seconds, deadline_seconds, clock)
    broken = broken_stretches(work, is_open, interval_seconds, deadline_seconds, clock)
    part_due = backlog_due(is_open, interval_seconds, left, clock)
    old = part_due <= (due[0] if due.size else 0)
    agents = staff_by_due(work, interval_seconds, is_open, due, parts[old], part_due[old])
    if not old.all():
        nothing = np.zeros(work.size)
        agents = agents + staff_by_due(nothing, interval_seconds, is_open, due, parts[~old], part_due[~old])
    return Deferred(agents, broken, float(parts[left <= 0].sum()))


def due_after(
    is_open: BoolArray,
    interval_seconds: float,
    deadline_seconds: float,
    clock: Clock = "calendar",
    *,
    restarts: bool = True,
) -> IntArray:
    """Return before which interval the work of each interval is due; from the opening where it opens too late.

    By the ``"open"`` clock it is due when as many open intervals as the deadline has have passed, the one it arrives in
    included; far behind the end where there are not so many left. Without ``restarts`` what can't be on time by the
    calendar is due before it could be done.
    """
    span = _whole_intervals(deadline_seconds, interval_seconds)
    arrival = np.arange(is_open.size)
    if _checked(clock) == "open":
        return _after_open(is_open, arrival, np.full(is_open.size, span))
    if not restarts:
        return arrival + span
    opening = next_open(is_open)
    return np.where(opening >= arrival + span, opening + span, arrival + span)


def backlog_due(
    is_open: BoolArray, interval_seconds: float, due_seconds: FloatArray, clock: Clock = "calendar"
) -> IntArray:
    """Return before which interval each part of the backlog is due, ``due_seconds`` after the start.

    Whole intervals, rounded down, but the first open one at least; by the calendar, what is due before the opening is
    due so long after it.
    """
    span = np.maximum(1, np.floor(np.asarray(due_seconds) / interval_seconds + 1e-9)).astype(np.int64)
    if is_open.size == 0:
        return span
    if _checked(clock) == "open":
        return _after_open(is_open, np.zeros(span.size, dtype=np.int64), span)
    opening = next_open(is_open)[0]
    return np.where(opening >= span, opening + span, span)


def _after_open(is_open: BoolArray, arrival: IntArray, span: IntArray) -> IntArray:
    """Return the interval behind the ``span``-th open one from ``arrival`` on, far behind the end if there is none."""
    slots = np.flatnonzero(is_open)
    place = np.searchsorted(slots, arrival) + span - 1
    ends = np.append(slots + 1, 10 * is_open.size + 1_000_000)
    return np.asarray(ends[np.minimum(place, slots.size)], dtype=np.int64)


def broken_stretches(
    work: FloatArray,
    is_open: BoolArray,
    interval_seconds: float,
    deadline_seconds: float,
    clock: Clock = "calendar",
) -> tuple[tuple[int, int], ...]:
    """Return the stretches ``[first, last)`` whose work is due before the end and before work opens again.

    None by the ``"open"`` clock: it stands still while closed.
    """
    span = _whole_intervals(deadline_seconds, interval_seconds)
    if _checked(clock) == "open":
        return ()
    arrival = np.arange(work.size)
    late = (next_open(is_open) >= arrival + span) & (work > 0) & (arrival + span <= work.size)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], late, [False]]).astype(np.int8)))
    return tuple((int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True))


@kernel
def whole_staff(
    agents: FloatArray, work: FloatArray, interval_seconds: float, backlog_seconds: float = 0.0
) -> FloatArray:
    """Return whole agents per interval that are never behind the staffing ``agents`` and never work ahead of arrival.

    Parts are rounded up and the time gained is used in the next intervals: at most one agent-interval is added
    altogether, besides what stands idle until work arrives. ``backlog_seconds`` are there at the start.
    """
    whole = np.zeros(agents.size)
    planned, done, arrived = 0.0, 0.0, backlog_seconds / interval_seconds
    for i in range(agents.size):
        planned += agents[i]
        arrived += work[i] / interval_seconds
        if agents[i] > 0.0:
            whole[i] = max(math.ceil(planned - done - 1e-9), 0.0)
            done = min(done + whole[i], arrived)
    return whole


def staff_by_due(
    work: FloatArray,
    interval_seconds: float,
    is_open: BoolArray,
    due: IntArray,
    backlog: FloatArray | None = None,
    backlog_due: IntArray | None = None,
) -> FloatArray:
    """Return the staff per interval with the least peak for work that must be done before interval ``due`` starts.

    ``due`` (intervals,) never falls from one interval to the next, but for what arrives in the same closed stretch, and
    leaves at least one open interval to do the work in, or lies behind the end. ``backlog`` (parts,) is there at the
    start and due, none later than what arrives first, before the intervals ``backlog_due``. Work is done in order of
    its deadlines: what came late in the night may be due before what came early, and all of it is there at the opening.
    """
    slots = np.flatnonzero(is_open)
    agents = np.zeros(work.size)
    if slots.size == 0:
        return agents
    limit = np.append(slots[1:], work.size)  # work due while closed is due when the last open interval ends
    arrived = np.cumsum(work)[slots]
    by_due = np.argsort(due, kind="stable")
    must = np.concatenate([[0.0], np.cumsum(work[by_due])])[np.searchsorted(due[by_due], limit, side="right")]
    if backlog is not None and backlog_due is not None:
        arrived = arrived + backlog.sum()
        must = must + (backlog[None, :] * (backlog_due[None, :] <= limit[:, None])).sum(axis=1)
    agents[slots] = taut_string(np.minimum(must, arrived), arrived) / interval_seconds
    return agents


def constant_staff(
    work_seconds: ArrayLike,
    interval_seconds: float,
    open_mask: ArrayLike,
    deadline_seconds: float,
    repeats: bool = False,
    clock: Clock = "calendar",
    backlog_seconds: ArrayLike = 0.0,
    backlog_due_seconds: ArrayLike = 0.0,
) -> float:
    """Return the smallest constant staff (while open) that finishes all work within the deadline.

    The maximum over all windows of the work that arrives and is due inside over the open time inside; infinite when a
    window has work but no open time. Arguments as in :func:`deferred_requirement`; with ``repeats`` the intervals are
    one period of an endless pattern, without backlog, and the result is never below the average load.
    """
    return _binding(
        work_seconds, interval_seconds, open_mask, deadline_seconds, repeats, clock, backlog_seconds,
        backlog_due_seconds,
    )[0]  # fmt: skip


def binding_window(
    work_seconds: ArrayLike,
    interval_seconds: float,
    open_mask: ArrayLike,
    deadline_seconds: float,
    repeats: bool = False,
    clock: Clock = "calendar",
    backlog_seconds: ArrayLike = 0.0,
    backlog_due_seconds: ArrayLike = 0.0,
) -> tuple[int, int] | None:
    """Return the window ``[first, last)`` of intervals that asks for the number :func:`constant_staff` gives.

    The first of them; the first that breaks when that number is infinite; with ``repeats`` it may end in a later
    period. None without work and where the average load asks for as much. Arguments as in :func:`constant_staff`.
    """
    return _binding(
        work_seconds, interval_seconds, open_mask, deadline_seconds, repeats, clock, backlog_seconds,
        backlog_due_seconds,
    )[1]  # fmt: skip


def _binding(
    work_seconds: ArrayLike,
    interval_seconds: float,
    open_mask: ArrayLike,
    deadline_seconds: float,
    repeats: bool,
    clock: Clock,
    backlog_seconds: ArrayLike,
    backlog_due_seconds: ArrayLike,
) -> tuple[float, tuple[int, int] | None]:
    work, is_open = _arguments(work_seconds, interval_seconds, open_mask)
    parts, left = _backlog(backlog_seconds, backlog_due_seconds)
    span = _whole_intervals(deadline_seconds, interval_seconds)
    if repeats and np.any(parts > 0):
        raise ValueError("a pattern that repeats without end has no backlog at its start")
    if not np.any(work > 0) and not np.any(parts > 0):
        return 0.0, None
    period, hours = work.size, int(is_open.sum())
    if repeats and hours == 0:
        return math.inf, _first_broken(work, span)
    if repeats:
        copies = 2 + math.ceil(span / (hours if _checked(clock) == "open" else period))
        work, is_open = np.tile(work, copies), np.tile(is_open, copies)
    due = np.arange(work.size) + span
    if _checked(clock) == "open":
        due = due_after(is_open, interval_seconds, deadline_seconds, clock)
    arrived = np.concatenate([[0.0], np.cumsum(work)])
    worked = np.concatenate([[0.0], np.cumsum(is_open * interval_seconds)])
    part_due = backlog_due(is_open, interval_seconds, left, clock)
    order = np.argsort(part_due)
    densest, first, last = _densest_window(arrived, worked, due, period, repeats, parts[order], part_due[order])
    average = float(work[:period].sum() / (hours * interval_seconds)) if repeats else 0.0
    if densest <= average * (1.0 + 1e-12):
        return max(densest, average), None
    return densest, (first, last)


def _first_broken(work: FloatArray, span: int) -> tuple[int, int]:
    first = int(np.flatnonzero(work > 0)[0])
    return first, first + span


@kernel
def _densest_window(
    arrived: FloatArray,
    worked: FloatArray,
    due: IntArray,
    period: int,
    repeats: bool,
    parts: FloatArray,
    part_due: IntArray,
) -> tuple[float, int, int]:
    """Return the most work per open second over windows from 0 to ``period``, and the first window that has it."""
    last = arrived.size - 1
    densest, first, end = 0.0, 0, 0
    old, place = 0.0, 0
    for i in range(last + parts.size):  # windows from the start: the backlog and what arrives, by due interval
        arrival = i - place
        if place < parts.size and (arrival >= last or part_due[place] <= due[arrival]):
            old += parts[place]
            stop, load = part_due[place], old + arrived[min(arrival, last)]
            place += 1
        else:
            stop, load = due[arrival], old + arrived[arrival + 1]
        if stop <= last and load > densest * worked[stop] * (1.0 + 1e-12):
            densest, first, end = load / worked[stop], 0, stop
    for start in range(1, period):
        for i in range(start, min(start + period + 1, last) if repeats else last):
            load = arrived[i + 1] - arrived[start]
            if due[i] <= last and load > densest * (worked[due[i]] - worked[start]) * (1.0 + 1e-12):
                densest, first, end = load / (worked[due[i]] - worked[start]), start, due[i]
    return densest, first, end


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


def _backlog(seconds: ArrayLike, due_seconds: ArrayLike) -> tuple[FloatArray, FloatArray]:
    left = np.asarray(due_seconds, dtype=np.float64)
    parts, left = np.broadcast_arrays(np.atleast_1d(checked("backlog_seconds", seconds)), np.atleast_1d(left))
    if parts.ndim != 1 or not np.isfinite(left).all():
        raise ValueError(f"backlog_due_seconds: expected one finite number per part, got {due_seconds!r}")
    return parts, left


def _checked(clock: Clock) -> Clock:
    if clock not in get_args(Clock):
        raise ValueError(f"clock: expected 'calendar' or 'open', got '{clock}'")
    return clock
