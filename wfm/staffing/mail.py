"""Requirement of e-mail and tickets: work with a deadline, spread so that the peak is least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.plan import Target
from wfm.staffing.correction import LEVEL_STEP
from wfm.staffing.deferred import backlog_due, broken_stretches, due_after, staff_by_due, whole_staff
from wfm.staffing.live import PAST_BEHIND, QueueDemand, QueueStaff, target_text
from wfm.staffing.mail_judge import MailJudge
from wfm.staffing.mail_levels import found_levels

__all__ = ["mail_staff"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class _Horizon:
    """The grid with its last week repeated: what arrives at the end of the plan is done after it, as in any week."""

    place: IntArray
    day: IntArray
    length: int

    @classmethod
    def of(cls, grid: TimeGrid, deadline_seconds: float) -> _Horizon:
        week = min(7, grid.days)
        first = grid.slots_of_day(grid.days - week).start
        extra_days = int(deadline_seconds // 86400) + 2
        copies = -(-extra_days // week)
        tail = np.tile(np.arange(first, grid.n), copies)
        days = grid.day_index[tail] + np.repeat(np.arange(1, copies + 1) * week, grid.n - first)
        return cls(np.concatenate([np.arange(grid.n), tail]), np.concatenate([grid.day_index, days]), grid.n)


def mail_staff(demand: QueueDemand, grid: TimeGrid) -> QueueStaff:
    """Return the agents of an e-mail queue: the most that any target asks for in each interval."""
    decided = np.where(demand.is_open, "deferred", "closed").astype(object)
    work = np.where(demand.is_open, demand.mean_volume, 0.0) * demand.aht_seconds / (demand.minutes * 60.0)
    staff = QueueStaff(np.zeros(grid.n), _method(demand), decided, np.zeros(grid.n), work)
    targets = [(n, target) for n, target in enumerate(demand.queue.target) if target.metric in _TIMED]
    left_out = {target.metric for target in demand.queue.target} - set(_TIMED)
    for metric in sorted(left_out):
        staff.warnings.append(
            f"queue '{demand.queue.id}': target '{metric}' has no meaning for e-mail, which waits until it is "
            "done; it is left out"
        )
    if not np.any(demand.is_open):
        return staff
    for number, target in targets:
        _warn(demand, grid, target, staff, number)
        needed = _Straight.of(demand, grid, number).agents(demand.volumes[number])
        staff.by_formula = np.maximum(staff.by_formula, needed)
        if demand.is_played and target.metric in _SHARES:
            needed = _corrected(demand, grid, number, staff)
        staff.agents = np.maximum(staff.agents, needed)
    if not targets:
        horizon = _Horizon.of(grid, 0.0)
        work = (demand.mean_volume * demand.aht_seconds)[horizon.place]
        backlog, due = _backlog(demand), _next_day(demand, horizon)
        path = staff_by_due(
            work, demand.minutes * 60.0, demand.is_open[horizon.place], due, np.array([backlog]),
            np.array([_first_day(demand, grid)]),
        )  # fmt: skip
        staff.agents = whole_staff(path, work, demand.minutes * 60.0, backlog)[: horizon.length]
        staff.by_formula = staff.agents
    return staff


_SHARES = ("resolved_within", "answered_within")
_TIMED = (*_SHARES, "average_response")


def _backlog(demand: QueueDemand) -> float:
    """Return the agent time of what waits at the start."""
    return float(demand.queue.backlog * demand.aht_seconds[0])


def _line(demand: QueueDemand, is_open: BoolArray) -> IntArray:
    """Return the intervals in the order in which their mail is done: by the queue's tightest deadline."""
    timed = [target for target in demand.queue.target if target.seconds is not None]
    if not timed:
        return np.arange(is_open.size)
    tightest = min(timed, key=lambda target: target.seconds or 0.0)
    due = due_after(is_open, demand.minutes * 60.0, tightest.seconds or 0.0, tightest.clock)
    return np.argsort(due, kind="stable")


#: How much of what a target allows to be late may be late behind a block of other work, first in a day's line: tried
#: in turn, the straightest staffing is taken.
_SPARED = (0.0, 0.5, 0.9)


def _corrected(demand: QueueDemand, grid: TimeGrid, number: int, staff: QueueStaff) -> FloatArray:
    """Return the staff for the smallest factors on the mean volume, day by day, with which the target holds."""
    judge = MailJudge.of(demand, grid, number, _line(demand, demand.is_open), _backlog(demand))
    interval, over = demand.minutes * 60.0, demand.queue.target[number].over
    tried: list[tuple[bool, FloatArray]] = []
    plain: list[IntArray] = []
    for spared in _SPARED:
        straight = _Straight.of(demand, grid, number, spared)

        def staffed(levels: IntArray, straight: _Straight = straight) -> FloatArray:
            return straight.agents(demand.mean_volume * np.exp(LEVEL_STEP * levels[grid.day_index]))

        if not any(np.array_equal(straight.due, due) for due in plain):
            plain.append(straight.due)
            levels, holds = found_levels(judge, staffed, interval, grid, over)
            tried.append((holds, staffed(levels)))
    # Those that hold first; if none does, that which spares nobody.
    holds, agents = min((one for one in tried if one[0]), key=lambda one: float((one[1] ** 2).sum()), default=tried[0])
    staff.warnings += _told(demand, number, judge, holds)
    return agents


def _told(demand: QueueDemand, number: int, judge: MailJudge, holds: bool) -> list[str]:
    """Return what a planner must know of the staff found."""
    target = demand.queue.target[number]
    name, told = f"queue '{demand.queue.id}', {target_text(target)}", []
    if judge.behind:
        told.append(f"{name}: {PAST_BEHIND}")
    lost, asked = int((~judge.reachable).sum()), int(judge.asked.sum())
    if lost:
        told.append(
            f"{name}: too much is late before anybody could do it: no staff holds the target on {lost} of {asked} "
            f"{_SPANS[target.over]}; there it is staffed as if the clock of that mail started at the opening"
        )
    if not holds:
        told.append(f"{name}: no staffing tried held it everywhere; more people than these would help next to nothing")
    return told


_SPANS = {"interval": "intervals", "day": "days", "horizon": "horizons", "30_days": "windows of 30 days"}


def _method(demand: QueueDemand) -> str:
    if not demand.is_played or not any(target.metric in _SHARES for target in demand.queue.target):
        return _METHOD
    return (
        f"{_METHOD}; for the smallest factors on the volume, day by day, with which targets hold in "
        f"{len(demand.counts)} futures"
    )


_METHOD = (
    "deferred work: the straightest staffing that finishes each target's share by its deadline and the rest by the end "
    "of the next open day, in open hours only; what arrives while closed for longer than the deadline counts from the "
    "opening"
)


@dataclass(frozen=True)
class _Straight:
    """The straightest staffing of a target: its share in time, the rest by the next open day.

    What the target does not count has time until then, too, but stands in the same line: it is done before what comes
    later and is due. So is what is due only after the plan: it must not pile up.

    Attributes
    ----------
    demand : QueueDemand
    horizon : _Horizon
    is_open : bool array (intervals of the horizon,)
    share : float array (intervals of the horizon,)
        Of the work of each interval, done before ``due``; the rest before ``next_day``.
    due, next_day : int arrays (intervals of the horizon,)
    backlog_due : int
    """

    demand: QueueDemand
    horizon: _Horizon
    is_open: BoolArray
    share: FloatArray
    due: IntArray
    next_day: IntArray
    backlog_due: int

    @classmethod
    def of(cls, demand: QueueDemand, grid: TimeGrid, number: int, spared: float = 0.0) -> _Straight:
        """Return the staffing of a target.

        ``spared`` is the part of what the target allows to be late that is late first in each day's line.
        """
        target, interval = demand.queue.target[number], demand.minutes * 60.0
        deadline, horizon = target.seconds or 0.0, _Horizon.of(grid, target.seconds or 0.0)
        is_open, counts = demand.is_open[horizon.place], demand.windows[number][horizon.place]
        volume, next_day = demand.mean_volume[horizon.place], _next_day(demand, horizon)
        share = 1.0 if target.metric == "average_response" else target.share or 0.0
        line, due = _line(demand, is_open), due_after(is_open, interval, deadline, target.clock)
        beyond = (due > horizon.length) & (np.arange(due.size) < horizon.length)
        hopeless = due_after(is_open, interval, deadline, target.clock, restarts=False) < due
        due = np.where(counts, np.where(beyond, np.minimum(due, next_day), due), next_day)
        if spared > 0.0:
            late = _first_in_line(np.where(counts, volume, 0.0), hopeless, line, horizon.day, spared * (1.0 - share))
            due = np.where(late, np.maximum(due, next_day), due)
        in_turn = np.where(volume[line] > 0, due[line], np.iinfo(np.int64).max)
        due[line] = np.minimum.accumulate(in_turn[::-1])[::-1]
        backlog_due = min(_backlog_due(demand, grid, target), int(due[line[0]]))
        return cls(demand, horizon, is_open, np.where(counts, share, 1.0), due, next_day, backlog_due)

    def agents(self, volume: FloatArray) -> FloatArray:
        """Return whole agents for a volume by interval of the plan."""
        interval, backlog = self.demand.minutes * 60.0, _backlog(self.demand)
        work = (volume * self.demand.aht_seconds)[self.horizon.place]
        lined, waiting = work * self.share, np.array([backlog])
        # Rounding the sum keeps each part on time: what is ahead of the sum can be split to be ahead of each part.
        path = staff_by_due(lined, interval, self.is_open, self.due, waiting, np.array([self.backlog_due]))
        path = path + staff_by_due(work - lined, interval, self.is_open, self.next_day)
        return whole_staff(path, work, interval, backlog)[: self.horizon.length]


def _first_in_line(work: FloatArray, hopeless: BoolArray, line: IntArray, day: IntArray, share: float) -> BoolArray:
    """Return the intervals whose work, with what is ``hopeless``, is the first ``share`` in each day's line."""
    lost = np.bincount(day, weights=work * hopeless)
    left = share * np.bincount(day, weights=work) - lost
    order = line[np.argsort(day[line], kind="stable")]
    ahead = np.cumsum(np.where(hopeless, 0.0, work)[order])
    before = np.concatenate([[0.0], ahead])[np.searchsorted(day[order], day[order])]
    late = np.empty(work.size, dtype=np.bool_)
    late[order] = ahead - before <= left[day[order]]
    return late & ~hopeless


def _next_day(demand: QueueDemand, horizon: _Horizon) -> IntArray:
    """Return for each interval where the next open day after its own ends."""
    is_open = demand.is_open[horizon.place]
    open_days = np.unique(horizon.day[is_open])
    ends = np.append(np.searchsorted(horizon.day, open_days, side="right"), is_open.size + 1)
    return np.asarray(ends[np.searchsorted(open_days, horizon.day, side="right")], dtype=np.int64)


def _first_day(demand: QueueDemand, grid: TimeGrid) -> int:
    """Return where the first open day ends."""
    return int(grid.slots_of_day(int(grid.day_index[np.argmax(demand.is_open)])).stop)


def _backlog_due(demand: QueueDemand, grid: TimeGrid, target: Target) -> int:
    """Return before which interval the backlog is due.

    What is late already, or would be before the opening, has its time from the opening on, as what comes by night does,
    but not beyond the first open day.
    """
    interval, deadline = demand.minutes * 60.0, target.seconds or 0.0
    left = deadline - demand.queue.backlog_age_seconds
    opening = int(np.argmax(demand.is_open)) * interval if target.clock == "calendar" else 0.0
    seconds = left if left >= opening + interval else opening + deadline
    due = backlog_due(demand.is_open, interval, np.array([seconds]), target.clock)
    return min(int(due[0]), _first_day(demand, grid))


def _warn(demand: QueueDemand, grid: TimeGrid, target: Target, staff: QueueStaff, number: int) -> None:
    pressing = np.where(demand.windows[number], demand.volumes[number], 0.0)
    broken = broken_stretches(
        pressing, demand.is_open, demand.minutes * 60.0, target.seconds or 0.0, target.clock
    )  # fmt: skip
    name = f"queue '{demand.queue.id}', {target_text(target)}"
    if (target.seconds or 0.0) < demand.minutes * 60.0:
        staff.warnings.append(f"{name}: a deadline shorter than an interval is planned as one interval")
    if broken:
        first, last = broken[0]
        start, end = grid.moment(first), grid.at(float(grid.starts[last - 1]) + demand.minutes * 60)
        staff.warnings.append(
            f"{name}: what arrives while closed can't be done in time whatever the staff, first {start:%Y-%m-%d %H:%M} "
            f"to {end:%m-%d %H:%M}, {len(broken)} such stretches; its clock starts at the opening"
        )
